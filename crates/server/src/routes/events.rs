//! `/events` and `/jobs/{id}/events`: what happens, as server-sent events with replay.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use reel_types::JobId;
use tokio::sync::OwnedSemaphorePermit;

use crate::extract::PathOf;
use crate::live::{Tail, Told};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, Named};
use crate::state::{AppState, Caller};
use crate::view::EventView;

/// Comments keep proxies from closing a quiet stream.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// How long a stream may go on after its key was revoked.
const KEY_LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// What happens to one job: all of it from the beginning, or what came after `Last-Event-ID`. Ends when the job has
/// ended; asked again then, the answer is 204, which tells a browser to stop asking.
#[utoipa::path(
    get, operation_id = "streamJobEvents", path = "/jobs/{id}/events", tag = "events",
    params(("id" = String, Path), ("Last-Event-ID" = Option<u64>, Header)),
    responses(
        (status = 200, description = "events whose data is an Event", body = String, content_type = "text/event-stream"),
        (status = 204, description = "the job has ended, and everything was told"),
        Named, Always
    )
)]
pub(crate) async fn of_job(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = last_event_id(&headers)?;
    let newest = state.live.seq();
    let job = state.job(&caller.tenant, &id).await?;
    let has_ended = job.state.is_terminal();
    if let (true, Some(after)) = (has_ended, after) {
        let more = state.engine.queue.events(Some(&job.id), after, 1).await?;
        if more.is_empty() {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    }
    // An end that was followed by a retry is not the end.
    let end_after = if has_ended { last_seq_of(&state, &job.id).await?.saturating_sub(1) } else { newest };
    let tail = state.live.tail(Some(job.id), after.unwrap_or(0));
    listen(&state, caller, tail, None, end_after)
}

/// What happens to all jobs of the caller's tenant: from now on, or what came after `Last-Event-ID`.
#[utoipa::path(
    get, operation_id = "streamEvents", path = "/events", tag = "events", params(("Last-Event-ID" = Option<u64>, Header)),
    responses(
        (status = 200, description = "events whose data is an Event", body = String, content_type = "text/event-stream"),
        Always
    )
)]
pub(crate) async fn of_all(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let newest = state.live.seq();
    let after = last_event_id(&headers)?;
    let hello = after.is_none().then_some(EventView::Ready { seq: newest });
    // An id that nobody gave (a database that was replaced) must not silence the stream for ever.
    let tail = state.live.tail_of_tenant(caller.tenant.clone(), after.unwrap_or(newest).min(newest));
    listen(&state, caller, tail, hello, u64::MAX)
}

fn listen(
    state: &AppState,
    caller: Caller,
    tail: Tail,
    hello: Option<EventView>,
    end_after: u64,
) -> Result<Response, Problem> {
    let permit = state.streams.clone().try_acquire_owned().map_err(|_| {
        Problem::new(ProblemKind::Unavailable, "too many streams are open")
            .with_hint("one stream is enough for all tabs of a browser")
    })?;
    let looked = state.options.clock.elapsed();
    let listening = Listening {
        state: state.clone(),
        caller,
        looked,
        tail,
        hello,
        end_after,
        ended: false,
        _permit: permit,
    };
    let keep_alive = KeepAlive::new().interval(COMMENT_EVERY);
    let mut response = Sse::new(events(listening)).keep_alive(keep_alive).into_response();
    // Without it nginx keeps events back until a buffer is full.
    let (name, no) = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response.headers_mut().insert(name, no);
    Ok(response)
}

/// One open stream.
struct Listening {
    state: AppState,
    caller: Caller,
    /// When its key was last looked at.
    looked: Duration,
    tail: Tail,
    hello: Option<EventView>,
    /// The end of a job after this event is the end of the stream.
    end_after: u64,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

fn events(listening: Listening) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(listening, |mut listening| async move {
        let view = listening.next().await?;
        Some((Ok(event(&view)), listening))
    })
}

impl Listening {
    async fn next(&mut self) -> Option<EventView> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        if self.ended {
            return None;
        }
        // When the queue does not answer the stream ends, and the client comes again with its last id.
        let told = self.tail.next(&*self.state.engine.queue).await.ok()??;
        if !self.may_hear().await {
            return None;
        }
        self.ended = self.is_last(&told);
        Some(EventView::from(&told))
    }

    /// Whether the key that it came with is still good; looked at as often as there is something to tell, at most each
    /// second.
    async fn may_hear(&mut self) -> bool {
        let clock = &self.state.options.clock;
        if clock.elapsed().saturating_sub(self.looked) < KEY_LOOKED_AT_EVERY {
            return true;
        }
        self.looked = clock.elapsed();
        self.caller.is_welcome(&self.state).await
    }

    fn is_last(&self, told: &Told) -> bool {
        let Told::Event(event) = told else { return false };
        let is_end = matches!(event.kind, reel_types::EventKind::Job { state } if state.is_terminal());
        is_end && event.seq > self.end_after
    }
}

fn event(view: &EventView) -> Event {
    let event = Event::default().event(view.name());
    let event = match view.seq() {
        Some(seq) => event.id(seq.to_string()),
        None => event,
    };
    // Our own types always have a JSON form.
    event.json_data(view).unwrap_or_default()
}

/// The last event of a job: one that failed, was retried and failed again has more than one end.
async fn last_seq_of(state: &AppState, job: &JobId) -> Result<u64, Problem> {
    let mut last = 0;
    while let Some(event) = state.engine.queue.events(Some(job), last, 1000).await?.last() {
        last = event.seq;
    }
    Ok(last)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    let refused =
        || Problem::new(ProblemKind::BadRequest, "Last-Event-ID is no number that this server gave");
    number.map(Some).ok_or_else(refused)
}
