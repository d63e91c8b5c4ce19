//! The ONNX Runtime library: found on demand, loaded once a process, refused at once where it will not do.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;
use reel_types::shown;

use crate::error::{InferError, one_line};

#[cfg(target_os = "macos")]
const FILE: &str = "libonnxruntime.dylib";
#[cfg(not(target_os = "macos"))]
const FILE: &str = "libonnxruntime.so";

/// A loaded ONNX Runtime. Cheap to clone; it stays loaded until the process ends.
#[derive(Clone, Debug)]
pub struct Runtime {
    environment: Environment,
    path: Arc<Path>,
}

/// `ort` keeps one library and one environment a process, and never lets them go.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Loads the library at `named`, and only that one; without a name, the first that is there: the folder where set-up puts it
    /// within `data`, beside the program, the system's folders.
    ///
    /// # Errors
    /// There is none, what is there is none, or it is too old; or another one is loaded already.
    pub fn load(named: Option<&Path>, data: Option<&Path>) -> Result<Self, InferError> {
        let path = find(named, data)?;
        // One at a time: of two that load at once the second gets the first's.
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*loaded {
            return match named {
                Some(_) if *runtime.path != *path => {
                    Err(InferError::OtherRuntime { loaded: runtime.path.to_path_buf(), asked: path })
                }
                _ => Ok(runtime.clone()),
            };
        }
        let runtime = open(&path)?;
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    /// Where it was loaded from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says it was built from: the commit and flags. Its version it tells only to what loads it.
    pub fn build(&self) -> &'static str {
        ort::info()
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}

/// Where ONNX Runtime would be. Cheap to clone; all clones load once.
#[derive(Clone, Debug)]
pub struct OnDemand(Arc<Place>);

#[derive(Debug)]
struct Place {
    named: Option<PathBuf>,
    data: Option<PathBuf>,
    loaded: OnceLock<Runtime>,
}

impl OnDemand {
    /// As [`Runtime::load`] would be asked. Nothing is looked at here.
    pub fn new(named: Option<PathBuf>, data: Option<PathBuf>) -> Self {
        Self(Arc::new(Place { named, data, loaded: OnceLock::new() }))
    }

    /// The library; looked for again as long as it is not there.
    ///
    /// # Errors
    /// As [`Runtime::load`].
    pub fn get(&self) -> Result<&Runtime, InferError> {
        let Place { named, data, loaded } = &*self.0;
        if let Some(runtime) = loaded.get() {
            return Ok(runtime);
        }
        let new = Runtime::load(named.as_deref(), data.as_deref())?;
        Ok(loaded.get_or_init(|| new))
    }
}

/// The folder where set-up puts the library and the models: the rule of the XDG base directories, where a relative path in
/// the variable counts as none. `scripts/models` has the same rule.
pub fn default_data(xdg_data_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let from_home = || home.filter(|home| home.is_absolute()).map(|home| home.join(".local/share"));
    xdg_data_home.filter(|xdg| xdg.is_absolute()).or_else(from_home).map(|base| base.join("reel"))
}

/// Only plain files are handed to the loader: on a pipe it would wait for ever.
fn find(named: Option<&Path>, data: Option<&Path>) -> Result<PathBuf, InferError> {
    if let Some(named) = named {
        if named.is_file() {
            return Ok(absolute(named));
        }
        return Err(match named.symlink_metadata() {
            Ok(_) => {
                InferError::NotARuntime { path: named.to_path_buf(), detail: "it is no file".to_owned() }
            }
            Err(_) => InferError::NoRuntime { searched: shown(named) },
        });
    }
    let places = usual_places(data, env::current_exe().ok().as_deref());
    let found = places.iter().find(|place| place.is_file()).map(|place| absolute(place));
    found.ok_or_else(|| InferError::NoRuntime {
        searched: places.iter().map(|place| shown(place)).collect::<Vec<_>>().join(", "),
    })
}

fn usual_places(data: Option<&Path>, program: Option<&Path>) -> Vec<PathBuf> {
    const SYSTEM: [&str; 4] =
        ["/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    let beside = program.and_then(Path::parent).map(Path::to_path_buf);
    let folders =
        data.map(|data| data.join("lib")).into_iter().chain(beside).chain(SYSTEM.map(PathBuf::from));
    folders.map(|folder| folder.join(FILE)).collect()
}

/// The loader searches its own folders for a name without a slash.
fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

fn open(path: &Path) -> Result<Runtime, InferError> {
    let not = |detail: String| InferError::NotARuntime { path: path.to_path_buf(), detail };
    let builder = ort::init_from(path).map_err(|error| match error {
        ort::LoadDynamicError::BadVersion { version_str, .. } => {
            InferError::OldRuntime { path: path.to_path_buf(), version: version_str }
        }
        // The loader's own words are under those of the crate that calls it.
        ort::LoadDynamicError::Dlopen { error, .. } => {
            let said =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            not(one_line(&said))
        }
        other => not(one_line(&other.to_string())),
    })?;
    let builder = builder.with_name("reel").with_telemetry(false).with_logger(Arc::new(log));
    let environment = builder.build().map_err(|error| not(one_line(error.message())))?;
    environment.set_log_level(LogLevel::Warning);
    Ok(Runtime { environment, path: path.into() })
}

/// What the library would write to stderr. Its warnings are about graphs, and for those who look.
fn log(level: LogLevel, category: &str, _id: &str, place: &str, message: &str) {
    match level {
        LogLevel::Error | LogLevel::Fatal => tracing::warn!(category, place, "{message}"),
        _ => tracing::debug!(category, place, "{message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_lies_where_the_xdg_rules_say() {
        let check = |xdg: Option<&str>, home: Option<&str>, expected: Option<&str>| {
            assert_eq!(default_data(xdg.map(Into::into), home.map(Into::into)), expected.map(PathBuf::from));
        };
        check(Some("/x"), Some("/home/u"), Some("/x/reel"));
        check(Some("x"), Some("/home/u"), Some("/home/u/.local/share/reel"));
        check(None, None, None);
    }

    #[test]
    fn what_set_up_brought_comes_before_the_system() {
        let places = usual_places(Some(Path::new("/d")), Some(Path::new("/p/reel")));
        assert_eq!(places[0], Path::new("/d/lib").join(FILE));
        assert_eq!(places[1], Path::new("/p").join(FILE));
        assert!(places[2..].iter().all(|place| place.starts_with("/usr")));
    }
}
