//! Random commands, skewed towards collisions: few jobs, few workers, repeated claims, stale epochs.

use fastrand::Rng;
use reel_types::{
    Artifact, ClaimId, Epoch, Failure, FailureKind, Gap, JobId, JobKey, Millis, Progress, Source, TaskId,
    TaskKind, TaskState, WorkerId,
};
use serde_json::json;

use super::chunk_gen::{chunks, plan};
use crate::command::{Beat, Completion, FailTask, FinishTask, Heartbeat, NewJob, Offer, ReleaseTask};
use crate::machine::{Command, State};

/// How far the clock goes before the next command: mostly little, now and then past a lease or a patience.
pub(super) fn pause(rng: &mut Rng) -> Millis {
    match rng.u32(0..100) {
        0..50 => 0,
        50..85 => rng.i64(1..1_500),
        85..97 => rng.i64(5_000..35_000),
        97..99 => rng.i64(60_000..70_000),
        _ => 700_000,
    }
}

/// The next command, chosen with the state before it in view.
pub(super) fn command(rng: &mut Rng, state: &State) -> Command {
    match rng.u32(0..100) {
        0..10 => submit(rng),
        10..36 => claim(rng, state),
        36..46 => heartbeat(rng, state),
        46..66 => finish(rng, state),
        66..73 => fail(rng, state),
        73..77 => give_back(rng, state),
        77..87 => Command::Release { job: job(rng) },
        87..92 => Command::Sweep,
        92..94 => Command::WorkerGone { worker: worker(rng) },
        94..96 => Command::Cancel { job: job(rng) },
        96..99 => Command::Retry { job: job(rng) },
        _ => Command::Forget { job: job(rng) },
    }
}

fn job(rng: &mut Rng) -> JobId {
    JobId::new(format!("job{}", rng.u32(0..3)))
}

fn worker(rng: &mut Rng) -> WorkerId {
    WorkerId::new(format!("worker{}", rng.u32(0..3)))
}

fn pipeline(number: u32) -> String {
    if number == 0 { "pack" } else { "transcode" }.to_owned()
}

fn submit(rng: &mut Rng) -> Command {
    let id = job(rng);
    // Now and then a job that is the same as another, or another job under a name that is taken.
    let key = if rng.u32(0..8) == 0 { job(rng) } else { id.clone() };
    let number = rng.u32(0..2);
    Command::Submit(NewJob {
        id,
        key: JobKey::new(format!("key of {key}")),
        pipeline: pipeline(number),
        version: number,
        params: json!({ "crf": number, "name": "ä\"\\" }),
        sources: vec![Source::Object {
            key: "k".to_owned(),
            sha256: "00".to_owned(),
            size_bytes: 7,
            filename: "a b.mp4".to_owned(),
        }],
        priority: rng.i32(-1..2),
    })
}

fn claim(rng: &mut Rng, state: &State) -> Command {
    let known = if rng.u32(0..4) == 0 { pick(rng, state.attempts.values()) } else { None };
    let claim = known.map_or_else(|| ClaimId::new(format!("claim{}", rng.u32(..))), |row| row.claim.clone());
    let worker =
        known.filter(|_| rng.u32(0..5) > 0).map_or_else(|| worker(rng), |row| row.attempt.worker.clone());
    Command::Claim(Offer {
        claim,
        worker,
        gpu: rng.u32(0..3) == 0,
        cpu: rng.u32(0..4) > 0,
        threads: rng.u32(0..5),
        memory_bytes: if rng.u32(0..4) == 0 { 1 << 28 } else { u64::MAX },
        pipelines: (0..2).filter(|_| rng.u32(0..5) > 0).map(pipeline).collect(),
        only_jobs: if rng.u32(0..4) == 0 { vec![job(rng), job(rng)] } else { Vec::new() },
        lease_millis: 10_000,
    })
}

fn heartbeat(rng: &mut Rng, state: &State) -> Command {
    let beats = (0..rng.u32(0..3)).map(|_| {
        let (task, epoch) = attempt(rng, state);
        Beat { task, epoch, progress: Progress { done: rng.u64(0..3), total: 2 } }
    });
    Command::Heartbeat(Heartbeat {
        beats: beats.collect(),
        worker: worker(rng),
        gpu: rng.bool(),
        lease_millis: 10_000,
        stall_millis: rng.i64(0..10_000),
    })
}

fn finish(rng: &mut Rng, state: &State) -> Command {
    let (task, epoch) = attempt(rng, state);
    let kind = if rng.u32(0..30) == 0 { TaskKind::Run } else { task.kind };
    let completion = match kind {
        TaskKind::Plan => plan(rng),
        TaskKind::Run => Completion::Ran,
        TaskKind::Assemble if rng.bool() => Completion::NextRound { chunks: chunks(rng, 3) },
        TaskKind::Assemble => Completion::Assembled {
            metadata: json!({ "epoch": epoch, "rate": 29.97 }),
            gaps: vec![Gap { start_secs: 0.1, end_secs: 1.5, reason: "damaged".to_owned() }],
        },
    };
    let output = |number: u32| Artifact {
        name: format!("part{number}"),
        key: task.object_key(epoch, "part"),
        size_bytes: u64::from(number),
        sha256: "ff".to_owned(),
        mime: "video/mp4".to_owned(),
    };
    let outputs = (0..rng.u32(0..3)).map(output).collect();
    Command::Finish(FinishTask { task, epoch, completion, outputs })
}

fn fail(rng: &mut Rng, state: &State) -> Command {
    let (task, epoch) = attempt(rng, state);
    let kind = match rng.u32(0..6) {
        0 => FailureKind::Device,
        1 => FailureKind::Input,
        _ => FailureKind::Transient,
    };
    let failure = Failure::new(kind, "it broke").with_hint("try again");
    Command::Fail(FailTask { task, epoch, failure, jitter_millis: rng.i64(0..300) })
}

fn give_back(rng: &mut Rng, state: &State) -> Command {
    let (task, epoch) = attempt(rng, state);
    Command::GiveBack(ReleaseTask {
        task,
        epoch,
        reason: "drain".to_owned(),
        delay_millis: rng.i64(-1..1_000),
    })
}

/// Mostly an attempt that holds its task, else any, now and then with an epoch that is not its own.
fn attempt(rng: &mut Rng, state: &State) -> (TaskId, Epoch) {
    let held = state.tasks.values().filter(|row| row.task.state == TaskState::Leased);
    let held = held.map(|row| (row.task.id.clone(), row.task.epoch)).collect::<Vec<_>>();
    if !held.is_empty() && rng.u32(0..4) > 0 {
        return held[rng.usize(..held.len())].clone();
    }
    match pick(rng, state.attempts.keys()) {
        Some((task, epoch)) => (task.clone(), (epoch + rng.u64(0..3)).saturating_sub(1)),
        None => (TaskId::run(job(rng), 0, rng.u32(0..3)), rng.u64(0..2)),
    }
}

fn pick<T>(rng: &mut Rng, mut from: impl ExactSizeIterator<Item = T>) -> Option<T> {
    if from.len() == 0 {
        return None;
    }
    let place = rng.usize(..from.len());
    from.nth(place)
}
