//! Any bytes as an AVI: the frames found lie within them, one behind the other, and nothing is refused for its numbers alone.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use reel_fuzz::avi::point;
use reel_fuzz::disk::Disk;
use reel_pack::avi::{AviError, find_frames};

fuzz_target!(|bytes: &[u8]| {
    let mut end = 0;
    match find_frames(Disk::new(bytes)) {
        Ok(spans) => {
            for span in spans {
                assert!(span.len > 0 && span.offset >= end && span.end() <= bytes.len() as u64);
                end = span.end();
            }
        }
        // Bytes in memory can always be read: whoever fails to has gone where there are none.
        Err(error) => assert!(!matches!(error, AviError::Read(_)), "{error}"),
    }
});

fuzz_mutator!(|bytes: &mut [u8], size: usize, size_max: usize, seed: u32| {
    let mut random = fastrand::Rng::with_seed(seed.into());
    if random.bool() {
        return fuzzer_mutate(bytes, size, size_max);
    }
    (0..random.usize(1..4)).for_each(|_| point(&mut bytes[..size], &mut random));
    size
});
