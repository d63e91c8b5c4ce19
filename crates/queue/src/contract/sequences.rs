//! One random sequence of commands, done by the step machine and by a backend, compared after each command.

use std::fmt;

use super::generate::Generator;
use super::{Dump, Subject, ask, reads};
use crate::error::QueueError;
use crate::machine::{Command, State, step};

/// Commands in one sequence.
const COMMANDS: usize = 60;
/// Where the clock starts.
const START: i64 = 1_000_000;

/// Where a backend went another way than the step machine.
#[derive(Debug)]
pub struct Divergence {
    /// The sequence.
    pub seed: u64,
    /// Which command of it; starts at 0. After the last one come the reads.
    pub place: usize,
    /// The command.
    pub command: Box<Command>,
    /// In what they differ.
    pub difference: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, place, command, difference } = self;
        write!(f, "seed {seed}, command {place}: {command:?}\n{difference}")
    }
}

/// Runs one seed on an emptied subject, and at its end asks what can be read.
///
/// # Errors
/// The first difference in a reply or in a table; an error of the backend is one too.
pub async fn compare<S: Subject>(subject: &S, seed: u64) -> Result<(), Divergence> {
    let mut generator = Generator::new(seed);
    let (mut state, mut now) = (State::default(), START);
    for place in 0..COMMANDS {
        let (pause, command) = generator.next(&state);
        now += pause;
        let reply = step(&mut state, &command, now);
        let judged = async {
            if place == 0 {
                subject.clear().await?;
            }
            subject.set_now(now).await?;
            let other = ask(subject.queue(), command.clone()).await?;
            if other != reply {
                return Ok(Some(format!("reply:\n  machine: {reply:?}\n  backend: {other:?}")));
            }
            Ok::<_, QueueError>(Dump::from(&state).difference(&subject.dump().await?))
        };
        let difference = judged.await.unwrap_or_else(|error| Some(format!("the backend failed: {error}")));
        if let Some(difference) = difference {
            return Err(Divergence { seed, place, command: Box::new(command), difference });
        }
    }
    let difference = reads::difference(&state, now, seed, subject.queue()).await;
    match difference.unwrap_or_else(|error| Some(format!("the backend failed: {error}"))) {
        Some(difference) => {
            Err(Divergence { seed, place: COMMANDS, command: Box::new(Command::Sweep), difference })
        }
        None => Ok(()),
    }
}
