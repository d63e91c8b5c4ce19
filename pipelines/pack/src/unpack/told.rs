//! What a person is told of what came out.

use serde::Serialize;

use super::facts::Facts;
use crate::accelerator::DeviceTold;
use crate::collect::Outcome;
use crate::frame::ContentKind;

/// What the result says, beside the file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Told {
    /// Base name of what was packed; this and its digest are not told where they were sealed, since this is kept.
    name: Option<String>,
    /// `file` or `tar`.
    kind: ContentKind,
    /// Whether the whole has the digest that the video names.
    exact: bool,
    /// The digest that the video names, hex.
    content_sha256: Option<String>,
    /// The same under the name that it has elsewhere.
    sha256: Option<String>,
    /// The first 16 digits of it.
    checksum: Option<String>,
    /// Bytes of the whole.
    content_bytes: u64,
    /// Bytes that could not be had; zeros stand in their place.
    holes: Vec<ByteRange>,
    /// The part of the repair symbols that the worst block did not need, 0 to 1.
    margin: Option<f64>,
    /// Repair symbols that were needed.
    repair_used: u64,
    /// Pictures that could not be read.
    bad_frames: u64,
    /// Symbols whose checksum did not hold.
    bad_symbols: u64,
    /// What the job came to.
    stage: &'static str,
    /// What was decided for a person.
    decisions: Vec<String>,
    /// What measured cells, where there were any.
    #[serde(flatten)]
    device: Option<DeviceTold>,
}

/// Half open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(super) struct ByteRange {
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// `digest_holds`: whether the whole has its SHA-256, as far as there are no holes.
pub(super) fn told(facts: &Facts, outcome: &Outcome, holes: Vec<ByteRange>, digest_holds: bool) -> Told {
    let sha256 = facts.metadata.sha256.clone().filter(|_| !facts.is_sealed);
    let content_bytes = facts.metadata.size.unwrap_or(0);
    let exact = holes.is_empty() && digest_holds;
    let mut decisions = Vec::new();
    if let Some(margin) = outcome.margin {
        decisions.push(format!("{:.0} % of repair unused", margin * 100.0));
    }
    let part_count = facts.metadata.part_count.unwrap_or(0);
    decisions
        .extend(facts.missing_parts.iter().map(|part| format!("part {part} of {part_count} was not given")));
    decisions.extend(holes.iter().map(|hole| format!("missing: bytes {} to {}", hole.begin, hole.end)));
    if facts.params.verify && exact {
        let named = sha256.as_ref().map(|sha256| format!(" {sha256}")).unwrap_or_default();
        decisions.insert(0, format!("all {content_bytes} bytes are there and have their SHA-256{named}"));
    }
    if holes.is_empty() && !digest_holds {
        decisions
            .push("every block holds and yet the whole has another SHA-256 than the video names".to_owned());
    }
    Told {
        name: facts.metadata.name.clone().filter(|_| !facts.is_sealed),
        kind: facts.metadata.kind,
        exact,
        content_sha256: sha256.clone(),
        checksum: sha256.as_ref().map(|sha256| sha256.chars().take(16).collect()),
        sha256,
        content_bytes,
        holes,
        margin: outcome.margin,
        repair_used: outcome.repair_used,
        bad_frames: outcome.bad_frames,
        bad_symbols: outcome.bad_symbols,
        stage: "completed",
        decisions,
        device: outcome.device.clone(),
    }
}

/// The holes as bytes of the content.
pub(super) fn byte_ranges(facts: &Facts, outcome: &Outcome) -> Vec<ByteRange> {
    let block_bytes = u64::from(facts.metadata.block_bytes);
    let size = facts.metadata.size.unwrap_or(0);
    let range = |first: u32, count: u32| ByteRange {
        begin: u64::from(first) * block_bytes,
        end: ((u64::from(first) + u64::from(count)) * block_bytes).min(size),
    };
    outcome.holes.iter().map(|hole| range(hole.first_block, hole.block_count)).collect()
}
