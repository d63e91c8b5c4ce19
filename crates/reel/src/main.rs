//! The program `reel`: prints and exits.

use std::process::ExitCode;
use std::sync::Arc;

use reel::console::Console;
use reel::exit::exit_code;
use reel::run::run;
use reel::wiring::App;

fn main() -> ExitCode {
    keep_freed_memory();
    forget_empty_variables();
    let console = Arc::new(Console::of_process());
    exit_code(run(std::env::args_os(), &App::default(), &console))
}

/// `REEL_TASKS=` in a list of variables means that nothing is said, not that the number is empty.
fn forget_empty_variables() {
    for (name, value) in std::env::vars_os() {
        if value.is_empty() && name.as_encoded_bytes().starts_with(b"REEL_") {
            #[expect(unsafe_code, reason = "the environment changes before anybody else can look at it")]
            // SAFETY: no other thread runs yet.
            unsafe {
                std::env::remove_var(name);
            }
        }
    }
}

/// Blocks of some megabytes come and go. By itself the allocator gives each back to the system and asks for it anew, and
/// fresh pages cost more than what is done with them.
#[cfg(target_env = "gnu")]
fn keep_freed_memory() {
    const MAPPED_BYTES_MIN: libc::c_int = 32 << 20;
    const KEPT_BYTES_MAX: libc::c_int = 128 << 20;
    #[expect(unsafe_code, reason = "mallopt has no safe form; no other thread runs yet")]
    // SAFETY: both are parameters that glibc knows, with values in its range.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES_MIN);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES_MAX);
    }
}

#[cfg(not(target_env = "gnu"))]
fn keep_freed_memory() {}
