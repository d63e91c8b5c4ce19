//! An attempt's result is committed.

use reel_types::{Artifact, AttemptOutcome, JobState, OnFailedChunk, TaskId, TaskState};

use super::attempt::{Ending, close, late};
use super::event::{job_became, task_became};
use super::fail::end_job_failed;
use super::task::{self, held};
use super::turn::Turn;
use super::word::{signed, to_json};
use crate::command::{Completion, FinishReply, FinishTask};
use crate::error::QueueError;
use crate::machine::ClosedBy;
use crate::machine::chunks::{Outcome, judge, round_tasks};

const ROUNDS_MAX: &str = "select rounds_max from jobs where id = ?1";
const ROUND: &str = "update jobs set round = ?2 where id = ?1";
const PLAN: &str = "update jobs set rounds_max = ?2, on_failed_chunk = ?3 where id = ?1";
const RESULT: &str = "update jobs set metadata = ?2, gaps = ?3, ended_at = ?4 where id = ?1";
const NO_OUTPUTS: &str = "delete from outputs where task = ?1";
const OUTPUT: &str = "
    insert into outputs (task, position, name, key, size_bytes, sha256, mime) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

pub(super) async fn finish(turn: &mut Turn, finish: &FinishTask) -> Result<FinishReply, QueueError> {
    let FinishTask { task: id, epoch, completion, outputs } = finish;
    let statement = turn.statements.finish_held;
    let Some(row) = held(turn, statement, id, *epoch).await? else {
        return late(turn, id, *epoch, ClosedBy::Finish).await;
    };
    let rounds_max: u32 = sqlx::query_scalar(ROUNDS_MAX).bind(id.job.as_str()).fetch_one(turn.on()).await?;
    let outcome = match judge(id, rounds_max, completion) {
        Ok(outcome) => outcome,
        Err(failure) => {
            let reason = Some(failure.message.as_str());
            let ending = Ending { outcome: AttemptOutcome::Failed, reason, by: ClosedBy::Finish };
            close(turn, &row, *epoch, ending).await?;
            end_job_failed(turn, &row, &failure).await?;
            return Ok(FinishReply::Committed);
        }
    };
    let ending = Ending { outcome: AttemptOutcome::Done, reason: None, by: ClosedBy::Finish };
    close(turn, &row, *epoch, ending).await?;
    put_outputs(turn, row.id, outputs).await?;
    task_became(turn, &row, TaskState::Done).await?;
    match outcome {
        Outcome::Chunk => {}
        Outcome::Chunks { round, chunks } => {
            for new in round_tasks(&id.job, round, chunks, turn.now) {
                task::insert(turn, &new).await?;
            }
            take_plan(turn, id, round, completion).await?;
            job_became(turn, &id.job, JobState::Running).await?;
        }
        Outcome::Result => complete(turn, id, completion).await?,
    }
    Ok(FinishReply::Committed)
}

async fn put_outputs(turn: &mut Turn, task: i64, outputs: &[Artifact]) -> Result<(), QueueError> {
    sqlx::query(NO_OUTPUTS).bind(task).execute(turn.on()).await?;
    for (position, output) in outputs.iter().enumerate() {
        sqlx::query(OUTPUT)
            .bind(task)
            .bind(position as i64)
            .bind(&output.name)
            .bind(&output.key)
            .bind(signed(output.size_bytes))
            .bind(&output.sha256)
            .bind(&output.mime)
            .execute(turn.on())
            .await?;
    }
    Ok(())
}

/// The job learns its round, and from its plan what bounds it.
async fn take_plan(
    turn: &mut Turn,
    id: &TaskId,
    round: u32,
    completion: &Completion,
) -> Result<(), QueueError> {
    sqlx::query(ROUND).bind(id.job.as_str()).bind(round).execute(turn.on()).await?;
    if let Completion::Planned { rounds_max, on_failed_chunk, .. } = completion {
        let on_failed = match on_failed_chunk {
            OnFailedChunk::FailJob => "fail_job",
            OnFailedChunk::Keep => "keep",
        };
        let query = sqlx::query(PLAN).bind(id.job.as_str()).bind((*rounds_max).max(1)).bind(on_failed);
        query.execute(turn.on()).await?;
    }
    Ok(())
}

async fn complete(turn: &mut Turn, id: &TaskId, completion: &Completion) -> Result<(), QueueError> {
    if let Completion::Assembled { metadata, gaps } = completion {
        sqlx::query(RESULT)
            .bind(id.job.as_str())
            .bind(to_json(metadata)?)
            .bind(to_json(gaps)?)
            .bind(turn.now)
            .execute(turn.on())
            .await?;
    }
    job_became(turn, &id.job, JobState::Completed).await
}
