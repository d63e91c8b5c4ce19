//! How often a tenant may ask: the generic cell rate algorithm, one number for each tenant.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use reel_types::TenantId;

/// How often one tenant may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLimit {
    /// Requests a second, on average; at least 1.
    pub per_sec: u32,
    /// Requests that may come at once after a pause; at least 1.
    pub burst: u32,
}

/// Counts the requests of each tenant.
pub(crate) struct Pace {
    limit: Option<RateLimit>,
    /// When each tenant would be back at a full burst, since the clock was made.
    full_again: Mutex<BTreeMap<TenantId, Duration>>,
}

/// What one request came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    limit: RateLimit,
    remaining: u32,
    /// Until the burst is whole again.
    reset: Duration,
    /// How long to wait, where this request was one too many.
    pub(crate) wait: Option<Duration>,
}

impl Pace {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let at_least_one =
            |limit: RateLimit| RateLimit { per_sec: limit.per_sec.max(1), burst: limit.burst.max(1) };
        Self { limit: limit.map(at_least_one), full_again: Mutex::default() }
    }

    /// Counts one request; nothing where there is no limit. One that has to wait is not counted.
    pub(crate) fn step(&self, tenant: &TenantId, now: Duration) -> Option<Step> {
        let limit = self.limit?;
        let each = Duration::from_secs(1) / limit.per_sec;
        let whole = each * limit.burst;
        let mut full_again = self.full_again.lock().unwrap_or_else(PoisonError::into_inner);
        let known = full_again.get(tenant).copied().unwrap_or(now).max(now);
        let after = known + each;
        // A burst is spent when one more would be full again only after the time that a whole burst takes.
        let wait = after.saturating_sub(now).saturating_sub(whole);
        if !wait.is_zero() {
            return Some(Step { limit, remaining: 0, reset: known - now, wait: Some(wait) });
        }
        full_again.insert(tenant.clone(), after);
        let left = whole.saturating_sub(after - now);
        let remaining = left.as_nanos() / each.as_nanos().max(1);
        Some(Step { limit, remaining: remaining as u32, reset: after - now, wait: None })
    }
}

impl Step {
    /// `RateLimit`, `RateLimit-Policy` and, where it has to wait, `Retry-After`.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let window = secs_up(Duration::from_secs(1) / self.limit.per_sec * self.limit.burst);
        let policy = format!("\"tenant\";q={};w={window}", self.limit.burst);
        let standing = format!("\"tenant\";r={};t={}", self.remaining, secs_up(self.reset));
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", standing)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        if let Some(wait) = self.wait {
            headers.insert(header::RETRY_AFTER, secs_up(wait).into());
        }
    }
}

/// Whole seconds, never too few.
fn secs_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit { per_sec: 2, burst: 3 };

    fn ask(pace: &Pace, tenant: &str, now_millis: u64) -> Result<u32, Duration> {
        let step = pace.step(&TenantId::new(tenant), Duration::from_millis(now_millis)).unwrap();
        step.wait.map_or(Ok(step.remaining), Err)
    }

    #[test]
    fn a_burst_passes_and_then_one_each_half_second() {
        let pace = Pace::new(Some(LIMIT));
        assert_eq!([0, 0, 0].map(|now| ask(&pace, "a", now)), [Ok(2), Ok(1), Ok(0)]);
        assert_eq!(ask(&pace, "a", 0), Err(Duration::from_millis(500)));
        assert_eq!(ask(&pace, "a", 499), Err(Duration::from_millis(1)));
        assert_eq!(ask(&pace, "a", 500), Ok(0));
        assert!(ask(&pace, "a", 500).is_err());
        assert_eq!(ask(&pace, "a", 100_000), Ok(2));
    }

    #[test]
    fn one_tenant_does_not_slow_another() {
        let pace = Pace::new(Some(LIMIT));
        assert!((0..10).any(|_| ask(&pace, "a", 0).is_err()));
        assert_eq!(ask(&pace, "b", 0), Ok(2));
    }

    #[test]
    fn what_waits_as_long_as_it_is_told_passes() {
        let limit = RateLimit { per_sec: 7, burst: 2 };
        let pace = Pace::new(Some(limit));
        let tenant = TenantId::local();
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            while pace.step(&tenant, now).unwrap().wait.is_none() {}
            now += pace.step(&tenant, now).unwrap().wait.unwrap();
            assert_eq!(pace.step(&tenant, now).unwrap().wait, None);
        }
        // 2 at once, then a seventh of a second each: 100 waits.
        assert!(now <= Duration::from_secs(100) / 7 + Duration::from_millis(1), "{now:?}");
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        assert_eq!(Pace::new(None).step(&TenantId::local(), Duration::ZERO), None);
    }

    #[test]
    fn headers_say_what_is_left_and_how_long_to_wait() {
        let pace = Pace::new(Some(LIMIT));
        let mut headers = HeaderMap::new();
        pace.step(&TenantId::local(), Duration::ZERO).unwrap().tell(&mut headers);
        assert_eq!(headers["ratelimit"], "\"tenant\";r=2;t=1");
        assert_eq!(headers["ratelimit-policy"], "\"tenant\";q=3;w=2");
        assert!(!headers.contains_key("retry-after"));
        assert!((0..3).any(|_| pace.step(&TenantId::local(), Duration::ZERO).unwrap().wait.is_some()));
        pace.step(&TenantId::local(), Duration::ZERO).unwrap().tell(&mut headers);
        assert_eq!(headers["retry-after"], "1");
    }
}
