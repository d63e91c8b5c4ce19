//! Giving out one task.

use reel_types::{Class, JobState, Millis, TaskState};
use serde::Serialize;
use sqlx::Row as _;

use super::event::{job_became, task_event};
use super::read::{self, task_columns};
use super::task::{Row, columns};
use super::turn::Turn;
use super::word::{from_json, from_word, signed, to_json};
use super::{SqliteQueue, share, worker};
use crate::command::{ClaimReply, Claimed, GPU_PATIENCE_MILLIS, Offer, WORKER_ALIVE_MILLIS};
use crate::error::QueueError;
use crate::machine::{WorkerRow, while_doing};

/// What is known of the worker, the attempt that this claim got with whether its lease is alive, and the time. `?1` the claim, `?2`
/// the worker.
const LOOK: &str = "
    select w.gpu, w.gone, w.seen_at, w.draining, a.task, a.on_gpu,
           t.state = 'leased' and t.epoch = a.epoch and t.worker = ?2 and t.lease_until >= c.now, c.now
      from (select now from temp.clock) c left join workers w on w.id = ?2
           left join attempts a on a.claim = ?1 left join tasks t on t.id = a.task";

const GPU_LIVES: &str =
    "select exists (select 1 from workers where gpu and not gone and not draining and seen_at > ?1)";

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
/// same index; with one of them alone and no bound, nothing need be counted. `?1` classes with the latest
/// `ready_since` each, `?2` pipelines, `?3` now, `?4` threads, `?5` bytes.
const BEST: &str = concat!(
    "with recursive
        ready (tenant) as materialized (
            select * from (select tenant from tasks where state = 'ready' order by tenant limit 1)
            union all
            select (select n.tenant from tasks n where n.state = 'ready' and n.tenant > ready.tenant
                     order by n.tenant limit 1)
              from ready where ready.tenant is not null),
        share (tenant, leased, served_at) as materialized (
            select s.id,
                   case when s.running_max > 0 or (select count(tenant) from ready) > 1
                        then (select count(*) from tasks l where l.state = 'leased' and l.tenant = s.id)
                        else 0 end as leased,
                   s.served_at
              from ready cross join tenants s on s.id = ready.tenant
             where not s.paused and not (select paused from gate)
               and (s.running_max = 0 or leased < s.running_max))
     select ",
    columns!(),
    ", t.class, t.tenant, (select j.state from jobs j where j.id = t.job) from (
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
    ", t.class, t.tenant, (select j.state from jobs j where j.id = t.job) from (
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

/// One durable turn that finds and leases. Where it finds nothing it writes nothing; that the worker was heard of is then
/// written by a lazy turn of its own, if that is due.
pub(super) async fn claim(queue: &SqliteQueue, offer: &Offer) -> Result<ClaimReply, QueueError> {
    let mut turn = queue.turn_without_time().await?;
    let look = sqlx::query(LOOK).bind(offer.claim.as_str()).bind(offer.worker.as_str());
    let look = look.fetch_one(turn.on()).await?;
    turn.now = look.try_get(7)?;
    let is_known = look.try_get::<Option<bool>, _>(0)?.is_some();
    let known = if is_known { Some(worker::row(&look, 0)?) } else { None };
    let announced = known.is_some_and(|row| row.gpu) || offer.gpu;
    let heard = WorkerRow::heard(known, announced, turn.now);
    let reply = match look.try_get::<Option<i64>, _>(4)? {
        Some(task) if look.try_get::<Option<bool>, _>(6)?.unwrap_or(false) => {
            reply(Some(claimed(&mut turn, task, look.try_get(5)?).await?))
        }
        Some(_) => ClaimReply::Nothing,
        None if known.is_some_and(|row| row.draining) => ClaimReply::Draining,
        None => match best(&mut turn, offer, announced).await? {
            Some(found) => {
                let leased = lease(&mut turn, offer, found).await?;
                if let Some(row) = heard {
                    worker::saw(&mut turn, &offer.worker, row).await?;
                }
                turn.commit().await?;
                return Ok(reply(Some(leased)));
            }
            None => ClaimReply::Nothing,
        },
    };
    // Nothing was written, so this costs nothing.
    turn.commit().await?;
    if let Some(row) = heard {
        let mut turn = queue.lazy_turn().await?;
        worker::saw(&mut turn, &offer.worker, row).await?;
        turn.commit().await?;
    }
    Ok(reply)
}

fn reply(claimed: Option<Claimed>) -> ClaimReply {
    claimed.map_or(ClaimReply::Nothing, |claimed| ClaimReply::Task(Box::new(claimed)))
}

async fn lease(turn: &mut Turn, offer: &Offer, found: Found) -> Result<Claimed, QueueError> {
    let Found { row, class, tenant, job_state } = found;
    let worker = offer.worker.as_str();
    let on_gpu = class != Class::Cpu && offer.gpu;
    let row = Row { epoch: row.epoch + 1, ..row };
    share::served(turn, &tenant).await?;
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
    let becomes = while_doing(row.name.kind);
    if job_state != becomes {
        job_became(turn, &row.name.job, becomes).await?;
    }
    claimed(turn, row.id, on_gpu).await
}

/// The task that a claim gets.
struct Found {
    row: Row,
    class: Class,
    tenant: String,
    job_state: JobState,
}

/// A class that the offer takes, and since when at the latest such a task must have been ready.
#[derive(Serialize)]
struct Taken {
    class: &'static str,
    since: Millis,
}

async fn best(turn: &mut Turn, offer: &Offer, announced: bool) -> Result<Option<Found>, QueueError> {
    // A CPU alone asks whether it must leave the GPUs some time.
    let waits = !offer.gpu && (announced || gpu_lives(turn).await?);
    let since = if waits { turn.now - GPU_PATIENCE_MILLIS } else { Millis::MAX };
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
    Ok(Some(Found {
        row: Row::read(&row)?,
        class: from_word(row.try_get(8)?)?,
        tenant: row.try_get(9)?,
        job_state: from_word(row.try_get(10)?)?,
    }))
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
