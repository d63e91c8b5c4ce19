//! The common flags as meant. The rest of the code sees these, not what was typed.

use std::env;
use std::path::PathBuf;

use reel_device::DeviceWish;

use crate::args::CommonArgs;
use crate::problem::Problem;
use crate::remote::Server;

/// What holds for one command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// One JSON object a line.
    pub json: bool,
    /// Errors only.
    pub quiet: bool,
    /// Replace outputs.
    pub force: bool,
    /// What does the work.
    pub device: DeviceWish,
    /// Tasks at once at most; nothing: as many as fit.
    pub tasks_max: Option<usize>,
    /// The state folder.
    pub state: PathBuf,
    /// Which ffmpeg; nothing: from the path.
    pub ffmpeg: Option<PathBuf>,
    /// Which ffprobe; nothing: beside ffmpeg or from the path.
    pub ffprobe: Option<PathBuf>,
    /// The folder of models and of ONNX Runtime; nothing: there is no place for one.
    pub data: Option<PathBuf>,
    /// Which ONNX Runtime; nothing: from the data folder, or the system's.
    pub onnxruntime: Option<PathBuf>,
    /// Who does the work; nothing: this machine.
    pub server: Option<Server>,
}

impl Settings {
    /// From what was typed and the environment.
    ///
    /// # Errors
    /// A usage problem when there is no place for the state folder, or no server has such an address.
    pub fn from_args(args: &CommonArgs) -> Result<Self, Problem> {
        let state = match &args.state {
            Some(state) if !state.as_os_str().is_empty() => state.clone(),
            _ => default_state(
                env::var_os("XDG_STATE_HOME").map(Into::into),
                env::var_os("HOME").map(Into::into),
            )?,
        };
        Ok(Self {
            json: args.json,
            quiet: args.quiet,
            force: args.force,
            device: args.device,
            tasks_max: args.tasks.map(|tasks| tasks as usize),
            state,
            ffmpeg: args.ffmpeg.clone(),
            ffprobe: args.ffprobe.clone(),
            data: data(args),
            onnxruntime: args.onnxruntime.clone().filter(|path| !path.as_os_str().is_empty()),
            server: server(args)?,
        })
    }
}

fn data(args: &CommonArgs) -> Option<PathBuf> {
    let named = args.data.clone().filter(|data| !data.as_os_str().is_empty());
    let variable = |name: &str| env::var_os(name).map(PathBuf::from);
    named.or_else(|| reel_infer::default_data(variable("XDG_DATA_HOME"), variable("HOME")))
}

fn server(args: &CommonArgs) -> Result<Option<Server>, Problem> {
    let Some(typed) = args.server.as_deref().filter(|typed| !typed.is_empty()) else { return Ok(None) };
    let key = env::var("REEL_API_KEY").ok();
    Server::new(typed, key).map(Some)
}

/// The rule of the XDG base directories: a relative path in the variable counts as none.
fn default_state(xdg: Option<PathBuf>, home: Option<PathBuf>) -> Result<PathBuf, Problem> {
    let from_home = || home.filter(|home| home.is_absolute()).map(|home| home.join(".local/state"));
    let base = xdg.filter(|xdg| xdg.is_absolute()).or_else(from_home);
    base.map(|base| base.join("reel")).ok_or_else(|| {
        Problem::usage("there is no place for the state folder: HOME is not set")
            .with_hint("name one with --state DIR")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xdg: Option<&str>, home: Option<&str>, expected: Option<&str>) {
        let state = default_state(xdg.map(Into::into), home.map(Into::into));
        assert_eq!(state.ok(), expected.map(PathBuf::from));
    }

    #[test]
    fn state_lies_where_the_xdg_rules_say() {
        check(Some("/x"), Some("/home/u"), Some("/x/reel"));
        check(Some("x"), Some("/home/u"), Some("/home/u/.local/state/reel"));
        check(None, Some("/home/u"), Some("/home/u/.local/state/reel"));
        check(None, None, None);
    }
}
