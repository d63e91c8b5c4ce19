//! What endpoints hear of, and where a delivery stands.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WebhookKind {
    /// A worker has begun with a job; again after a retry.
    #[serde(rename = "job.started")]
    JobStarted,
    /// A job has a verified result.
    #[serde(rename = "job.completed")]
    JobCompleted,
    /// A job ended without a result.
    #[serde(rename = "job.failed")]
    JobFailed,
    /// Somebody stopped a job.
    #[serde(rename = "job.cancelled")]
    JobCancelled,
    /// Somebody wants to see whether the endpoint hears. Comes when it is asked for, and only then.
    #[serde(rename = "ping")]
    Ping,
}

impl WebhookKind {
    /// What an endpoint can want to hear of.
    pub const OF_JOBS: [Self; 4] =
        [Self::JobStarted, Self::JobCompleted, Self::JobFailed, Self::JobCancelled];

    /// The word used in messages and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobStarted => "job.started",
            Self::JobCompleted => "job.completed",
            Self::JobFailed => "job.failed",
            Self::JobCancelled => "job.cancelled",
            Self::Ping => "ping",
        }
    }

    /// The word of a row: the state that the job came into, as the queue writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::JobStarted => "planning",
            Self::JobCompleted => "completed",
            Self::JobFailed => "failed",
            Self::JobCancelled => "cancelled",
            Self::Ping => "ping",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::OF_JOBS.into_iter().chain([Self::Ping]).find(|kind| kind.word() == word)
    }
}

impl FromStr for WebhookKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::OF_JOBS
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("{text:?} is none of {}", Self::OF_JOBS.map(Self::as_str).join(", ")))
    }
}

/// Where a delivery stands.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It is tried, or will be.
    Pending,
    /// The endpoint said that it has it.
    Delivered,
    /// The tries are used up.
    Dead,
}

impl DeliveryState {
    /// The word used in messages and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl FromStr for DeliveryState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Pending, Self::Delivered, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not pending, delivered or dead"))
    }
}

#[cfg(test)]
mod tests {
    use reel_types::JobState;

    use super::*;

    #[test]
    fn each_kind_is_a_state_of_a_job_and_known_by_both_its_words() {
        let states = [JobState::Planning, JobState::Completed, JobState::Failed, JobState::Cancelled];
        for (kind, state) in WebhookKind::OF_JOBS.into_iter().zip(states) {
            assert_eq!(kind.word(), state.as_str());
            assert_eq!(WebhookKind::of_word(kind.word()), Some(kind));
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(WebhookKind::of_word("ping"), Some(WebhookKind::Ping));
        assert_eq!(WebhookKind::of_word("queued"), None);
        assert!("ping".parse::<WebhookKind>().is_err());
    }
}
