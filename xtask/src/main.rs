//! Checks of the house: `cargo run -p xtask -- tidy`.

use std::io::Write;
use std::process::ExitCode;

mod tidy;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => report(tidy::complaints()),
        _ => {
            let _ = writeln!(std::io::stderr(), "usage: cargo run -p xtask -- tidy");
            ExitCode::from(2)
        }
    }
}

fn report(complaints: anyhow::Result<Vec<String>>) -> ExitCode {
    let mut stderr = std::io::stderr();
    match complaints {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            let _ = writeln!(stderr, "{}\n{} to mend", complaints.join("\n"), complaints.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ = writeln!(stderr, "tidy could not look: {error:#}");
            ExitCode::FAILURE
        }
    }
}
