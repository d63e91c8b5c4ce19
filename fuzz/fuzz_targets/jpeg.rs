//! Any bytes as a JPEG, by the fast path and by the slow one that reads other people's Huffman tables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reel_pack::jpeg::{read_app9, read_frame};

fuzz_target!(|bytes: &[u8]| {
    let mut body = Vec::new();
    let app9 = read_app9(bytes);
    assert!(app9.is_none_or(|app9| app9.len() <= bytes.len()));
    if let Ok(info) = read_frame(bytes, &mut body) {
        // A symbol of the entropy stream has two bits at least.
        assert!(body.len() <= 4 * bytes.len());
        assert!(info.group_count <= info.geometry.group_count_below(info.card_rows));
    }
});
