//! Who does the work.

use axum::Json;
use axum::extract::State;
use reel_queue::WorkerInfo;
use reel_types::{TaskId, WorkerId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::PathOf;
use crate::problem::Problem;
use crate::refusals::{Always, Named};
use crate::state::{AppState, Caller};

/// Somebody who does the work.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Worker)]
pub(crate) struct WorkerView {
    /// Its name; another one after each start.
    id: String,
    /// It takes GPU work.
    gpu: bool,
    /// When it was last heard of, milliseconds since 1970; up to 5 s older than it was.
    seen_at_millis: i64,
    /// It is known to be dead.
    gone: bool,
    /// Somebody wants it to end: it takes nothing new.
    draining: bool,
    /// What it holds.
    leases: Vec<LeaseView>,
}

/// A task that a worker holds.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Lease)]
pub(crate) struct LeaseView {
    /// The task's job.
    job_id: String,
    /// `ROUND.KIND.INDEX`.
    task_id: String,
}

/// Workers that were heard of in the last ten minutes. What they hold is told as far as it is the caller's; to whoever
/// runs the server, all of it.
#[utoipa::path(
    get, operation_id = "listWorkers", path = "/system/workers", tag = "system",
    responses((status = 200, body = [WorkerView]), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<WorkerView>>, Problem> {
    let mut workers = state.engine.queue.workers().await?;
    if let Some(tenant) = caller.manages() {
        for worker in &mut workers {
            let leases = std::mem::take(&mut worker.leases);
            for lease in leases {
                let job = state.engine.queue.job(&lease.job).await?;
                if job.is_some_and(|job| job.tenant == *tenant) {
                    worker.leases.push(lease);
                }
            }
        }
    }
    Ok(Json(workers.into_iter().map(WorkerView::from).collect()))
}

/// Wants a worker to end: it takes nothing new, and ends once it holds nothing.
#[utoipa::path(
    post, operation_id = "drainWorker", path = "/system/workers/{id}/drain", tag = "system",
    params(("id" = String, Path)),
    responses((status = 200, body = WorkerView), Named, Always)
)]
pub(crate) async fn drain(
    State(state): State<AppState>,
    PathOf(id): PathOf<String>,
) -> Result<Json<WorkerView>, Problem> {
    let missing = || Problem::not_found(format!("worker {id}"));
    let id = WorkerId::new(&id);
    if !state.engine.queue.drain_worker(&id).await? {
        return Err(missing());
    }
    state.engine.tell_change();
    let workers = state.engine.queue.workers().await?;
    let found = workers.into_iter().find(|worker| worker.id == id).ok_or_else(missing)?;
    Ok(Json(found.into()))
}

impl From<WorkerInfo> for WorkerView {
    fn from(worker: WorkerInfo) -> Self {
        let lease = |task: TaskId| LeaseView { job_id: task.job.to_string(), task_id: task.within_job() };
        Self {
            id: worker.id.to_string(),
            gpu: worker.gpu,
            seen_at_millis: worker.seen_at,
            gone: worker.gone,
            draining: worker.draining,
            leases: worker.leases.into_iter().map(lease).collect(),
        }
    }
}
