//! Children end when they should, and nothing of them is left.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reel_media::MediaError;
use reel_media::child::{self, ChildSpec, Limits, Plumbing, Pulse, run, run_capturing, spawn};
use reel_types::{CancelToken, FailureKind};
use rustix::process::{Pid, test_kill_process};

/// So long may a child stand still: longer than a busy machine leaves one that would go on.
const STILL: Duration = Duration::from_secs(3);

fn shell(script: &str) -> ChildSpec {
    ChildSpec::new("/bin/sh").args(["-c", script])
}

fn is_alive(pid: i32) -> bool {
    // A zombie that nobody reaps yet is dead for us.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !matches!(state, None | Some('Z' | 'X'))
}

/// Waits for an event that is due at once; only a hang takes the ten seconds.
fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    let tick = CancelToken::new();
    while Instant::now() < deadline {
        if is_so() {
            return true;
        }
        tick.wait_timeout(Duration::from_millis(10));
    }
    false
}

/// The pids that a script wrote, once it wrote `count` of them.
fn pids_in(file: &Path, count: usize) -> Vec<i32> {
    let read = || -> Vec<i32> {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    };
    assert!(eventually(|| read().len() >= count), "the children did not start");
    read()
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    (folder, file)
}

/// A child that starts another and ignores the polite signal.
fn stubborn_family(file: &Path) -> ChildSpec {
    let script = "trap '' TERM; sleep 1000 & echo $! >> \"$0\"; echo $$ >> \"$0\"; while :; do wait; done";
    shell(script).arg(file.as_os_str())
}

#[test]
fn a_child_that_ends_well_reports_what_it_cost() {
    let before = child::totals();
    let report = run(
        &shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo said >&2"),
        &CancelToken::new(),
        |_| {},
    );
    let report = report.unwrap();
    assert!(report.user_secs + report.sys_secs > 0.0 && report.max_rss_bytes > 0);
    assert_eq!(report.stderr_tail, "said");
    let after = child::totals();
    assert_eq!(after.spawned_count, before.spawned_count + 1);
    assert!(after.cpu_secs > before.cpu_secs);
}

#[test]
fn a_child_that_fails_is_shown_with_status_command_and_last_words() {
    let error =
        run(&shell("echo first >&2; echo 'it cannot be done' >&2; exit 7"), &CancelToken::new(), |_| {});
    let MediaError::ChildFailed { status, reason, command, stderr_tail, .. } = error.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!((status.as_str(), reason.as_str()), ("exited with 7", "it cannot be done"));
    assert!(command.starts_with("/bin/sh -c '") && stderr_tail.starts_with("first\n"));
}

#[test]
fn a_full_disk_is_a_storage_failure() {
    let error = run(
        &shell("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1"),
        &CancelToken::new(),
        |_| {},
    );
    assert_eq!(error.unwrap_err().failure().kind, FailureKind::Storage);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = run(&ChildSpec::new("/no/such/program"), &CancelToken::new(), |_| {}).unwrap_err();
    assert!(matches!(&error, MediaError::Spawn { .. }) && error.to_string().contains("/no/such/program"));
}

#[test]
fn a_cancelled_child_ends_with_its_whole_group_even_when_it_ignores_the_polite_signal() {
    let (_folder, file) = scratch();
    let cancel = CancelToken::new();
    let pids = std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&stubborn_family(&file), &cancel, |_| {}));
        let pids = pids_in(&file, 2);
        cancel.cancel();
        assert!(running.join().unwrap().unwrap_err().is_cancelled());
        pids
    });
    assert!(eventually(|| pids.iter().all(|pid| !is_alive(*pid))));
}

#[test]
fn a_cancelled_token_starts_nothing() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let before = child::totals().spawned_count;
    assert!(run(&shell("true"), &cancel, |_| {}).unwrap_err().is_cancelled());
    assert_eq!(child::totals().spawned_count, before);
}

#[test]
fn a_child_that_stands_still_is_ended_and_named() {
    let stuck = shell("echo waiting >&2; sleep 1000").stall_timeout(STILL);
    let MediaError::Stalled { stderr_tail, command, .. } =
        run(&stuck, &CancelToken::new(), |_| {}).unwrap_err()
    else {
        panic!("another error")
    };
    assert!(stderr_tail == "waiting" && command.contains("sleep 1000"));
}

#[test]
fn repeating_the_same_progress_is_standing_still() {
    // `$2` is FFmpeg's `pipe:N`: the fake writes the same report for ever.
    let fake = "while [ $# -gt 0 ]; do [ \"$1\" = -progress ] && fd=${2#pipe:}; shift; done; \
                while :; do printf 'frame=3\\nprogress=continue\\n' >&$fd; sleep 0.05; done";
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("fake-ffmpeg");
    std::fs::write(&program, format!("#!/bin/sh\n{fake}\n")).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let spec = ChildSpec::new(&program).with_progress().stall_timeout(STILL);
    let mut last = 0;
    let error = run(&spec, &CancelToken::new(), |report| last = report.frame).unwrap_err();
    assert!(matches!(error, MediaError::Stalled { .. }), "{error}");
    assert_eq!(last, 3);
}

#[test]
fn a_child_at_work_is_felt_by_its_output_or_by_its_watch() {
    let beats_of = |script: &str, watched: bool| {
        let count = Arc::new(AtomicU64::new(0));
        let pulse = Pulse::new({
            let count = Arc::clone(&count);
            move || {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let spec = shell(script).pulse(Some(pulse));
        let spec = if watched { spec.stall_timeout(Duration::from_secs(60)) } else { spec };
        run_capturing(&spec, &CancelToken::new(), 1 << 10).unwrap();
        count.load(Ordering::SeqCst)
    };
    assert_eq!(beats_of("exit 0", false), 0);
    assert!(beats_of("echo a", false) > 0);
    assert!(beats_of("exit 0", true) > 0);
}

#[test]
fn a_child_that_takes_too_long_is_ended() {
    let slow = shell("while :; do echo x; done").wall_limit(Duration::from_millis(300));
    let error = run_capturing(&slow, &CancelToken::new(), usize::MAX).unwrap_err();
    assert!(matches!(error, MediaError::TimedOut { .. }), "{error}");
}

#[test]
fn what_a_consumer_refuses_ends_the_child() {
    let endless = shell("while :; do echo x; done");
    let error = run_capturing(&endless, &CancelToken::new(), 1000).unwrap_err();
    assert!(matches!(error, MediaError::UnexpectedOutput { .. }), "{error}");
}

#[test]
fn what_a_child_leaves_in_its_group_goes_with_it() {
    let (_folder, file) = scratch();
    run(&shell("sleep 1000 & echo $! > \"$0\"").arg(file.as_os_str()), &CancelToken::new(), |_| {}).unwrap();
    let pids = pids_in(&file, 1);
    assert!(eventually(|| !is_alive(pids[0])));
}

#[test]
fn a_child_outlives_the_thread_that_asked_for_it() {
    let mut echo = shell("read line; echo \"$line\"");
    (echo.stdin, echo.stdout) = (Plumbing::Pipe, Plumbing::Pipe);
    let cancel = CancelToken::new();
    let mut running = std::thread::spawn(move || spawn(&echo, &cancel).unwrap()).join().unwrap();
    running.write_all(b"still here\n").unwrap();
    let mut said = String::new();
    running.read_to_string(&mut said).unwrap();
    assert_eq!(said, "still here\n");
    running.wait().unwrap();
}

#[test]
fn a_dropped_child_is_ended() {
    let (_folder, file) = scratch();
    let running = spawn(&stubborn_family(&file), &CancelToken::new()).unwrap();
    let pids = pids_in(&file, 2);
    drop(running);
    assert!(eventually(|| pids.iter().all(|pid| !is_alive(*pid))));
}

#[test]
fn our_own_slowness_is_not_the_childs_standing_still() {
    let mut cat = shell("cat").stall_timeout(STILL);
    (cat.stdin, cat.stdout) = (Plumbing::Pipe, Plumbing::Pipe);
    let mut running = spawn(&cat, &CancelToken::new()).unwrap();
    running.write_all(b"a").unwrap();
    CancelToken::new().wait_timeout(STILL + Duration::from_millis(500));
    let mut byte = [0];
    running.read_exact(&mut byte).unwrap();
    running.wait().unwrap();
}

#[test]
fn limits_hold() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("big");
    let limits = Limits { file_size_bytes: Some(4096), ..Limits::default() };
    let write = shell("dd if=/dev/zero of=\"$0\" bs=1024 count=64").arg(out.as_os_str()).limits(limits);
    assert!(run(&write, &CancelToken::new(), |_| {}).is_err());
    assert!(out.metadata().unwrap().len() <= 4096);
    let (said, _) = run_capturing(&shell("ulimit -c; ulimit -n"), &CancelToken::new(), 100).unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), "0\n256\n");
}

#[test]
fn all_children_can_be_ended_at_once() {
    // In a process of its own: it ends every child of the process.
    let (_folder, file) = scratch();
    let running = std::thread::scope(|scope| {
        let waiter = scope.spawn(|| run(&stubborn_family(&file), &CancelToken::new(), |_| {}));
        pids_in(&file, 2);
        assert!(child::kill_all(Duration::from_secs(10)));
        waiter.join().unwrap()
    });
    assert!(running.unwrap_err().is_cancelled());
    assert_eq!(child::living(), 0);
}

/// Not a test of its own: the process that the test below kills.
#[test]
fn helper_that_is_killed() {
    let Some(file) = std::env::var_os("REEL_TEST_PIDS") else { return };
    let script = "echo $$ > \"$0\"; exec sleep 1000";
    let _ = run(&shell(script).arg(file), &CancelToken::new(), |_| {});
}

#[test]
fn a_killed_process_leaves_no_child() {
    let (_folder, file) = scratch();
    let mut me = ChildSpec::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_that_is_killed", "--test-threads=1"])
        .env("REEL_TEST_PIDS", file.as_os_str());
    me.stdout = Plumbing::Null;
    let running = spawn(&me, &CancelToken::new()).unwrap();
    let grandchild = pids_in(&file, 1)[0];
    assert!(is_alive(grandchild));
    // Its group is another than that of the grandchild, which only the kernel's signal can reach.
    let stat = std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap();
    let parent: i32 = stat.rsplit(") ").next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    rustix::process::kill_process(Pid::from_raw(parent).unwrap(), rustix::process::Signal::KILL).unwrap();
    assert!(matches!(running.wait(), Err(MediaError::ChildFailed { .. })));
    assert!(eventually(|| !is_alive(grandchild)));
}
