//! The eight words of the old converter for where a job stands.

use reel_types::{JobState, Stage};
use serde::Serialize;

/// Where a job stands, as its clients know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    Initializing,
    Processing,
    ErrorCorrection,
    Converting,
    Finalizing,
    Completed,
    Stopped,
    Error,
}

impl Word {
    /// What a job in this state is called when its tasks tell this stage. The stage counts only while chunks are
    /// worked on: what a task said before the last change of the job's state is old.
    pub(super) fn of(state: JobState, stage: Option<&str>) -> Self {
        match state {
            JobState::Queued => Self::Initializing,
            JobState::Planning => match stage_of(stage) {
                Some(Stage::Processing) => Self::Processing,
                _ => Self::Initializing,
            },
            JobState::Running => match stage_of(stage) {
                Some(Stage::Initializing | Stage::Processing) => Self::Processing,
                Some(Stage::ErrorCorrection) => Self::ErrorCorrection,
                // A chunk puts itself together long before the job does.
                Some(Stage::Converting | Stage::Finalizing) => Self::Converting,
                None => Self::Processing,
            },
            JobState::Assembling => Self::Finalizing,
            JobState::Completed => Self::Completed,
            JobState::Cancelled => Self::Stopped,
            JobState::Failed => Self::Error,
        }
    }
}

fn stage_of(stage: Option<&str>) -> Option<Stage> {
    Stage::ALL.into_iter().find(|known| Some(known.as_str()) == stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_stage_has_its_word() {
        use JobState::*;
        let stages = [
            None,
            Some("initializing"),
            Some("processing"),
            Some("error_correction"),
            Some("converting"),
            Some("finalizing"),
        ];
        let table: [(JobState, [&str; 6]); 7] = [
            (Queued, ["initializing"; 6]),
            (
                Planning,
                [
                    "initializing",
                    "initializing",
                    "processing",
                    "initializing",
                    "initializing",
                    "initializing",
                ],
            ),
            (
                Running,
                ["processing", "processing", "processing", "error_correction", "converting", "converting"],
            ),
            (Assembling, ["finalizing"; 6]),
            (Completed, ["completed"; 6]),
            (Failed, ["error"; 6]),
            (Cancelled, ["stopped"; 6]),
        ];
        let mut told = std::collections::BTreeSet::new();
        for (state, words) in table {
            for (stage, word) in stages.into_iter().zip(words) {
                let json = serde_json::to_value(Word::of(state, stage)).unwrap();
                assert_eq!(json, word, "{state:?} {stage:?}");
                told.insert(word);
            }
        }
        assert_eq!(told.len(), 8, "{told:?}");
    }
}
