//! A worker that somebody wants to end: it finishes what it has and goes; another does the rest.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use reel_queue::{MemoryQueue, Queue};
use reel_types::{AttemptOutcome, JobState, TaskKind, TaskState, WorkerId};
use tokio::time::{Instant, sleep};

use crate::executor::Script;
use crate::objects::{KeyRule, Objects};
use crate::schedule::{Crew, in_virtual_time, submit};

async fn play() {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let clock = Arc::new(move || 1_000_000 + start.elapsed().as_millis() as i64);
    let queue = Arc::new(MemoryQueue::new(clock));
    let network: Arc<dyn Queue> = queue.clone();
    let (folder, bad) = (folder.path().to_owned(), Arc::new(AtomicBool::new(false)));
    let crew = Crew { folder, network, objects: Objects::default(), keys: KeyRule::WithEpoch, bad };
    let script = Script { chunks: 8, rounds: 1, serial: false, keep: false };
    let job = submit(&queue, 0, &script).await;

    let (handle, _drain) = crew.hire(0);
    let is_run_leased = async || {
        let tasks = queue.tasks(&job).await.unwrap();
        tasks.iter().any(|task| task.id.kind == TaskKind::Run && task.state == TaskState::Leased)
    };
    while !is_run_leased().await {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(queue.drain_worker(&WorkerId::new("w0")).await.unwrap());
    handle.await.unwrap();
    let tasks = queue.tasks(&job).await.unwrap();
    assert!(tasks.iter().all(|task| task.state != TaskState::Leased), "it ended with nothing in its hands");
    assert!(tasks.iter().any(|task| task.state == TaskState::Ready), "it took nothing more");
    let attempts = queue.attempts(&job).await.unwrap();
    assert!(attempts.iter().all(|attempt| attempt.outcome == AttemptOutcome::Done), "it broke nothing off");

    let (handle, drain) = crew.hire(1);
    while !queue.job(&job).await.unwrap().unwrap().state.is_terminal() {
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(queue.job(&job).await.unwrap().unwrap().state, JobState::Completed);
    drain.start();
    handle.await.unwrap();
}

#[test]
fn a_worker_that_should_end_finishes_what_it_has_and_another_does_the_rest() {
    fastrand::seed(0);
    in_virtual_time(play());
}
