//! What can go wrong with media, and with the programs that handle it.

use std::io;
use std::path::{Path, PathBuf};

use reel_device::DeviceFault;
use reel_types::{Failure, FailureKind, shown};

/// One variant for each thing that a person would do something else about.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// A program is neither where it was said to be nor on `PATH`.
    #[error("cannot find {tool} ({searched})")]
    MissingTool {
        /// `ffmpeg` or `ffprobe`.
        tool: String,
        /// Where it was looked for.
        searched: String,
    },
    /// The program is there and does not have an ability that the work needs.
    #[error("{tool} at {path} has no {ability}", path = shown(.path))]
    MissingAbility {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// Which one.
        path: PathBuf,
        /// For example `encoder libx264`.
        ability: String,
    },
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {source}", path = shown(.path))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no byte.
    #[error("{path} is empty", path = shown(.path))]
    EmptyFile {
        /// Which file.
        path: PathBuf,
    },
    /// The file is of no known media format.
    #[error("{path} is not a media file that can be read: {detail}", path = shown(.path))]
    NotMedia {
        /// Which file.
        path: PathBuf,
        /// What was seen instead.
        detail: String,
    },
    /// The file is of a format that is not opened (a playlist, a list of other files).
    #[error("{path} is {format}, which is never opened as a source", path = shown(.path))]
    Refused {
        /// Which file.
        path: PathBuf,
        /// For example `a playlist (HLS)`.
        format: String,
    },
    /// The file holds sound or text, but no pictures.
    #[error("{path} has no video stream", path = shown(.path))]
    NoVideo {
        /// Which file.
        path: PathBuf,
    },
    /// A bare stream of pictures: none has a time.
    #[error("{path} is a raw stream whose pictures have no time stamps", path = shown(.path))]
    NoTimes {
        /// Which file.
        path: PathBuf,
    },
    /// A picture would need more memory than is allowed.
    #[error("{path} claims pictures of {width}x{height}, more than {limit_pixels} pixels", path = shown(.path))]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Claimed width in pixels.
        width: u32,
        /// Claimed height in pixels.
        height: u32,
        /// Most pixels of one picture.
        limit_pixels: u64,
    },
    /// There are more streams than anyone needs.
    #[error("{path} has {count} streams, more than {limit}", path = shown(.path))]
    TooManyStreams {
        /// Which file.
        path: PathBuf,
        /// How many there are.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The end of the file is missing, and what is missing is needed.
    #[error("{path} is cut off: {detail}", path = shown(.path))]
    Truncated {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        detail: String,
    },
    /// The file can be opened, and nothing in it can be decoded as it claims.
    #[error("{path} is damaged: {detail}", path = shown(.path))]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// How it shows.
        detail: String,
    },
    /// A result does not hold what it should.
    #[error("the result did not pass verification: {detail}")]
    Unverified {
        /// The result.
        path: PathBuf,
        /// The first problems.
        detail: String,
    },
    /// Frames or parts that do not fit together were handed in.
    #[error("{0}")]
    Mismatch(String),
    /// A child ended badly.
    #[error("{program} {status}: {reason}\ncommand: {command}{tail}", tail = shown_tail(.stderr_tail))]
    ChildFailed {
        /// The program's name.
        program: String,
        /// For example `exited with 1` or `was killed by signal 9`.
        status: String,
        /// The line of stderr that says most.
        reason: String,
        /// The whole command line, quoted for a shell.
        command: String,
        /// The last lines of its stderr, at most 64 and 16 KiB.
        stderr_tail: String,
    },
    /// A child made no progress and was ended.
    #[error("{program} made no progress for {secs} s and was ended\ncommand: {command}")]
    Stalled {
        /// The program's name.
        program: String,
        /// How long nothing moved.
        secs: u64,
        /// The whole command line, quoted for a shell.
        command: String,
        /// The last lines of its stderr.
        stderr_tail: String,
    },
    /// A child took longer than allowed and was ended.
    #[error("{program} took longer than {secs} s and was ended\ncommand: {command}")]
    TimedOut {
        /// The program's name.
        program: String,
        /// The limit.
        secs: u64,
        /// The whole command line, quoted for a shell.
        command: String,
        /// The last lines of its stderr.
        stderr_tail: String,
    },
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The program could not be started.
    #[error("cannot start {program}: {source}", program = shown(.program))]
    Spawn {
        /// Which program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of ours could not be read or written.
    #[error("cannot {action} {path}: {source}", path = shown(.path))]
    Io {
        /// For example `write`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program wrote something that we do not understand.
    #[error("cannot understand the output of {program}: {detail}")]
    UnexpectedOutput {
        /// The program's name.
        program: &'static str,
        /// What was not understood.
        detail: String,
    },
}

impl MediaError {
    /// The same as data that can be stored and shown: its sort, one sentence, and what to do about it.
    pub fn failure(&self) -> Failure {
        let message = self.to_string();
        let message = message.lines().next().unwrap_or_default().to_owned();
        let failure = Failure::new(self.kind(), message);
        match self.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }

    /// The sort of the failure; it says whether a repeat can help.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::MissingTool { .. } | Self::MissingAbility { .. } => FailureKind::Missing,
            Self::Unreadable { .. }
            | Self::EmptyFile { .. }
            | Self::NotMedia { .. }
            | Self::Refused { .. }
            | Self::NoVideo { .. }
            | Self::NoTimes { .. }
            | Self::TooLarge { .. }
            | Self::TooManyStreams { .. }
            | Self::Truncated { .. }
            | Self::Damaged { .. } => FailureKind::Input,
            Self::Unverified { .. } => FailureKind::Verification,
            Self::ChildFailed { stderr_tail, .. } if says_disk_full(stderr_tail) => FailureKind::Storage,
            Self::ChildFailed { .. } | Self::Stalled { .. } | Self::TimedOut { .. } | Self::Cancelled => {
                FailureKind::Transient
            }
            Self::Io { source, .. } if is_storage(source) => FailureKind::Storage,
            Self::Spawn { source, .. } if source.kind() == io::ErrorKind::NotFound => FailureKind::Missing,
            Self::Io { .. } | Self::Spawn { .. } => FailureKind::Transient,
            Self::Mismatch(_) | Self::UnexpectedOutput { .. } => FailureKind::Internal,
        }
    }

    /// Whether the work ended because somebody asked for it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }

    /// The end of the child's stderr, where there was a child.
    pub fn stderr_tail(&self) -> Option<&str> {
        match self {
            Self::ChildFailed { stderr_tail, .. }
            | Self::Stalled { stderr_tail, .. }
            | Self::TimedOut { stderr_tail, .. } => Some(stderr_tail),
            _ => None,
        }
    }

    /// What a child that failed on the GPU with this UUID means; nothing for what is no child's failure.
    pub fn device_fault(&self, gpu_uuid: Option<&str>) -> Option<DeviceFault> {
        match self {
            Self::Stalled { stderr_tail, secs, .. } | Self::TimedOut { stderr_tail, secs, .. } => {
                let mut fault = DeviceFault::from_process(stderr_tail, None, true, gpu_uuid);
                if stderr_tail.trim().is_empty() {
                    fault.said = format!("no progress for {secs} s");
                }
                Some(fault)
            }
            Self::ChildFailed { stderr_tail, status, .. } => {
                let exit = status.strip_prefix("exited with ").and_then(|code| code.parse().ok());
                Some(DeviceFault::from_process(stderr_tail, exit, false, gpu_uuid))
            }
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::MissingTool { .. } => {
                "install it with `apt-get install ffmpeg` or run `scripts/setup`; one that is elsewhere is named with \
                 --ffmpeg or REEL_FFMPEG"
                    .to_owned()
            }
            Self::MissingAbility { .. } => {
                "install a fuller FFmpeg (`apt-get install ffmpeg` or `scripts/setup`) or choose another codec"
                    .to_owned()
            }
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "check the path".to_owned()
            }
            Self::Unreadable { .. } => "check that the file may be read".to_owned(),
            Self::EmptyFile { .. } => "it may still be uploading: try again with the whole file".to_owned(),
            Self::NotMedia { .. } => "give a video file, for example MP4, MKV, WebM, MOV, TS or AVI".to_owned(),
            Self::Refused { format, .. } if format.contains("picture") => "give a file with moving pictures".to_owned(),
            Self::Refused { .. } => "give the video file itself, not a list that names it".to_owned(),
            Self::NoVideo { .. } => "give a file with pictures".to_owned(),
            Self::NoTimes { .. } => "give the file in which it was recorded, or put it into an MP4 first".to_owned(),
            Self::TooLarge { .. } => "scale it down first, or repair its header".to_owned(),
            Self::TooManyStreams { .. } => {
                "keep the streams you need with `ffmpeg -i IN -map 0:v:0 -map 0:a -c copy OUT`".to_owned()
            }
            Self::Truncated { .. } => "copy or download the file again".to_owned(),
            Self::Damaged { .. } => "try another copy of the file".to_owned(),
            Self::ChildFailed { stderr_tail, .. } if says_disk_full(stderr_tail) => "free some space".to_owned(),
            Self::Io { source, .. } if is_storage(source) => "free some space, or choose another folder".to_owned(),
            _ => return None,
        };
        Some(hint)
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn says_disk_full(stderr: &str) -> bool {
    stderr.contains("No space left on device") || stderr.contains("Disk quota exceeded")
}

fn is_storage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::FileTooLarge
    )
}

fn shown_tail(tail: &str) -> String {
    if tail.is_empty() { String::new() } else { format!("\nstderr:\n{tail}") }
}
