//! The judge: hears every command and its reply, and says which promise was broken.

use std::collections::{BTreeMap, BTreeSet};

use reel_types::{AttemptOutcome, ClaimId, Epoch, JobId, JobState, TaskId, TaskKind, TaskState};

use super::simulate::Store;
use crate::command::{
    BeatReply, ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, ReleaseTask, RetryReply,
};
use crate::machine::{Command, Reply, State, needs_ended};

/// A broken promise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Violation {
    /// One attempt was handed to two claims: a late worker can no longer be told from the new one.
    HandedTwice(TaskId, Epoch),
    /// A task was committed a second time.
    CommittedTwice(TaskId, Epoch),
    /// An attempt that was over committed.
    LateCommit(TaskId, Epoch),
    /// A commit after the cancel of its job was acknowledged.
    CommitAfterCancel(TaskId, Epoch),
    /// A repeat was told that it had been committed, and it had not.
    FalseMemory(TaskId, Epoch),
    /// An attempt was told that its lease is lost, and it was not.
    FalseLoss(TaskId, Epoch),
    /// A heartbeat was told to go on with an attempt that was over.
    HeldAfterLoss(TaskId, Epoch),
    /// An assemble committed although a chunk of its round was open.
    AssembledTooEarly(TaskId),
    /// What an assemble read was not what the committed attempt had written.
    WrongBytes(TaskId, String),
    /// A task waits although a release was acknowledged after all its needs had ended.
    StillWaiting(TaskId),
    /// What had been acknowledged was gone after a crash of the database.
    Forgotten(TaskId, Epoch),
    /// A job did not end although nothing hindered it any more.
    NeverEnds(JobId),
}

/// What was promised so far.
#[derive(Default, Debug)]
pub struct History {
    /// Attempts that were handed out, to which claim.
    handed: BTreeMap<(TaskId, Epoch), ClaimId>,
    /// The newest attempt of each task.
    newest: BTreeMap<TaskId, Epoch>,
    /// Attempts of which the queue said that they are over.
    over: BTreeSet<(TaskId, Epoch)>,
    /// Which attempt of a task was committed.
    committed: BTreeMap<TaskId, Epoch>,
    /// Jobs whose cancel was acknowledged.
    cancelled: BTreeSet<JobId>,
}

impl History {
    /// Hears a command, its reply, and the state after it.
    ///
    /// # Errors
    /// The promise that this reply breaks.
    pub fn hear(
        &mut self,
        command: &Command,
        reply: &Reply,
        state: &State,
        store: &Store,
    ) -> Result<(), Violation> {
        match (command, reply) {
            (Command::Claim(offer), Reply::Claimed(ClaimReply::Task(claimed))) => {
                self.claimed(&claimed.task.id, claimed.task.epoch, &offer.claim)
            }
            (Command::Heartbeat(heartbeat), Reply::Beats(reply)) => {
                self.beats(heartbeat, &reply.beats, state)
            }
            (Command::Finish(finish), Reply::Finished(reply)) => self.finished(finish, *reply, state, store),
            (Command::Fail(FailTask { task, epoch, .. }), Reply::Finished(FinishReply::LeaseLost))
            | (Command::GiveBack(ReleaseTask { task, epoch, .. }), Reply::Finished(FinishReply::LeaseLost)) => {
                lost(task, *epoch, state)
            }
            (Command::Fail(fail), Reply::Finished(FinishReply::Committed)) => {
                self.ended(&fail.task, fail.epoch)
            }
            (Command::GiveBack(back), Reply::Finished(FinishReply::Committed)) => {
                self.ended(&back.task, back.epoch)
            }
            (Command::Release { job }, Reply::Released(_)) => released(job, state),
            (Command::Sweep, Reply::Swept(swept)) => {
                self.over.extend(swept.rescued.iter().cloned());
                Ok(())
            }
            (Command::Cancel { job }, Reply::Cancelled(Some(JobState::Cancelled))) => {
                self.cancelled.insert(job.clone());
                let of_job = self.newest.iter().filter(|(task, _)| task.job == *job);
                let of_job = of_job.filter(|(task, epoch)| self.committed.get(*task) != Some(*epoch));
                self.over.extend(of_job.map(|(task, epoch)| (task.clone(), *epoch)));
                Ok(())
            }
            (Command::Retry { job }, Reply::Retried(RetryReply::Requeued)) => {
                self.cancelled.remove(job);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn claimed(&mut self, task: &TaskId, epoch: Epoch, claim: &ClaimId) -> Result<(), Violation> {
        let attempt = (task.clone(), epoch);
        match self.handed.get(&attempt) {
            Some(known) if known == claim => return Ok(()),
            Some(_) => return Err(Violation::HandedTwice(task.clone(), epoch)),
            None => {}
        }
        if self.committed.contains_key(task) {
            return Err(Violation::CommittedTwice(task.clone(), epoch));
        }
        self.handed.insert(attempt, claim.clone());
        self.newest.insert(task.clone(), epoch);
        Ok(())
    }

    fn is_over(&self, task: &TaskId, epoch: Epoch) -> bool {
        self.newest.get(task).is_some_and(|newest| *newest > epoch)
            || self.over.contains(&(task.clone(), epoch))
    }

    fn beats(&self, heartbeat: &Heartbeat, replies: &[BeatReply], state: &State) -> Result<(), Violation> {
        for (beat, reply) in heartbeat.beats.iter().zip(replies) {
            if *reply == BeatReply::Lost {
                lost(&beat.task, beat.epoch, state)?;
            } else if self.is_over(&beat.task, beat.epoch) {
                return Err(Violation::HeldAfterLoss(beat.task.clone(), beat.epoch));
            }
        }
        Ok(())
    }

    fn ended(&mut self, task: &TaskId, epoch: Epoch) -> Result<(), Violation> {
        if self.is_over(task, epoch) {
            return Err(Violation::LateCommit(task.clone(), epoch));
        }
        self.over.insert((task.clone(), epoch));
        Ok(())
    }

    fn finished(
        &mut self,
        finish: &FinishTask,
        reply: FinishReply,
        state: &State,
        store: &Store,
    ) -> Result<(), Violation> {
        let (task, epoch) = (&finish.task, finish.epoch);
        // A finish may be taken in and yet end the task badly (no further round is allowed): then it is over only.
        let done = state.tasks.get(task).is_some_and(|row| row.task.state == TaskState::Done);
        match reply {
            FinishReply::LeaseLost => lost(task, epoch, state),
            FinishReply::AlreadyCommitted => {
                let known =
                    self.committed.get(task) == Some(&epoch) || self.over.contains(&(task.clone(), epoch));
                if known { Ok(()) } else { Err(Violation::FalseMemory(task.clone(), epoch)) }
            }
            FinishReply::Committed => {
                if self.cancelled.contains(&task.job) {
                    return Err(Violation::CommitAfterCancel(task.clone(), epoch));
                }
                if self.committed.contains_key(task) {
                    return Err(Violation::CommittedTwice(task.clone(), epoch));
                }
                self.ended(task, epoch)?;
                if done {
                    self.committed.insert(task.clone(), epoch);
                }
                if task.kind == TaskKind::Assemble { self.assembled(task, state, store) } else { Ok(()) }
            }
        }
    }

    /// All chunks have ended, and what the committed ones name is what their attempts wrote.
    fn assembled(&self, assemble: &TaskId, state: &State, store: &Store) -> Result<(), Violation> {
        let runs = state.tasks.range(State::runs_of(&assemble.job, assemble.round));
        for (id, row) in runs {
            if !row.task.state.is_terminal() {
                return Err(Violation::AssembledTooEarly(assemble.clone()));
            }
            let Some(epoch) = self.committed.get(id) else { continue };
            for output in &row.task.outputs {
                if store.written_by(&output.key) != Some(&(id.clone(), *epoch)) {
                    return Err(Violation::WrongBytes(id.clone(), output.key.clone()));
                }
            }
        }
        Ok(())
    }

    /// After a crash of the database: what was acknowledged is still there.
    ///
    /// # Errors
    /// The first claim or commit that is gone.
    pub fn after_crash(&self, state: &State) -> Result<(), Violation> {
        let attempts = self.handed.keys().find(|attempt| !state.attempts.contains_key(attempt));
        let commits = self.committed.iter().find(|(task, epoch)| {
            let row = state.tasks.get(*task);
            !row.is_some_and(|row| row.task.state == TaskState::Done && row.task.epoch == **epoch)
        });
        match (attempts, commits) {
            (Some((task, epoch)), _) | (None, Some((task, epoch))) => {
                Err(Violation::Forgotten(task.clone(), *epoch))
            }
            (None, None) => Ok(()),
        }
    }
}

/// An attempt was told that it is lost: then it is over.
fn lost(task: &TaskId, epoch: Epoch, state: &State) -> Result<(), Violation> {
    match state.attempts.get(&(task.clone(), epoch)) {
        Some(row) if row.attempt.outcome == AttemptOutcome::Running => {
            Err(Violation::FalseLoss(task.clone(), epoch))
        }
        _ => Ok(()),
    }
}

/// A release was acknowledged: nothing of the job that could be ready waits.
fn released(job: &JobId, state: &State) -> Result<(), Violation> {
    if state.jobs.get(job).is_none_or(|job| job.state.is_terminal()) {
        return Ok(());
    }
    let mut rows = state.tasks.range(State::tasks_of(job)).map(|(_, row)| &row.task);
    match rows.find(|task| task.state == TaskState::Waiting && needs_ended(state, task)) {
        Some(task) => Err(Violation::StillWaiting(task.id.clone())),
        None => Ok(()),
    }
}
