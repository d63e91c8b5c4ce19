//! One job, one worker and a clock, on the step machine.

use reel_queue::command::Swept;
use reel_queue::machine::{Command, Reply, State, step};
use reel_queue::{
    Beat, BeatReply, Claimed, Completion, FailTask, FinishReply, FinishTask, Heartbeat, NewJob, Offer,
    ReleaseTask, RetryReply,
};
use reel_types::{
    Artifact, ChunkSpec, ClaimId, Class, Failure, FailureKind, Job, JobId, JobKey, JobState, Millis,
    OnFailedChunk, Progress, TaskState, TenantId, WorkerId,
};
use serde_json::Value;

pub struct Scene {
    pub state: State,
    pub now: Millis,
    claims: u32,
}

pub fn new_job(id: &str, key: &str, priority: i32) -> NewJob {
    NewJob {
        id: JobId::new(id),
        tenant: TenantId::local(),
        key: JobKey::new(key),
        pipeline: "transcode".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority,
        idempotency: None,
    }
}

pub fn chunk(class: Class) -> ChunkSpec {
    ChunkSpec { chunk: Value::Null, class, threads: 2, memory_bytes: 1 << 20, cost: 1, after: None }
}

/// A plan of so many chunks and two rounds.
pub fn planned(chunks: usize, on_failed_chunk: OnFailedChunk) -> Completion {
    Completion::Planned { chunks: vec![chunk(Class::Cpu); chunks], rounds_max: 2, on_failed_chunk }
}

pub fn assembled() -> Completion {
    Completion::Assembled { metadata: Value::Null, gaps: Vec::new() }
}

/// The only arm that a reply can be.
macro_rules! expect {
    ($reply:expr, $pattern:pat => $value:expr) => {
        match $reply {
            $pattern => $value,
            other => panic!("another reply: {other:?}"),
        }
    };
}

impl Scene {
    /// A job that was just submitted.
    pub fn submitted() -> Self {
        let mut scene = Self { state: State::default(), now: 1_000_000, claims: 0 };
        scene.submit("job", 0);
        scene
    }

    /// A job whose plan was finished with this.
    pub fn with_plan(completion: Completion) -> Self {
        let mut scene = Self::submitted();
        let plan = scene.claim().unwrap();
        assert_eq!(scene.finish(&plan, completion), FinishReply::Committed);
        scene
    }

    /// A job with one ready chunk of this class.
    pub fn with_chunk(class: Class) -> Self {
        let chunks = vec![chunk(class)];
        Self::with_plan(Completion::Planned {
            chunks,
            rounds_max: 1,
            on_failed_chunk: OnFailedChunk::FailJob,
        })
    }

    pub fn step(&mut self, command: Command) -> Reply {
        step(&mut self.state, &command, self.now)
    }

    pub fn submit(&mut self, id: &str, priority: i32) {
        self.step(Command::Submit(new_job(id, id, priority)));
    }

    pub fn job(&self) -> Job {
        self.state.jobs[&JobId::new("job")].clone()
    }

    /// The states of all tasks: plan, chunks, assemble.
    pub fn states(&self) -> Vec<TaskState> {
        self.state.tasks.values().map(|row| row.task.state).collect()
    }

    /// A new claim of a CPU worker that takes anything.
    pub fn offer(&mut self) -> Offer {
        self.claims += 1;
        Offer {
            claim: ClaimId::new(format!("c{}", self.claims)),
            worker: WorkerId::new("w"),
            gpu: false,
            cpu: true,
            threads: 8,
            memory_bytes: u64::MAX,
            pipelines: vec!["transcode".to_owned()],
            only_jobs: Vec::new(),
            lease_millis: 10_000,
        }
    }

    pub fn claim(&mut self) -> Option<Claimed> {
        let offer = self.offer();
        self.claim_with(offer)
    }

    pub fn claim_with(&mut self, offer: Offer) -> Option<Claimed> {
        expect!(self.step(Command::Claim(offer)), Reply::Claimed(reply) => reply.task())
    }

    pub fn finish(&mut self, claimed: &Claimed, completion: Completion) -> FinishReply {
        let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
        let output = Artifact {
            name: "o".to_owned(),
            key: task.object_key(epoch, "o"),
            size_bytes: 1,
            sha256: String::new(),
            mime: String::new(),
        };
        let finish = FinishTask { task, epoch, completion, outputs: vec![output] };
        expect!(self.step(Command::Finish(finish)), Reply::Finished(reply) => reply)
    }

    pub fn fail(&mut self, claimed: &Claimed, kind: FailureKind) -> FinishReply {
        let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
        let fail = FailTask { task, epoch, failure: Failure::new(kind, "broke"), jitter_millis: 0 };
        expect!(self.step(Command::Fail(fail)), Reply::Finished(reply) => reply)
    }

    pub fn give_back(&mut self, claimed: &Claimed) -> FinishReply {
        let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
        let back = ReleaseTask { task, epoch, reason: "drain".to_owned(), delay_millis: 200 };
        expect!(self.step(Command::GiveBack(back)), Reply::Finished(reply) => reply)
    }

    pub fn beat(&mut self, claimed: &Claimed, done: u64) -> BeatReply {
        let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
        let heartbeat = Heartbeat {
            worker: WorkerId::new("w"),
            gpu: false,
            beats: vec![Beat { task, epoch, progress: Progress { done, total: 9, stage: None } }],
            lease_millis: 10_000,
            stall_millis: 5_000,
        };
        expect!(self.step(Command::Heartbeat(heartbeat)), Reply::Beats(reply) => reply.beats[0])
    }

    /// Another worker, with a GPU, is heard of.
    pub fn gpu_worker_beats(&mut self) {
        let worker = WorkerId::new("gpu");
        let heartbeat =
            Heartbeat { worker, gpu: true, beats: Vec::new(), lease_millis: 10_000, stall_millis: 5_000 };
        self.step(Command::Heartbeat(heartbeat));
    }

    pub fn release(&mut self) -> u32 {
        expect!(self.step(Command::Release { job: JobId::new("job") }), Reply::Released(count) => count)
    }

    pub fn sweep(&mut self) -> Swept {
        expect!(self.step(Command::Sweep), Reply::Swept(swept) => swept)
    }

    pub fn worker_gone(&mut self) -> u32 {
        expect!(self.step(Command::WorkerGone { worker: WorkerId::new("w") }), Reply::Gone(count) => count)
    }

    pub fn cancel(&mut self) -> Option<JobState> {
        expect!(self.step(Command::Cancel { job: JobId::new("job") }), Reply::Cancelled(state) => state)
    }

    pub fn retry(&mut self) -> RetryReply {
        expect!(self.step(Command::Retry { job: JobId::new("job") }), Reply::Retried(reply) => reply)
    }
}
