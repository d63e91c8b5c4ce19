//! A task's row: its name, how it is found, how it is born.

use reel_types::{Epoch, JobId, TaskId, WorkerId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::turn::Turn;
use super::word::{kind_number, kind_of, signed, to_json};
use crate::error::QueueError;
use crate::machine::TaskRow;

/// What `Row::read` needs from a statement on tasks.
macro_rules! columns {
    () => {
        "t.id, t.job, t.round, t.kind, t.idx, t.epoch, t.failures, t.worker"
    };
}
pub(super) use columns;

/// Finds the task that an attempt holds: the fence. `?1`–`?4` name the task, `?5` is the attempt's epoch.
pub(super) const HELD: &str = concat!(
    "select ",
    columns!(),
    " from tasks t where t.job = ?1 and t.round = ?2 and t.kind = ?3 and t.idx = ?4",
    " and t.state = 'leased' and t.epoch = ?5"
);

const INSERT: &str = "
    insert into tasks (job, round, kind, idx, state, chunk, class, threads, memory_bytes, cost, after,
                       ready_at, ready_since, progress_at, tenant, pipeline, priority, job_created_at)
    select id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, tenant, pipeline, priority, created_at
      from jobs where id = ?1
        on conflict (job, round, kind, idx) do nothing";

/// A task as far as most statements need it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) name: TaskId,
    pub(super) epoch: Epoch,
    pub(super) failures: u32,
    pub(super) worker: Option<WorkerId>,
}

impl Row {
    /// From the columns of `columns!`.
    pub(super) fn read(row: &SqliteRow) -> Result<Self, QueueError> {
        let worker: Option<String> = row.try_get(7)?;
        Ok(Self {
            id: row.try_get(0)?,
            name: name(row, 1)?,
            epoch: row.try_get::<i64, _>(5)? as Epoch,
            failures: row.try_get(6)?,
            worker: worker.map(WorkerId::new),
        })
    }
}

/// The task named by the four columns from `first` on.
pub(super) fn name(row: &SqliteRow, first: usize) -> Result<TaskId, QueueError> {
    Ok(TaskId {
        job: JobId::new(row.try_get::<String, _>(first)?),
        round: row.try_get(first + 1)?,
        kind: kind_of(row.try_get(first + 2)?)?,
        index: row.try_get(first + 3)?,
    })
}

/// The task, if attempt `epoch` holds it by this statement.
pub(super) async fn held(
    turn: &mut Turn,
    statement: &'static str,
    task: &TaskId,
    epoch: Epoch,
) -> Result<Option<Row>, QueueError> {
    let row = sqlx::query(statement)
        .bind(task.job.as_str())
        .bind(task.round)
        .bind(kind_number(task.kind))
        .bind(task.index)
        .bind(signed(epoch))
        .fetch_optional(turn.on())
        .await?;
    row.as_ref().map(Row::read).transpose()
}

/// Adds a new task, unless it is there.
pub(super) async fn insert(turn: &mut Turn, new: &TaskRow) -> Result<(), QueueError> {
    let (id, spec) = (&new.task.id, &new.task.spec);
    sqlx::query(INSERT)
        .bind(id.job.as_str())
        .bind(id.round)
        .bind(kind_number(id.kind))
        .bind(id.index)
        .bind(new.task.state.as_str())
        .bind(to_json(&spec.chunk)?)
        .bind(spec.class.as_str())
        .bind(spec.threads)
        .bind(signed(spec.memory_bytes))
        .bind(signed(spec.cost))
        .bind(spec.after)
        .bind(turn.now)
        .execute(turn.on())
        .await?;
    Ok(())
}
