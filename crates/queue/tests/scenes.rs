//! What the step machine answers, one scene a test. The backends do the same, command by command.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod scene;

use reel_queue::machine::{Command, Reply};
use reel_queue::{BeatReply, Completion, FinishReply, RetryReply};
use reel_types::{AttemptOutcome, Class, FailureKind, JobState, OnFailedChunk, TaskState};
use scene::{Scene, chunk, planned};

#[test]
fn a_job_goes_from_plan_over_chunks_to_its_result() {
    let mut scene = Scene::with_plan(planned(2, OnFailedChunk::FailJob));
    assert_eq!(scene.job().state, JobState::Running);
    assert_eq!(scene.states(), [TaskState::Done, TaskState::Ready, TaskState::Ready, TaskState::Waiting]);
    for _ in 0..2 {
        let run = scene.claim().unwrap();
        assert_eq!(scene.finish(&run, Completion::Ran), FinishReply::Committed);
    }
    assert_eq!(scene.claim(), None, "the assemble waits for a release");
    assert_eq!(scene.release(), 1);
    assert_eq!(scene.release(), 0);
    let assemble = scene.claim().unwrap();
    assert_eq!(scene.job().state, JobState::Assembling);
    scene.finish(&assemble, scene::assembled());
    assert_eq!(scene.job().state, JobState::Completed);
    assert_eq!(scene.job().outputs.len(), 1);
}

#[test]
fn a_claim_asked_again_gives_the_same_task_while_its_lease_is_alive_and_nothing_after() {
    let mut scene = Scene::submitted();
    let offer = scene.offer();
    let first = scene.claim_with(offer.clone()).unwrap();
    scene.now += 10_000;
    assert_eq!(scene.claim_with(offer.clone()), Some(first));
    scene.now += 1;
    assert_eq!(scene.claim_with(offer.clone()), None);
    scene.sweep();
    scene.now += 500;
    assert_eq!(scene.claim_with(offer), None, "a spent claim opens no second attempt");
}

#[test]
fn a_finish_repeated_was_committed_before_and_a_stale_one_is_refused() {
    let mut scene = Scene::submitted();
    let first = scene.claim().unwrap();
    scene.now += 10_001;
    assert_eq!(scene.sweep().rescued, [(first.task.id.clone(), 1)]);
    scene.now += 500;
    let second = scene.claim().unwrap();
    assert_eq!(second.task.epoch, 2);
    assert_eq!(scene.finish(&first, planned(1, OnFailedChunk::Keep)), FinishReply::LeaseLost);
    assert_eq!(scene.finish(&second, planned(2, OnFailedChunk::Keep)), FinishReply::Committed);
    assert_eq!(scene.finish(&second, planned(2, OnFailedChunk::Keep)), FinishReply::AlreadyCommitted);
    assert_eq!(scene.states().len(), 4);
}

#[test]
fn a_lease_that_has_run_out_still_commits_until_it_is_rescued() {
    let mut scene = Scene::submitted();
    let late = scene.claim().unwrap();
    scene.now += 100_000;
    assert_eq!(scene.finish(&late, planned(0, OnFailedChunk::Keep)), FinishReply::Committed);
    assert_eq!(scene.release(), 1, "a plan without chunks goes straight to its assemble");
}

#[test]
fn three_failures_end_a_task_and_each_waits_twice_as_long() {
    let mut scene = Scene::submitted();
    for wait in [500, 1_000] {
        let attempt = scene.claim().unwrap();
        assert_eq!(scene.fail(&attempt, FailureKind::Transient), FinishReply::Committed);
        assert_eq!(scene.fail(&attempt, FailureKind::Transient), FinishReply::AlreadyCommitted);
        scene.now += wait - 1;
        assert_eq!(scene.claim(), None);
        scene.now += 1;
    }
    let last = scene.claim().unwrap();
    scene.fail(&last, FailureKind::Transient);
    assert_eq!(scene.job().state, JobState::Failed);
    assert_eq!(scene.job().failure.unwrap().kind, FailureKind::Transient);
}

#[test]
fn what_a_repeat_cannot_mend_fails_at_once() {
    let mut scene = Scene::submitted();
    let plan = scene.claim().unwrap();
    scene.fail(&plan, FailureKind::Input);
    assert_eq!(scene.job().state, JobState::Failed);
}

#[test]
fn a_give_back_costs_nothing() {
    let mut scene = Scene::submitted();
    for _ in 0..5 {
        let plan = scene.claim().unwrap();
        assert_eq!(scene.give_back(&plan), FinishReply::Committed);
        assert_eq!(scene.give_back(&plan), FinishReply::AlreadyCommitted);
        assert_eq!(scene.claim(), None, "nobody takes it during the delay");
        scene.now += 200;
    }
    assert_eq!(scene.claim().unwrap().task.failures, 0);
}

#[test]
fn a_kept_failed_chunk_counts_as_ended_for_what_waits_for_it() {
    let mut chunks = vec![chunk(Class::Cpu), chunk(Class::Cpu)];
    chunks[1].after = Some(0);
    let plan = Completion::Planned { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::Keep };
    let mut scene = Scene::with_plan(plan);
    let first = scene.claim().unwrap();
    assert_eq!(scene.claim(), None);
    scene.fail(&first, FailureKind::Device);
    assert_eq!(scene.job().state, JobState::Running);
    assert_eq!(scene.release(), 1);
    let second = scene.claim().unwrap();
    scene.finish(&second, Completion::Ran);
    assert_eq!(scene.release(), 1);
    assert!(scene.claim().is_some());
}

#[test]
fn a_failed_chunk_takes_its_job_along_when_the_plan_says_so() {
    let mut scene = Scene::with_plan(planned(3, OnFailedChunk::FailJob));
    let (first, second) = (scene.claim().unwrap(), scene.claim().unwrap());
    scene.fail(&first, FailureKind::Device);
    assert_eq!(scene.job().state, JobState::Failed);
    assert_eq!(scene.finish(&second, Completion::Ran), FinishReply::LeaseLost);
    let cancelled = TaskState::Cancelled;
    assert_eq!(scene.states(), [TaskState::Done, TaskState::Failed, cancelled, cancelled, cancelled]);
}

#[test]
fn a_plan_that_waits_for_what_cannot_end_fails_its_job() {
    let mut chunks = vec![chunk(Class::Cpu), chunk(Class::Cpu)];
    chunks[0].after = Some(1);
    let plan = Completion::Planned { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::Keep };
    let scene = Scene::with_plan(plan);
    let failure = scene.job().failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Internal);
    assert_eq!(failure.message, "chunk 0 of round 0 waits for chunk 1, which is not before it");
}

#[test]
fn rounds_end_where_the_plan_says() {
    let mut scene = Scene::with_plan(planned(0, OnFailedChunk::Keep));
    scene.release();
    let assemble = scene.claim().unwrap();
    let more = Completion::NextRound { chunks: vec![chunk(Class::Cpu)] };
    assert_eq!(scene.finish(&assemble, more.clone()), FinishReply::Committed);
    assert_eq!(scene.job().round, 1);
    let run = scene.claim().unwrap();
    assert_eq!((run.task.id.round, run.task.id.index), (1, 0));
    scene.finish(&run, Completion::Ran);
    scene.release();
    let assemble = scene.claim().unwrap();
    assert_eq!(scene.finish(&assemble, more.clone()), FinishReply::Committed);
    assert_eq!(scene.finish(&assemble, more), FinishReply::AlreadyCommitted);
    assert_eq!(scene.job().failure.unwrap().kind, FailureKind::RoundsExhausted);
}

#[test]
fn nothing_commits_after_a_cancel() {
    let mut scene = Scene::with_plan(planned(1, OnFailedChunk::Keep));
    let run = scene.claim().unwrap();
    assert_eq!(scene.cancel(), Some(JobState::Cancelled));
    assert_eq!(scene.cancel(), Some(JobState::Cancelled));
    assert_eq!(scene.beat(&run, 1), BeatReply::Lost);
    assert_eq!(scene.finish(&run, Completion::Ran), FinishReply::LeaseLost);
    assert_eq!(scene.fail(&run, FailureKind::Transient), FinishReply::LeaseLost);
    assert_eq!(scene.state.attempts.values().last().unwrap().attempt.outcome, AttemptOutcome::Cancelled);
}

#[test]
fn a_retry_keeps_what_was_committed_and_never_lowers_an_epoch() {
    let mut scene = Scene::with_plan(planned(2, OnFailedChunk::FailJob));
    let (first, second) = (scene.claim().unwrap(), scene.claim().unwrap());
    scene.finish(&first, Completion::Ran);
    scene.fail(&second, FailureKind::Device);
    assert_eq!(scene.retry(), RetryReply::Requeued);
    assert_eq!(scene.retry(), RetryReply::Refreshed);
    assert_eq!(scene.job().state, JobState::Queued);
    assert_eq!(scene.states(), [TaskState::Done, TaskState::Done, TaskState::Ready, TaskState::Waiting]);
    let again = scene.claim().unwrap();
    assert_eq!((again.task.id.clone(), again.task.epoch), (second.task.id.clone(), 2));
    assert_eq!(scene.finish(&second, Completion::Ran), FinishReply::LeaseLost);
    scene.finish(&again, Completion::Ran);
    scene.release();
    let assemble = scene.claim().unwrap();
    scene.finish(&assemble, scene::assembled());
    assert_eq!(scene.job().state, JobState::Completed);
    assert_eq!(scene.retry(), RetryReply::Completed);
}

#[test]
fn a_retried_chunk_waits_again_for_the_one_before_it() {
    let mut chunks = vec![chunk(Class::Cpu), chunk(Class::Cpu)];
    chunks[1].after = Some(0);
    let plan = Completion::Planned { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob };
    let mut scene = Scene::with_plan(plan);
    let first = scene.claim().unwrap();
    scene.fail(&first, FailureKind::Device);
    scene.retry();
    assert_eq!(scene.states(), [TaskState::Done, TaskState::Ready, TaskState::Waiting, TaskState::Waiting]);
}

#[test]
fn a_lease_without_progress_is_not_extended() {
    let mut scene = Scene::submitted();
    let plan = scene.claim().unwrap();
    scene.now += 9_000;
    assert_eq!(scene.beat(&plan, 1), BeatReply::Held);
    scene.now += 4_999;
    assert_eq!(scene.beat(&plan, 1), BeatReply::Held);
    scene.now += 1;
    assert_eq!(scene.beat(&plan, 1), BeatReply::Stalled);
    assert_eq!(scene.beat(&plan, 2), BeatReply::Held);
}

#[test]
fn a_worker_known_to_be_dead_loses_its_leases_at_once() {
    let mut scene = Scene::submitted();
    let plan = scene.claim().unwrap();
    assert_eq!(scene.worker_gone(), 1);
    assert_eq!(scene.worker_gone(), 0);
    assert_eq!(scene.finish(&plan, planned(1, OnFailedChunk::Keep)), FinishReply::LeaseLost);
    let row = scene.state.attempts.values().next().unwrap();
    assert_eq!(
        (row.attempt.outcome, row.attempt.reason.as_deref()),
        (AttemptOutcome::Lost, Some("worker w was lost"))
    );
}

#[test]
fn a_cpu_takes_gpu_else_cpu_work_at_once_when_no_gpu_worker_lives() {
    let mut scene = Scene::with_chunk(Class::GpuElseCpu);
    assert!(!scene.claim().unwrap().on_gpu);
}

#[test]
fn a_cpu_takes_gpu_else_cpu_work_after_30_s_when_a_gpu_worker_lives() {
    let mut scene = Scene::with_chunk(Class::GpuElseCpu);
    for _ in 0..30 {
        scene.gpu_worker_beats();
        assert_eq!(scene.claim(), None);
        scene.now += 1_000;
    }
    assert!(!scene.claim().unwrap().on_gpu);
}

#[test]
fn a_gpu_takes_gpu_else_cpu_work_at_once() {
    let mut scene = Scene::with_chunk(Class::GpuElseCpu);
    let offer = reel_queue::Offer { gpu: true, ..scene.offer() };
    assert!(scene.claim_with(offer).unwrap().on_gpu);
}

#[test]
fn gpu_work_without_any_gpu_worker_for_60_s_fails_by_name() {
    let mut scene = Scene::with_chunk(Class::Gpu);
    scene.gpu_worker_beats();
    assert_eq!(scene.claim(), None);
    scene.now += 59_999;
    assert!(scene.sweep().unserved.is_empty());
    scene.now += 1;
    assert_eq!(scene.sweep().unserved.len(), 1);
    assert_eq!(scene.job().failure.unwrap().kind, FailureKind::NoWorker);
}

#[test]
fn a_task_that_does_not_fit_is_not_given() {
    let mut scene = Scene::with_chunk(Class::Cpu);
    let offer = scene.offer();
    for small in [
        reel_queue::Offer { threads: 1, ..offer.clone() },
        reel_queue::Offer { memory_bytes: (1 << 20) - 1, ..offer.clone() },
        reel_queue::Offer { cpu: false, gpu: true, ..offer.clone() },
        reel_queue::Offer { pipelines: vec!["pose".to_owned()], ..offer.clone() },
        reel_queue::Offer { only_jobs: vec![reel_types::JobId::new("other")], ..offer.clone() },
    ] {
        assert_eq!(scene.claim_with(small), None);
    }
    assert!(scene.claim_with(offer).is_some());
}

#[test]
fn the_longest_chunk_of_the_most_urgent_job_comes_first() {
    let mut chunks = vec![chunk(Class::Cpu), chunk(Class::Cpu)];
    chunks[1].cost = 9;
    let plan = Completion::Planned { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::Keep };
    let mut scene = Scene::with_plan(plan);
    scene.submit("urgent", 5);
    assert_eq!(scene.claim().unwrap().task.id.to_string(), "urgent.0.plan.0");
    assert_eq!(scene.claim().unwrap().task.id.to_string(), "job.0.run.1");
    assert_eq!(scene.claim().unwrap().task.id.to_string(), "job.0.run.0");
}

#[test]
fn the_same_key_finds_the_same_job_and_another_under_its_name_is_refused() {
    let mut scene = Scene::submitted();
    let Reply::Submitted(again) = scene.step(Command::Submit(scene::new_job("job", "job", 0))) else {
        panic!()
    };
    assert!(again.created, "a repeat hears what the first was told");
    let Reply::Submitted(other) = scene.step(Command::Submit(scene::new_job("new", "job", 0))) else {
        panic!()
    };
    assert_eq!((other.id.as_str(), other.created), ("job", false));
    let taken = scene.step(Command::Submit(scene::new_job("job", "else", 0)));
    assert_eq!(taken, Reply::JobIdTaken(reel_types::JobId::new("job")));
}

#[test]
fn a_job_is_forgotten_once_it_has_ended() {
    let mut scene = Scene::submitted();
    let forget = Command::Forget { job: scene.job().id };
    assert_eq!(scene.step(forget.clone()), Reply::Forgotten(false));
    scene.cancel();
    let seq = scene.state.last_seq;
    assert_eq!(scene.step(forget), Reply::Forgotten(true));
    assert!(scene.state.tasks.is_empty() && scene.state.events.is_empty() && scene.state.claims.is_empty());
    scene.submit("next", 0);
    assert_eq!(scene.state.events[0].seq, seq + 1, "a number is never used twice");
}
