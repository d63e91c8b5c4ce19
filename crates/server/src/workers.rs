//! Who does the work on this machine.

use std::collections::BTreeMap;

use reel_queue::JobFilter;
use reel_types::{JobState, TaskState};

use crate::problem::Problem;
use crate::routes::WorkerView;
use crate::state::AppState;

/// Workers of this state folder that live, each with the tasks that it holds.
pub(crate) async fn of_this_machine(state: &AppState) -> Result<Vec<WorkerView>, Problem> {
    let mut leases: BTreeMap<String, u32> = BTreeMap::new();
    // A live worker keeps a lock file here; it is removed when the worker ends, or by the sweep of another.
    let entries = std::fs::read_dir(state.engine.state.workers()).map_err(Problem::internal)?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(id) = name.strip_suffix(".lock") {
            leases.insert(id.to_owned(), 0);
        }
    }
    let states = vec![JobState::Planning, JobState::Running, JobState::Assembling];
    for job in state.engine.queue.jobs(JobFilter { states, ..JobFilter::default() }).await? {
        for task in state.engine.queue.tasks(&job.id).await? {
            if let (TaskState::Leased, Some(worker)) = (task.state, task.worker) {
                *leases.entry(worker.to_string()).or_default() += 1;
            }
        }
    }
    Ok(leases.into_iter().map(|(id, leases)| WorkerView::new(id, leases)).collect())
}
