//! Ctrl-C and SIGTERM: the first one asks for an end, the second one is the end.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::exit;

/// Children end within 5 s; whatever is not done then is left to the next run.
const PATIENCE: Duration = Duration::from_secs(10);

/// Knows whether this process was asked to end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens from now on. A second signal, or a wait that is too long, ends the process at once: children end with
    /// it, and the state is kept in any case.
    ///
    /// # Errors
    /// What the system says when signals cannot be had.
    pub fn listen() -> io::Result<Self> {
        let mut interrupts = signal(SignalKind::interrupt())?;
        let mut terminations = signal(SignalKind::terminate())?;
        let (tell, asked) = watch::channel(false);
        tokio::spawn(async move {
            next(&mut interrupts, &mut terminations).await;
            tell.send_replace(true);
            let _ = tokio::time::timeout(PATIENCE, next(&mut interrupts, &mut terminations)).await;
            std::process::exit(i32::from(exit::INTERRUPTED));
        });
        Ok(Self { asked })
    }

    /// Never.
    pub fn never() -> Self {
        Self { asked: watch::channel(false).1 }
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until it is asked.
    pub async fn asked(&self) {
        if self.asked.clone().wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn next(interrupts: &mut tokio::signal::unix::Signal, terminations: &mut tokio::signal::unix::Signal) {
    tokio::select! {
        _ = interrupts.recv() => {}
        _ = terminations.recv() => {}
    }
}
