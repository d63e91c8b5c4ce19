//! Socket.IO at `/socket.io`: the old converter's events, by polling and by WebSocket.
//!
//! Server-sent events are the truth and can be replayed; this is a face for clients that know only these three names.
//! It hears what they hear, from the moment in which it connects.

mod audience;
mod enter;
mod pace;
mod said;
mod tell;
mod word;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide::handler::ConnectHandler as _;
use socketioxide::layer::SocketIoLayer;

use crate::problem::Problem;
use crate::state::AppState;
use audience::Audience;

/// Where clients look for it by themselves.
const PATH: &str = "/socket.io";
/// Whether a path belongs to it.
pub(crate) fn is_at(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Bytes that a client may send at once. It has nothing to say but that it is there.
const SENT_BYTES_MAX: usize = 16 * 1024;
/// Packets that a client may be behind. Then it misses progress; one that misses a state change is cut.
const BEHIND_MAX: usize = 256;
/// How long a client may be connected without asking for events.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// The face: its routes, and all who listen there.
#[derive(Clone)]
pub(crate) struct Face {
    io: SocketIo,
    layer: SocketIoLayer,
    audience: Arc<Audience>,
}

impl Face {
    /// A face that nobody looks at. It tells once [`keep_telling`](Self::keep_telling) runs.
    pub(crate) fn new(state: &AppState) -> Self {
        let (layer, io) = SocketIo::builder()
            .req_path(PATH)
            .connect_timeout(CONNECT_PATIENCE)
            .max_payload(SENT_BYTES_MAX as u64)
            .ws_max_message_size(SENT_BYTES_MAX)
            .ws_max_frame_size(SENT_BYTES_MAX)
            .max_buffer_size(BEHIND_MAX)
            .build_layer();
        let audience = Arc::new(Audience::new(state.live.clone(), Arc::clone(&state.streams)));
        let seats = Arc::clone(&audience);
        // Seated before it hears that it is connected: what it does next is told to it.
        let seat = async move |socket: SocketRef| seats.seat(&socket);
        io.ns("/", (async |_: SocketRef| {}).with(seat));
        Self { io, layer, audience }
    }

    /// The routes, which ask who comes.
    pub(crate) fn router(&self, state: &AppState) -> Router<AppState> {
        Router::new()
            .route(PATH, any(elsewhere))
            .route(&format!("{PATH}/"), any(elsewhere))
            .layer(self.layer.clone())
            .layer(from_fn_with_state(state.clone(), enter::enter))
    }

    /// Tells what happens, until the server stops; then ends all connections.
    pub(crate) async fn keep_telling(self, state: AppState) {
        tell::keep_telling(&self.io, &self.audience, &state).await;
        self.io.close().await;
    }
}

/// The layer answers everything at its paths itself.
async fn elsewhere() -> Problem {
    Problem::not_found("this part of Socket.IO")
}
