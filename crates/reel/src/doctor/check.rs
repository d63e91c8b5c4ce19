//! One line of the doctor's table.

use reel_server::{Finding, FindingState};
use serde::Serialize;

use crate::text::without_controls;

/// How a part stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is here and works.
    Ok,
    /// It is not here; reel does without it, or does less.
    Absent,
    /// It is not here and needed.
    Missing,
}

/// One part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Check {
    r#type: &'static str,
    /// What was looked for.
    pub(super) name: String,
    /// How it stands.
    pub(super) state: State,
    /// What was found, or why not.
    pub(super) found: String,
    /// The command that brings it, or what to do.
    pub(super) bring: Option<String>,
}

impl Check {
    pub(super) fn new(name: impl Into<String>, state: State, found: impl Into<String>) -> Self {
        Self { r#type: "check", name: name.into(), state, found: found.into(), bring: None }
    }

    pub(super) fn with_bring(mut self, bring: impl Into<String>) -> Self {
        self.bring = Some(bring.into());
        self
    }

    /// As the server tells it.
    pub(super) fn finding(self) -> Finding {
        let state = match self.state {
            State::Ok => FindingState::Ok,
            State::Absent => FindingState::Absent,
            State::Missing => FindingState::Missing,
        };
        Finding { name: self.name, state, found: self.found, bring: self.bring }
    }

    pub(super) fn row(&self) -> Vec<String> {
        let word = match self.state {
            State::Ok => "ok",
            State::Absent => "absent",
            State::Missing => "MISSING",
        };
        let told = match &self.bring {
            Some(bring) => format!("{}; {bring}", self.found),
            None => self.found.clone(),
        };
        vec![word.to_owned(), self.name.clone(), without_controls(&told).replace('\n', " ")]
    }
}
