//! How many bytes of an upload are on the disk: told to the catalog after the disk has them, never before.

use std::fs::File;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::append::not_written;
use crate::catalog::Partial;
use crate::problem::Problem;
use crate::state::AppState;

/// After so many bytes the disk is asked to hold them, while the next ones come.
const STEP_BYTES: u64 = 4 << 20;
/// So many at most are written and not counted.
const UNCOUNTED_BYTES_MAX: u64 = 8 << 20;

/// What of one file is on the disk.
pub(super) struct Marks {
    state: AppState,
    id: String,
    file: Arc<File>,
    mark: Mark,
    under_way: Option<JoinHandle<Result<Mark, Problem>>>,
}

/// So many bytes are on the disk, and the row says so.
#[derive(Clone, Copy)]
struct Mark {
    offset_bytes: u64,
    expires_at: i64,
}

impl Marks {
    pub(super) fn new(state: &AppState, partial: &Partial, file: Arc<File>) -> Self {
        let mark = Mark { offset_bytes: partial.offset_bytes, expires_at: partial.expires_at };
        Self { state: state.clone(), id: partial.id.clone(), file, mark, under_way: None }
    }

    /// So many bytes are written. Waits only where too many of them would not count.
    pub(super) async fn keep_up(&mut self, written: u64) -> Result<(), Problem> {
        let uncounted = written.saturating_sub(self.mark.offset_bytes);
        let is_busy = self.under_way.as_ref().is_some_and(|task| !task.is_finished());
        if uncounted < STEP_BYTES || (is_busy && uncounted < UNCOUNTED_BYTES_MAX) {
            return Ok(());
        }
        self.settle().await?;
        if written.saturating_sub(self.mark.offset_bytes) >= STEP_BYTES {
            self.under_way = Some(tokio::spawn(self.set(written)));
        }
        Ok(())
    }

    /// No more is written; answers when the upload expires.
    pub(super) async fn finish(mut self, written: u64) -> Result<i64, Problem> {
        self.settle().await?;
        if written > self.mark.offset_bytes {
            self.mark = self.set(written).await?;
        }
        Ok(self.mark.expires_at)
    }

    async fn settle(&mut self) -> Result<(), Problem> {
        if let Some(task) = self.under_way.take() {
            self.mark = task.await.map_err(Problem::internal)??;
        }
        Ok(())
    }

    fn set(&self, offset_bytes: u64) -> impl Future<Output = Result<Mark, Problem>> + Send + use<> {
        let (state, id, file) = (self.state.clone(), self.id.clone(), Arc::clone(&self.file));
        async move {
            let synced = tokio::task::spawn_blocking(move || file.sync_data()).await;
            synced.map_err(Problem::internal)?.map_err(not_written)?;
            let keep = state.options.partial_keep;
            let expires_at = state.catalog.advance_partial(&id, offset_bytes, keep).await?;
            let expires_at =
                expires_at.ok_or_else(|| Problem::not_found(format!("unfinished upload {id}")))?;
            Ok(Mark { offset_bytes, expires_at })
        }
    }
}
