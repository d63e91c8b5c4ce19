//! What a working command shows: JSON lines, a bar, or plain lines.

mod bar;
mod batch_text;
mod json;
mod plain;
mod result_text;

use std::sync::Arc;

use crate::batch::{BatchRecord, ForecastRecord, forecast_lines};
use crate::console::{Colour, Console};
use crate::problem::Problem;
use crate::records::{ProgressRecord, ResultRecord, SummaryRecord};
use crate::settings::Settings;
use crate::text::{place_of, shown, without_controls};

use bar::Bar;
use json::JsonLines;
use plain::PlainLines;

/// Shows the progress and the results of one command.
pub struct Screen {
    console: Arc<Console>,
    quiet: bool,
    mode: Mode,
}

enum Mode {
    Json(JsonLines),
    Bar(Bar),
    Plain(PlainLines),
}

impl Screen {
    /// JSON where asked for, a bar on a terminal, plain lines elsewhere.
    pub fn new(console: Arc<Console>, settings: &Settings) -> Self {
        let mode = match () {
            () if settings.json => Mode::Json(JsonLines::default()),
            () if console.err_is_terminal && !settings.quiet => Mode::Bar(Bar::new()),
            () => Mode::Plain(PlainLines::default()),
        };
        Self { console, quiet: settings.quiet, mode }
    }

    /// Shows how far the inputs under way are. Call it as often as there is news: each mode thins it out.
    pub fn progress(&mut self, records: &[ProgressRecord]) {
        if self.quiet {
            return;
        }
        match &mut self.mode {
            Mode::Json(json) => json.progress(&self.console, records),
            Mode::Bar(bar) => bar.progress(records),
            Mode::Plain(plain) => plain.progress(&self.console, records),
        }
    }

    /// Shows how one input ended.
    pub fn result(&mut self, result: &ResultRecord) {
        self.clear_bar();
        if let Mode::Json(json) = &mut self.mode {
            json.result(&self.console, result);
            return;
        }
        // Also of a job that writes nothing and says what it found.
        if !self.quiet && (!result.outputs.is_empty() || result.metadata["exact"].is_boolean()) {
            result_text::lines(result).iter().for_each(|line| self.console.data(line));
        }
        if let Some(problem) = &result.error {
            tell(&self.console, Some(&shown(result.input.path())), problem);
        }
    }

    /// Shows what many films will take: beside the work, or as what was asked for.
    pub fn forecast(&mut self, forecast: &ForecastRecord, is_asked_for: bool) {
        match &mut self.mode {
            Mode::Json(json) => json.forecast(&self.console, forecast),
            _ if is_asked_for => forecast_lines(forecast).iter().for_each(|line| self.console.data(line)),
            _ if self.quiet => {}
            _ => forecast_lines(forecast).iter().for_each(|line| self.console.say(line)),
        }
    }

    /// Shows what many films took.
    pub fn batch(&mut self, batch: &BatchRecord) {
        self.clear_bar();
        match &mut self.mode {
            Mode::Json(json) => json.batch(&self.console, batch),
            _ if self.quiet => {}
            _ => batch_text::lines(batch).iter().for_each(|line| self.console.say(line)),
        }
    }

    /// Shows the end of the command.
    pub fn summary(&mut self, summary: &SummaryRecord) {
        self.clear_bar();
        match &mut self.mode {
            Mode::Json(json) => json.summary(&self.console, summary),
            _ => {
                if let Some(problem) = &summary.error {
                    tell(&self.console, None, problem);
                }
                if summary.inputs > 1 && !self.quiet {
                    self.console.say(&format!("{} of {} done", summary.completed, summary.inputs));
                }
            }
        }
    }

    /// Says something in passing.
    pub fn note(&mut self, text: &str) {
        self.clear_bar();
        if !self.quiet {
            self.console.say(text);
        }
    }

    fn clear_bar(&mut self) {
        if let Mode::Bar(bar) = &mut self.mode {
            bar.clear();
        }
    }
}

/// `error: …`, its causes, `hint: …`, on stderr.
pub fn tell(console: &Console, about: Option<&str>, problem: &Problem) {
    let message = match about {
        // Many messages name the file themselves; once is enough.
        Some(about) if place_of(about, &problem.message).is_none() => format!("{about}: {}", problem.message),
        _ => problem.message.clone(),
    };
    console.say(&format!("{}: {}", console.paint("error", Colour::Red), indented(&message)));
    for cause in &problem.causes {
        console.say(&format!("  because: {}", indented(cause)));
    }
    if let Some(hint) = &problem.hint {
        console.say(&format!("{}: {}", console.paint("hint", Colour::Cyan), indented(hint)));
    }
}

/// Further lines of a message are set in, so that none can be taken for a line of ours.
fn indented(text: &str) -> String {
    without_controls(text).replace('\n', "\n    ")
}
