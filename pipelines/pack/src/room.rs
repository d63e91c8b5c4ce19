//! Whether the disk has room for what a job will write, asked before it writes anything.

use reel_engine::{RunContext, RunError};
use reel_types::{Failure, FailureKind};

use crate::content::Content;
use crate::params::{Compress, PackParams};
use crate::stream::compress::compressed;

/// Chunks, and the result that is put together from them while they are still there.
const COPIES: f64 = 2.1;
/// How much of the content is tried, and in how many places.
const SAMPLE_BYTES: u64 = 1 << 16;
const SAMPLES: u64 = 32;
/// So small that nobody need count.
const SMALL_BYTES: u64 = 64 << 20;

/// Refuses what will not fit, of a video that has `growth` bytes for each byte that it stores.
///
/// # Errors
/// [`FailureKind::Storage`] with how much is wanted.
pub(crate) fn for_video(
    params: &PackParams,
    growth: f64,
    content: &mut Content,
    cx: &RunContext<'_>,
) -> Result<(), RunError> {
    let is_small = content.len() < SMALL_BYTES && content.len() as f64 * growth < SMALL_BYTES as f64;
    if is_small || content.len() < SAMPLE_BYTES {
        return Ok(());
    }
    let part = match params.compress {
        Compress::Off => 1.0,
        Compress::Auto => sampled_part(content)?,
    };
    refuse_more_than(content.len() as f64 * part * growth * COPIES, cx)
}

/// The same for a file of `size_bytes` that is put together from pieces.
pub(crate) fn for_file(size_bytes: u64, cx: &RunContext<'_>) -> Result<(), RunError> {
    if size_bytes < SMALL_BYTES { Ok(()) } else { refuse_more_than(size_bytes as f64 * COPIES, cx) }
}

/// The same for `bytes` bytes that are only read back.
pub(crate) fn for_scratch(bytes: u64, cx: &RunContext<'_>) -> Result<(), RunError> {
    if bytes < SMALL_BYTES { Ok(()) } else { refuse_more_than(bytes as f64, cx) }
}

/// How small a few stretches get, 0 to 1.
fn sampled_part(content: &mut Content) -> Result<f64, RunError> {
    let mut sample = vec![0; SAMPLE_BYTES as usize];
    let mut after = 0;
    for number in 0..SAMPLES {
        content.read_at((content.len() - SAMPLE_BYTES) / SAMPLES * number, &mut sample)?;
        after += compressed(&sample).map_or(SAMPLE_BYTES, |smaller| smaller.len() as u64);
    }
    Ok(after as f64 / (SAMPLES * SAMPLE_BYTES) as f64)
}

fn refuse_more_than(wanted_bytes: f64, cx: &RunContext<'_>) -> Result<(), RunError> {
    let Some(free) = cx.free_bytes().filter(|free| wanted_bytes > *free as f64) else { return Ok(()) };
    let gigabytes = |bytes: f64| bytes / 1e9;
    let message = format!(
        "{:.1} GB are wanted in the state folder while this is made, and {:.1} GB are free there",
        gigabytes(wanted_bytes),
        gigabytes(free as f64)
    );
    Err(Failure::new(FailureKind::Storage, message)
        .with_hint("free some space, or name a folder on a larger disk with --state")
        .into())
}
