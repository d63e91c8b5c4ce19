//! Answers kept in memory: what was sent here, how a job stands, what was made of a video. Each is forgotten when what it
//! tells of changes, and after its time whatever happens.
//!
//! A reader that has loaded something while it changed must not keep it: each key belongs to a stripe with a count of
//! changes, and only what was loaded and kept under one count is kept.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use reel_types::{JobId, TenantId};
use serde::Serialize;

use crate::access::Clock;
use crate::problem::Problem;

/// Bytes of all answers together.
const BYTES_MAX: u64 = 32 << 20;
/// Counts of changes; two keys of one stripe disturb each other a little.
const STRIPES: usize = 64;
/// How far a job is changes all the time, and another process that forgets one tells nobody: looked at twice a second.
const MOVING: Duration = Duration::from_millis(500);

/// What an answer is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    /// An upload.
    Video,
    /// What was made of an upload.
    Outputs,
    /// A job.
    Job,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Video, Self::Outputs, Self::Job];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Outputs => "outputs",
            Self::Job => "job",
        }
    }
}

type Key = (Kind, String);

#[derive(Clone, Debug)]
struct Entry {
    /// To whom it may be told.
    tenant: TenantId,
    body: Bytes,
    /// On the server's clock.
    until: Duration,
    /// Changes of jobs when it was loaded; counts for what is made of many jobs.
    jobs_changed: u64,
}

/// The answers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Cache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ttl: Duration,
    clock: Clock,
    entries: moka::sync::Cache<Key, Entry>,
    stripes: [Mutex<u64>; STRIPES],
    hasher: RandomState,
    jobs_changed: AtomicU64,
    hits: [AtomicU64; Kind::ALL.len()],
    misses: [AtomicU64; Kind::ALL.len()],
}

impl Cache {
    /// Keeps answers for so long at most; zero keeps none.
    pub(crate) fn new(ttl: Duration, clock: Clock) -> Self {
        let weigh = |(_, id): &Key, entry: &Entry| {
            u32::try_from(id.len() + entry.body.len() + size_of::<Entry>()).unwrap_or(u32::MAX)
        };
        let entries = moka::sync::Cache::builder().max_capacity(BYTES_MAX).weigher(weigh);
        Self(Arc::new(Inner {
            ttl,
            clock,
            entries: entries.build(),
            stripes: std::array::from_fn(|_| Mutex::new(0)),
            hasher: RandomState::new(),
            jobs_changed: AtomicU64::new(0),
            hits: Default::default(),
            misses: Default::default(),
        }))
    }

    /// The answer about something of this tenant, loaded unless it is here.
    pub(crate) async fn json<T: Serialize>(
        &self,
        kind: Kind,
        tenant: &TenantId,
        id: &str,
        load: impl Future<Output = Result<T, Problem>>,
    ) -> Result<Response, Problem> {
        let key = (kind, id.to_owned());
        if let Some(body) = self.found(&key, tenant) {
            return Ok(answer(body));
        }
        let changes = *self.stripe(&key);
        let jobs_changed = self.0.jobs_changed.load(Ordering::SeqCst);
        let value = load.await?;
        let body = Bytes::from(serde_json::to_vec(&value).map_err(Problem::internal)?);
        let keep = match kind {
            Kind::Video => self.0.ttl,
            Kind::Job | Kind::Outputs => self.0.ttl.min(MOVING),
        };
        let until = self.0.clock.elapsed().saturating_add(keep);
        let stripe = self.stripe(&key);
        if *stripe == changes && !keep.is_zero() {
            self.0
                .entries
                .insert(key, Entry { tenant: tenant.clone(), body: body.clone(), until, jobs_changed });
        }
        Ok(answer(body))
    }

    /// Forgets the answer about an upload.
    pub(crate) fn video_changed(&self, id: &str) {
        self.forget((Kind::Video, id.to_owned()));
        self.forget((Kind::Outputs, id.to_owned()));
    }

    /// Forgets the answer about a job, and what was made by any.
    pub(crate) fn job_changed(&self, id: &JobId) {
        self.0.jobs_changed.fetch_add(1, Ordering::SeqCst);
        self.forget((Kind::Job, id.as_str().to_owned()));
    }

    /// How often an answer of this kind was here, and how often not.
    pub(crate) fn counts(&self, kind: Kind) -> (u64, u64) {
        let of = |counts: &[AtomicU64; Kind::ALL.len()]| counts[kind as usize].load(Ordering::Relaxed);
        (of(&self.0.hits), of(&self.0.misses))
    }

    fn found(&self, key: &Key, tenant: &TenantId) -> Option<Bytes> {
        let is_good = |entry: &Entry| {
            entry.tenant == *tenant
                && self.0.clock.elapsed() < entry.until
                && (key.0 != Kind::Outputs
                    || entry.jobs_changed == self.0.jobs_changed.load(Ordering::SeqCst))
        };
        let found = self.0.entries.get(key).filter(is_good);
        let counts = if found.is_some() { &self.0.hits } else { &self.0.misses };
        counts[key.0 as usize].fetch_add(1, Ordering::Relaxed);
        found.map(|entry| entry.body)
    }

    fn forget(&self, key: Key) {
        let mut stripe = self.stripe(&key);
        *stripe += 1;
        self.0.entries.invalidate(&key);
    }

    fn stripe(&self, key: &Key) -> MutexGuard<'_, u64> {
        let at = self.0.hasher.hash_one(key) as usize % STRIPES;
        self.0.stripes[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(body: Bytes) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Cache {
        Cache::new(Duration::from_secs(60), Clock::default())
    }

    fn tenant(name: &str) -> TenantId {
        TenantId::new(name)
    }

    /// Asks for a job; `loaded` is what a load would give.
    async fn ask(cache: &Cache, kind: Kind, who: &str, loaded: u32) -> String {
        let load = async { Ok(loaded) };
        let answer = cache.json(kind, &tenant(who), "a", load).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_kept_until_it_changes() {
        let cache = kept();
        for kind in Kind::ALL {
            assert_eq!(ask(&cache, kind, "t", 1).await, "1");
            assert_eq!(ask(&cache, kind, "t", 2).await, "1", "{kind:?}");
            assert_eq!(cache.counts(kind), (1, 1));
        }
        cache.job_changed(&JobId::new("a"));
        assert_eq!(ask(&cache, Kind::Job, "t", 3).await, "3");
        assert_eq!(ask(&cache, Kind::Outputs, "t", 3).await, "3");
        assert_eq!(ask(&cache, Kind::Video, "t", 3).await, "1");
        cache.video_changed("a");
        assert_eq!(ask(&cache, Kind::Video, "t", 4).await, "4");
    }

    #[tokio::test]
    async fn nobody_is_told_what_is_anothers() {
        let cache = kept();
        assert_eq!(ask(&cache, Kind::Job, "t", 1).await, "1");
        assert_eq!(ask(&cache, Kind::Job, "u", 2).await, "2");
    }

    #[tokio::test]
    async fn what_changes_while_it_is_loaded_is_not_kept() {
        let cache = kept();
        let load = async {
            cache.job_changed(&JobId::new("a"));
            Ok(1)
        };
        cache.json(Kind::Job, &tenant("t"), "a", load).await.unwrap();
        assert_eq!(ask(&cache, Kind::Job, "t", 2).await, "2");
    }

    #[tokio::test]
    async fn outputs_that_were_loaded_while_a_job_changed_are_not_told_again() {
        let cache = kept();
        let load = async {
            cache.job_changed(&JobId::new("another"));
            Ok(1)
        };
        cache.json(Kind::Outputs, &tenant("t"), "a", load).await.unwrap();
        assert_eq!(ask(&cache, Kind::Outputs, "t", 2).await, "2");
    }

    #[tokio::test]
    async fn nothing_is_kept_for_no_time() {
        let cache = Cache::new(Duration::ZERO, Clock::default());
        for loaded in ["1", "2"] {
            let number = loaded.parse().unwrap();
            assert_eq!(ask(&cache, Kind::Video, "t", number).await, loaded);
        }
    }

    #[tokio::test]
    async fn what_another_process_may_change_is_looked_at_soon_and_the_rest_in_its_time() {
        let clock = Clock::default();
        let cache = Cache::new(Duration::from_secs(60), clock.clone());
        for (loaded, wait_millis, told) in
            [(1, 0, ["1", "1", "1"]), (2, 600, ["1", "2", "2"]), (3, 60_000, ["3", "3", "3"])]
        {
            clock.advance(Duration::from_millis(wait_millis));
            for (kind, told) in Kind::ALL.into_iter().zip(told) {
                assert_eq!(ask(&cache, kind, "t", loaded).await, told, "{kind:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_time_beyond_all_times_is_as_good_as_the_last() {
        let cache = Cache::new(Duration::MAX, Clock::default());
        for loaded in [1, 2] {
            assert_eq!(ask(&cache, Kind::Video, "t", loaded).await, "1");
        }
    }
}
