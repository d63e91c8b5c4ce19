//! What a monitoring system reads: counts since the start, and how things are now.
//!
//! Labels are routes, methods, states and GPUs, of which there are few; never a job, a tenant or a path.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, Method, StatusCode, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use reel_types::JobState;

use crate::cache::Kind;
use crate::problem::Problem;
use crate::state::AppState;
use crate::vault::wall_clock_millis;

/// What was counted since the start. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    request_secs: Family<RouteLabels, Histogram, fn() -> Histogram>,
    jobs_ended: Family<StateLabels, Counter>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: Arc<str>,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RouteLabels {
    route: Arc<str>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct GpuLabels {
    gpu: u32,
    name: String,
}

/// A tenth of a millisecond to three seconds and more.
fn request_histogram() -> Histogram {
    Histogram::new(exponential_buckets(1e-4, 2.0, 16))
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new() -> Self {
        Self {
            requests: Family::default(),
            request_secs: Family::new_with_constructor(request_histogram),
            jobs_ended: Family::default(),
        }
    }

    /// A request was answered: its body may still be on the way.
    pub(crate) fn answered(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let route: Arc<str> = route.unwrap_or("page").into();
        let labels =
            RequestLabels { method: known(method), route: Arc::clone(&route), status: status.as_u16() };
        self.requests.get_or_create(&labels).inc();
        self.request_secs.get_or_create(&RouteLabels { route }).observe(took.as_secs_f64());
    }

    /// A job ended.
    pub(crate) fn job_ended(&self, state: JobState) {
        self.jobs_ended.get_or_create(&StateLabels { state: state.as_str() }).inc();
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered", self.requests.clone());
        let help = "Time to the head of the answer";
        registry.register_with_unit("http_request", help, Unit::Seconds, self.request_secs.clone());
        registry.register(
            "jobs_ended",
            "Jobs that ended since the start of this server",
            self.jobs_ended.clone(),
        );
    }
}

/// A method of a client's own invention is not a label.
fn known(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| method == known)
        .unwrap_or("other")
}

/// Everything, as OpenMetrics text, which Prometheus reads.
pub(crate) async fn show(
    State(state): State<AppState>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let mut registry = Registry::with_prefix("reel");
    state.metrics.register(&mut registry);
    queue(&state, &mut registry).await?;
    storage(&state, &mut registry).await?;
    gpus(&state, &mut registry).await?;
    let streams = state.options.streams_max.saturating_sub(state.streams.available_permits());
    gauge(&mut registry, "event_streams", "Open streams of events", streams as f64);
    let (hits, misses) = (Family::<KindLabels, Counter>::default(), Family::<KindLabels, Counter>::default());
    for kind in Kind::ALL {
        let (found, loaded) = state.cache.counts(kind);
        let labels = KindLabels { kind: kind.as_str() };
        hits.get_or_create(&labels).inc_by(found);
        misses.get_or_create(&labels).inc_by(loaded);
    }
    registry.register("cache_hits", "Answers that came from memory", hits);
    registry.register("cache_misses", "Answers that were loaded", misses);
    let mut text = String::new();
    encode_registry(&mut text, &registry).map_err(Problem::internal)?;
    let mut process = Registry::with_prefix("process");
    process_of_this(&mut process);
    encode_registry(&mut text, &process).map_err(Problem::internal)?;
    encode_eof(&mut text).map_err(Problem::internal)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: f64) {
    registry.register(name, help, ConstGauge::new(value));
}

async fn queue(state: &AppState, registry: &mut Registry) -> Result<(), Problem> {
    let load = state.engine.queue.load().await?;
    let jobs = Family::<StateLabels, Gauge>::default();
    for job_state in [JobState::Queued, JobState::Planning, JobState::Running, JobState::Assembling] {
        let count = load.jobs.get(&job_state).copied().unwrap_or_default();
        jobs.get_or_create(&StateLabels { state: job_state.as_str() }).set(count as i64);
    }
    registry.register("jobs", "Jobs that have not ended", jobs);
    let tasks = Family::<StateLabels, Gauge>::default();
    tasks.get_or_create(&StateLabels { state: "ready" }).set(load.ready as i64);
    tasks.get_or_create(&StateLabels { state: "leased" }).set(load.leased as i64);
    registry.register("tasks", "Chunks of work that wait for a worker, or that one holds", tasks);
    let waits = load.ready_since.map_or(0, |since| wall_clock_millis().saturating_sub(since).max(0));
    let help = "How long the chunk that waits longest has waited";
    registry.register_with_unit("queue_oldest", help, Unit::Seconds, ConstGauge::new(waits as f64 / 1e3));
    let workers = state.engine.queue.workers().await?;
    let live = workers.iter().filter(|worker| !worker.gone).count();
    gauge(registry, "workers", "Workers that were heard of in the last ten minutes", live as f64);
    let paused = f64::from(u8::from(state.engine.queue.is_paused().await?));
    gauge(registry, "queue_paused", "1 while nothing new is begun", paused);
    Ok(())
}

async fn storage(state: &AppState, registry: &mut Registry) -> Result<(), Problem> {
    if let Some(free) = state.engine.store.free_bytes().await? {
        let help = "Free space where results are kept";
        registry.register_with_unit("store_free", help, Unit::Bytes, ConstGauge::new(free as f64));
    }
    Ok(())
}

async fn gpus(state: &AppState, registry: &mut Registry) -> Result<(), Problem> {
    let devices = Arc::clone(&state.engine.devices);
    let status = tokio::task::spawn_blocking(move || devices.status()).await.map_err(Problem::internal)?;
    let family = Family::<GpuLabels, Gauge<f64, std::sync::atomic::AtomicU64>>::default;
    let (busy, used, encoder, sessions, heat) = (family(), family(), family(), family(), family());
    for device in &status.devices {
        let labels = GpuLabels { gpu: device.index, name: device.name.clone() };
        let set = |family: &Family<GpuLabels, Gauge<f64, _>>, value: Option<f64>| {
            if let Some(value) = value {
                family.get_or_create(&labels).set(value);
            }
        };
        set(&busy, device.utilization_percent.map(|percent| percent / 100.0));
        set(&used, Some(device.memory_used_mb as f64 * f64::from(1 << 20)));
        set(&encoder, device.encoder_utilization_percent.map(|percent| f64::from(percent) / 100.0));
        set(&sessions, device.encoder_sessions.map(f64::from));
        set(&heat, device.temperature_celsius.map(f64::from));
    }
    registry.register_with_unit("gpu_utilization", "Share of time in which a kernel ran", Unit::Ratios, busy);
    registry.register_with_unit("gpu_memory_used", "Used memory of a GPU", Unit::Bytes, used);
    registry.register_with_unit("gpu_encoder_utilization", "Load of the encoder", Unit::Ratios, encoder);
    registry.register("gpu_encoder_sessions", "Encoder sessions of all processes", sessions);
    registry.register_with_unit("gpu_temperature", "Temperature of the chip", Unit::Celsius, heat);
    Ok(())
}

/// By the names that all programs use for these.
fn process_of_this(registry: &mut Registry) {
    // Where the system has no such files there are no such figures.
    let read = |name: &str| std::fs::read_to_string(name).ok();
    if let Some(ticks) = read("/proc/self/stat").and_then(|text| cpu_ticks(&text)) {
        let secs = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        let help = "CPU time of this server, without the encoders it starts";
        registry.register_with_unit("cpu", help, Unit::Seconds, ConstCounter::new(secs));
    }
    let pages = read("/proc/self/statm");
    let resident = pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    if let Some(pages) = resident {
        let bytes = pages * rustix::param::page_size() as u64;
        registry.register_with_unit(
            "resident_memory",
            "Memory of this server",
            Unit::Bytes,
            ConstGauge::new(bytes as f64),
        );
    }
}

/// Ticks in this program and in the system for it: the twelfth and the thirteenth word behind the name, which may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let mut words = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut number = || words.next()?.parse::<u64>().ok();
    Some(number()? + number()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_behind_the_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 25 17 0 0 20 0 1 0 100";
        assert_eq!(cpu_ticks(stat), Some(42));
        assert_eq!(cpu_ticks("7"), None);
    }

    #[test]
    fn an_invented_method_is_no_label() {
        assert_eq!(known(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(known(&Method::GET), "GET");
    }
}
