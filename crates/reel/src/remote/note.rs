//! What this machine remembers of files it sent, so that none is sent twice and a cut upload goes on. In the state folder;
//! losing it costs a second upload and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use reel_engine::submit::job_key;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Where a file stands on a server.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Note {
    /// Under way; the path that takes the rest.
    Partial(String),
    /// Whole; its name there.
    Whole(String),
}

/// The place of one file's note.
#[derive(Clone, Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    /// For a file with this digest and name, on this server.
    pub(super) fn new(state: &Path, url: &str, sha256: &str, filename: &str) -> Self {
        let digest = job_key("upload", 1, &json!([url, sha256, filename]), &[]);
        Self(state.join("remote").join(format!("{}.json", digest.as_str())))
    }

    pub(super) fn read(&self) -> Option<Note> {
        serde_json::from_slice(&fs::read(&self.0).ok()?).ok()
    }

    /// Best effort.
    pub(super) fn write(&self, note: &Note) {
        let written = || -> std::io::Result<()> {
            fs::create_dir_all(self.0.parent().unwrap_or(Path::new(".")))?;
            let beside = self.0.with_extension(format!("{}.part", std::process::id()));
            fs::write(&beside, serde_json::to_vec(note)?)?;
            fs::rename(beside, &self.0)
        };
        if let Err(error) = written() {
            tracing::warn!(%error, path = %self.0.display(), "cannot remember an upload");
        }
    }

    pub(super) fn forget(&self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_found_again_and_belongs_to_one_server_one_digest_and_one_name() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path(), "http://a", "00", "a.mp4");
        assert_eq!(place.read(), None);
        let note = Note::Partial("/api/v1/uploads/1".into());
        place.write(&note);
        assert_eq!(Place::new(dir.path(), "http://a", "00", "a.mp4").read(), Some(note));
        for (url, sha256, name) in
            [("http://b", "00", "a.mp4"), ("http://a", "01", "a.mp4"), ("http://a", "00", "b.mp4")]
        {
            assert_eq!(Place::new(dir.path(), url, sha256, name).read(), None);
        }
        place.forget();
        assert_eq!(place.read(), None);
    }
}
