//! What this process has learned about GPUs while working: options that one lacks, jobs that gave up on them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reel_types::JobId;

use crate::args::Dropped;
use crate::codec::Encoder;

/// Jobs that are remembered; more are rarely under way at once.
const JOBS_MAX: usize = 64;

/// Shared by the chunks of all jobs, so that a fault costs one process and not one a chunk.
#[derive(Clone, Default, Debug)]
pub(crate) struct GpuMemory {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default, Debug)]
struct Inner {
    lacking: BTreeMap<(String, Encoder), Dropped>,
    gave_up: VecDeque<(JobId, String)>,
}

impl GpuMemory {
    /// The options without which this encoder works on this GPU.
    pub(crate) fn lacking(&self, gpu_uuid: &str, encoder: Encoder) -> Dropped {
        self.lock().lacking.get(&(gpu_uuid.to_owned(), encoder)).cloned().unwrap_or_default()
    }

    /// It worked without these.
    pub(crate) fn lacks(&self, gpu_uuid: &str, encoder: Encoder, dropped: Dropped) {
        self.lock().lacking.insert((gpu_uuid.to_owned(), encoder), dropped);
    }

    /// Why a chunk of this job gave up on GPUs. Its rendition is made by the CPU then, so no other chunk need try.
    pub(crate) fn gave_up(&self, job: &JobId) -> Option<String> {
        self.lock().gave_up.iter().find(|(known, _)| known == job).map(|(_, why)| why.clone())
    }

    /// A chunk of this job gave up.
    pub(crate) fn give_up(&self, job: &JobId, why: &str) {
        let mut inner = self.lock();
        inner.gave_up.push_back((job.clone(), why.to_owned()));
        while inner.gave_up.len() > JOBS_MAX {
            inner.gave_up.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jobs_that_gave_up_longest_ago_are_forgotten() {
        let memory = GpuMemory::default();
        for number in 0..=JOBS_MAX {
            memory.give_up(&JobId::new(number.to_string()), "it broke");
        }
        assert_eq!(memory.gave_up(&JobId::new("0")), None);
        assert_eq!(memory.gave_up(&JobId::new("1")).as_deref(), Some("it broke"));
    }
}
