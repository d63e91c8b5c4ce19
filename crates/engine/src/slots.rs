//! How much more a worker can take on.

use reel_types::Task;

use crate::site::Site;

/// What the running tasks use.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Slots {
    running: Vec<(u32, u64)>,
}

/// What is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Free {
    pub(crate) threads: u32,
    pub(crate) memory_bytes: u64,
}

impl Slots {
    pub(crate) fn take(&mut self, task: &Task) {
        self.running.push((task.spec.threads, task.spec.memory_bytes));
    }

    pub(crate) fn give_back(&mut self, threads: u32, memory_bytes: u64) {
        if let Some(at) = self.running.iter().position(|held| *held == (threads, memory_bytes)) {
            self.running.swap_remove(at);
        }
    }

    /// What may be claimed now, or nothing when `tasks_max` tasks run.
    ///
    /// A worker with nothing heavy under way takes any number of threads, and an idle one any amount of memory: a
    /// plan made for a larger machine still ends.
    pub(crate) fn free(&self, site: &Site, tasks_max: usize) -> Option<Free> {
        if self.running.len() >= tasks_max.max(1) {
            return None;
        }
        let threads_used: u32 = self.running.iter().map(|(threads, _)| threads).sum();
        let memory_used: u64 = self.running.iter().map(|(_, memory_bytes)| memory_bytes).sum();
        let threads = if threads_used == 0 { u32::MAX } else { site.cores.saturating_sub(threads_used) };
        let memory_bytes =
            if self.running.is_empty() { u64::MAX } else { site.memory_bytes.saturating_sub(memory_used) };
        Some(Free { threads, memory_bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: Site = Site { cores: 4, memory_bytes: 1000, gpu: false };

    fn check(running: &[(u32, u64)], expected: Option<(u32, u64)>) {
        let slots = Slots { running: running.to_vec() };
        assert_eq!(slots.free(&SITE, 3).map(|free| (free.threads, free.memory_bytes)), expected);
    }

    #[test]
    fn an_idle_worker_takes_anything() {
        check(&[], Some((u32::MAX, u64::MAX)));
    }

    #[test]
    fn light_work_leaves_all_threads() {
        check(&[(0, 100)], Some((u32::MAX, 900)));
        check(&[(3, 100)], Some((1, 900)));
        check(&[(8, 2000)], Some((0, 0)));
    }

    #[test]
    fn no_more_than_the_bound_run_at_once() {
        check(&[(0, 1), (0, 1), (0, 1)], None);
    }
}
