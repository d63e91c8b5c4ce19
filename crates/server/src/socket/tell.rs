//! From the log to the rooms.

use std::collections::HashMap;

use reel_queue::QueueError;
use reel_types::{Event, EventKind, JobId, JobState, TenantId};
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError, SocketIo};
use tokio::time::{Duration, Instant, sleep};

use super::audience::{Audience, room};
use super::pace::Pace;
use super::said::Said;
use super::word::Word;
use crate::live::{Tail, Told};
use crate::state::{AppState, Caller};

/// How long what was looked up of a key holds.
const KEY_LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
/// Pause after the queue did not answer.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Tells while anybody listens, until the server stops.
pub(super) async fn keep_telling(io: &SocketIo, audience: &Audience, state: &AppState) {
    let mut seated = audience.watch();
    loop {
        let came = tokio::select! {
            () = state.live.closed() => return,
            came = seated.wait_for(|seated| seated.count > 0) => came.map(|seated| *seated),
        };
        let Ok(came) = came else { return };
        let mut teller = Teller {
            io,
            state,
            tail: state.live.tail(None, came.since_seq),
            owners: HashMap::new(),
            pace: Pace::default(),
            welcome: HashMap::new(),
        };
        loop {
            let told = tokio::select! {
                told = teller.tail.next(&*state.engine.queue) => told,
                _ = seated.wait_for(|seated| seated.count == 0) => break,
            };
            match told {
                Ok(Some(told)) => teller.tell(told).await,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot read the log for Socket.IO");
                    sleep(AFTER_ERROR).await;
                }
            }
        }
    }
}

struct Teller<'a> {
    io: &'a SocketIo,
    state: &'a AppState,
    tail: Tail,
    /// Whose the jobs under way are.
    owners: HashMap<JobId, TenantId>,
    pace: Pace,
    /// Whether keys still let in, and when that was looked up; nothing is who came without one.
    welcome: HashMap<Option<String>, (bool, Duration)>,
}

impl Teller<'_> {
    async fn tell(&mut self, told: Told) {
        match told {
            Told::Event(event) => {
                while let Err(error) = self.tell_state(&event).await {
                    tracing::warn!(%error, "cannot read a job for Socket.IO");
                    if self.state.live.is_closing() {
                        return;
                    }
                    sleep(AFTER_ERROR).await;
                }
            }
            Told::Progress(of) => {
                let word = Word::of(of.state, of.progress.stage.as_deref());
                // When the queue does not answer, or the job was forgotten, there is nothing to tell.
                let Ok(Some(owner)) = self.owner(&of.job).await else { return };
                if self.pace.may_tell(&of.job, word, Instant::now()) {
                    self.say_to(&owner, &Said::progress(&of, word)).await;
                }
            }
        }
    }

    async fn tell_state(&mut self, event: &Event) -> Result<(), QueueError> {
        let EventKind::Job { state } = event.kind else { return Ok(()) };
        let word = Word::of(state, None);
        if !state.is_terminal() {
            let Some(owner) = self.owner(&event.job).await? else { return Ok(()) };
            self.pace.note(&event.job, word, Instant::now());
            self.say_to(&owner, &Said::state(&event.job, word)).await;
            return Ok(());
        }
        let job = self.state.engine.queue.job(&event.job).await?;
        self.owners.remove(&event.job);
        self.pace.note(&event.job, word, Instant::now());
        // One that was forgotten meanwhile is nobody's.
        let Some(job) = job else { return Ok(()) };
        self.say_to(&job.tenant, &Said::state(&event.job, word)).await;
        match state {
            JobState::Completed => self.say_to(&job.tenant, &Said::complete(&job)).await,
            JobState::Failed => self.say_to(&job.tenant, &Said::error(&job)).await,
            _ => {}
        }
        Ok(())
    }

    /// Whose a job is. Kept until its end was told.
    async fn owner(&mut self, job: &JobId) -> Result<Option<TenantId>, QueueError> {
        if let Some(owner) = self.owners.get(job) {
            return Ok(Some(owner.clone()));
        }
        let found = self.state.engine.queue.job(job).await?;
        let Some(found) = found else { return Ok(None) };
        self.owners.insert(job.clone(), found.tenant.clone());
        Ok(Some(found.tenant))
    }

    /// To all of one tenant. Who is too far behind misses progress; who would miss a change is cut, so that it comes
    /// again and asks. Whose key was revoked or is over hears nothing more.
    async fn say_to(&mut self, tenant: &TenantId, said: &Said) {
        for socket in self.io.within(room(tenant)).sockets() {
            if !self.may_hear(&socket).await {
                // It may have left by itself.
                let _ = socket.disconnect();
                continue;
            }
            let sent = socket.emit(said.name(), said);
            let is_behind = matches!(sent, Err(SendError::Socket(SocketError::InternalChannelFull)));
            if is_behind && said.is_change() {
                // It may have left by itself.
                let _ = socket.disconnect();
            }
        }
    }

    /// Looked up for each key at most once a second.
    async fn may_hear(&mut self, socket: &SocketRef) -> bool {
        let Some(caller) = socket.req_parts().extensions.get::<Caller>().cloned() else { return false };
        let now = self.state.options.clock.elapsed();
        let key = caller.key.as_ref().map(|key| key.id.clone());
        match self.welcome.get(&key) {
            Some((is_welcome, looked)) if now.saturating_sub(*looked) < KEY_LOOKED_AT_EVERY => *is_welcome,
            _ => {
                let is_welcome = caller.is_welcome(self.state).await;
                self.welcome.insert(key, (is_welcome, now));
                is_welcome
            }
        }
    }
}
