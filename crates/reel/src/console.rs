//! The two streams of a command: data on stdout, everything else on stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Both streams, and what they can show. A reader that goes away (`reel jobs list | head`) is no error: what comes
/// later is dropped.
pub struct Console {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    out_closed: AtomicBool,
    /// Stderr is a terminal, so a bar can be drawn on it.
    pub err_is_terminal: bool,
    /// Colour is wanted on stderr.
    pub err_colour: bool,
}

impl Console {
    /// Those of this process.
    pub fn of_process() -> Self {
        let err_is_terminal = io::stderr().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            err_is_terminal: err_is_terminal && !dumb,
            err_colour: err_is_terminal && !no_colour && !dumb,
            ..Self::new(io::stdout(), io::stderr())
        }
    }

    /// Two streams that are no terminals.
    pub fn new(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        Self {
            out: Mutex::new(Box::new(out)),
            err: Mutex::new(Box::new(err)),
            out_closed: AtomicBool::new(false),
            err_is_terminal: false,
            err_colour: false,
        }
    }

    /// Writes a line (or several) of data.
    pub fn data(&self, text: &str) {
        if self.out_closed.load(Ordering::Relaxed) {
            return;
        }
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            self.out_closed.store(true, Ordering::Relaxed);
        }
    }

    /// Writes a line for people.
    pub fn say(&self, text: &str) {
        let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to be told that telling failed.
        let _ = writeln!(err, "{text}").and_then(|()| err.flush());
    }

    /// Nobody reads stdout any more.
    pub fn is_out_closed(&self) -> bool {
        self.out_closed.load(Ordering::Relaxed)
    }

    /// A word for stderr in this colour, where colour is wanted.
    pub fn paint(&self, word: &str, colour: Colour) -> String {
        if self.err_colour { format!("\x1b[{}m{word}\x1b[0m", colour as u8) } else { word.to_owned() }
    }
}

/// The colours in use, by their codes.
#[derive(Clone, Copy, Debug)]
pub enum Colour {
    /// Errors.
    Red = 31,
    /// Hints.
    Cyan = 36,
}
