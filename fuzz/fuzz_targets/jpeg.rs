//! Any bytes as a JPEG, by the fast path and by the slow one that reads other people's Huffman tables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reel_pack::jpeg::{read_app9, read_frame};

fuzz_target!(|bytes: &[u8]| {
    let mut body = Vec::new();
    let _ = read_app9(bytes);
    if read_frame(bytes, &mut body).is_ok() {
        // A symbol of the entropy stream has two bits at least.
        assert!(body.len() <= 4 * bytes.len());
    }
});
