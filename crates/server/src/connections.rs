//! Connections: taken with bounds, ended with the server.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_service::Service as _;

use crate::live::Live;
use crate::options::ServerOptions;

/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Pause after the system gave no connection: mostly it has no file to spare.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until the hub closes; then lets what is under way finish for as long as the options say, and cuts the rest.
pub(crate) async fn serve(listener: TcpListener, router: Router, live: &Live, options: &ServerOptions) {
    let permits = Arc::new(Semaphore::new(options.connections_max));
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = live.closed() => break,
            Some(_) = open.join_next() => {}
            (stream, permit) = accept(&listener, &permits) => {
                let head_patience = options.head_patience;
                open.spawn(connection(stream, permit, router.clone(), live.clone(), head_patience));
            }
        }
    }
    drop(listener);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if timeout(options.stop_patience, all_ended).await.is_err() {
        tracing::info!(open = open.len(), "cutting connections that did not end");
        open.shutdown().await;
    }
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            // Nobody closes it.
            std::future::pending::<()>().await;
            continue;
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                sleep(AFTER_ERROR).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
    router: Router,
    live: Live,
    head_patience: Duration,
) {
    // An event is a small packet that somebody waits for.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        router.clone().call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_patience)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = live.closed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
