//! An FFmpeg with a GPU that fails by script.
//!
//! [`FakeFfmpeg`] is a shell script in a folder of its own. A job for `h264_nvenc`, `hevc_nvenc` or `av1_nvenc` either
//! meets the fault that was set for its device (`CUDA_VISIBLE_DEVICES`), or is handed to the real FFmpeg with the CPU
//! encoder of the same codec, so that its output verifies. So does a job that decodes with `-hwaccel` alone, under the name
//! `nvdec`: the CPU decodes it. All else goes to the real FFmpeg as it is. Each call is
//! written down.

mod call;
mod fault;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub use call::Call;
pub use fault::GpuFault;
use tempfile::TempDir;

const SCRIPT: &str = include_str!("fake_ffmpeg/fake_ffmpeg.sh");

/// Which jobs meet a fault. The default is all of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Scope {
    /// Only jobs on this device.
    pub device: Option<String>,
    /// Only jobs for this encoder.
    pub encoder: Option<String>,
    /// The probe works, only the real job fails. A job counts as a probe when it reads `-f lavfi`.
    pub spares_probe: bool,
    /// So many real jobs work before the first one fails; the probe works.
    pub spares_jobs: u32,
}

impl Scope {
    /// All jobs on one device.
    pub fn device(uuid: &str) -> Self {
        Self { device: Some(uuid.to_owned()), ..Self::default() }
    }

    /// The same jobs, but not the probe.
    #[must_use]
    pub fn sparing_probe(mut self) -> Self {
        self.spares_probe = true;
        self
    }

    /// The same jobs, but neither the probe nor the first `count` real jobs.
    #[must_use]
    pub fn sparing_jobs(mut self, count: u32) -> Self {
        self.spares_probe = true;
        self.spares_jobs = count;
        self
    }
}

/// Removed with its folder when dropped.
#[derive(Debug)]
pub struct FakeFfmpeg {
    folder: TempDir,
}

impl FakeFfmpeg {
    /// Without faults. Stands before the FFmpeg of `REEL_FFMPEG` or, without that, of `PATH`.
    ///
    /// # Errors
    /// `NotFound` when there is no real FFmpeg; else what the system says about the temporary folder.
    pub fn new() -> io::Result<Self> {
        let real =
            real_ffmpeg().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no ffmpeg in PATH"))?;
        let folder = tempfile::Builder::new().prefix("fake-ffmpeg-").tempdir()?;
        for fault in GpuFault::ALL {
            fs::write(folder.path().join(format!("{}.stderr", fault.as_str())), fault.stderr())?;
        }
        fs::write(folder.path().join("rules"), "")?;
        fs::write(folder.path().join("calls"), "")?;
        let script = SCRIPT.replace("@FOLDER@", &quoted(folder.path())).replace("@REAL@", &quoted(&real));
        let path = folder.path().join("ffmpeg");
        fs::write(&path, script)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(Self { folder })
    }

    /// The executable.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ffmpeg")
    }

    /// Jobs in this scope meet this fault from now on. Of several that fit a job, the one set first counts.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_fault(&self, scope: &Scope, fault: GpuFault) -> io::Result<()> {
        let path = self.folder.path().join("rules");
        let device = scope.device.as_deref().unwrap_or("any");
        let encoder = scope.encoder.as_deref().unwrap_or("any");
        let when = if scope.spares_probe { scope.spares_jobs.to_string() } else { "always".to_owned() };
        let rules = fs::read_to_string(&path)?;
        fs::write(path, format!("{rules}{device} {encoder} {when} {}\n", fault.as_str()))
    }

    /// All works again.
    ///
    /// # Errors
    /// What the system says.
    pub fn clear_faults(&self) -> io::Result<()> {
        fs::write(self.folder.path().join("rules"), "")
    }

    /// What was called so far, in order.
    ///
    /// # Errors
    /// What the system says.
    pub fn calls(&self) -> io::Result<Vec<Call>> {
        Ok(fs::read_to_string(self.folder.path().join("calls"))?.lines().filter_map(Call::parse).collect())
    }

    /// The real jobs on a GPU so far: no probes, no questions, nothing on the CPU.
    ///
    /// # Errors
    /// What the system says.
    pub fn gpu_jobs(&self) -> io::Result<Vec<Call>> {
        Ok(self.calls()?.into_iter().filter(|call| call.encoder.is_some() && !call.is_probe).collect())
    }
}

/// The FFmpeg of this machine: `REEL_FFMPEG`, else the first of `PATH`.
pub fn real_ffmpeg() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("REEL_FFMPEG") {
        return Some(PathBuf::from(path));
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join("ffmpeg")).find(|path| path.is_file())
}

/// In single quotes for `sh`.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
