//! What is told on stderr beside the work: what `REEL_LOG` asks for, and the requests of a server.

use tracing_subscriber::EnvFilter;

use crate::args::Verb;
use crate::serve::LogForm;

/// Begins to tell, if anything is asked for. Only the first call of a process counts.
pub fn begin(verb: &Verb) {
    let form = match verb {
        Verb::Serve(args) => args.log_requests,
        _ => None,
    };
    let asked = std::env::var("REEL_LOG").ok().filter(|filter| !filter.is_empty());
    if asked.is_none() && form.is_none() {
        return;
    }
    let mut filter = EnvFilter::new(asked.unwrap_or_else(|| "warn".to_owned()));
    let requests = if form.is_some() { "info" } else { "warn" };
    // Both are directives as the filter writes them.
    if let Ok(directive) = format!("{}={requests}", reel_server::REQUESTS).parse() {
        filter = filter.add_directive(directive);
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // Fails where a log is there already, which then goes on.
    let _ = match form {
        Some(LogForm::Json) => log.json().flatten_event(true).try_init(),
        _ => log.try_init(),
    };
}
