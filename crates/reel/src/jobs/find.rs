//! A job by its id or the beginning of it.

use reel_queue::{JobFilter, Queue};
use reel_types::Job;

use crate::problem::Problem;
use crate::text::without_controls;

/// How many of the possible ones a message names.
const NAMED_MAX: usize = 5;

/// The one job that is meant.
///
/// # Errors
/// A usage problem when there is none or more than one.
pub(super) async fn find(queue: &dyn Queue, typed: &str) -> Result<Job, Problem> {
    let prefix = typed.to_ascii_lowercase();
    let none = || {
        Problem::usage(format!("no job begins with {:?}", without_controls(typed)))
            .with_hint("see `reel jobs list`")
    };
    if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(none());
    }
    let filter =
        JobFilter { id_prefix: Some(prefix.clone()), limit: NAMED_MAX as u32 + 1, ..JobFilter::default() };
    let mut found = queue.jobs(filter).await?;
    if let Some(exact) = found.iter().position(|job| job.id.as_str() == prefix) {
        return Ok(found.swap_remove(exact));
    }
    match found.len() {
        0 => Err(none()),
        1 => Ok(found.swap_remove(0)),
        count => {
            let mut names: Vec<&str> = found.iter().take(NAMED_MAX).map(|job| job.id.as_str()).collect();
            if count > NAMED_MAX {
                names.push("…");
            }
            Err(Problem::usage(format!("{typed:?} is the beginning of several jobs: {}", names.join(", ")))
                .with_hint("type more of the id"))
        }
    }
}

/// All of them, each once, in the order typed.
///
/// # Errors
/// As [`find`], for the first that is not found.
pub(super) async fn find_all(queue: &dyn Queue, typed: &[String]) -> Result<Vec<Job>, Problem> {
    let mut found: Vec<Job> = Vec::new();
    for typed in typed {
        let job = find(queue, typed).await?;
        if !found.iter().any(|other| other.id == job.id) {
            found.push(job);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use reel_queue::{MemoryQueue, NewJob};
    use reel_types::{JobId, JobKey, TenantId};
    use serde_json::Value;

    use super::*;

    async fn queue_with(ids: &[&str]) -> MemoryQueue {
        let queue = MemoryQueue::new(std::sync::Arc::new(|| 0));
        for id in ids {
            let job = NewJob {
                id: JobId::new(*id),
                tenant: TenantId::local(),
                key: JobKey::new(*id),
                pipeline: "transcode".into(),
                version: 1,
                params: Value::Null,
                sources: Vec::new(),
                priority: 0,
                idempotency: None,
            };
            queue.submit(job).await.unwrap();
        }
        queue
    }

    #[tokio::test]
    async fn a_beginning_that_fits_one_job_is_enough() {
        let queue = queue_with(&["abc1", "abd2", "abc"]).await;
        assert_eq!(find(&queue, "abd").await.unwrap().id.as_str(), "abd2");
        assert_eq!(find(&queue, "ABC").await.unwrap().id.as_str(), "abc");
    }

    #[tokio::test]
    async fn a_beginning_that_fits_none_or_several_is_refused() {
        let queue = queue_with(&["abc1", "abd2"]).await;
        assert!(find(&queue, "ab").await.unwrap_err().to_string().contains("several jobs: "));
        for typed in ["", "x", "%", "a_c", "\u{1b}"] {
            assert!(
                find(&queue, typed).await.unwrap_err().to_string().contains("no job begins"),
                "{typed:?}"
            );
        }
    }
}
