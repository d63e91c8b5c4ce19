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
    let serves = matches!(verb, Verb::Serve(_));
    if asked.is_none() && form.is_none() && !serves {
        return;
    }
    // A server that waits for room says so without being asked: nobody else would.
    let unasked =
        if form.is_some() { "warn".to_owned() } else { format!("off,{}=warn", reel_engine::room::LOG) };
    let requests = match (&form, &asked) {
        (Some(_), _) => "info",
        (None, Some(_)) => "warn",
        (None, None) => "off",
    };
    let mut filter = EnvFilter::new(asked.unwrap_or(unasked));
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
