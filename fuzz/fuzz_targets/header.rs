//! Any bytes as a frame's body and as its metadata: what parses is written again as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reel_pack::frame::{Metadata, parse_frame, write_header};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = parse_frame(bytes) {
        let mut again = Vec::new();
        let written = write_header(&frame.header, frame.metadata, &frame.runs, &mut again);
        assert!(written.is_ok() && bytes.starts_with(&again));
    }
    if let Ok(metadata) = Metadata::parse(bytes) {
        assert_eq!(metadata.to_bytes().ok().and_then(|bytes| Metadata::parse(&bytes).ok()), Some(metadata));
    }
});
