//! Sends what is due: one thing at a time to each webhook, many webhooks at once.
//!
//! A try is claimed by moving its row's next one to when this counts as lost, so whoever dies in it holds nothing up for
//! longer. A webhook that does not answer holds up itself, and at worst the others of its tenant.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use reel_types::{Millis, TenantId};
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep, timeout};

use super::message::WebhookMessage;
use super::rows::{DeliveryRow, EndpointRow};
use super::schedule::next_wait;
use super::send::{Letter, send};
use super::signature::signature;
use crate::catalog::{CatalogError, Due, FailedTry};
use crate::fetch;
use crate::state::AppState;

/// Most tries under way.
const AT_ONCE: usize = 64;
/// Those of one tenant.
const OF_TENANT: usize = 8;
/// How much longer than it may take a try counts as under way.
const LOST_AFTER_MILLIS: Millis = 30_000;
/// How long what was delivered or given up is kept.
const KEEP_MILLIS: Millis = 30 * 86_400_000;
/// How often it is looked for what is older.
const TIDY_EVERY_MILLIS: Millis = 3_600_000;
/// So many rows in one go.
const TIDY_BATCH: u32 = 1000;

/// Sends what is due until the server stops; then waits for what is under way as long as for requests.
pub(crate) async fn keep_delivering(state: AppState) {
    let mut under_way = UnderWay::default();
    let mut changes = state.engine.changes();
    let mut tidied_at = None;
    while !state.live.is_closing() {
        changes.borrow_and_update();
        if let Err(error) = begin_due(&state, &mut under_way).await {
            tracing::warn!(%error, "cannot see what webhooks are to be told");
        }
        if let Err(error) = tidy(&state, &mut tidied_at).await {
            tracing::warn!(%error, "old deliveries were not all removed");
        }
        tokio::select! {
            () = under_way.one_ended() => {}
            _ = changes.changed() => {}
            () = sleep(state.options.look_every) => {}
            () = state.live.closed() => {}
        }
    }
    let all_ended = async {
        while !under_way.of.is_empty() {
            under_way.one_ended().await;
        }
    };
    // What has no answer by then is told again by the next server.
    let _ = timeout(state.options.stop_patience, all_ended).await;
}

/// Tries under way, by whom they are for.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<()>,
    of: HashMap<Id, (String, TenantId)>,
}

impl UnderWay {
    fn takes(&self, due: &Due) -> bool {
        let is_of_tenant = |(_, tenant): &&(String, TenantId)| *tenant == due.tenant;
        self.of.len() < AT_ONCE
            && !self.of.values().any(|(endpoint, _)| *endpoint == due.endpoint)
            && self.of.values().filter(is_of_tenant).count() < OF_TENANT
    }

    fn begin(&mut self, due: &Due, tried: impl Future<Output = ()> + Send + 'static) {
        let handle = self.tries.spawn(tried);
        self.of.insert(handle.id(), (due.endpoint.clone(), due.tenant.clone()));
    }

    /// Returns once one has ended; never while there is none.
    async fn one_ended(&mut self) {
        match self.tries.join_next_with_id().await {
            Some(Ok((id, ()))) => self.of.remove(&id),
            Some(Err(error)) => self.of.remove(&error.id()),
            None => std::future::pending().await,
        };
    }
}

async fn begin_due(state: &AppState, under_way: &mut UnderWay) -> Result<(), CatalogError> {
    for due in state.catalog.due_deliveries(state.options.clock.now()).await? {
        if under_way.takes(&due) {
            let state = state.clone();
            under_way.begin(&due.clone(), async move {
                // The row is as it was: it is tried again once this try counts as lost.
                if let Err(error) = try_once(&state, &due).await {
                    tracing::warn!(%error, webhook = due.endpoint, "a try to tell a webhook broke");
                }
            });
        }
    }
    Ok(())
}

async fn try_once(state: &AppState, due: &Due) -> Result<(), CatalogError> {
    let clock = &state.options.clock;
    let patience = state.options.webhook_patience;
    let now = clock.now();
    let lost_at = now.saturating_add(millis(patience)).saturating_add(LOST_AFTER_MILLIS);
    let Some(row) = state.catalog.claim_delivery(due.id, now, lost_at).await? else { return Ok(()) };
    let Some(endpoint) = state.catalog.endpoint(&due.endpoint).await? else { return Ok(()) };
    let told = tell(state, &endpoint, &row, now).await;
    let now = clock.now();
    let (status, error, may_repeat) = match told {
        Ok(status @ 200..=299) => return state.catalog.delivery_arrived(&row.delivery, now, status).await,
        Ok(status @ 300..=399) => {
            (Some(status), format!("the answer was {status}, and redirects are not followed"), true)
        }
        Ok(status) => (Some(status), format!("the answer was {status}"), true),
        Err(Unsent { error, may_repeat }) => (None, error, may_repeat),
    };
    let wait = next_wait(row.delivery.tries, fastrand::u64(0..=1000)).filter(|_| may_repeat);
    let again_at = wait.map(|wait| now.saturating_add(millis(wait)));
    if again_at.is_none() {
        tracing::warn!(webhook = due.endpoint, delivery = due.id, %error, "a webhook is not told any more");
    }
    state.catalog.delivery_failed(&row.delivery, now, &FailedTry { status, error: &error, again_at }).await
}

/// Why there was no answer.
struct Unsent {
    error: String,
    may_repeat: bool,
}

async fn tell(
    state: &AppState,
    endpoint: &EndpointRow,
    row: &DeliveryRow,
    now: Millis,
) -> Result<u16, Unsent> {
    let never = |error: String| Unsent { error, may_repeat: false };
    let again = |error: String| Unsent { error, may_repeat: true };
    let message = WebhookMessage::of(row).and_then(|message| serde_json::to_vec(&message));
    let body = message.map_err(|error| never(format!("it cannot be written: {error}")))?;
    let signature = signature(&endpoint.secrets(now), now.div_euclid(1000), &body);
    let signature = signature.ok_or_else(|| never("it cannot be signed".to_owned()))?;
    let url = fetch::address(&endpoint.webhook.url).map_err(never)?;
    let letter = Letter { event: &row.delivery.event, kind: row.delivery.kind.as_str(), signature, body };
    send(&state.fetcher, &url, letter, state.options.webhook_patience).await.map_err(again)
}

/// Forgets what ended long ago, now and then.
async fn tidy(state: &AppState, tidied_at: &mut Option<Millis>) -> Result<(), CatalogError> {
    let now = state.options.clock.now();
    if tidied_at.is_some_and(|at| now.saturating_sub(at) < TIDY_EVERY_MILLIS) {
        return Ok(());
    }
    let forgotten = state.catalog.forget_deliveries(now.saturating_sub(KEEP_MILLIS), TIDY_BATCH).await?;
    // More than one go takes is gone on with at the next look.
    if forgotten < u64::from(TIDY_BATCH) {
        *tidied_at = Some(now);
    }
    Ok(())
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn due(tenant: u32, endpoint: u32) -> Due {
        Due { id: 1, endpoint: format!("{tenant}.{endpoint}"), tenant: TenantId::new(format!("t{tenant}")) }
    }

    #[tokio::test]
    async fn one_thing_at_a_time_is_told_to_a_webhook_and_no_tenant_takes_all_places() {
        let mut under_way = UnderWay::default();
        let (end, ended) = oneshot::channel::<()>();
        under_way.begin(&due(0, 0), async move {
            let _ = ended.await;
        });
        assert!(!under_way.takes(&due(0, 0)), "it is busy");
        for endpoint in 1..OF_TENANT as u32 {
            assert!(under_way.takes(&due(0, endpoint)));
            under_way.begin(&due(0, endpoint), std::future::pending());
        }
        assert!(!under_way.takes(&due(0, 99)), "the tenant has its part");
        for tenant in 1..(AT_ONCE / OF_TENANT) as u32 {
            for endpoint in 0..OF_TENANT as u32 {
                assert!(under_way.takes(&due(tenant, endpoint)));
                under_way.begin(&due(tenant, endpoint), std::future::pending());
            }
        }
        assert!(!under_way.takes(&due(99, 0)), "all places are taken");
        drop(end);
        under_way.one_ended().await;
        assert!(under_way.takes(&due(99, 0)) && under_way.takes(&due(0, 0)));
    }

    #[tokio::test]
    async fn a_try_that_panics_gives_its_place_back() {
        let mut under_way = UnderWay::default();
        under_way.begin(&due(0, 0), async { panic!("for the test") });
        under_way.one_ended().await;
        assert!(under_way.takes(&due(0, 0)));
    }
}
