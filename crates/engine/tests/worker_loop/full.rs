//! The disk of the queue runs full under a worker: one with patience ends with a word, one without waits for room.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reel_engine::{WorkerError, WorkerOptions};
use reel_queue::{MemoryQueue, Queue};
use reel_types::{FailureKind, JobId, JobState, TaskKind, TaskState};
use tokio::time::{Instant, sleep};

use crate::executor::Script;
use crate::network::Network;
use crate::objects::{KeyRule, Objects};
use crate::schedule::{Crew, in_virtual_time, submit};

const PATIENCE: Duration = Duration::from_secs(5);

struct Stage {
    crew: Crew,
    queue: Arc<MemoryQueue>,
    full: Arc<AtomicBool>,
    job: JobId,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let clock = Arc::new(move || 1_000_000 + start.elapsed().as_millis() as i64);
        let queue = Arc::new(MemoryQueue::new(clock));
        let (full, bad) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let network: Arc<dyn Queue> =
            Arc::new(Network { queue: Arc::clone(&queue), bad: Arc::clone(&bad), full: Arc::clone(&full) });
        let folder = kept.path().to_owned();
        let crew = Crew { folder, network, objects: Objects::default(), keys: KeyRule::WithEpoch, bad };
        let job = submit(&queue, 0, &Script { chunks: 8, rounds: 1, serial: true, keep: false }).await;
        Self { crew, queue, full, job, _folder: kept }
    }

    /// Fills the disk as soon as some chunks are done and one is under way.
    async fn fill_in_the_middle(&self) {
        loop {
            let tasks = self.queue.tasks(&self.job).await.unwrap();
            let runs = || tasks.iter().filter(|task| task.id.kind == TaskKind::Run);
            let count = |state| runs().filter(|task| task.state == state).count();
            if count(TaskState::Done) >= 2 && count(TaskState::Leased) >= 1 {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        self.full.store(true, Ordering::SeqCst);
    }

    async fn ends(&self) -> JobState {
        loop {
            let state = self.queue.job(&self.job).await.unwrap().unwrap().state;
            if state.is_terminal() {
                return state;
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Each task was done once, whatever befell its attempts.
    async fn nothing_was_done_twice(&self) {
        let attempts = self.queue.attempts(&self.job).await.unwrap();
        let done = attempts.iter().filter(|attempt| attempt.outcome == reel_types::AttemptOutcome::Done);
        assert_eq!(done.count(), self.queue.tasks(&self.job).await.unwrap().len());
    }
}

#[test]
fn a_worker_with_patience_ends_with_a_word_and_the_next_one_goes_on() {
    fastrand::seed(1);
    in_virtual_time(async {
        let stage = Stage::set().await;
        let options = WorkerOptions { room_patience: Some(PATIENCE), ..WorkerOptions::default() };
        let (worker, drain) = stage.crew.worker(0, options);
        let working = tokio::spawn(worker.run(drain));
        stage.fill_in_the_middle().await;
        let filled_at = Instant::now();
        let Err(WorkerError::NoRoom(failure)) = working.await.unwrap() else { panic!("it ended well") };
        // A chunk takes up to 6 s, its report then waits for as long as the patience goes.
        assert!(filled_at.elapsed() < PATIENCE + Duration::from_secs(15), "{:?}", filled_at.elapsed());
        assert_eq!(failure.kind, FailureKind::Storage);
        assert!(failure.message.contains(stage.crew.folder.to_str().unwrap()), "{failure}");
        assert!(failure.hint.is_some());
        assert!(!stage.queue.job(&stage.job).await.unwrap().unwrap().state.is_terminal());

        stage.full.store(false, Ordering::SeqCst);
        let (again, drain) = stage.crew.hire(1);
        let began = Instant::now();
        assert_eq!(stage.ends().await, JobState::Completed);
        // Not after a lease of 30 s has ended: the first worker's tasks are free at once.
        let retry_and_chunks = Duration::from_secs(80);
        assert!(began.elapsed() < retry_and_chunks, "{:?}", began.elapsed());
        stage.nothing_was_done_twice().await;
        drain.start();
        again.await.unwrap();
    });
}

#[test]
fn a_server_waits_for_room_and_goes_on() {
    fastrand::seed(2);
    in_virtual_time(async {
        let stage = Stage::set().await;
        let (working, drain) = stage.crew.hire(0);
        stage.fill_in_the_middle().await;
        sleep(Duration::from_secs(3600)).await;
        assert!(!working.is_finished(), "it ended of a full disk");
        stage.full.store(false, Ordering::SeqCst);
        assert_eq!(stage.ends().await, JobState::Completed);
        stage.nothing_was_done_twice().await;
        drain.start();
        working.await.unwrap();
    });
}

#[test]
fn one_that_should_stop_does_not_wait_for_room() {
    fastrand::seed(3);
    in_virtual_time(async {
        let stage = Stage::set().await;
        let (working, drain) = stage.crew.hire(0);
        stage.fill_in_the_middle().await;
        sleep(Duration::from_secs(20)).await;
        drain.start();
        let told_at = Instant::now();
        working.await.unwrap();
        assert!(told_at.elapsed() < Duration::from_secs(2), "{:?}", told_at.elapsed());
    });
}
