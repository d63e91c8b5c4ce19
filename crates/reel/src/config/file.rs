//! `reel.toml`: where it is, and what stands in it with the line of each key.

use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::knobs::{Knob, knobs};
use crate::problem::Problem;
use crate::text::shown;

/// One setting as somebody wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// The table it stands in.
    pub(super) verb: Option<String>,
    /// Its key.
    pub(super) key: String,
    /// Its values, each as the flag takes it; none for a switch that is off.
    pub(super) values: Vec<String>,
    /// Where it stands, for people.
    pub(super) place: String,
}

impl Entry {
    /// The same as flags.
    pub(super) fn flags(&self, knob: &Knob) -> Vec<OsString> {
        let flag = |value: &String| match knob.is_switch {
            true if value == "true" => format!("--{}", knob.key),
            _ => format!("--{}={value}", knob.key),
        };
        self.values.iter().map(flag).map(OsString::from).collect()
    }
}

/// Bytes of a file at most: one that is larger is some other file.
const BYTES_MAX: u64 = 1 << 20;

/// The file and what stands in it: the one that was named, or the first of the usual ones that is there.
///
/// # Errors
/// A usage problem for a file that cannot be read, that is not TOML, or that has a key that nobody knows.
pub(super) fn read(named: Option<PathBuf>) -> Result<Option<(PathBuf, Vec<Entry>)>, Problem> {
    if let Some(path) = named.filter(|path| !path.as_os_str().is_empty()) {
        let entries = parse(&path, &text(&path)?)?;
        return Ok(Some((path, entries)));
    }
    let Some(path) = usual_places().into_iter().find(|path| path.exists()) else { return Ok(None) };
    let entries = parse(&path, &text(&path)?)?;
    Ok(Some((path, entries)))
}

/// Where a file is looked for; never in the folder one happens to be in, since a file there may be a stranger's.
fn usual_places() -> Vec<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_user = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")));
    let of_user = of_user.map(|folder| folder.join("reel/reel.toml"));
    of_user.into_iter().chain([PathBuf::from("/etc/reel/reel.toml")]).collect()
}

fn text(path: &Path) -> Result<String, Problem> {
    let refused = |error: &std::io::Error| {
        let problem = Problem::usage(format!("cannot read the settings in {}", shown(path))).caused_by(error);
        match error.kind() {
            ErrorKind::NotFound => problem.with_hint("`reel config example` prints one to begin with"),
            _ => problem,
        }
    };
    let size = std::fs::metadata(path).map_err(|error| refused(&error))?.len();
    if size > BYTES_MAX {
        return Err(Problem::usage(format!("{} is too large to be settings", shown(path))));
    }
    std::fs::read_to_string(path).map_err(|error| refused(&error))
}

fn parse(path: &Path, text: &str) -> Result<Vec<Entry>, Problem> {
    let place =
        |at: usize| format!("{}, line {}", shown(path), 1 + text[..at.min(text.len())].matches('\n').count());
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem::usage(format!("{}: {}", place(at), error.message()))
    })?;
    let mut entries = Vec::new();
    for (key, value) in table.get_ref() {
        let at = place(key.span().start);
        match value.get_ref() {
            DeValue::Table(table) => {
                for (inner, value) in table {
                    let at = place(inner.span().start);
                    entries.push(entry(Some(key.get_ref()), inner.get_ref(), value, at)?);
                }
            }
            _ => entries.push(entry(None, key.get_ref(), value, at)?),
        }
    }
    Ok(entries)
}

fn entry(
    verb: Option<&str>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    place: String,
) -> Result<Entry, Problem> {
    let key = key.replace('_', "-");
    let known = knobs();
    let Some(knob) = known.iter().find(|knob| knob.key == key && knob.verb == verb) else {
        return Err(unknown(&known, verb, &key, &place));
    };
    let values = match value.get_ref() {
        DeValue::Array(values) if knob.is_list => values.iter().map(|value| plain(value.get_ref())).collect(),
        DeValue::Boolean(false) if knob.is_switch => Some(Vec::new()),
        value => plain(value).map(|value| vec![value]),
    };
    let is_switch_value =
        |values: &Vec<String>| !knob.is_switch || values.iter().all(|value| value == "true");
    match values.filter(is_switch_value) {
        Some(values) => Ok(Entry { verb: verb.map(ToOwned::to_owned), key, values, place }),
        None => Err(Problem::usage(format!("{place}: `{key}` {}", form(knob)))),
    }
}

fn form(knob: &Knob) -> &'static str {
    match (knob.is_switch, knob.is_list) {
        (true, _) => "is true or false",
        (_, true) => "is a text, or a list of texts in [ ]",
        _ => "is one text or number",
    }
}

/// A value as one types it behind a flag.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(is) => Some(is.to_string()),
        _ => None,
    }
}

fn unknown(known: &[Knob], verb: Option<&str>, key: &str, place: &str) -> Problem {
    let elsewhere = known.iter().find(|knob| knob.key == key).map(|knob| match knob.verb {
        Some(verb) => format!("it belongs under [{verb}]"),
        None => "it belongs at the top, before any [table]".to_owned(),
    });
    let nearest = || {
        let (far, knob) =
            known.iter().map(|knob| (distance(&knob.key, key), knob)).min_by_key(|(far, _)| *far)?;
        (far <= 2).then(|| format!("did you mean `{}`?", knob.key))
    };
    let hint =
        elsewhere.or_else(nearest).unwrap_or_else(|| "`reel config example` shows all keys".to_owned());
    let table = verb.map(|verb| format!(" in [{verb}]")).unwrap_or_default();
    Problem::usage(format!("{place}: there is no setting `{key}`{table}")).with_hint(hint)
}

/// How many letters are to be changed, put in or taken out.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (y, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let here = (corner + usize::from(x != y)).min(left + 1).min(*cell + 1);
            corner = std::mem::replace(cell, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Vec<(String, Vec<String>)>, String> {
        let entries = parse(Path::new("reel.toml"), text).map_err(|problem| {
            let hint = problem.hint.clone().unwrap_or_default();
            format!("{problem}; {hint}")
        })?;
        Ok(entries.into_iter().map(|entry| (entry.key, entry.values)).collect())
    }

    #[test]
    fn keys_are_flags_without_their_dashes() {
        let text = "tasks = 4\ndevice = \"cpu\"\n\n[serve]\nlisten = \"127.0.0.1:0\"\npublic_url = [\"https://a.org\", \"https://b.org\"]\nno-worker = true\n";
        let expected = [
            ("device", vec!["cpu"]),
            ("listen", vec!["127.0.0.1:0"]),
            ("no-worker", vec!["true"]),
            ("public-url", vec!["https://a.org", "https://b.org"]),
            ("tasks", vec!["4"]),
        ];
        let mut entries = said(text).unwrap();
        entries.sort();
        let plain = |(key, values): &(&str, Vec<&str>)| {
            ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        };
        assert_eq!(entries, expected.iter().map(plain).collect::<Vec<(String, Vec<String>)>>());
    }

    #[test]
    fn a_switch_that_is_off_is_no_flag() {
        assert_eq!(said("[serve]\nno-worker = false").unwrap(), [("no-worker".to_owned(), vec![])]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_to_do() {
        let check = |text: &str, expected: &str| {
            let told = said(text).unwrap_err();
            assert!(told.contains(expected), "{text:?}: {told}");
        };
        check("# one\ntaks = 4", "reel.toml, line 2: there is no setting `taks`; did you mean `tasks`?");
        check("listen = \"x\"", "line 1: there is no setting `listen`; it belongs under [serve]");
        check("[serve]\ntasks = 4", "line 2: there is no setting `tasks` in [serve]; it belongs at the top");
        check("[sevre]\nlisten = \"x\"", "there is no setting `listen` in [sevre]; it belongs under [serve]");
        check("elephant = 1", "`reel config example` shows all keys");
        check("tasks = [1, 2]", "`tasks` is one text or number");
        check("[serve]\nno-worker = 3", "`no-worker` is true or false");
        check("tasks = ", "reel.toml, line 1");
    }

    #[test]
    fn letters_are_counted() {
        for (a, b, far) in
            [("tasks", "taks", 1), ("tasks", "tasks", 0), ("", "abc", 3), ("listen", "lisetn", 2)]
        {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }
}
