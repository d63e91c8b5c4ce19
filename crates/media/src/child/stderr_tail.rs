//! The last lines a child wrote to stderr, and the one that says most.

use std::collections::VecDeque;

const LINES_MAX: usize = 64;
const BYTES_MAX: usize = 16 * 1024;
const LINE_BYTES_MAX: usize = 1024;

/// Keeps at most 64 lines and 16 KiB, however much is written.
#[derive(Default)]
pub(super) struct StderrTail {
    lines: VecDeque<String>,
    bytes: usize,
    open: Vec<u8>,
}

impl StderrTail {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' || byte == b'\r' {
                self.close_line();
            } else if self.open.len() < LINE_BYTES_MAX {
                self.open.push(byte);
            }
        }
    }

    pub(super) fn into_text(mut self) -> String {
        self.close_line();
        Vec::from(self.lines).join("\n")
    }

    fn close_line(&mut self) {
        let line = String::from_utf8_lossy(&self.open).trim_end().to_owned();
        self.open.clear();
        if line.is_empty() {
            return;
        }
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.lines.len() > LINES_MAX || self.bytes > BYTES_MAX {
            let Some(gone) = self.lines.pop_front() else { break };
            self.bytes -= gone.len() + 1;
        }
    }
}

/// The line that says most about a failure: the last that names an error, else the last.
pub(super) fn telling_line(tail: &str) -> &str {
    const WORDS: [&str; 8] =
        ["error", "invalid", "cannot", "failed", "no such", "not found", "unsupported", "no space left"];
    let tells = |line: &&str| WORDS.iter().any(|word| line.to_ascii_lowercase().contains(word));
    let line = tail.lines().rev().find(tells).or_else(|| tail.lines().next_back());
    line.unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        let mut tail = StderrTail::default();
        for index in 0..10_000 {
            tail.feed(format!("line {index}\r\n").as_bytes());
        }
        tail.feed(&[b'x'; 100_000]);
        let text = tail.into_text();
        assert_eq!(text.lines().count(), LINES_MAX);
        assert!(text.contains("line 9999") && !text.contains("line 9000"));
        assert!(text.len() <= BYTES_MAX);
    }

    #[test]
    fn the_telling_line_names_the_error() {
        let tail = "[h264] frame=1\nInvalid data found when processing input\nConversion over";
        assert_eq!(telling_line(tail), "Invalid data found when processing input");
        assert_eq!(telling_line(""), "it said nothing");
    }
}
