//! FFmpeg's programs, where one of the parts they play meets a fault.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reel_testkit::fake_ffmpeg::real_ffmpeg;
use tempfile::TempDir;

const SCRIPT: &str = include_str!("fake.sh");

/// What a child does for a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Gives the pictures of the film.
    Decoder,
    /// Encodes the colours.
    Colour,
    /// Encodes the matte.
    Alpha,
    /// Encodes the sound.
    Sound,
    /// Looks at the source.
    Probe,
    /// Decodes parts of the result again.
    Check,
}

/// How it fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// By SIGKILL.
    Dies,
    /// By SIGSTOP: it is there and does nothing.
    Stops,
    /// With exit code 3 and a word of complaint.
    Exits,
    /// Too early, and says that all is well.
    Quits,
    /// Writes what is not asked for.
    Rubbish,
    /// Never begins.
    Sleeps,
    /// Does nothing but complain, without end.
    Chatters,
}

/// When it fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    /// Each time, or the first time alone.
    pub(crate) always: bool,
    /// After so many bytes, in or out.
    pub(crate) bytes: u64,
}

/// Both programs; removed when dropped.
pub(crate) struct Fake {
    folder: TempDir,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Decoder => "decoder",
            Self::Colour => "colour",
            Self::Alpha => "alpha",
            Self::Sound => "sound",
            Self::Probe => "probe",
            Self::Check => "check",
        }
    }
}

impl Fault {
    fn as_str(self) -> &'static str {
        match self {
            Self::Dies => "dies",
            Self::Stops => "stops",
            Self::Exits => "exits",
            Self::Quits => "quits",
            Self::Rubbish => "rubbish",
            Self::Sleeps => "sleeps",
            Self::Chatters => "chatters",
        }
    }
}

impl Fake {
    pub(crate) fn new(role: Role, fault: Fault, moment: Moment) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let real = real_ffmpeg().unwrap();
        for (name, other) in [("ffmpeg", "check"), ("ffprobe", "probe")] {
            let script = SCRIPT
                .replace("@FOLDER@", &format!("'{}'", folder.path().display()))
                .replace("@REAL@", &format!("'{}'", real.with_file_name(name).display()))
                .replace("@FAULT@", fault.as_str())
                .replace("@ROLE@", role.as_str())
                .replace("@ALWAYS@", if moment.always { "yes" } else { "no" })
                .replace("@BYTES@", &moment.bytes.to_string())
                .replace("@OTHER@", other);
            let path = folder.path().join(name);
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ffmpeg")
    }

    /// The folder, which the command line of each of its children names.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Whether a child met the fault.
    pub(crate) fn is_met(&self) -> bool {
        self.folder.path().join("fired").exists()
    }

    /// How long ago the fault was met last; nothing when it was not.
    pub(crate) fn met_ago(&self) -> Option<Duration> {
        let nanos: u64 = fs::read_to_string(self.folder.path().join("met")).ok()?.trim().parse().ok()?;
        SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_nanos(nanos)).ok()
    }
}
