//! Objects as files in a folder: written beside their place, synced, then renamed.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::digest::{Sha256Reader, sha256_of_file};
use crate::error::StoreError;
use crate::store::{ObjectInfo, Store, Stored};

/// A store in a folder of this machine.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
    parts: AtomicU64,
}

impl FolderStore {
    /// Opens the folder; makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`] when it cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|e| StoreError::io("make", &root, e))?;
        Ok(Self { root, parts: AtomicU64::new(0) })
    }

    fn place(&self, key: &str) -> Result<PathBuf, StoreError> {
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
                && matches!(Path::new(part).components().next(), Some(Component::Normal(_)))
        };
        if key.split('/').all(plain) {
            Ok(self.root.join(key))
        } else {
            Err(StoreError::BadKey { key: key.to_owned() })
        }
    }

    /// Objects and part files whose key begins with `prefix`, in order. What others remove meanwhile is not there.
    fn files(&self, prefix: &str) -> Result<Vec<ObjectInfo>, StoreError> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let Some(entries) = unless_gone("list", &folder, fs::read_dir(&folder))? else { continue };
            for entry in entries {
                let entry = entry.map_err(|e| StoreError::io("list", &folder, e))?;
                let path = entry.path();
                let Ok(key) = path.strip_prefix(&self.root) else { continue };
                let key = key.to_string_lossy().into_owned();
                let Some(meta) = unless_gone("look at", &path, entry.metadata())? else { continue };
                if meta.is_dir() && (key.starts_with(prefix) || prefix.starts_with(&key)) {
                    folders.push(path);
                } else if meta.is_file() && key.starts_with(prefix) {
                    found.push(ObjectInfo { key, size_bytes: meta.len() });
                }
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// Makes the folder of `place`, lets `write` fill a file beside it, syncs, and renames.
    fn write_whole(
        &self,
        place: &Path,
        write: impl FnOnce(&Path) -> Result<Stored, StoreError>,
    ) -> Result<Stored, StoreError> {
        let folder = place.parent().unwrap_or(&self.root);
        make_folder(folder).map_err(|e| StoreError::io("make", folder, e))?;
        let serial = self.parts.fetch_add(1, Ordering::Relaxed);
        let part = folder.join(format!(".{}-{serial}.part", std::process::id()));
        let stored = write(&part).and_then(|stored| {
            fs::rename(&part, place).map_err(|e| StoreError::io("rename", &part, e))?;
            sync_folder(folder)?;
            Ok(stored)
        });
        if stored.is_err() {
            // Best effort: the first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        stored
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn put_file(&self, key: &str, file: &Path, sha256: Option<String>) -> Result<Stored, StoreError> {
        let place = self.place(key)?;
        self.write_whole(&place, |part| match fs::rename(file, part) {
            Ok(()) => digest_and_sync(part, sha256),
            Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
                let stored = copy_and_sync(file, part)?;
                fs::remove_file(file).map_err(|e| StoreError::io("remove", file, e))?;
                Ok(stored)
            }
            Err(e) => Err(StoreError::io("take in", file, e)),
        })
    }

    async fn put_bytes(&self, key: &str, bytes: &[u8]) -> Result<Stored, StoreError> {
        let place = self.place(key)?;
        self.write_whole(&place, |part| {
            fs::write(part, bytes).map_err(|e| StoreError::io("write", part, e))?;
            digest_and_sync(part, None)
        })
    }

    async fn local_path(&self, key: &str, _scratch: &Path) -> Result<PathBuf, StoreError> {
        let place = self.place(key)?;
        if place.is_file() { Ok(place) } else { Err(StoreError::NotFound { key: key.to_owned() }) }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>, StoreError> {
        Ok(self.files(prefix)?.into_iter().filter(|file| !is_part(&file.key)).collect())
    }

    /// Part files go too: a writer that was killed leaves one as large as its object.
    async fn remove(&self, prefix: &str) -> Result<u64, StoreError> {
        let files = self.files(prefix)?;
        for file in &files {
            let place = self.place(&file.key)?;
            match fs::remove_file(&place) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(StoreError::io("remove", &place, e)),
            }
        }
        if let Ok(place) = self.place(prefix.trim_end_matches('/')) {
            remove_empty_folders(&place);
        }
        Ok(files.iter().filter(|file| !is_part(&file.key)).count() as u64)
    }

    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let stat =
            rustix::fs::statvfs(&self.root).map_err(|e| StoreError::io("look at", &self.root, e.into()))?;
        Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }
}

/// Whether a key is that of a file that is being written, or whose writer was killed.
fn is_part(key: &str) -> bool {
    key.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

fn unless_gone<T>(doing: &'static str, path: &Path, result: io::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StoreError::io(doing, path, e)),
    }
}

fn digest_and_sync(path: &Path, known_sha256: Option<String>) -> Result<Stored, StoreError> {
    let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
    let (size_bytes, sha256) = match known_sha256 {
        Some(sha256) => (file.metadata().map_err(|e| StoreError::io("look at", path, e))?.len(), sha256),
        None => sha256_of_file(path).map_err(|e| StoreError::io("read", path, e))?,
    };
    file.sync_all().map_err(|e| StoreError::io("sync", path, e))?;
    Ok(Stored { size_bytes, sha256 })
}

fn copy_and_sync(from: &Path, to: &Path) -> Result<Stored, StoreError> {
    let source = File::open(from).map_err(|e| StoreError::io("open", from, e))?;
    let mut reader = Sha256Reader::new(source);
    let mut target = File::create(to).map_err(|e| StoreError::io("make", to, e))?;
    io::copy(&mut reader, &mut target).map_err(|e| StoreError::io("write", to, e))?;
    target.sync_all().map_err(|e| StoreError::io("sync", to, e))?;
    let (size_bytes, sha256) = reader.finish();
    Ok(Stored { size_bytes, sha256 })
}

/// Makes a folder and those above it, each entered durably in the one above: an object that was acknowledged is still
/// found after a power cut.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(above) = folder.parent() else { return Ok(()) };
    make_folder(above)?;
    match fs::create_dir(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => File::open(above).and_then(|above| above.sync_all()),
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| StoreError::io("sync", folder, e))
}

/// Removes `folder` and what is in it as far as there are only empty folders. What is not empty stays.
fn remove_empty_folders(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            remove_empty_folders(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, FolderStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = FolderStore::open(dir.path().join("objects")).unwrap();
        (dir, store)
    }

    #[tokio::test]
    async fn a_file_is_moved_in_and_digested() {
        let (dir, store) = store();
        let file = dir.path().join("out.bin");
        fs::write(&file, b"abc").unwrap();
        let stored = store.put_file("jobs/j/tasks/0.run.0/1/out.bin", &file, None).await.unwrap();
        assert_eq!(stored.size_bytes, 3);
        assert!(stored.sha256.starts_with("ba7816bf"));
        assert!(!file.exists());
        let path = store.local_path("jobs/j/tasks/0.run.0/1/out.bin", dir.path()).await.unwrap();
        assert_eq!(fs::read(path).unwrap(), b"abc");
    }

    #[tokio::test]
    async fn keys_cannot_leave_the_folder() {
        let (_dir, store) = store();
        for key in ["", "/etc/passwd", "a/../b", "..", "a//b", "a/./b", "a b", "a\nb", "ü"] {
            let refused = store.put_bytes(key, b"x").await;
            assert!(matches!(refused, Err(StoreError::BadKey { .. })), "{key:?}");
        }
    }

    #[tokio::test]
    async fn removing_a_prefix_leaves_the_rest() {
        let (_dir, store) = store();
        store.put_bytes("jobs/a/x", b"1").await.unwrap();
        store.put_bytes("jobs/ab/x", b"2").await.unwrap();
        assert_eq!(store.remove("jobs/a/").await.unwrap(), 1);
        let left: Vec<_> = store.list("jobs/").await.unwrap().into_iter().map(|o| o.key).collect();
        assert_eq!(left, ["jobs/ab/x"]);
    }

    #[tokio::test]
    async fn what_is_not_finished_is_not_listed() {
        let (dir, store) = store();
        fs::create_dir_all(dir.path().join("objects/jobs")).unwrap();
        fs::write(dir.path().join("objects/jobs/.7-0.part"), b"half").unwrap();
        assert!(store.list("jobs").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_a_killed_writer_left_goes_with_its_prefix() {
        let (dir, store) = store();
        let folder = dir.path().join("objects/jobs/a/tasks/0.run.0/1");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(".7-0.part"), b"half").unwrap();
        assert_eq!(store.remove("jobs/a/").await.unwrap(), 0);
        assert!(!dir.path().join("objects/jobs/a").exists());
    }
}
