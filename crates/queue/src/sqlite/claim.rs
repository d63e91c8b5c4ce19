//! Giving out one task.

use reel_types::{Class, Millis, TaskState};
use serde::Serialize;
use sqlx::Row as _;

use super::event::{job_became, task_event};
use super::read::{self, task_columns};
use super::share;
use super::task::{Row, columns};
use super::turn::Turn;
use super::word::{from_json, from_word, signed, to_json};
use crate::command::{Claimed, GPU_PATIENCE_MILLIS, Offer, WORKER_ALIVE_MILLIS};
use crate::error::QueueError;
use crate::machine::while_doing;

const SAW_WORKER: &str = "
    insert into workers (id, gpu, gone, seen_at) values (?1, ?2, 0, ?3)
        on conflict (id) do update set gpu = gpu or excluded.gpu, gone = 0, seen_at = excluded.seen_at";

/// The attempt that this claim got, and whether its lease is alive.
const AGAIN: &str = "
    select a.task, a.on_gpu,
           t.state = 'leased' and t.epoch = a.epoch and t.worker = ?2 and t.lease_until >= ?3
      from attempts a join tasks t on t.id = a.task where a.claim = ?1";

const GPU_LIVES: &str = "select exists (select 1 from workers where gpu and not gone and seen_at > ?1)";

/// The order of a claim among the few that stand first in their part of an index.
macro_rules! best_of_few {
    () => {
        "
     order by t.priority desc, best.leased, best.served_at, t.tenant,
              t.job_created_at, t.job, t.round, t.kind, t.cost desc, t.idx limit 1"
    };
}

/// The best ready task for each class that is taken, each pipeline and each tenant that may have more, found at the start
/// of an index; then the best of those few. Tenants with ready work are found by stepping from one to the next in that
/// same index. `?1` classes with the latest `ready_since` each, `?2` pipelines, `?3` now, `?4` threads, `?5` bytes.
const BEST: &str = concat!(
    "with recursive
        ready (tenant) as (
            select * from (select tenant from tasks where state = 'ready' order by tenant limit 1)
            union all
            select (select n.tenant from tasks n where n.state = 'ready' and n.tenant > ready.tenant
                     order by n.tenant limit 1)
              from ready where ready.tenant is not null),
        share (tenant, leased, served_at) as materialized (
            select s.id, (select count(*) from tasks l where l.state = 'leased' and l.tenant = s.id) as leased, s.served_at
              from ready cross join tenants s on s.id = ready.tenant
             where not s.paused and not (select paused from gate)
               and (s.running_max = 0 or leased < s.running_max))
     select ",
    columns!(),
    ", t.class, t.tenant from (
        select share.leased, share.served_at,
               (select r.id from tasks r
                 where r.state = 'ready' and r.tenant = share.tenant
                   and r.class = c.value ->> 'class' and r.pipeline = p.value
                   and r.ready_at <= ?3 and r.ready_since <= c.value ->> 'since'
                   and r.threads <= ?4 and r.memory_bytes <= ?5
                 order by r.priority desc, r.job_created_at, r.job, r.round, r.kind, r.cost desc, r.idx
                 limit 1) as id
          from share, json_each(?1) c, json_each(?2) p) best
      join tasks t on t.id = best.id",
    best_of_few!()
);

/// The same for named jobs (`?6`), each at the start of its own part of an index.
const BEST_OF_JOBS: &str = concat!(
    "select ",
    columns!(),
    ", t.class, t.tenant from (
        select (select count(*) from tasks l where l.state = 'leased' and l.tenant = s.id) as leased, s.served_at,
               s.running_max,
               (select r.id from tasks r
                 where r.state = 'ready' and r.job = j.id and r.class = c.value ->> 'class'
                   and r.pipeline in (select value from json_each(?2))
                   and r.ready_at <= ?3 and r.ready_since <= c.value ->> 'since'
                   and r.threads <= ?4 and r.memory_bytes <= ?5
                 order by r.round, r.kind, r.cost desc, r.idx
                 limit 1) as id
          from json_each(?1) c, json_each(?6) named
               cross join jobs j on j.id = named.value cross join tenants s on s.id = j.tenant
         where not s.paused and not (select paused from gate)) best
      join tasks t on t.id = best.id and (best.running_max = 0 or best.leased < best.running_max)",
    best_of_few!()
);

const LEASE: &str = "
    update tasks set state = 'leased', epoch = epoch + 1, worker = ?2, lease_until = ?3,
                     progress_done = 0, progress_total = 0, progress_stage = null, progress_at = ?4
     where id = ?1";
const OPEN_ATTEMPT: &str = "
    insert into attempts (task, epoch, claim, worker, on_gpu, started_at) values (?1, ?2, ?3, ?4, ?5, ?6)";

pub(super) async fn claim(turn: &mut Turn, offer: &Offer) -> Result<Option<Claimed>, QueueError> {
    let worker = offer.worker.as_str();
    sqlx::query(SAW_WORKER).bind(worker).bind(offer.gpu).bind(turn.now).execute(turn.on()).await?;
    let known = sqlx::query(AGAIN).bind(offer.claim.as_str()).bind(worker).bind(turn.now);
    if let Some(row) = known.fetch_optional(turn.on()).await? {
        let alive = row.try_get::<Option<bool>, _>(2)?.unwrap_or(false);
        return if alive {
            claimed(turn, row.try_get(0)?, row.try_get(1)?).await.map(Some)
        } else {
            Ok(None)
        };
    }
    let Some((row, class, tenant)) = best(turn, offer).await? else { return Ok(None) };
    share::served(turn, &tenant).await?;
    let on_gpu = class != Class::Cpu && offer.gpu;
    let row = Row { epoch: row.epoch + 1, ..row };
    sqlx::query(LEASE)
        .bind(row.id)
        .bind(worker)
        .bind(turn.now.saturating_add(offer.lease_millis))
        .bind(turn.now)
        .execute(turn.on())
        .await?;
    sqlx::query(OPEN_ATTEMPT)
        .bind(row.id)
        .bind(signed(row.epoch))
        .bind(offer.claim.as_str())
        .bind(worker)
        .bind(on_gpu)
        .bind(turn.now)
        .execute(turn.on())
        .await?;
    task_event(turn, &row, TaskState::Leased).await?;
    job_became(turn, &row.name.job, while_doing(row.name.kind)).await?;
    claimed(turn, row.id, on_gpu).await.map(Some)
}

/// A class that the offer takes, and since when at the latest such a task must have been ready.
#[derive(Serialize)]
struct Taken {
    class: &'static str,
    since: Millis,
}

async fn best(turn: &mut Turn, offer: &Offer) -> Result<Option<(Row, Class, String)>, QueueError> {
    // A CPU alone asks whether it must leave the GPUs some time.
    let since =
        if !offer.gpu && gpu_lives(turn).await? { turn.now - GPU_PATIENCE_MILLIS } else { Millis::MAX };
    let taken = [
        (offer.cpu, Class::Cpu, Millis::MAX),
        (offer.gpu, Class::Gpu, Millis::MAX),
        (offer.gpu || offer.cpu, Class::GpuElseCpu, since),
    ];
    let taken = taken.iter().filter(|(takes, _, _)| *takes);
    let taken: Vec<Taken> =
        taken.map(|(_, class, since)| Taken { class: class.as_str(), since: *since }).collect();
    let statement = if offer.only_jobs.is_empty() { BEST } else { BEST_OF_JOBS };
    let mut query = sqlx::query(statement)
        .bind(to_json(&taken)?)
        .bind(to_json(&offer.pipelines)?)
        .bind(turn.now)
        .bind(offer.threads)
        .bind(signed(offer.memory_bytes));
    if !offer.only_jobs.is_empty() {
        query = query.bind(to_json(&offer.only_jobs)?);
    }
    let Some(row) = query.fetch_optional(turn.on()).await? else { return Ok(None) };
    Ok(Some((Row::read(&row)?, from_word(row.try_get(8)?)?, row.try_get(9)?)))
}

async fn gpu_lives(turn: &mut Turn) -> Result<bool, QueueError> {
    let alive_since = turn.now - WORKER_ALIVE_MILLIS;
    Ok(sqlx::query_scalar(GPU_LIVES).bind(alive_since).fetch_one(turn.on()).await?)
}

const CLAIMED: &str = concat!(
    "select ",
    task_columns!(),
    ", j.version, j.params, j.sources, t.pipeline from tasks t join jobs j on j.id = t.job where t.id = ?1"
);

async fn claimed(turn: &mut Turn, task: i64, on_gpu: bool) -> Result<Claimed, QueueError> {
    let row = sqlx::query(CLAIMED).bind(task).fetch_one(turn.on()).await?;
    Ok(Claimed {
        task: read::task(&row)?,
        pipeline: row.try_get("pipeline")?,
        version: row.try_get("version")?,
        params: from_json(row.try_get("params")?)?,
        sources: from_json(row.try_get("sources")?)?,
        on_gpu,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn a_claim_takes_the_first_fit_of_an_index() {
        let plan = plan(BEST).await;
        let inner: Vec<&String> = plan.iter().filter(|line| line.contains(" r ")).collect();
        let next = "SEARCH n USING COVERING INDEX tasks_ready (tenant>?)";
        assert!(plan.iter().any(|line| line == next), "tenants are stepped through: {plan:#?}");
        let wanted = "SEARCH r USING COVERING INDEX tasks_ready (tenant=? AND class=? AND pipeline=?)";
        assert_eq!(inner, [wanted], "{plan:#?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN t ")), "{plan:#?}");
        assert_eq!(plan.iter().filter(|line| line.contains("TEMP B-TREE")).count(), 1, "{plan:#?}");
    }

    #[tokio::test]
    async fn a_claim_for_named_jobs_takes_the_first_fit_of_their_part() {
        let plan = plan(BEST_OF_JOBS).await;
        let inner: Vec<&String> = plan.iter().filter(|line| line.contains(" r ")).collect();
        assert_eq!(inner, ["SEARCH r USING INDEX tasks_ready_of_job (job=?)"], "{plan:#?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN t ")), "{plan:#?}");
    }
}
