//! Any bytes as a tar stream: nothing is written outside of the folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reel_pack::stream::tar::extract;

fuzz_target!(|bytes: &[u8]| {
    let Ok(outer) = tempfile::tempdir() else { return };
    let inner = outer.path().join("target");
    if std::fs::create_dir(&inner).is_err() {
        return;
    }
    let _ = extract(bytes, &inner);
    let beside = std::fs::read_dir(outer.path()).map_or(0, |entries| entries.count());
    assert_eq!(beside, 1, "something was written beside the folder");
});
