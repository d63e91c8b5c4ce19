//! Who listens, so that nothing is read for nobody.

use std::sync::Arc;

use reel_types::TenantId;
use socketioxide::extract::SocketRef;
use tokio::sync::{Semaphore, watch};

use crate::live::Live;
use crate::state::Caller;

/// All who are connected.
pub(super) struct Audience {
    live: Live,
    seats: Arc<Semaphore>,
    seated: Arc<watch::Sender<Seated>>,
}

/// How many are connected, and since when there is anybody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seated {
    pub(super) count: usize,
    /// The newest event when the first of them came.
    pub(super) since_seq: u64,
}

/// Why somebody cannot listen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum NoSeat {
    #[error("too many streams are open")]
    Full,
    #[error("nobody said who this is")]
    Unknown,
}

impl Audience {
    /// Nobody yet. Each who comes takes one of `seats` for as long as it stays.
    pub(super) fn new(live: Live, seats: Arc<Semaphore>) -> Self {
        let seated = Arc::new(watch::Sender::new(Seated { count: 0, since_seq: 0 }));
        Self { live, seats, seated }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Seated> {
        self.seated.subscribe()
    }

    /// Lets a client hear what happens to its tenant, until it leaves.
    pub(super) fn seat(&self, socket: &SocketRef) -> Result<(), NoSeat> {
        let caller = socket.req_parts().extensions.get::<Caller>().ok_or(NoSeat::Unknown)?;
        let permit = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| NoSeat::Full)?;
        let seat = Seat { seated: Arc::clone(&self.seated) };
        self.seated.send_modify(|seated| {
            if seated.count == 0 {
                seated.since_seq = self.live.seq();
            }
            seated.count += 1;
        });
        socket.join(room(&caller.tenant));
        // The socket owns its handlers: both go with it, also when it never got as far as to be connected.
        let taken = Arc::new((seat, permit));
        socket.on_disconnect(async move || drop(taken));
        Ok(())
    }
}

struct Seat {
    seated: Arc<watch::Sender<Seated>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seated.send_modify(|seated| seated.count = seated.count.saturating_sub(1));
    }
}

/// Where all of one tenant sit.
pub(super) fn room(tenant: &TenantId) -> String {
    tenant.to_string()
}
