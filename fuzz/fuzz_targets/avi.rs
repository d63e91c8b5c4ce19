//! Any bytes as an AVI: the frames found lie within them, one behind the other.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use reel_pack::avi::find_frames;

fuzz_target!(|bytes: &[u8]| {
    let mut end = 0;
    for span in find_frames(Cursor::new(bytes)).unwrap_or_default() {
        assert!(span.offset >= end && span.end() <= bytes.len() as u64);
        end = span.end();
    }
});
