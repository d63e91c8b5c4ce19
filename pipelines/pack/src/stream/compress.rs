//! zstd where it helps.

/// Level: the default of zstd, about 300 MB/s a core on text.
const LEVEL: i32 = 3;
/// Pieces that are tried before a whole block is.
const SAMPLES: usize = 8;
const SAMPLE_BYTES: usize = 8 << 10;

/// Why stored bytes cannot be decompressed.
#[derive(Debug, thiserror::Error)]
#[error("a block cannot be decompressed to at most {content_bytes_max} bytes: {source}")]
pub struct DecompressError {
    /// Most bytes that were allowed.
    pub content_bytes_max: usize,
    source: std::io::Error,
}

/// The compressed block; `None` when that does not save at least 1 part in 64, as with media and archives.
///
/// A block longer than 128 KiB is skipped after a look at eight pieces of it, so repetitions further apart than a
/// piece is long do not count.
pub fn compressed(content: &[u8]) -> Option<Vec<u8>> {
    if !sample_helps(content) {
        return None;
    }
    let compressed = zstd::bulk::compress(content, LEVEL).ok()?;
    helps(content.len(), compressed.len()).then_some(compressed)
}

/// The content of a compressed block.
///
/// # Errors
/// When it is no zstd frame or holds more than `content_bytes_max` bytes; no more is ever allocated.
pub fn decompressed(stored: &[u8], content_bytes_max: usize) -> Result<Vec<u8>, DecompressError> {
    zstd::bulk::decompress(stored, content_bytes_max)
        .map_err(|source| DecompressError { content_bytes_max, source })
}

fn helps(content_bytes: usize, stored_bytes: usize) -> bool {
    stored_bytes <= content_bytes - content_bytes.div_ceil(64)
}

fn sample_helps(content: &[u8]) -> bool {
    if content.len() <= 2 * SAMPLES * SAMPLE_BYTES {
        return !content.is_empty();
    }
    let step = content.len() / SAMPLES;
    let sample: Vec<u8> =
        content.chunks(step).filter_map(|part| part.get(..SAMPLE_BYTES)).flatten().copied().collect();
    zstd::bulk::compress(&sample, 1).is_ok_and(|compressed| helps(sample.len(), compressed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(bytes: usize) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(5);
        std::iter::repeat_with(|| random.u8(..)).take(bytes).collect()
    }

    #[test]
    fn text_is_compressed_and_comes_back() {
        for lines in [1, 100, 100_000] {
            let text: Vec<u8> = (0..lines)
                .flat_map(|line| format!("line {line} of many lines, all alike\n").into_bytes())
                .collect();
            match compressed(&text) {
                Some(stored) => {
                    assert!(stored.len() * 64 <= text.len() * 63);
                    assert_eq!(decompressed(&stored, text.len()).unwrap(), text);
                }
                None => assert_eq!(lines, 1),
            }
        }
    }

    #[test]
    fn noise_and_nothing_are_stored_as_they_are() {
        for bytes in [0, 1, 1000, 1_000_000] {
            assert_eq!(compressed(&noise(bytes)), None, "{bytes} bytes");
        }
    }

    #[test]
    fn a_block_that_would_grow_beyond_its_bound_is_refused() {
        let stored = compressed(&vec![0; 50_000_000]).unwrap();
        assert!(stored.len() < 10_000);
        assert!(decompressed(&stored, 49_999_999).is_err());
        assert_eq!(decompressed(&stored, 50_000_000).unwrap().len(), 50_000_000);
    }

    #[test]
    fn damaged_blocks_are_refused_or_at_least_bounded() {
        let text = b"all work and no play makes a dull block\n".repeat(1000);
        let stored = compressed(&text).unwrap();
        let mut random = fastrand::Rng::with_seed(9);
        for _ in 0..3000 {
            let mut damaged = stored.clone();
            let at = random.usize(..damaged.len());
            damaged[at] ^= 1 << random.u8(..8);
            damaged.truncate(random.usize(..=damaged.len()));
            assert!(
                decompressed(&damaged, text.len()).is_ok_and(|bytes| bytes.len() <= text.len())
                    || damaged != stored
            );
        }
        assert!(
            decompressed(b"", 100).is_ok_and(|bytes| bytes.is_empty()) || decompressed(b"", 100).is_err()
        );
    }

    #[test]
    #[ignore = "prints timings"]
    fn timing_of_noise_that_is_skipped() {
        let noise = noise(8_192_000);
        let best = (0..20).map(|_| {
            let begin = std::time::Instant::now();
            assert!(compressed(&noise).is_none());
            begin.elapsed()
        });
        println!("a block of noise: {:?}", best.min());
    }
}
