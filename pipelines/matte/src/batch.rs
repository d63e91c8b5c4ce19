//! How many pictures go through a network at once: fewer when memory runs out, and none is lost.

use std::ops::Range;

use reel_infer::InferError;

use crate::words::BatchSize;

/// The most that a network was seen to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Batch {
    most: usize,
}

impl Batch {
    /// `auto` is what a network is given where nobody says a number.
    pub(crate) fn new(wish: BatchSize, auto: usize) -> Self {
        let most = match wish {
            BatchSize::Auto => auto,
            BatchSize::Most(most) => usize::from(most),
        };
        Self { most: most.max(1) }
    }

    /// Whether so many go through at once.
    pub(crate) fn takes(self, count: usize) -> bool {
        count <= self.most
    }

    /// Runs all of `count` pictures, `most` at once. Whenever memory runs out the same ones are run again in halves, and no more than
    /// that are tried from then on.
    ///
    /// # Errors
    /// As `run`; also when there is no memory for a single one.
    pub(crate) fn run<T>(
        &mut self,
        count: usize,
        mut run: impl FnMut(Range<usize>) -> Result<T, InferError>,
    ) -> Result<Vec<T>, InferError> {
        let mut made = Vec::new();
        let mut begin = 0;
        while begin < count {
            let end = count.min(begin + self.most);
            match run(begin..end) {
                Ok(one) => {
                    made.push(one);
                    begin = end;
                }
                Err(error) if error.is_out_of_memory() && end - begin > 1 => self.halve(end - begin, &error),
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// After a run of `count` pictures for which there was no memory.
    pub(crate) fn halve(&mut self, count: usize, error: &InferError) {
        self.most = (count / 2).max(1);
        tracing::warn!("{error}; {} pictures at once from now on", self.most);
    }
}

#[cfg(test)]
mod tests {
    use reel_infer::Provider;

    use super::*;

    fn full() -> InferError {
        InferError::OutOfMemory { on: Provider::Cuda(0), detail: "CUDA failure 2: out of memory".to_owned() }
    }

    #[test]
    fn memory_that_runs_out_halves_the_batch_and_loses_nothing() {
        for room in 1..=16 {
            let mut batch = Batch::new(BatchSize::Auto, 16);
            let mut seen = Vec::new();
            let mut tries = 0;
            for _ in 0..3 {
                let made = batch.run(21, |range| {
                    tries += 1;
                    if range.len() > room { Err(full()) } else { Ok(range.collect::<Vec<_>>()) }
                });
                seen.extend(made.unwrap().concat());
            }
            assert_eq!(
                seen,
                [0..21, 0..21, 0..21].into_iter().flatten().collect::<Vec<_>>(),
                "room for {room}"
            );
            // It is remembered: only the first time fails, and only as often as a number can be halved.
            let runs = 3 * 21_usize.div_ceil(batch.most);
            assert!(tries <= runs + 5, "{tries} tries with room for {room}");
        }
    }

    #[test]
    fn a_person_says_how_many_at_most() {
        let mut batch = Batch::new(BatchSize::Most(2), 16);
        assert_eq!(batch.run(5, Ok).unwrap(), [0..2, 2..4, 4..5]);
        assert!(batch.takes(2) && !batch.takes(3));
    }

    #[test]
    fn where_one_is_too_many_the_error_is_told() {
        let mut batch = Batch::new(BatchSize::Auto, 4);
        assert!(batch.run(3, |_| Err::<(), _>(full())).unwrap_err().is_out_of_memory());
        let other = InferError::Mismatch { detail: "no".to_owned() };
        let mut tries = 0;
        let failed = batch.run(3, |_| {
            tries += 1;
            Err::<(), _>(InferError::Mismatch { detail: other.to_string() })
        });
        assert!(failed.is_err() && tries == 1);
    }
}
