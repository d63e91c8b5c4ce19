//! The truth: a pure function from a state and a command to a reply.
//!
//! Every backend is judged against [`step`], command by command. It knows no clock and draws no randomness: the time
//! is an argument, and what is random (a claim's id, the jitter of a backoff) arrives inside the command as data.

pub(crate) mod backoff;
mod cancel;
pub(crate) mod chunks;
mod claim;
mod command;
mod event;
mod fail;
mod finish;
mod heartbeat;
mod lease;
mod release;
mod retry;
mod rules;
mod share;
mod state;
mod submit;
mod sweep;

use reel_types::Millis;

pub(crate) use claim::while_doing;
pub use command::{Command, Reply};
pub(crate) use fail::lost;
#[cfg(feature = "contract")]
pub(crate) use release::needs_ended;
pub(crate) use rules::Rules;
pub use state::{AttemptRow, ClosedBy, IdempotencyRow, State, TaskRow, TenantRow, WorkerRow};
pub(crate) use sweep::no_worker;

/// Does one command at the moment `now` of the database's clock and says what is answered.
///
/// A repeated command changes nothing more. Nothing in here can fail: a command that comes too late, or names what
/// is not there, has a reply of its own.
pub fn step(state: &mut State, command: &Command, now: Millis) -> Reply {
    step_under(&Rules::SOUND, state, command, now)
}

/// The same under rules of which one may be broken on purpose.
pub(crate) fn step_under(rules: &Rules, state: &mut State, command: &Command, now: Millis) -> Reply {
    match command {
        Command::Submit(job) => submit::submit(state, job, now),
        Command::Claim(offer) => Reply::Claimed(claim::claim(state, offer, now)),
        Command::Heartbeat(heartbeat) => Reply::Beats(heartbeat::heartbeat(rules, state, heartbeat, now)),
        Command::Finish(finish) => Reply::Finished(finish::finish(rules, state, finish, now)),
        Command::Fail(fail) => Reply::Finished(fail::fail(state, fail, now)),
        Command::GiveBack(release) => Reply::Finished(fail::give_back(state, release, now)),
        Command::Release { job } if rules.release_after_commit => {
            Reply::Released(release::release_job(rules, state, job, now))
        }
        Command::Release { .. } => Reply::Released(0),
        Command::Sweep => Reply::Swept(sweep::sweep(rules, state, now)),
        Command::WorkerGone { worker } => Reply::Gone(sweep::worker_gone(rules, state, worker, now)),
        Command::Cancel { job } => Reply::Cancelled(cancel::cancel(rules, state, job, now)),
        Command::Retry { job } => Reply::Retried(retry::retry(state, job, now)),
        Command::Reprioritize { job, priority } => {
            Reply::Reprioritized(share::reprioritize(state, job, *priority))
        }
        Command::Pause { tenant, paused } => {
            share::pause(state, tenant.as_ref(), *paused);
            Reply::Done
        }
        Command::Limit { tenant, running_max } => {
            share::limit(state, tenant, *running_max);
            Reply::Done
        }
        Command::DrainWorker { worker } => Reply::Drained(sweep::drain_worker(state, worker)),
        Command::Prune { ended_before, limit } => Reply::Pruned(retry::prune(state, *ended_before, *limit)),
        Command::Forget { job } => Reply::Forgotten(retry::forget(state, job)),
    }
}
