//! The step machine behind a lock.

/// A queue in memory; gone with the process.
pub struct MemoryQueue;
