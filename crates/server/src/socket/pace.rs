//! How often a job's progress may be told.

use std::collections::HashMap;

use reel_types::JobId;
use tokio::time::{Duration, Instant};

use super::word::Word;

/// Twice a second for each job.
const EVERY: Duration = Duration::from_millis(500);

/// When each job was told of last, and with which word.
#[derive(Debug, Default)]
pub(super) struct Pace {
    told: HashMap<JobId, (Instant, Word)>,
}

impl Pace {
    /// Whether to tell progress now. A new word is always told.
    pub(super) fn may_tell(&mut self, job: &JobId, word: Word, now: Instant) -> bool {
        let may =
            self.told.get(job).is_none_or(|(at, last)| *last != word || now.duration_since(*at) >= EVERY);
        if may {
            self.told.insert(job.clone(), (now, word));
        }
        may
    }

    /// Notes a state that was told, whatever the time.
    pub(super) fn note(&mut self, job: &JobId, word: Word, now: Instant) {
        match word {
            Word::Completed | Word::Stopped | Word::Error => self.told.remove(job),
            _ => self.told.insert(job.clone(), (now, word)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_twice_a_second_and_a_new_word_at_once() {
        let (mut pace, start, job) = (Pace::default(), Instant::now(), JobId::new("a"));
        let mut told = |millis, word| pace.may_tell(&job, word, start + Duration::from_millis(millis));
        let heard: Vec<u64> = (0..3000).filter(|millis| told(*millis, Word::Converting)).collect();
        assert_eq!(heard, [0, 500, 1000, 1500, 2000, 2500]);
        assert!(told(3000, Word::Converting));
        assert!(told(3001, Word::ErrorCorrection));
        assert!(!told(3002, Word::ErrorCorrection));
        assert!(pace.may_tell(&JobId::new("b"), Word::Converting, start), "each job has its own pace");
    }

    #[test]
    fn a_job_that_has_ended_is_forgotten() {
        let (mut pace, now, job) = (Pace::default(), Instant::now(), JobId::new("a"));
        for word in [Word::Completed, Word::Stopped, Word::Error] {
            pace.note(&job, Word::Converting, now);
            assert!(!pace.may_tell(&job, Word::Converting, now));
            pace.note(&job, word, now);
            assert!(pace.told.is_empty());
        }
    }
}
