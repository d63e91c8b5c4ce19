//! The program `reel`: prints and exits.

use std::process::ExitCode;
use std::sync::Arc;

use reel::console::Console;
use reel::exit::exit_code;
use reel::run::run;
use reel::wiring::App;

fn main() -> ExitCode {
    if let Some(filter) = std::env::var("REEL_LOG").ok().filter(|filter| !filter.is_empty()) {
        let filter = tracing_subscriber::EnvFilter::new(filter);
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .init();
    }
    let console = Arc::new(Console::of_process());
    exit_code(run(std::env::args_os(), &App::default(), &console))
}
