//! A server: made, served, stopped.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use reel_engine::Engine;
use reel_queue::QueueError;
use reel_types::{Event, EventKind};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore};

use crate::access::{Gate, Pace, Signer, random_hex};
use crate::cache::Cache;
use crate::catalog::{Catalog, CatalogError};
use crate::fetch::Fetcher;
use crate::incoming::Inbox;
use crate::inspect::Inspect;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::options::ServerOptions;
use crate::socket::Face;
use crate::state::{AppState, Parts};
use crate::tus::{self, Tus};
use crate::{connections, door, hooks, keep, routes};

/// REST, uploads, live events and the page over one engine.
pub struct Server {
    state: AppState,
    socket: Face,
}

/// Why a server could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its tables cannot be used.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The queue did not answer.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The system gives no random numbers, or the secret that it signs with cannot be used.
    #[error("cannot sign: {0}")]
    Secret(String),
    /// The folder for files on their way in cannot be used.
    #[error("cannot use the folder of uploads: {0}")]
    Incoming(#[source] std::io::Error),
}

impl Server {
    /// Opens the server's tables beside the queue's, and reads where the log is.
    ///
    /// # Errors
    /// [`ServerError`], by what cannot be used.
    pub async fn new(
        engine: Engine,
        inspect: Arc<dyn Inspect>,
        options: ServerOptions,
    ) -> Result<Self, ServerError> {
        let incoming = Inbox::open(engine.state.root().join("incoming")).map_err(ServerError::Incoming)?;
        let tus = Tus::open(engine.state.root().join("partial")).map_err(ServerError::Incoming)?;
        let fetcher = Fetcher::new(options.allow_private.clone(), options.fetch_time_max);
        let catalog = Catalog::open(&engine.state.database()).await?;
        let gate = gate(&catalog, &options).await?;
        let parts = Parts {
            catalog,
            gate,
            cache: Cache::new(options.cache_ttl, options.clock.clone()),
            metrics: Metrics::new(),
            live: Live::open(&*engine.queue).await?,
            streams: Arc::new(Semaphore::new(options.streams_max)),
            uploads: Mutex::new(()),
            engine,
            inspect,
            options,
            incoming,
            tus,
            fetcher,
        };
        let state = AppState::new(parts);
        Ok(Self { socket: Face::new(&state), state })
    }

    /// All routes behind the door. Events come only while [`serve`](Self::serve) runs.
    pub fn router(&self) -> Router {
        let guard = from_fn_with_state(self.state.clone(), door::guard);
        // Each route bounds its body itself: JSON tightly, uploads by the options.
        let routes = routes::router().merge(self.socket.router(&self.state));
        routes.layer(DefaultBodyLimit::disable()).layer(guard).with_state(self.state.clone())
    }

    /// Serves until `shutdown` ends: then takes nothing new, ends streams and waits, and lets the rest finish for as
    /// long as the options say.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) {
        let live = self.state.live.clone();
        let (cache, metrics) = (self.state.cache.clone(), self.state.metrics.clone());
        // Before anybody hears of it: who hears and asks gets the new answer.
        let heard = move |event: &Event| {
            cache.job_changed(&event.job);
            if let EventKind::Job { state } = event.kind
                && state.is_terminal()
            {
                metrics.job_ended(state);
            }
        };
        let (engine, look_every) = (self.state.engine.clone(), self.state.options.look_every);
        let telling = live.clone().keep_telling(engine, look_every, heard);
        let telling = tokio::spawn(telling);
        let talking = tokio::spawn(self.socket.clone().keep_telling(self.state.clone()));
        let tidying = tokio::spawn(tus::keep_tidy(self.state.clone()));
        let keeping = tokio::spawn(keep::keep_room(self.state.clone()));
        let delivering = tokio::spawn(hooks::keep_delivering(self.state.clone()));
        let closing = live.clone();
        let stopping = tokio::spawn(async move {
            shutdown.await;
            closing.close();
        });
        connections::serve(listener, self.router(), &live, &self.state.options).await;
        stopping.abort();
        // What was cut still takes its files away.
        self.state.incoming.emptied().await;
        // They end by themselves once the hub is closed; how they ended tells nothing.
        let _ = telling.await;
        let _ = talking.await;
        let _ = tidying.await;
        let _ = keeping.await;
        let _ = delivering.await;
        self.state.catalog.close().await;
    }
}

/// What lets requests in; the secret that links are signed with is made once and kept.
async fn gate(catalog: &Catalog, options: &ServerOptions) -> Result<Gate, ServerError> {
    let fresh = random_hex().map_err(|error| ServerError::Secret(error.to_string()))?;
    let secret = catalog.secret("links", fresh.as_bytes()).await?;
    let signer =
        Signer::new(&secret).ok_or_else(|| ServerError::Secret("the secret is unusable".to_owned()))?;
    Ok(Gate::new(catalog.has_keys().await?, Pace::new(options.rate), signer))
}
