//! Named moments at which a test can kill the process, to prove that nothing is lost there.
//!
//! `REEL_CRASH_AT=after_finish` kills at the first such moment, `after_finish:3` at the third. Only in builds with
//! debug assertions; elsewhere nothing is looked at.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// All names, in the order in which a job meets them.
pub const NAMES: [&str; 6] =
    ["after_put", "after_finish", "before_release", "in_assemble", "after_part_file", "after_rename"];

struct Wanted {
    name: String,
    hits_left: AtomicU32,
}

/// Kills this process with SIGKILL if a test asked for it here.
pub fn hit(name: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    static WANTED: OnceLock<Option<Wanted>> = OnceLock::new();
    let Some(wanted) = WANTED.get_or_init(wanted) else { return };
    if wanted.name == name && wanted.hits_left.fetch_sub(1, Ordering::SeqCst) == 1 {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

fn wanted() -> Option<Wanted> {
    let text = std::env::var("REEL_CRASH_AT").ok()?;
    let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
    let hits_left = AtomicU32::new(count.parse().unwrap_or(1).max(1));
    Some(Wanted { name: name.to_owned(), hits_left })
}
