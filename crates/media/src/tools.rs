//! The FFmpeg programs: where they are, which version, what they can do.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reel_types::{CancelToken, shown};
use serde::{Deserialize, Serialize};

use crate::child::{ChildSpec, Pulse, run_capturing};
use crate::error::MediaError;

/// One pair of `ffmpeg` and `ffprobe`. What they can do is asked for once, when first needed.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    identity: String,
    version: String,
    cache: Option<PathBuf>,
    encoders: OnceLock<BTreeSet<String>>,
    filters: OnceLock<BTreeSet<String>>,
    pulse: Option<Pulse>,
    stall_max: Option<Duration>,
}

/// Asking for a version or a list is quick, but for a machine that is very busy; a program that takes longer is none of ours.
const ASK_LIMIT: Duration = Duration::from_secs(60);
const LIST_BYTES_MAX: usize = 4 << 20;

impl Ffmpeg {
    /// Finds both programs: at the given paths, else on `PATH`. A given `ffmpeg` without a given `ffprobe` takes
    /// the `ffprobe` beside it when there is one.
    ///
    /// # Errors
    /// [`MediaError::MissingTool`] when one is not there or does not say its version.
    pub fn discover(ffmpeg: Option<&Path>, ffprobe: Option<&Path>) -> Result<Arc<Self>, MediaError> {
        Self::find(ffmpeg, ffprobe, None)
    }

    /// As [`Ffmpeg::discover`], and keeps what was asked in `folder`, so that the next process need not ask again.
    /// An answer is thrown away when path, size or mtime of a program changed.
    ///
    /// # Errors
    /// As [`Ffmpeg::discover`]. A cache that cannot be read or written is no error.
    pub fn with_cache(
        ffmpeg: Option<&Path>,
        ffprobe: Option<&Path>,
        folder: &Path,
    ) -> Result<Arc<Self>, MediaError> {
        Self::find(ffmpeg, ffprobe, Some(folder))
    }

    /// The same programs; every child made from them tells `pulse` while it is at work.
    pub fn with_pulse(&self, pulse: Pulse) -> Self {
        Self { pulse: Some(pulse), ..self.clone() }
    }

    /// The same programs; no child made from them may stand still for longer, whatever else is said of it.
    pub fn with_stall_max(&self, most: Duration) -> Self {
        Self { stall_max: Some(most), ..self.clone() }
    }

    /// Path of `ffmpeg`.
    pub fn ffmpeg(&self) -> &Path {
        &self.ffmpeg
    }

    /// Path of `ffprobe`.
    pub fn ffprobe(&self) -> &Path {
        &self.ffprobe
    }

    /// The version as the program says it, for example `5.1.9-0+deb12u1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Paths, sizes, mtimes and version in one text: equal for equal programs. For keys of caches.
    pub fn identity(&self) -> String {
        format!("{}|{}", self.identity, self.version)
    }

    /// Names of all encoders that are compiled in. That says nothing about a device: see [`crate::encoder_probe`].
    pub fn encoders(&self) -> &BTreeSet<String> {
        self.encoders.get_or_init(|| self.list("encoders"))
    }

    /// Names of all filters that are compiled in.
    pub fn filters(&self) -> &BTreeSet<String> {
        self.filters.get_or_init(|| self.list("filters"))
    }

    /// Whether this encoder is compiled in.
    pub fn has_encoder(&self, name: &str) -> bool {
        self.encoders().contains(name)
    }

    /// Whether this filter is compiled in.
    pub fn has_filter(&self, name: &str) -> bool {
        self.filters().contains(name)
    }

    /// Nothing when the encoder is there.
    ///
    /// # Errors
    /// [`MediaError::MissingAbility`] with what brings it.
    pub fn require_encoder(&self, name: &str) -> Result<(), MediaError> {
        if self.has_encoder(name) { Ok(()) } else { Err(self.lacks(format!("encoder {name}"))) }
    }

    /// Nothing when the filter is there.
    ///
    /// # Errors
    /// [`MediaError::MissingAbility`] with what brings it.
    pub fn require_filter(&self, name: &str) -> Result<(), MediaError> {
        if self.has_filter(name) { Ok(()) } else { Err(self.lacks(format!("filter {name}"))) }
    }

    /// An `ffmpeg` child with the switches that every one of ours has: no questions, no banner, warnings only.
    pub fn command(&self) -> ChildSpec {
        let spec = ChildSpec::new(&self.ffmpeg).pulse(self.pulse.clone()).stall_max(self.stall_max);
        spec.args(["-nostdin", "-hide_banner", "-v", "warning", "-y"])
    }

    /// An `ffprobe` child that says errors only.
    pub fn probe_command(&self) -> ChildSpec {
        let spec = ChildSpec::new(&self.ffprobe).pulse(self.pulse.clone()).stall_max(self.stall_max);
        spec.args(["-hide_banner", "-v", "error"])
    }

    pub(crate) fn lacks(&self, ability: String) -> MediaError {
        MediaError::MissingAbility { tool: "ffmpeg", path: self.ffmpeg.clone(), ability }
    }

    fn find(
        ffmpeg: Option<&Path>,
        ffprobe: Option<&Path>,
        cache: Option<&Path>,
    ) -> Result<Arc<Self>, MediaError> {
        let ffmpeg_path = locate("ffmpeg", ffmpeg)?;
        let beside = ffmpeg.map(|path| path.with_file_name("ffprobe")).filter(|path| is_program(path));
        let ffprobe_path = locate("ffprobe", ffprobe.or(beside.as_deref()))?;
        let mut found = Self {
            identity: format!("{}|{}", stamp(&ffmpeg_path)?, stamp(&ffprobe_path)?),
            ffmpeg: ffmpeg_path,
            ffprobe: ffprobe_path,
            version: String::new(),
            cache: cache.map(Path::to_owned),
            encoders: OnceLock::new(),
            filters: OnceLock::new(),
            pulse: None,
            stall_max: None,
        };
        // Whatever else bears these names would be taken for a damaged source later.
        found.version = found.cached("version", || {
            found.ask_version("ffprobe", &found.ffprobe)?;
            found.ask_version("ffmpeg", &found.ffmpeg)
        })?;
        Ok(Arc::new(found))
    }

    fn ask_version(&self, tool: &str, program: &Path) -> Result<String, MediaError> {
        let none = || MediaError::MissingTool {
            tool: tool.to_owned(),
            searched: format!("{} does not say its version", shown(program)),
        };
        let (out, _) = ask(program, "-version").map_err(|error| {
            tracing::debug!(%error, "no version");
            none()
        })?;
        let text = String::from_utf8_lossy(&out);
        let words = text.strip_prefix(tool).and_then(|rest| rest.strip_prefix(" version "));
        words.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned).ok_or_else(none)
    }

    fn list(&self, what: &str) -> BTreeSet<String> {
        let ask = || -> Result<Vec<String>, MediaError> {
            let (out, _) = ask(&self.ffmpeg, &format!("-{what}"))?;
            Ok(names_in_list(&String::from_utf8_lossy(&out)))
        };
        let names = self.cached(what, ask).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot list the {what} of {}", self.ffmpeg.display());
            Vec::new()
        });
        names.into_iter().collect()
    }

    /// The kept answer when it is about this very program, else a new one, which is kept.
    fn cached<T: Serialize + for<'de> Deserialize<'de>>(
        &self,
        what: &str,
        ask: impl FnOnce() -> Result<T, MediaError>,
    ) -> Result<T, MediaError> {
        let Some(folder) = &self.cache else { return ask() };
        let file = folder.join(format!("ffmpeg-{what}.json"));
        let kept = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some((identity, answer)) =
            kept.filter(|(identity, _): &(String, T)| *identity == self.identity)
        {
            tracing::trace!(identity, what, "taken from the cache");
            return Ok(answer);
        }
        let answer = ask()?;
        keep(folder, &file, &(&self.identity, &answer));
        Ok(answer)
    }
}

fn ask(program: &Path, switch: &str) -> Result<(Vec<u8>, crate::child::ChildReport), MediaError> {
    let spec = ChildSpec::new(program).args(["-hide_banner", switch]).wall_limit(ASK_LIMIT);
    run_capturing(&spec, &CancelToken::new(), LIST_BYTES_MAX)
}

/// Written beside, then renamed: another process never reads half of it.
fn keep(folder: &Path, file: &Path, entry: &impl Serialize) {
    let part = file.with_extension(format!("part{}", std::process::id()));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&part, serde_json::to_vec(entry).map_err(std::io::Error::other)?))
        .and_then(|()| std::fs::rename(&part, file));
    if let Err(error) = written {
        tracing::debug!(%error, "cannot keep {}", file.display());
    }
}

fn locate(tool: &str, given: Option<&Path>) -> Result<PathBuf, MediaError> {
    let missing = |searched| MediaError::MissingTool { tool: tool.to_owned(), searched };
    if let Some(path) = given {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        return if is_program(&absolute) {
            Ok(absolute)
        } else {
            Err(missing(format!("{} is not a program", shown(path))))
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates = std::env::split_paths(&folders).map(|folder| folder.join(tool));
    candidates
        .find(|path| path.is_absolute() && is_program(path))
        .ok_or_else(|| missing("looked in PATH".to_owned()))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn stamp(path: &Path) -> Result<String, MediaError> {
    let meta = path.metadata().map_err(MediaError::io("look at", path))?;
    Ok(format!("{}|{}|{}.{:09}", path.display(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

/// The second word of each line that begins with flags: ` V....D libx264   …` and ` T.. scale   V->V …`.
fn names_in_list(text: &str) -> Vec<String> {
    let body = text.lines().skip_while(|line| !line.contains("---") && !line.contains("= "));
    let is_flags = |word: &str| word.chars().all(|c| c == '.' || c.is_ascii_uppercase());
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        let flags = words.next().filter(|word| is_flags(word))?;
        words.next().filter(|name| *name != "=" && !flags.is_empty()).map(str::to_owned)
    };
    body.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_both_sorts_of_lists() {
        let encoders = "Encoders:\n V..... = Video\n ------\n V....D libx264   H.264\n A....D aac    AAC\n";
        assert_eq!(names_in_list(encoders), ["libx264", "aac"]);
        let filters = "Filters:\n  T.. = Timeline support\n  | = Source or sink filter\n ... abench  A->A  x\n T.C scale V->V y\n";
        assert_eq!(names_in_list(filters), ["abench", "scale"]);
    }

    #[test]
    fn a_program_that_is_not_there_is_named_with_what_brings_it() {
        let error = Ffmpeg::discover(Some(Path::new("/no/such/ffmpeg")), None).unwrap_err();
        let failure = error.failure();
        assert_eq!(failure.kind, reel_types::FailureKind::Missing);
        assert!(failure.message.contains("/no/such/ffmpeg"));
        assert!(failure.hint.unwrap().contains("apt-get install ffmpeg"));
    }
}
