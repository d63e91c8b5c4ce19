//! Any bytes as a frame's body and as its metadata: what parses is written again as it was read.
//! With `REEL_FUZZ_SEEDS` it writes the seeds of all targets into that folder and ends.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use reel_fuzz::bodies::{forge_run, reseal};
use reel_fuzz::seeds;
use reel_pack::frame::{Metadata, parse_frame, write_header};
use reel_pack::stream::names::base_name;

fuzz_target!(init: seeds::write_when_asked(), |bytes: &[u8]| {
    if let Ok(frame) = parse_frame(bytes) {
        let mut again = Vec::new();
        let written = write_header(&frame.header, frame.metadata, &frame.runs, &mut again);
        assert!(written.is_ok() && bytes.starts_with(&again));
        let mut symbols = frame.symbols();
        let good = symbols.by_ref().count() as u64;
        assert_eq!(good + symbols.bad_count(), frame.announced_count());
        check_metadata(frame.metadata);
    }
    check_metadata(bytes);
});

fn check_metadata(bytes: &[u8]) {
    let Ok(metadata) = Metadata::parse(bytes) else { return };
    if let Some(name) = &metadata.name {
        let base = base_name(name);
        assert!(!base.is_empty() && base != "." && base != ".." && !base.contains(['/', '\\', '\0']));
    }
    if let Ok(again) = metadata.to_bytes() {
        assert_eq!(Metadata::parse(&again).ok(), Some(metadata));
    }
}

fuzz_mutator!(|bytes: &mut [u8], size: usize, size_max: usize, seed: u32| {
    let mut random = fastrand::Rng::with_seed(seed.into());
    let size = match random.u8(..4) {
        0 => {
            forge_run(&mut bytes[..size], &mut random);
            size
        }
        _ => fuzzer_mutate(bytes, size, size_max),
    };
    if bytes.starts_with(b"RLPK") && random.u8(..8) > 0 {
        reseal(&mut bytes[..size]);
    }
    size
});
