//! The schedules by which RaptorQ codes blocks of a size, kept because making one takes milliseconds.

use std::sync::{Arc, Mutex, PoisonError};

use raptorq::SourceBlockEncodingPlan;

/// Most plans kept.
const PLANS_MAX: usize = 8;
/// Most source symbols that the kept plans may have together; a plan takes about a kilobyte a symbol.
const SYMBOLS_MAX: u32 = 100_000;

static KEPT: Mutex<Vec<(u16, Arc<SourceBlockEncodingPlan>)>> = Mutex::new(Vec::new());

/// The plan for blocks of `source_count` source symbols, shared by all threads.
pub(super) fn plan(source_count: u16) -> Arc<SourceBlockEncodingPlan> {
    if let Some(plan) = recall(source_count) {
        return plan;
    }
    // Made without the lock: others may code meanwhile, and two that make the same one do no harm.
    let plan = Arc::new(SourceBlockEncodingPlan::generate(source_count));
    keep(source_count, &plan);
    plan
}

fn recall(source_count: u16) -> Option<Arc<SourceBlockEncodingPlan>> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let at = kept.iter().position(|(count, _)| *count == source_count)?;
    // The one used last stands last, the one to go stands first.
    let entry = kept.remove(at);
    let plan = Arc::clone(&entry.1);
    kept.push(entry);
    Some(plan)
}

fn keep(source_count: u16, plan: &Arc<SourceBlockEncodingPlan>) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|(count, _)| *count != source_count);
    kept.push((source_count, Arc::clone(plan)));
    let symbols = |kept: &[(u16, _)]| kept.iter().map(|(count, _)| u32::from(*count)).sum::<u32>();
    while kept.len() > 1 && (kept.len() > PLANS_MAX || symbols(&kept) > SYMBOLS_MAX) {
        kept.remove(0);
    }
}
