//! Work that takes virtual time: it fails now and then, and is sometimes paused past its lease and finishes late.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reel_engine::{Ended, Execute, Execution};
use reel_queue::{Completion, Queue};
use reel_types::{
    Artifact, ChunkSpec, Class, Failure, FailureKind, OnFailedChunk, Task, TaskId, TaskKind, TaskState,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::objects::{KeyRule, Objects};

/// What a job of this test does; its params.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Script {
    pub chunks: u32,
    pub rounds: u32,
    pub serial: bool,
    pub keep: bool,
}

/// The text that chunk (round, index) must write.
pub fn chunk_text(round: u32, index: u32) -> String {
    format!("{round}/{index};")
}

pub struct Scripted {
    pub queue: Arc<dyn Queue>,
    pub objects: Objects,
    pub keys: KeyRule,
    pub faulty: Arc<std::sync::atomic::AtomicBool>,
}

#[async_trait]
impl Execute for Scripted {
    async fn execute(&self, execution: Execution) -> Ended {
        let faulty = self.faulty.load(std::sync::atomic::Ordering::SeqCst);
        let paused = faulty && fastrand::u32(0..25) == 0;
        let millis = if paused { fastrand::u64(31_000..90_000) } else { fastrand::u64(1..6_000) };
        let ends_at = tokio::time::Instant::now() + Duration::from_millis(millis);
        while tokio::time::Instant::now() < ends_at {
            tokio::time::sleep(Duration::from_millis(millis.min(500))).await;
            // A paused process hears nothing and goes on to write when it wakes.
            if execution.cancel.is_cancelled() && !paused {
                return Ended::Cancelled;
            }
        }
        if faulty && fastrand::u32(0..20) == 0 {
            return Ended::Failed(Failure::new(FailureKind::Transient, "bad luck"));
        }
        if faulty && fastrand::u32(0..40) == 0 {
            return Ended::Busy("no device".into());
        }
        let script: Script = serde_json::from_value(execution.claimed.params.clone()).unwrap();
        let task = &execution.claimed.task;
        match task.id.kind {
            TaskKind::Plan => self.finished(task, "plan".into(), planned(&script)),
            TaskKind::Run => self.finished(task, chunk_text(task.id.round, task.id.index), Completion::Ran),
            TaskKind::Assemble => self.assemble(task, &script).await,
        }
    }
}

impl Scripted {
    /// Writes what all chunks so far wrote, as their committed attempts left it.
    async fn assemble(&self, task: &Task, script: &Script) -> Ended {
        let tasks = match self.queue.tasks(&task.id.job).await {
            Ok(tasks) => tasks,
            Err(error) => return Ended::Failed(Failure::new(FailureKind::Transient, error.to_string())),
        };
        let mut text = String::new();
        for part in
            tasks.iter().filter(|part| part.id.kind == TaskKind::Run && part.id.round <= task.id.round)
        {
            text += &match (part.state, part.outputs.first()) {
                (TaskState::Done, Some(artifact)) => {
                    self.objects.read(&artifact.key).map_or("LOST;".into(), |(text, _)| text)
                }
                (TaskState::Failed, _) => "kept;".into(),
                _ => "NOT ENDED;".into(),
            };
        }
        if task.id.round + 1 < script.rounds {
            return self.finished(task, text, Completion::NextRound { chunks: chunks(script) });
        }
        self.finished(task, text, Completion::Assembled { metadata: json!({}), gaps: Vec::new() })
    }

    fn finished(&self, task: &Task, text: String, completion: Completion) -> Ended {
        let key = self.keys.key(&task.id, task.epoch);
        self.objects.write(key.clone(), text, task.epoch);
        let (size_bytes, sha256) = (0, String::new());
        let output = Artifact { name: "out".into(), key, size_bytes, sha256, mime: "text/plain".into() };
        Ended::Finished { completion, outputs: vec![output] }
    }
}

fn planned(script: &Script) -> Completion {
    let on_failed_chunk = if script.keep { OnFailedChunk::Keep } else { OnFailedChunk::FailJob };
    Completion::Planned { chunks: chunks(script), rounds_max: script.rounds, on_failed_chunk }
}

fn chunks(script: &Script) -> Vec<ChunkSpec> {
    let spec = |index: u32| ChunkSpec {
        chunk: json!(index),
        class: Class::Cpu,
        threads: 1,
        memory_bytes: 1 << 20,
        cost: u64::from(index % 3) + 1,
        after: (script.serial && index > 0).then(|| index - 1),
    };
    (0..script.chunks).map(spec).collect()
}

/// Used by the judge to name what a key should hold.
pub fn expected_text(task: &TaskId) -> Option<String> {
    match task.kind {
        TaskKind::Plan => Some("plan".into()),
        TaskKind::Run => Some(chunk_text(task.round, task.index)),
        TaskKind::Assemble => None,
    }
}
