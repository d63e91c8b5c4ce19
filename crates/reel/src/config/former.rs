//! The variables of the transcoder that reel takes the place of: `TRANSCODER_…`. What has a heir is read, once with a word of
//! warning; what has none is named with the reason.

use super::file::Entry;
use crate::problem::Problem;

/// What the old variables say.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Former {
    /// As settings of today.
    pub(super) entries: Vec<Entry>,
    /// What a person should hear.
    pub(super) warning: Option<String>,
}

/// What became of one.
pub(super) enum Heir {
    /// The setting of this table and key has it.
    Is(Option<&'static str>, &'static str),
    /// Nothing has; why not.
    Gone(&'static str),
}

/// All fourteen, in the order of the old file.
pub(super) const KNOBS: [(&str, Heir); 14] = [
    ("workerCount", Heir::Gone("a process is one worker, which runs as many `tasks` as fit")),
    ("tempDir", Heir::Is(None, "state")),
    ("ffmpegPath", Heir::Is(None, "ffmpeg")),
    ("ffprobePath", Heir::Is(None, "ffprobe")),
    ("maxConcurrent", Heir::Is(None, "tasks")),
    ("chunkSize", Heir::Gone("work is cut by seconds, in each job: `--chunk`")),
    ("enableGPU", Heir::Is(None, "device")),
    ("gpuDeviceIndex", Heir::Is(None, "device")),
    ("enableTwoPass", Heir::Gone("asked for in each job that has a bit rate: `--two-pass`")),
    ("enableCache", Heir::Is(Some("serve"), "cache-ttl")),
    ("cacheTTL", Heir::Is(Some("serve"), "cache-ttl")),
    ("parallelUpload", Heir::Gone("results are linked into a folder, not sent")),
    ("uploadPartSize", Heir::Gone("results are linked into a folder, not sent")),
    ("maxConcurrentParts", Heir::Gone("results are linked into a folder, not sent")),
];

/// The variable of an old knob.
fn variable(knob: &str) -> String {
    format!("TRANSCODER_{}", knob.to_uppercase())
}

/// Reads them.
///
/// # Errors
/// A usage problem for a value that says nothing.
pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Former, Problem> {
    let mut former = Former::default();
    let mut told = Vec::new();
    for (knob, heir) in KNOBS {
        let name = variable(knob);
        let Some(value) = get(&name).filter(|value| !value.trim().is_empty()) else { continue };
        match heir {
            Heir::Gone(why) => told.push(format!("{name} says nothing any more ({why})")),
            Heir::Is(verb, key) => {
                let value = translated(knob, value.trim()).map_err(|form| {
                    Problem::usage(format!("{name}: `{value}` is no {form}"))
                        .with_hint(format!("use {} instead", super::show::variable(key)))
                })?;
                told.push(format!("{name} is read as {}", super::show::variable(key)));
                let Some(value) = value else { continue };
                let verb = verb.map(ToOwned::to_owned);
                // Of two with one heir the first holds, which switches off.
                if !former.entries.iter().any(|entry| entry.key == key) {
                    former.entries.push(Entry {
                        verb,
                        key: key.to_owned(),
                        values: vec![value],
                        place: name,
                    });
                }
            }
        }
    }
    former.warning =
        (!told.is_empty()).then(|| format!("{}; see docs/guides/configuration.md", told.join(", ")));
    Ok(former)
}

/// The value as the heir takes it; nothing where it says what holds anyway.
fn translated(knob: &str, value: &str) -> Result<Option<String>, &'static str> {
    let is_on = || match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "t" | "yes" | "on" => Ok(true),
        "false" | "0" | "f" | "no" | "off" => Ok(false),
        _ => Err("true or false"),
    };
    Ok(match knob {
        "enableGPU" => (!is_on()?).then(|| "cpu".to_owned()),
        "enableCache" => (!is_on()?).then(|| "0s".to_owned()),
        "gpuDeviceIndex" => match value.parse::<i64>().map_err(|_| "number of a GPU, or -1")? {
            index if index < 0 => None,
            index => Some(format!("gpu:{index}")),
        },
        _ => Some(value.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
        let get =
            |name: &str| variables.iter().find(|(is, _)| *is == name).map(|(_, value)| (*value).to_owned());
        let former = read(get).unwrap();
        let entries =
            former.entries.iter().map(|entry| format!("{} = {}", entry.key, entry.values.join(",")));
        (entries.collect(), former.warning)
    }

    #[test]
    fn each_has_a_heir_or_a_reason() {
        let known = super::super::knobs::knobs();
        for (knob, heir) in KNOBS {
            let Heir::Is(verb, key) = heir else { continue };
            assert!(known.iter().any(|is| is.verb == verb && is.key == key), "{knob}: {key}");
        }
    }

    #[test]
    fn they_are_read_as_what_they_are_called_now() {
        let check = |variables: &[(&str, &str)], expected: &[&str]| {
            assert_eq!(of(variables).0, expected, "{variables:?}");
        };
        check(&[("TRANSCODER_MAXCONCURRENT", "4")], &["tasks = 4"]);
        check(&[("TRANSCODER_GPUDEVICEINDEX", "-1")], &[]);
        check(&[("TRANSCODER_GPUDEVICEINDEX", "2")], &["device = gpu:2"]);
        check(&[("TRANSCODER_ENABLEGPU", "true"), ("TRANSCODER_GPUDEVICEINDEX", "2")], &["device = gpu:2"]);
        check(&[("TRANSCODER_ENABLEGPU", "false"), ("TRANSCODER_GPUDEVICEINDEX", "2")], &["device = cpu"]);
        check(&[("TRANSCODER_ENABLECACHE", "false"), ("TRANSCODER_CACHETTL", "5m")], &["cache-ttl = 0s"]);
        check(&[("TRANSCODER_CACHETTL", "5m")], &["cache-ttl = 5m"]);
        check(&[("TRANSCODER_TEMPDIR", " ")], &[]);
    }

    #[test]
    fn one_warning_names_all_of_them() {
        let (entries, warning) = of(&[("TRANSCODER_FFMPEGPATH", "/f"), ("TRANSCODER_CHUNKSIZE", "5")]);
        let warning = warning.unwrap();
        assert_eq!(entries, ["ffmpeg = /f"]);
        assert!(warning.contains("TRANSCODER_FFMPEGPATH is read as REEL_FFMPEG"), "{warning}");
        assert!(warning.contains("TRANSCODER_CHUNKSIZE says nothing any more"), "{warning}");
        assert_eq!(of(&[]).1, None);
    }

    #[test]
    fn nonsense_is_refused_with_the_name_of_today() {
        let problem = read(|name| (name == "TRANSCODER_ENABLEGPU").then(|| "maybe".to_owned())).unwrap_err();
        assert_eq!(problem.message, "TRANSCODER_ENABLEGPU: `maybe` is no true or false");
        assert_eq!(problem.hint.as_deref(), Some("use REEL_DEVICE instead"));
    }
}
