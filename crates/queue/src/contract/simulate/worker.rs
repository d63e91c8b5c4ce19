//! A worker process: claim, work, put, finish, release; each said until it is answered.

use fastrand::Rng;
use reel_types::{
    Artifact, ClaimId, Failure, FailureKind, JobId, Millis, OnFailedChunk, Progress, TaskId, TaskKind,
    WorkerId,
};
use serde_json::Value;

use super::agenda::{Happening, Sender, Ticket};
use super::faults::chance;
use super::world::{LEASE_MILLIS, World};
use crate::command::{
    Beat, BeatReply, ClaimReply, Claimed, Completion, FailTask, FinishReply, FinishTask, Heartbeat, Offer,
    ReleaseTask,
};
use crate::contract::chunk_gen::chunks;
use crate::machine::{Command, Reply};

/// How long a worker waits for an answer before saying the same again.
const PATIENCE_MILLIS: Millis = 2_500;
/// Time between two heartbeats.
const BEAT_MILLIS: Millis = 1_500;
/// A lease whose task makes no progress for so long is not extended.
const STALL_MILLIS: Millis = 4_000;

/// One process. `incarnation` tells it from the one that had the same name before.
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) gpu: bool,
    pub(super) alive: bool,
    pub(super) paused_until: Millis,
    pub(super) incarnation: u32,
    pub(super) ticket: u32,
    pub(super) phase: Phase,
    /// Polls without work in a row; it asks less and less often.
    polls: u32,
}

/// What a worker is at.
pub(super) enum Phase {
    Idle,
    Asking(Command),
    Working { task: TaskId, epoch: u64, until: Millis, done: u64 },
    Telling { command: Command, job: JobId },
    Releasing(Command),
}

impl Worker {
    pub(super) fn new(id: WorkerId, gpu: bool) -> Self {
        let phase = Phase::Idle;
        Self { id, gpu, alive: true, paused_until: 0, incarnation: 0, ticket: 0, phase, polls: 0 }
    }
}

impl World<'_> {
    /// Puts a worker into another phase, in which it wakes after a while.
    fn enter(&mut self, place: usize, phase: Phase, wakes_in: Millis) {
        let worker = &mut self.workers[place];
        worker.phase = phase;
        worker.ticket += 1;
        self.set_timer(place, wakes_in);
    }

    pub(super) fn set_timer(&mut self, place: usize, wakes_in: Millis) {
        let ticket = self.ticket(place);
        self.agenda.add(self.now + wakes_in, Happening::Wake(ticket));
    }

    fn ticket(&self, place: usize) -> Ticket {
        let worker = &self.workers[place];
        Ticket { worker: place, incarnation: worker.incarnation, number: worker.ticket }
    }

    fn say(&mut self, place: usize, command: Command) {
        let ticket = self.ticket(place);
        self.send(Sender::Worker(ticket), command);
    }

    /// Whether a message or a timer is for the worker as it is now.
    pub(super) fn is_current(&self, ticket: Ticket) -> bool {
        self.workers[ticket.worker].alive && self.ticket(ticket.worker) == ticket
    }

    /// A worker's timer went off.
    pub(super) fn worker_wakes(&mut self, place: usize) {
        match &self.workers[place].phase {
            Phase::Idle => {
                let command = self.offer(place);
                self.enter(place, Phase::Asking(command.clone()), PATIENCE_MILLIS);
                self.say(place, command);
            }
            Phase::Asking(command) | Phase::Telling { command, .. } | Phase::Releasing(command) => {
                let command = command.clone();
                self.say(place, command);
                self.set_timer(place, PATIENCE_MILLIS);
            }
            Phase::Working { until, .. } if self.now < *until => self.beat(place),
            Phase::Working { task, epoch, .. } => {
                let (task, epoch) = (task.clone(), *epoch);
                let job = task.job.clone();
                let command = self.result(task, epoch);
                // Between the put and the finish a worker can pause or die.
                let pause = self.rng.i64(1..30);
                self.enter(place, Phase::Telling { command, job }, pause);
            }
        }
    }

    fn offer(&mut self, place: usize) -> Command {
        self.claims += 1;
        let worker = &self.workers[place];
        Command::Claim(Offer {
            claim: ClaimId::new(self.claims.to_string()),
            worker: worker.id.clone(),
            gpu: worker.gpu,
            cpu: true,
            threads: 8,
            memory_bytes: u64::MAX,
            pipelines: vec!["p".to_owned()],
            only_jobs: Vec::new(),
            lease_millis: LEASE_MILLIS,
        })
    }

    fn beat(&mut self, place: usize) {
        let worker = &mut self.workers[place];
        let Phase::Working { task, epoch, until, done } = &mut worker.phase else { return };
        *done += 1;
        let beat = Beat {
            task: task.clone(),
            epoch: *epoch,
            progress: Progress { done: *done, ..Progress::default() },
        };
        let wakes_in = (*until - self.now).min(BEAT_MILLIS);
        let heartbeat = Heartbeat {
            worker: worker.id.clone(),
            gpu: worker.gpu,
            beats: vec![beat],
            lease_millis: LEASE_MILLIS,
            stall_millis: STALL_MILLIS,
        };
        self.say(place, Command::Heartbeat(heartbeat));
        self.set_timer(place, wakes_in);
    }

    /// The work is done: its bytes are put, and what is to be told is fixed, whatever happens to the telling.
    fn result(&mut self, task: TaskId, epoch: u64) -> Command {
        if chance(&mut self.rng, self.faults.fail) {
            let kind = if self.rng.u32(0..4) == 0 { FailureKind::Device } else { FailureKind::Transient };
            let failure = Failure::new(kind, "broke");
            return Command::Fail(FailTask { task, epoch, failure, jitter_millis: self.rng.i64(0..200) });
        }
        if chance(&mut self.rng, self.faults.give_back) {
            let reason = "drain".to_owned();
            return Command::GiveBack(ReleaseTask { task, epoch, reason, delay_millis: 100 });
        }
        let key = task.object_key(if self.flaws.keys_have_epochs { epoch } else { 0 }, "o");
        self.store.put(key.clone(), task.clone(), epoch);
        let output =
            Artifact { name: "o".to_owned(), key, size_bytes: 1, sha256: String::new(), mime: String::new() };
        let completion = completion(&mut self.rng, task.kind);
        Command::Finish(FinishTask { task, epoch, completion, outputs: vec![output] })
    }

    /// An answer arrived.
    pub(super) fn worker_hears(&mut self, place: usize, reply: Reply) {
        match (&self.workers[place].phase, reply) {
            (Phase::Asking(_), Reply::Claimed(ClaimReply::Task(claimed))) => self.begin(place, &claimed),
            // It ends, and somebody starts another.
            (Phase::Asking(_), Reply::Claimed(ClaimReply::Draining)) => self.replace(place),
            (Phase::Asking(_), Reply::Claimed(ClaimReply::Nothing)) => {
                let polls = &mut self.workers[place].polls;
                *polls = (*polls + 1).min(3);
                let wakes_in = (500 << *polls) + self.rng.i64(0..500);
                self.enter(place, Phase::Idle, wakes_in);
            }
            (Phase::Working { .. }, Reply::Beats(reply)) if reply.beats.contains(&BeatReply::Lost) => {
                self.enter(place, Phase::Idle, 1);
            }
            (Phase::Telling { .. }, Reply::Finished(FinishReply::LeaseLost)) => {
                self.enter(place, Phase::Idle, 1)
            }
            (Phase::Telling { job, .. }, Reply::Finished(_)) => {
                let release = Command::Release { job: job.clone() };
                self.enter(place, Phase::Releasing(release), 1);
            }
            (Phase::Releasing(_), Reply::Released(_)) => self.enter(place, Phase::Idle, 1),
            _ => {}
        }
    }

    fn replace(&mut self, place: usize) {
        let worker = &mut self.workers[place];
        worker.incarnation += 1;
        worker.id = WorkerId::new(format!("w{place}.{}", worker.incarnation));
        let start = self.rng.i64(1..1_000);
        self.enter(place, Phase::Idle, start);
    }

    fn begin(&mut self, place: usize, claimed: &Claimed) {
        self.workers[place].polls = 0;
        let takes = self.rng.i64(100..4_000);
        let until = self.now + takes;
        let phase =
            Phase::Working { task: claimed.task.id.clone(), epoch: claimed.task.epoch, until, done: 0 };
        self.enter(place, phase, takes.min(BEAT_MILLIS));
    }
}

fn completion(rng: &mut Rng, kind: TaskKind) -> Completion {
    match kind {
        TaskKind::Plan => Completion::Planned {
            chunks: chunks(rng, 4),
            rounds_max: rng.u32(1..4),
            on_failed_chunk: if rng.bool() { OnFailedChunk::Keep } else { OnFailedChunk::FailJob },
        },
        TaskKind::Run => Completion::Ran,
        TaskKind::Assemble if rng.u32(0..3) == 0 => Completion::NextRound { chunks: chunks(rng, 2) },
        TaskKind::Assemble => Completion::Assembled { metadata: Value::Null, gaps: Vec::new() },
    }
}
