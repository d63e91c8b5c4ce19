//! The command line as typed. Help, manual and completions are generated from here.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use reel_device::DeviceWish;
use reel_types::JobState;

use crate::batch::ForecastWish;
use crate::config::ConfigVerb;
use crate::exit;
use crate::keys::KeysVerb;
use crate::models::ModelsVerb;
use crate::secret::KeyArgs;
use crate::serve::ServeArgs;
use crate::webhooks::WebhooksVerb;

/// Everything that can be typed.
#[derive(Parser, Clone, Debug)]
#[command(
    name = "reel",
    version,
    about = "A GPU-first video job engine: name a file and a result, reel does the rest",
    long_about = "reel takes a video in, plans the work, runs it in chunks on whatever devices are there (a GPU \
                  first, the CPU when there is none or when it fails), and puts one verified result in place.\n\n\
                  Kill it at any moment and give the same command again: it goes on where it was.",
    after_long_help = after_long_help(),
    disable_help_subcommand = true,
    max_term_width = 110,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What holds everywhere.
    #[command(flatten)]
    pub common: CommonArgs,
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What holds everywhere.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub struct CommonArgs {
    /// Print one JSON object a line on stdout
    ///
    /// For programs. Each line has a `type`: `progress`, one `result` for each input (failures too), at the end one
    /// `summary`. The contract is docs/reference/json.md.
    #[arg(long, global = true)]
    pub json: bool,
    /// What does the work: auto, cpu, gpu or gpu:N
    ///
    /// `auto` takes a GPU where one works. `gpu` and `gpu:N` (N as `reel gpu` shows it) ask for one. Where it cannot,
    /// the CPU does the work and the result says why. `cpu` looks for no GPU.
    #[arg(
        long,
        global = true,
        value_name = "DEVICE",
        default_value = "auto",
        env = "REEL_DEVICE",
        hide_env_values = true
    )]
    pub device: DeviceWish,
    /// Tasks at once at most [default: as many as fit the cores]
    #[arg(long, global = true, value_name = "N", env = "REEL_TASKS", hide_env_values = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub tasks: Option<u32>,
    /// Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]
    ///
    /// Must be on a disk of this machine. Holds the chunks of jobs under way, so it wants space.
    #[arg(long, global = true, value_name = "DIR", env = "REEL_STATE", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub state: Option<PathBuf>,
    /// Replace an output that exists
    #[arg(long, global = true)]
    pub force: bool,
    /// Say nothing but errors
    ///
    /// With --json: no `progress` lines.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The ffmpeg to use [default: ffmpeg from the path]
    #[arg(long, global = true, value_name = "PATH", env = "REEL_FFMPEG", hide_env_values = true, value_hint = ValueHint::ExecutablePath)]
    pub ffmpeg: Option<PathBuf>,
    /// The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]
    #[arg(long, global = true, value_name = "PATH", env = "REEL_FFPROBE", hide_env_values = true, value_hint = ValueHint::ExecutablePath)]
    pub ffprobe: Option<PathBuf>,
    /// Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]
    ///
    /// `scripts/models` fills it.
    #[arg(long, global = true, value_name = "DIR", env = "REEL_DATA", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]
    #[arg(long, global = true, value_name = "PATH", env = "REEL_ONNXRUNTIME", hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub onnxruntime: Option<PathBuf>,
    /// Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]
    ///
    /// What stands there is weaker than its variable, and that weaker than its flag. `reel config show` says what holds.
    #[arg(long, global = true, value_name = "FILE", env = "REEL_CONFIG", hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Let this reel server do the work: files are sent there, results come back
    ///
    /// For transcode, pack, unpack and jobs. Nothing of this machine but the files is told to it. A key for it stands
    /// in REEL_API_KEY.
    #[arg(long, global = true, value_name = "URL", env = "REEL_SERVER", hide_env_values = true, value_hint = ValueHint::Url)]
    pub server: Option<String>,
}

/// The verbs.
#[derive(Subcommand, Clone, Debug)]
pub enum Verb {
    /// Turn any video into H.264, HEVC, AV1 or VP9
    #[command(after_long_help = TRANSCODE_EXAMPLES)]
    Transcode(Box<TranscodeArgs>),
    /// Cut people out of their background: transparent video
    #[command(after_long_help = MATTE_EXAMPLES)]
    Matte(Box<MatteArgs>),
    /// Turn any file or folder into a video
    #[command(after_long_help = PACK_EXAMPLES)]
    Pack(Box<PackArgs>),
    /// Turn a packed video back into what it was, bit by bit
    #[command(after_long_help = UNPACK_EXAMPLES)]
    Unpack(UnpackArgs),
    /// List, show, watch, cancel, retry or forget jobs
    #[command(subcommand)]
    Jobs(JobsVerb),
    /// Serve the API and the page, and work on what comes in
    #[command(after_long_help = SERVE_EXAMPLES)]
    Serve(ServeArgs),
    /// Make, list, revoke or replace the keys of the server
    #[command(subcommand, after_long_help = KEYS_EXAMPLES)]
    Keys(KeysVerb),
    /// Say who is told by the server what becomes of jobs, and look at what they were told
    #[command(subcommand, after_long_help = WEBHOOKS_EXAMPLES)]
    Webhooks(WebhooksVerb),
    /// Show what is set and where, or print a file of settings to begin with
    #[command(subcommand)]
    Config(ConfigVerb),
    /// List the models that networks are run from, verify them, or add one
    #[command(subcommand, after_long_help = MODELS_EXAMPLES)]
    Models(ModelsVerb),
    /// Show which GPUs are here and which encoders on them really work
    Gpu,
    /// Show what was found, what works, what is missing and the command that brings it
    Doctor,
    /// Write the manual pages, the shell completions, the reference or the API's description
    Generate(GenerateArgs),
}

/// `reel transcode`.
#[derive(Args, Clone, Debug)]
pub struct TranscodeArgs {
    /// The videos
    #[arg(required = true, value_name = "IN", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,
    /// The result: a file, or a folder (existing, or ending in `/`)
    ///
    /// In a folder each result is called like its input, with the ending of the new format. Missing folders are made.
    #[arg(long, short, required = true, value_name = "OUT", value_hint = ValueHint::AnyPath)]
    pub output: OsString,
    /// What the pipeline wants to know.
    #[command(flatten)]
    pub params: reel_transcode::Params,
}

/// `reel matte`.
#[derive(Args, Clone, Debug)]
pub struct MatteArgs {
    /// The videos, or still pictures; a folder stands for the videos in it
    #[arg(required = true, value_name = "IN", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    /// The result: a file, or a folder (existing, or ending in `/`)
    ///
    /// Its ending says the format unless --format does: .webm, .mov (ProRes), .mkv (FFV1), .png. In a folder each result is called like
    /// its input. Missing folders are made.
    #[arg(long, short, required = true, value_name = "OUT", value_hint = ValueHint::AnyPath)]
    pub output: OsString,
    /// The network for --model rvm or onnx, an ONNX file of yours
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub weights: Option<PathBuf>,
    /// What stands behind the people instead of nothing: #RRGGBB, blur, or a picture; makes MP4
    #[arg(long, value_name = "#HEX|blur|FILE", value_hint = ValueHint::FilePath)]
    pub background: Option<OsString>,
    /// What is said of several films before the start: what they will take (and no, where the disks do not do), only that, or nothing
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub forecast: ForecastWish,
    /// Append a line for each event to this file [default: for several films matte.log in the state folder]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// What the pipeline wants to know.
    #[command(flatten)]
    pub params: reel_matte::Params,
}

/// `reel pack`.
#[derive(Args, Clone, Debug)]
pub struct PackArgs {
    /// What is packed: a file as it is; a folder, or several inputs, as one tar stream
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    /// The video: a file, or a folder (existing, or ending in `/`)
    #[arg(long, short, required = true, value_name = "OUT", value_hint = ValueHint::AnyPath)]
    pub output: OsString,
    /// Encrypt everything, name and size too; asks for a passphrase unless one of the next two or REEL_PASSPHRASE is given
    #[arg(long)]
    pub encrypt: bool,
    /// Where the key comes from.
    #[command(flatten)]
    pub key: KeyArgs,
    /// What the pipeline wants to know.
    #[command(flatten)]
    pub params: reel_pack::PackParams,
}

/// `reel unpack`.
#[derive(Args, Clone, Debug)]
pub struct UnpackArgs {
    /// The video; further copies of it mend what one has lost
    #[arg(required = true, value_name = "VIDEO", value_hint = ValueHint::FilePath)]
    pub videos: Vec<PathBuf>,
    /// Where it goes: a file, or a folder [default: here, under its own name]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub output: Option<OsString>,
    /// Only say what is in the video
    #[arg(long)]
    pub list: bool,
    /// Where the key of an encrypted video comes from.
    #[command(flatten)]
    pub key: KeyArgs,
    /// What the pipeline wants to know.
    #[command(flatten)]
    pub params: reel_pack::UnpackParams,
}

/// `reel jobs …`. A job is named by its id or by the beginning of it.
#[derive(Subcommand, Clone, Debug)]
pub enum JobsVerb {
    /// List jobs, newest first
    List {
        /// Only jobs in this state
        #[arg(long, value_enum, value_name = "STATE")]
        only: Option<StateArg>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Show one job with its chunks, attempts and reasons
    Show {
        /// The job, or the beginning of its id
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// Follow jobs until they end; without a name, all that are under way
    Watch {
        /// The jobs, or the beginnings of their ids
        #[arg(value_name = "JOB")]
        jobs: Vec<String>,
    },
    /// Stop jobs; what they have finished is kept for a retry
    Cancel {
        /// The jobs, or the beginnings of their ids
        #[arg(required = true, value_name = "JOB")]
        jobs: Vec<String>,
    },
    /// Queue failed or cancelled jobs again; their command then goes on with them
    Retry {
        /// The jobs, or the beginnings of their ids
        #[arg(required = true, value_name = "JOB")]
        jobs: Vec<String>,
    },
    /// Forget jobs that have ended, and remove what they left in the state folder
    Forget {
        /// The jobs, or the beginnings of their ids
        #[arg(required = true, value_name = "JOB")]
        jobs: Vec<String>,
    },
}

/// A job's state as typed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the state of the same name")]
pub enum StateArg {
    Queued,
    Planning,
    Running,
    Assembling,
    Completed,
    Failed,
    Cancelled,
}

impl From<StateArg> for JobState {
    fn from(state: StateArg) -> Self {
        match state {
            StateArg::Queued => Self::Queued,
            StateArg::Planning => Self::Planning,
            StateArg::Running => Self::Running,
            StateArg::Assembling => Self::Assembling,
            StateArg::Completed => Self::Completed,
            StateArg::Failed => Self::Failed,
            StateArg::Cancelled => Self::Cancelled,
        }
    }
}

/// `reel generate`.
#[derive(Args, Clone, Debug)]
pub struct GenerateArgs {
    /// What to write
    #[arg(value_enum, value_name = "WHAT")]
    pub what: Generated,
    /// Into which folder; made if missing
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// What can be generated.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Generated {
    /// Manual pages: reel.1 and one for each verb
    Man,
    /// Completions for bash, zsh and fish
    Completions,
    /// The page of all flags: cli.md
    Reference,
    /// The description of the server's API: openapi.json
    Openapi,
}

const TRANSCODE_EXAMPLES: &str = "\
Examples:
  reel transcode in.mov -o out.mp4
      H.264 in MP4, on a GPU where one works
  reel transcode in.mkv -o out.mp4 --codec hevc --resolution 720p
      smaller, in HEVC
  reel transcode a.mp4 b.mp4 -o folder/ --codec av1 --json
      several files, for a program to read
  reel transcode in.mp4 -o out.webm --codec vp9 --device cpu --force
      VP9 on the CPU, replacing out.webm

The same command again joins, resumes or delivers the same job. The output appears whole and verified, or not at all.";

const MATTE_EXAMPLES: &str = "\
Examples:
  reel matte talk.mp4 -o talk.webm
      people on nothing: VP9 with alpha, plays in browsers
  reel matte studio.mp4 -o studio.mov --model chroma
      in front of a green screen, for an editor: ProRes 4444
  reel matte talk.mp4 -o talk.mp4 --background beach.jpg
      people on a picture, as plain video
  reel matte clips/ -o mattes/ --format webm
      all videos of a folder
  reel matte dance.mp4 -o look.png --preview
      nine frames on a checkerboard, to look at first";

const PACK_EXAMPLES: &str = "\
Examples:
  reel pack holiday.zip -o holiday.avi
      98 % of the video is payload; keep it, copy it, but let nobody re-encode it
  reel pack photos/ notes.txt -o backup.avi --error-correction-ratio 0.2
      a folder and a file, and a fifth more for repair

`reel unpack` needs no parameters: the pictures say how they are read.";

const UNPACK_EXAMPLES: &str = "\
Examples:
  reel unpack holiday.avi
      writes holiday.zip here
  reel unpack copy1.avi copy2.mkv -o restored/
      two damaged copies of one video mend each other
  reel unpack --list holiday.avi
      only says what is in it

Nothing is written unless the whole file has its SHA-256.";

const SERVE_EXAMPLES: &str = "\
Examples:
  reel serve
      the page and the API at http://127.0.0.1:8080, for this machine only
  curl -F video=@film.mp4 http://127.0.0.1:8080/api/v1/videos/upload
      sends it a film; the answer names it
  reel serve --listen 127.0.0.1:0 --json
      any free port, told in a line for a program

Ctrl-C stops it: chunks under way are given back, and the next start goes on with them.";

const WEBHOOKS_EXAMPLES: &str = "\
Examples:
  reel webhooks create https://example.org/reel
      prints the secret that messages are signed with; a running server tells from then on
  reel webhooks ping 0f3k9m2p7q1r5s8t
      tells that address something, to see whether it arrives
  reel webhooks deliveries --only dead
      what was tried for a day and given up
  reel webhooks replay --dead 0f3k9m2p7q1r5s8t
      tells all of it again";

const KEYS_EXAMPLES: &str = "\
Examples:
  reel keys create --name laptop --scope admin
      the first key: prints it, and from now on nobody uses the server without one
  reel serve --listen 0.0.0.0:8080
      with a key made, other machines may reach it
  reel keys create --name partner --tenant partner --scope write --expires 90d
      a tenant of its own, that sees nothing of yours
  reel keys rotate 0f3k9m2p7q1r5s8t
      a new key in its place; the old one is good for another day

A server that runs notices within half a second.";

const MODELS_EXAMPLES: &str = "\
Examples:
  reel models list
      which there are, which of them are here, under which licence
  reel models verify
      reads every file again, compares checksums, runs each network once
  reel models add rvm rvm_mobilenetv3_fp32.onnx --licence GPL-3.0 --source https://github.com/PeterL1n/RobustVideoMatting
      copies a network of yours in, once it was seen to run

`scripts/models` brings ONNX Runtime and the models that are free to give out.";

fn after_long_help() -> String {
    let codes: String = exit::ALL.iter().map(|(code, sentence)| format!("{code:>5}  {sentence}\n")).collect();
    format!(
        "Examples:\n  reel transcode in.mov -o out.mp4\n  reel jobs watch\n  reel doctor\n\n\
         Exit codes (of several inputs the worst one counts: 130, 1, 4, 2, 3, 5, 0):\n{codes}\n\
         Environment: REEL_STATE, REEL_SERVER and so on stand for the flags of the same name (`reel config show` \
         lists them), REEL_API_KEY is the key for a server, NO_COLOR turns colour off, REEL_LOG=info shows what the engine does."
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_verb_takes_a_common_flag_for_itself() {
        for words in
            [&["jobs", "list", "--only", "failed"][..], &["jobs", "show", "x"], &["gpu"], &["doctor"]]
        {
            Cli::try_parse_from(std::iter::once("reel").chain(words.iter().copied())).unwrap();
        }
    }

    #[test]
    fn the_device_is_understood_on_both_sides_of_the_verb() {
        for words in [["--device", "cpu", "gpu"], ["gpu", "--device", "cpu"]] {
            let cli = Cli::try_parse_from(std::iter::once("reel").chain(words)).unwrap();
            assert_eq!(cli.common.device, DeviceWish::Cpu);
        }
    }

    #[test]
    fn names_with_a_leading_dash_pass_after_a_double_dash() {
        let cli = Cli::try_parse_from(["reel", "transcode", "-o", "./-b.mp4", "--", "-a.mp4"]).unwrap();
        let Verb::Transcode(args) = cli.verb else { panic!("another verb") };
        assert_eq!(args.inputs, [PathBuf::from("-a.mp4")]);
    }
}
