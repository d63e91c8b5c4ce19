//! Random commands, skewed towards collisions: few jobs, few workers, repeated claims, stale epochs.

use fastrand::Rng;
use reel_types::{
    Artifact, ClaimId, Epoch, Failure, FailureKind, Gap, JobId, JobKey, Millis, Progress, Source, Stage,
    TaskId, TaskKind, TaskState, TenantId, WorkerId,
};
use serde_json::json;

use super::chunk_gen::{chunks, plan};
use super::simulate::chance;
use crate::command::{
    Beat, Completion, FailTask, FinishTask, Heartbeat, Idempotency, NewJob, Offer, ReleaseTask,
};
use crate::machine::{Command, State};

/// Makes one sequence of commands.
pub(super) struct Generator {
    rng: Rng,
    /// How often, in percent, a command is beside the point: a small offer, a stale epoch, a failure. Quiet sequences
    /// get deep into a job, noisy ones meet every refusal.
    noise: u32,
    /// Most attempts come to nothing: they fail, or their leases end.
    unlucky: bool,
    /// Names of jobs in use.
    jobs: u32,
    last: Option<Command>,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let noise = [3, 10, 30][rng.usize(0..3)];
        let jobs = rng.u32(1..4);
        Self { unlucky: chance(&mut rng, 20), rng, noise, jobs, last: None }
    }

    /// The next command, and how far the clock goes before it.
    pub(super) fn next(&mut self, state: &State) -> (Millis, Command) {
        let pause = self.pause();
        let command = match self.last.take() {
            // A reply was lost, the same is said again.
            Some(again) if chance(&mut self.rng, 10) => again,
            _ => self.command(state),
        };
        let (pause, command) = match command {
            Command::Finish(_) if self.unlucky && chance(&mut self.rng, 30) => (pause, self.fail(state)),
            Command::Finish(_) if self.unlucky && chance(&mut self.rng, 50) => {
                (pause + 11_000, Command::Sweep)
            }
            command => (pause, command),
        };
        self.last = Some(command.clone());
        (pause, command)
    }

    /// Mostly little, now and then past a lease or a patience.
    fn pause(&mut self) -> Millis {
        match self.rng.u32(0..100) {
            0..50 => 0,
            50..90 => self.rng.i64(1..1_500),
            90..97 => self.rng.i64(5_000..35_000),
            97..99 => self.rng.i64(60_000..70_000),
            _ => [700_000, 700_000, 90_000_000][self.rng.usize(0..3)],
        }
    }

    fn command(&mut self, state: &State) -> Command {
        let noise = self.noise;
        let weights =
            [8, 25, 8, 25, noise / 4, noise / 5, 12, 4, noise / 6, noise / 5, 2, noise / 10, 1, 1, 1, 1, 1];
        let mut draw = self.rng.u32(0..weights.iter().sum());
        let which = weights.iter().position(|weight| {
            let hit = draw < *weight;
            draw = draw.wrapping_sub(*weight);
            hit
        });
        let which = which.unwrap_or_default();
        match if self.noisy() { which } else { fitting(which, state, self.jobs) } {
            0 => self.submit(),
            1 => self.claim(state),
            2 => self.heartbeat(state),
            3 => self.finish(state),
            4 => self.fail(state),
            5 => self.give_back(state),
            6 => Command::Release { job: self.job() },
            7 => Command::Sweep,
            8 => Command::WorkerGone { worker: self.worker() },
            9 => Command::Cancel { job: self.job() },
            10 => Command::Retry { job: self.job() },
            11 => Command::Forget { job: self.job() },
            12 => Command::Reprioritize { job: self.job(), priority: self.rng.i32(-1..3) },
            13 => self.rest(state),
            14 => Command::DrainWorker { worker: self.worker() },
            15 => Command::Prune {
                ended_before: state.events.last().map_or(0, |event| event.at) - self.rng.i64(-1_000..500),
                limit: self.rng.u32(0..5),
            },
            _ => Command::Limit { tenant: self.tenant(), running_max: self.rng.u32(0..3) },
        }
    }

    fn noisy(&mut self) -> bool {
        chance(&mut self.rng, self.noise)
    }

    fn job(&mut self) -> JobId {
        JobId::new(format!("job{}", self.rng.u32(0..self.jobs)))
    }

    fn worker(&mut self) -> WorkerId {
        WorkerId::new(format!("worker{}", self.rng.u32(0..3)))
    }

    fn tenant(&mut self) -> TenantId {
        tenant(self.rng.u32(0..2))
    }

    /// What rests is woken soon, else nothing more would happen.
    fn rest(&mut self, state: &State) -> Command {
        let resting = state.tenants.iter().find(|(_, row)| row.paused);
        match resting {
            _ if state.paused => Command::Pause { tenant: None, paused: false },
            Some((id, _)) => Command::Pause { tenant: Some(id.clone()), paused: false },
            None => {
                let tenant = self.tenant();
                Command::Pause { tenant: self.rng.bool().then_some(tenant), paused: self.rng.bool() }
            }
        }
    }

    fn submit(&mut self) -> Command {
        let id = self.job();
        // Now and then a job that is the same as another, or another job under a name that is taken.
        let key = if chance(&mut self.rng, 12) { self.job() } else { id.clone() };
        let number = self.rng.u32(0..2);
        Command::Submit(NewJob {
            id,
            tenant: self.tenant(),
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
            priority: self.rng.i32(-1..2),
            idempotency: (number == 0).then(|| Idempotency {
                key: format!("request {}", self.rng.u32(0..3)),
                request_sha256: format!("{:02}", self.rng.u32(0..2)),
            }),
        })
    }

    fn claim(&mut self, state: &State) -> Command {
        let rng = &mut self.rng;
        let known = if chance(rng, 10) { pick(rng, state.attempts.values()) } else { None };
        let claim =
            known.map_or_else(|| ClaimId::new(format!("claim{}", rng.u32(..))), |row| row.claim.clone());
        let worker = match known {
            Some(row) if !self.noisy() => row.attempt.worker.clone(),
            _ => self.worker(),
        };
        Command::Claim(Offer {
            claim,
            worker,
            gpu: self.rng.u32(0..3) == 0,
            cpu: !self.noisy(),
            threads: if self.noisy() { self.rng.u32(0..3) } else { 8 },
            memory_bytes: if self.noisy() { 1 << 28 } else { u64::MAX },
            pipelines: (0..2).filter(|_| !self.noisy()).map(pipeline).collect(),
            only_jobs: if chance(&mut self.rng, 20) { vec![self.job(), self.job()] } else { Vec::new() },
            lease_millis: 10_000,
        })
    }

    fn heartbeat(&mut self, state: &State) -> Command {
        let beats = (0..self.rng.u32(0..3)).map(|_| {
            let (task, epoch) = self.attempt(state);
            let done = self.rng.u64(0..3);
            let stage = Stage::ALL.get(done as usize).copied().filter(|_| done > 0);
            Beat { task, epoch, progress: Progress { done, total: 2, stage } }
        });
        Command::Heartbeat(Heartbeat {
            beats: beats.collect(),
            worker: self.worker(),
            gpu: self.rng.bool(),
            lease_millis: 10_000,
            stall_millis: self.rng.i64(0..10_000),
        })
    }

    fn finish(&mut self, state: &State) -> Command {
        let (task, epoch) = self.attempt(state);
        let kind = if chance(&mut self.rng, 2) { TaskKind::Run } else { task.kind };
        let completion = match kind {
            TaskKind::Plan => plan(&mut self.rng),
            TaskKind::Run => Completion::Ran,
            TaskKind::Assemble if self.rng.bool() => {
                Completion::NextRound { chunks: chunks(&mut self.rng, 3) }
            }
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
        let outputs = (0..self.rng.u32(0..3)).map(output).collect();
        Command::Finish(FinishTask { task, epoch, completion, outputs })
    }

    fn fail(&mut self, state: &State) -> Command {
        let (task, epoch) = self.attempt(state);
        let kind = match self.rng.u32(0..6) {
            0 => FailureKind::Device,
            1 => FailureKind::Input,
            _ => FailureKind::Transient,
        };
        let failure = Failure::new(kind, "it broke").with_hint("try again");
        Command::Fail(FailTask { task, epoch, failure, jitter_millis: self.rng.i64(0..300) })
    }

    fn give_back(&mut self, state: &State) -> Command {
        let (task, epoch) = self.attempt(state);
        let delay_millis = self.rng.i64(-1..1_000);
        Command::GiveBack(ReleaseTask { task, epoch, reason: "drain".to_owned(), delay_millis })
    }

    /// Mostly an attempt that holds its task, else any, now and then with an epoch that is not its own.
    fn attempt(&mut self, state: &State) -> (TaskId, Epoch) {
        let held = state.tasks.values().filter(|row| row.task.state == TaskState::Leased);
        let held = held.map(|row| (row.task.id.clone(), row.task.epoch)).collect::<Vec<_>>();
        if !held.is_empty() && !self.noisy() {
            return held[self.rng.usize(..held.len())].clone();
        }
        match pick(&mut self.rng, state.attempts.keys()) {
            Some((task, epoch)) => (task.clone(), (epoch + self.rng.u64(0..3)).saturating_sub(1)),
            None => (TaskId::run(self.job(), 0, self.rng.u32(0..3)), self.rng.u64(0..2)),
        }
    }
}

/// What leads on from this state, in place of what would lead nowhere: nothing to submit becomes a claim, nothing to
/// finish too, nothing to claim a release, and where all has ended something is forgotten.
fn fitting(which: usize, state: &State, jobs: u32) -> usize {
    let any = |wanted: TaskState| state.tasks.values().any(|row| row.task.state == wanted);
    match which {
        0 if state.jobs.len() < jobs as usize => 0,
        3 if any(TaskState::Leased) => 3,
        0 | 1 | 3 if state.paused || state.tenants.values().any(|row| row.paused) => 13,
        0 | 1 | 3 if any(TaskState::Ready) => 1,
        0 | 1 | 3 if any(TaskState::Waiting) => 6,
        0 if state.jobs.len() > 1 => 15,
        0 | 1 | 3 => 11,
        other => other,
    }
}

pub(super) fn tenant(number: u32) -> TenantId {
    if number == 0 { TenantId::local() } else { TenantId::new("b") }
}

fn pipeline(number: u32) -> String {
    if number == 0 { "pack" } else { "transcode" }.to_owned()
}

fn pick<T>(rng: &mut Rng, mut from: impl ExactSizeIterator<Item = T>) -> Option<T> {
    if from.len() == 0 {
        return None;
    }
    let place = rng.usize(..from.len());
    from.nth(place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use reel_types::EventKind;

    use super::*;
    use crate::command::ClaimReply;
    use crate::machine::{Reply, step};

    /// The name of what happened, in words of the commands.
    fn words(command: &Command, reply: &Reply) -> Vec<String> {
        match reply {
            Reply::Submitted(submitted) if submitted.reused => vec!["submit: reused".to_owned()],
            Reply::Submitted(submitted) if submitted.created => vec!["submit: created".to_owned()],
            Reply::Submitted(_) => vec!["submit: known".to_owned()],
            Reply::JobIdTaken(_) => vec!["submit: taken".to_owned()],
            Reply::IdempotencyMismatch(_) => vec!["submit: mismatch".to_owned()],
            Reply::Claimed(ClaimReply::Nothing) => vec!["claim: nothing".to_owned()],
            Reply::Claimed(ClaimReply::Draining) => vec!["claim: draining".to_owned()],
            Reply::Claimed(ClaimReply::Task(claimed)) => {
                let again = if claimed.task.progress != Progress::default() { " again" } else { "" };
                let class = claimed.task.spec.class.as_str();
                vec![format!(
                    "claim: {} {class} on_gpu={}{again}",
                    claimed.task.id.kind.as_str(),
                    claimed.on_gpu
                )]
            }
            Reply::Beats(reply) => {
                let draining = reply.draining.then(|| "heartbeat: draining".to_owned());
                reply.beats.iter().map(|beat| format!("beat: {beat:?}")).chain(draining).collect()
            }
            Reply::Finished(reply) => {
                let what = match command {
                    Command::Finish(_) => "finish",
                    Command::Fail(_) => "fail",
                    _ => "give back",
                };
                vec![format!("{what}: {reply:?}")]
            }
            Reply::Released(count) => vec![format!("release: {}", (*count).min(1))],
            Reply::Swept(swept) => {
                let parts = [
                    ("rescued", swept.rescued.len()),
                    ("released", swept.released.len()),
                    ("unserved", swept.unserved.len()),
                ];
                parts
                    .iter()
                    .filter(|(_, count)| *count > 0)
                    .map(|(part, _)| format!("sweep: {part}"))
                    .collect()
            }
            Reply::Gone(count) => vec![format!("gone: {}", (*count).min(1))],
            Reply::Cancelled(state) => vec![format!("cancel: {state:?}")],
            Reply::Retried(reply) => vec![format!("retry: {reply:?}")],
            Reply::Drained(found) => vec![format!("drain: {found}")],
            Reply::Pruned(jobs) => vec![format!("prune: {}", jobs.len())],
            Reply::Reprioritized(found) => vec![format!("reprioritize: {found}")],
            Reply::Done => vec![match command {
                Command::Pause { tenant, paused } => format!("pause: {} {paused}", tenant.is_some()),
                _ => "limit".to_owned(),
            }],
            Reply::Forgotten(forgotten) => vec![format!("forget: {forgotten}")],
        }
    }

    #[test]
    fn the_sequences_meet_every_answer_that_there_is() {
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        for seed in 0..2_000 {
            let mut generator = Generator::new(seed);
            let (mut state, mut now) = (State::default(), 1_000_000);
            for _ in 0..60 {
                let (pause, command) = generator.next(&state);
                now += pause;
                let seq = state.last_seq;
                let reply = step(&mut state, &command, now);
                for word in words(&command, &reply) {
                    *met.entry(word).or_default() += 1;
                }
                for event in state.events.iter().filter(|event| event.seq > seq) {
                    let EventKind::Job { state: became } = event.kind else { continue };
                    let job = &state.jobs[&event.job];
                    let kind = job.failure.as_ref().map(|failure| failure.kind);
                    *met.entry(format!("job: {became:?} {kind:?} round {}", job.round)).or_default() += 1;
                }
            }
        }
        let wanted = "submit: created|submit: known|submit: taken|claim: nothing|claim: plan cpu on_gpu=false|\
            claim: run cpu on_gpu=false|claim: run gpu on_gpu=true|claim: run gpu_else_cpu on_gpu=true|\
            claim: run gpu_else_cpu on_gpu=false|claim: assemble cpu on_gpu=false|\
            claim: plan cpu on_gpu=false again|beat: Held|beat: Stalled|beat: Lost|\
            finish: Committed|finish: AlreadyCommitted|finish: LeaseLost|fail: Committed|fail: AlreadyCommitted|\
            fail: LeaseLost|give back: Committed|give back: AlreadyCommitted|give back: LeaseLost|release: 0|\
            release: 1|sweep: rescued|sweep: released|sweep: unserved|gone: 0|gone: 1|cancel: None|\
            cancel: Some(Cancelled)|cancel: Some(Completed)|cancel: Some(Failed)|retry: Requeued|retry: Refreshed|\
            retry: Completed|retry: NotFound|forget: true|forget: false|\
            reprioritize: true|reprioritize: false|pause: true true|pause: true false|pause: false true|\
            pause: false false|limit|submit: reused|submit: mismatch|claim: draining|heartbeat: draining|\
            drain: true|drain: false|prune: 0|prune: 1|prune: 2|job: Completed None round 0|\
            job: Completed None round 1|job: Failed Some(RoundsExhausted) round 1|job: Failed Some(Internal) round 0|\
            job: Failed Some(NoWorker) round 0|job: Failed Some(WorkerLost) round 0|job: Cancelled None round 0";
        let missing: Vec<&str> =
            wanted.split('|').filter(|word| met.get(*word).is_none_or(|n| *n < 5)).collect();
        assert!(missing.is_empty(), "met less than 5 times: {missing:?} of {met:#?}");
    }
}
