//! Any bytes as a tar stream: nothing is written outside of the folder, and no link in it leads out.
#![no_main]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use reel_fuzz::records::{insert_entry, reseal};
use reel_pack::stream::tar::extract;

fuzz_target!(|bytes: &[u8]| {
    let Ok(outer) = tempfile::tempdir() else { return };
    let inner = outer.path().join("target");
    if fs::create_dir(&inner).is_err() {
        return;
    }
    let _ = extract(bytes, &inner);
    let beside = fs::read_dir(outer.path()).map_or(0, |entries| entries.count());
    assert_eq!(beside, 1, "something was written beside the folder");
    if let Ok(inner) = inner.canonicalize() {
        check(&inner, &inner);
    }
});

fn check(folder: &Path, inner: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(about) = path.symlink_metadata() else { continue };
        if about.is_symlink() {
            if let Ok(to) = path.canonicalize() {
                assert!(to.starts_with(inner), "{} leads to {}", path.display(), to.display());
            }
            continue;
        }
        assert_eq!(about.permissions().mode() & 0o7000, 0, "{}", path.display());
        if about.is_dir() {
            check(&path, inner);
        }
    }
}

fuzz_mutator!(|bytes: &mut [u8], size: usize, size_max: usize, seed: u32| {
    let mut random = fastrand::Rng::with_seed(seed.into());
    let size = if random.u8(..3) == 0 {
        let mut stream = bytes[..size].to_vec();
        insert_entry(&mut stream, &mut random);
        if stream.len() > size_max {
            return size;
        }
        bytes[..stream.len()].copy_from_slice(&stream);
        stream.len()
    } else {
        fuzzer_mutate(bytes, size, size_max)
    };
    if random.u8(..8) > 0 {
        reseal(&mut bytes[..size]);
    }
    size
});
