//! Random chunks, small and skewed towards what is hard: `after`, classes, sizes that do not fit.

use fastrand::Rng;
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde_json::{Value, json};

use crate::command::Completion;

/// Up to `count_max` chunks that wait only for earlier ones.
pub(super) fn chunks(rng: &mut Rng, count_max: u32) -> Vec<ChunkSpec> {
    (0..rng.u32(0..=count_max)).map(|index| chunk(rng, index)).collect()
}

fn chunk(rng: &mut Rng, index: u32) -> ChunkSpec {
    let class = match rng.u32(0..4) {
        0 => Class::Gpu,
        1 => Class::GpuElseCpu,
        _ => Class::Cpu,
    };
    ChunkSpec {
        chunk: if rng.bool() { Value::Null } else { json!({ "from": index, "to": index + 1 }) },
        class,
        threads: rng.u32(0..4),
        memory_bytes: u64::from(rng.u32(1..4)) << 28,
        cost: rng.u64(1..4),
        after: (index > 0 && rng.u32(0..3) == 0).then(|| rng.u32(0..index)),
    }
}

/// A plan, now and then one that cannot be.
pub(super) fn plan(rng: &mut Rng) -> Completion {
    let mut chunks = chunks(rng, 4);
    if rng.u32(0..20) == 0
        && let Some(spec) = chunks.first_mut()
    {
        spec.after = Some(rng.u32(0..3));
    }
    let on_failed_chunk = if rng.bool() { OnFailedChunk::Keep } else { OnFailedChunk::FailJob };
    Completion::Planned { chunks, rounds_max: rng.u32(0..5), on_failed_chunk }
}
