//! Identities: what names a job, a task, a worker, a claim.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Raised by one at each claim (and at a cancel); the fence that keeps a late worker out. Starts at 0.
pub type Epoch = u64;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is known to be an id of this sort.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// Names a job: 16 lower-case Crockford base-32 characters that sort by the time of their making.
    JobId
}
text_id! {
    /// What a job is about: the SHA-256 (hex) of pipeline, version, canonical params and sources.
    /// Submitting the same key again finds the same job.
    JobKey
}
text_id! {
    /// Names one incarnation of a worker process; a restarted worker gets another id.
    WorkerId
}
text_id! {
    /// Made by the client for each claim, so that a claim whose reply was lost can be asked again.
    ClaimId
}

text_id! {
    /// Whose a job is: what one tenant has, another neither sees nor shares. A command line's jobs are [`local`](Self::local).
    TenantId
}

/// How many bytes the name of a tenant may have.
const TENANT_BYTES_MAX: usize = 64;

impl TenantId {
    /// Who works on this machine without a server.
    pub fn local() -> Self {
        Self::new("local")
    }
}

impl Default for TenantId {
    fn default() -> Self {
        Self::local()
    }
}

/// Takes what a tenant may be called: 1 to 64 of `a-z`, `0-9`, `-` and `_`.
impl FromStr for TenantId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if text.is_empty() || text.len() > TENANT_BYTES_MAX || !text.bytes().all(allowed) {
            return Err(format!("{text:?} is not 1 to {TENANT_BYTES_MAX} of a-z, 0-9, - and _"));
        }
        Ok(Self::new(text))
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl JobId {
    /// An id from the time (45 bits of milliseconds) and 35 random bits.
    pub fn from_parts(now: Millis, random: u64) -> Self {
        let mut text = String::with_capacity(16);
        let time = now.max(0) as u64;
        for digit in (0..9).rev() {
            text.push(CROCKFORD[(time >> (5 * digit)) as usize & 31] as char);
        }
        for digit in (0..7).rev() {
            text.push(CROCKFORD[(random >> (5 * digit)) as usize & 31] as char);
        }
        Self(text)
    }
}

/// What a task does for its job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// Looks at the sources and says which chunks there are. One a job.
    Plan,
    /// Works on one chunk.
    Run,
    /// Puts a round's chunks together, or asks for another round. One a round.
    Assemble,
}

impl TaskKind {
    /// The word used in ids, tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Run => "run",
            Self::Assemble => "assemble",
        }
    }
}

/// (job, round, kind, index): inserting the same task twice adds nothing.
///
/// Written `<job>.<round>.<kind>.<index>`, for example `0j9x…k3.0.run.12`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TaskId {
    /// The job that the task belongs to.
    pub job: JobId,
    /// 0 for the plan and the first round of chunks.
    pub round: u32,
    /// What it does.
    pub kind: TaskKind,
    /// Which chunk of the round; 0 for plan and assemble.
    pub index: u32,
}

impl TaskId {
    /// The one plan task of a job.
    pub fn plan(job: JobId) -> Self {
        Self { job, round: 0, kind: TaskKind::Plan, index: 0 }
    }

    /// Chunk `index` of `round`.
    pub fn run(job: JobId, round: u32, index: u32) -> Self {
        Self { job, round, kind: TaskKind::Run, index }
    }

    /// The task that puts `round` together.
    pub fn assemble(job: JobId, round: u32) -> Self {
        Self { job, round, kind: TaskKind::Assemble, index: 0 }
    }

    /// The name without the job: `0.run.12`.
    pub fn within_job(&self) -> String {
        format!("{}.{}.{}", self.round, self.kind.as_str(), self.index)
    }

    /// The key under which attempt `epoch` of this task stores an object. The epoch is part of it, so a late
    /// worker can only write what nobody reads.
    pub fn object_key(&self, epoch: Epoch, name: &str) -> String {
        format!("jobs/{}/tasks/{}/{epoch}/{name}", self.job, self.within_job())
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.job, self.within_job())
    }
}

impl FromStr for TaskId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed = || format!("{text:?} is not a task id of the form JOB.ROUND.KIND.INDEX");
        let mut parts = text.rsplitn(4, '.');
        let index = parts.next().and_then(|t| t.parse().ok()).ok_or_else(malformed)?;
        let kind = match parts.next() {
            Some("plan") => TaskKind::Plan,
            Some("run") => TaskKind::Run,
            Some("assemble") => TaskKind::Assemble,
            _ => return Err(malformed()),
        };
        let round = parts.next().and_then(|t| t.parse().ok()).ok_or_else(malformed)?;
        let job = parts.next().filter(|t| !t.is_empty()).ok_or_else(malformed)?;
        Ok(Self { job: JobId::new(job), round, kind, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_ids_sort_by_time() {
        let early = JobId::from_parts(1_700_000_000_000, u64::MAX);
        let late = JobId::from_parts(1_700_000_000_001, 0);
        assert!(early < late);
        assert_eq!(early.as_str().len(), 16);
    }

    #[test]
    fn task_ids_survive_the_way_through_text() {
        let id = TaskId::run(JobId::new("j1"), 2, 14);
        assert_eq!(id.to_string(), "j1.2.run.14");
        assert_eq!(id.to_string().parse::<TaskId>().unwrap(), id);
        assert!("j1.2.jump.14".parse::<TaskId>().is_err());
        assert!(".2.run.14".parse::<TaskId>().is_err());
    }

    #[test]
    fn tenants_have_short_plain_names() {
        assert_eq!("team_7-eu".parse::<TenantId>().unwrap(), TenantId::new("team_7-eu"));
        assert_eq!(TenantId::default().as_str(), "local");
        for text in ["", "Team", "a/b", "a b", "\u{e4}", &"x".repeat(65)] {
            assert!(text.parse::<TenantId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn object_keys_carry_the_epoch() {
        let id = TaskId::assemble(JobId::new("j1"), 0);
        assert_eq!(id.object_key(7, "out.mp4"), "jobs/j1/tasks/0.assemble.0/7/out.mp4");
    }
}
