//! Which file systems cannot hold a queue: those where locks do not reach every machine.

use std::path::Path;

use crate::error::QueueError;

/// Fails by name when the folder is on a network file system.
pub(super) fn refuse_network(folder: &Path) -> Result<(), QueueError> {
    match network_kind(magic(folder)?) {
        Some(kind) => Err(QueueError::NetworkFileSystem { path: folder.to_owned(), kind: kind.to_owned() }),
        None => Ok(()),
    }
}

/// The system's number for the folder's file system; 0 where it has none.
#[cfg(target_os = "linux")]
fn magic(folder: &Path) -> Result<u32, QueueError> {
    let found = rustix::fs::statfs(folder)
        .map_err(|errno| QueueError::Folder { path: folder.to_owned(), source: errno.into() })?;
    // The kernel's numbers have 32 bits; on some machines the field is wider and signed.
    Ok(found.f_type as u32)
}

#[cfg(not(target_os = "linux"))]
fn magic(_folder: &Path) -> Result<u32, QueueError> {
    Ok(0)
}

/// The name of a network file system by the number in `statfs(2)`. What runs over FUSE (`sshfs`, `s3fs`) cannot be
/// told from a local one and is allowed.
fn network_kind(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("nfs"),
        0x517B => Some("smb"),
        0xFF53_4D42 => Some("cifs"),
        0xFE53_4D42 => Some("smb2"),
        0x0102_1997 => Some("9p"),
        0x00C3_6400 => Some("ceph"),
        0x5346_414F => Some("afs"),
        0x0BD0_0BD0 => Some("lustre"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_their_number() {
        let names = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x00C3_6400].map(network_kind);
        assert_eq!(names.map(Option::unwrap), ["nfs", "smb", "cifs", "smb2", "9p", "ceph"]);
    }

    #[test]
    fn local_file_systems_and_fuse_are_allowed() {
        let (ext4, xfs, btrfs, tmpfs, overlay, zfs, fuse) =
            (0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1, 0x6573_5546);
        for magic in [ext4, xfs, btrfs, tmpfs, overlay, zfs, fuse] {
            assert_eq!(network_kind(magic), None, "{magic:#x}");
        }
    }
}
