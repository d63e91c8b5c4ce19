//! How far jobs are: one statement for a page of them.

use std::collections::BTreeMap;

use reel_types::{JobId, Progress, Stage};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::open::Pool;
use super::word::{from_word, kind_of, to_json};
use crate::error::QueueError;
use crate::progress::{Group, JobProgress, sum};

/// A row for each kind and state of a job's tasks; what is leased stands alone and comes last, in order. `?1` jobs.
const GROUPS: &str = "
    select t.job, t.kind, t.state, count(*), total(max(t.cost, 1)), max(t.round), max(t.progress_done),
           max(t.progress_total),
           max(case t.progress_stage when 'initializing' then 0 when 'processing' then 1 when 'error_correction' then 2
                                     when 'converting' then 3 when 'finalizing' then 4 end)
      from (select distinct value as job from json_each(?1)) n cross join tasks t on t.job = n.job
     group by t.job, t.kind, t.state, case when t.state = 'leased' then t.id end
     order by t.job, t.state = 'leased', max(t.round), t.kind, max(t.idx)";

pub(super) async fn find(readers: &Pool, jobs: &[JobId]) -> Result<Vec<JobProgress>, QueueError> {
    let rows = sqlx::query(GROUPS).bind(to_json(jobs)?).fetch_all(readers).await?;
    let mut groups: BTreeMap<&str, Vec<Group>> = BTreeMap::new();
    for row in &rows {
        groups.entry(row.try_get(0)?).or_default().push(group(row)?);
    }
    let mut found: BTreeMap<&str, JobProgress> = BTreeMap::new();
    for (job, groups) in groups {
        found.insert(job, sum(JobId::new(job), groups));
    }
    Ok(jobs.iter().filter_map(|job| found.get(job.as_str()).cloned()).collect())
}

fn group(row: &SqliteRow) -> Result<Group, QueueError> {
    let (done, total): (i64, i64) = (row.try_get(6)?, row.try_get(7)?);
    let stage: Option<u32> = row.try_get(8)?;
    Ok(Group {
        kind: kind_of(row.try_get(1)?)?,
        state: from_word(row.try_get(2)?)?,
        count: row.try_get(3)?,
        cost: row.try_get(4)?,
        round_max: row.try_get(5)?,
        progress: Progress {
            done: done.max(0) as u64,
            total: total.max(0) as u64,
            stage: stage.and_then(|place| Stage::ALL.get(place as usize).copied()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn the_progress_of_some_jobs_looks_at_their_tasks_alone() {
        let plan = plan(GROUPS).await;
        assert!(plan.iter().any(|line| line.starts_with("SEARCH t USING INDEX")), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN t")), "{plan:#?}");
    }

    #[test]
    fn the_statement_knows_every_stage_by_its_place() {
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            assert!(GROUPS.contains(&format!("when '{}' then {place}", stage.as_str())), "{stage:?}");
        }
    }
}
