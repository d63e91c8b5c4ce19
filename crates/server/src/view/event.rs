//! What a stream of events tells.

use reel_types::{Event, EventKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::live::{ProgressOf, Told};
use crate::progress::Progress;

/// The data of one event; its `event:` line is `type`.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = Event)]
pub(crate) enum EventView {
    /// A job is now in this state. Numbered.
    Job {
        /// Its place in the log, also the event's id.
        seq: u64,
        /// When, milliseconds since 1970.
        at_millis: i64,
        /// Which.
        job_id: String,
        /// The new state.
        status: &'static str,
    },
    /// A task is now in this state. Numbered.
    Task {
        /// Its place in the log, also the event's id.
        seq: u64,
        /// When, milliseconds since 1970.
        at_millis: i64,
        /// The task's job.
        job_id: String,
        /// `ROUND.KIND.INDEX`.
        task_id: String,
        /// The claim's epoch.
        epoch: u64,
        /// The new state.
        status: &'static str,
    },
    /// How far a job is. Not numbered, and skipped when a listener is slow.
    Progress {
        /// Which.
        job_id: String,
        /// Its state.
        status: &'static str,
        /// How far.
        #[serde(flatten)]
        progress: Progress,
    },
    /// The stream begins after this place in the log.
    Ready {
        /// The newest event that was seen; also the event's id.
        seq: u64,
    },
}

impl EventView {
    /// The `event:` line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Job { .. } => "job",
            Self::Task { .. } => "task",
            Self::Progress { .. } => "progress",
            Self::Ready { .. } => "ready",
        }
    }

    /// The `id:` line.
    pub(crate) fn seq(&self) -> Option<u64> {
        match self {
            Self::Job { seq, .. } | Self::Task { seq, .. } | Self::Ready { seq } => Some(*seq),
            Self::Progress { .. } => None,
        }
    }
}

impl From<&Told> for EventView {
    fn from(told: &Told) -> Self {
        match told {
            Told::Event(event) => Self::of_event(event),
            Told::Progress(progress) => Self::of_progress(progress),
        }
    }
}

impl EventView {
    fn of_event(event: &Event) -> Self {
        let (seq, at_millis, job_id) = (event.seq, event.at, event.job.to_string());
        match &event.kind {
            EventKind::Job { state } => Self::Job { seq, at_millis, job_id, status: state.as_str() },
            EventKind::Task { task, epoch, state } => Self::Task {
                seq,
                at_millis,
                job_id,
                task_id: task.within_job(),
                epoch: *epoch,
                status: state.as_str(),
            },
        }
    }

    fn of_progress(of: &ProgressOf) -> Self {
        Self::Progress {
            job_id: of.job.to_string(),
            status: of.state.as_str(),
            progress: of.progress.clone(),
        }
    }
}
