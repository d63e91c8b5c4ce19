//! Every input that should be refused or survived, through the whole program: what it ends with, what it says, which
//! files are opened, how much memory all its processes take together.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test starts programs as a person does"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reel_testkit::clips;
use reel_types::CancelToken;
use serde_json::Value;
use support::Scene;

/// The bound on reel and its children together.
const RSS_BYTES_MAX: u64 = 512 << 20;

#[test]
fn clips_that_are_bad_end_well() {
    let Some(shared) = clips::shared_clips() else {
        eprintln!("skipped: the folder of shared clips is not here");
        return;
    };
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(shared.join("bad")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let damaged = matches!(name.as_str(), "truncated.webm" | "bitflips_mdat.mp4");
        let strict = damaged.then(|| check(&path, &["--strict"]));
        assert_eq!(strict.map(|result| code_of(&result)).unwrap_or(1), 1, "{name} with --strict");
        seen.insert(name, (damaged, check(&path, &[])));
    }
    assert!(seen.len() >= 15, "only {} clips", seen.len());
    for (name, (damaged, result)) in seen {
        if damaged {
            assert_eq!(code_of(&result), 0, "{name}: {result:#}");
            let gaps = result["gaps"].as_array().unwrap();
            assert!(!gaps.is_empty(), "{name} has no gaps");
            assert!(
                gaps.iter().all(|gap| gap["start_secs"].as_f64() < gap["end_secs"].as_f64()),
                "{name}: {gaps:?}"
            );
        } else {
            assert_eq!(code_of(&result), 3, "{name}: {result:#}");
        }
    }
}

#[test]
fn generated_inputs_that_are_bad_end_well() {
    let scene = Scene::new();
    let film = std::fs::read(clips::cfr_h264(2)).unwrap();
    let bad: [(&str, Vec<u8>); 5] = [
        ("empty.mp4", Vec::new()),
        ("text.mp4", b"this is no film\n".repeat(50)),
        ("playlist.mp4", b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_vec()),
        ("concat.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec()),
        ("header_only.mp4", film[..64].to_vec()),
    ];
    for (name, bytes) in bad {
        let path = scene.path(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(code_of(&check(&path, &[])), 3, "{name}");
    }
}

fn code_of(result: &Value) -> i64 {
    result["exit_code"].as_i64().unwrap()
}

/// Transcodes it under watch; checks what holds for every bad input, and returns the result line.
fn check(input: &Path, options: &[&str]) -> Value {
    let scene = Scene::new();
    let trace = scene.path("trace");
    let mut args = vec!["transcode".into(), input.as_os_str().to_owned(), "-o".into(), "out.mp4".into()];
    args.extend(["--json", "--preset", "ultrafast"].map(Into::into));
    args.extend(options.iter().map(Into::into));
    let mut command = scene.command(&args);
    let traced = is_strace_here();
    if traced {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=openat,connect", "-o"]).arg(&trace);
        strace.arg(command.get_program()).args(command.get_args());
        strace.current_dir(scene.path("")).env("REEL_STATE", scene.state()).stdin(Stdio::null());
        command = strace;
    } else {
        eprintln!("skipped: what is opened is not watched, strace is not here");
    }
    // Test runners point it at their own libraries, which the loader then looks for everywhere.
    command.env_remove("LD_LIBRARY_PATH");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let pid = child.id();
    // Its stdout is read beside, so that it never waits for us.
    let ended = std::thread::spawn(move || child.wait_with_output().unwrap());
    let peak_bytes = peak_rss_bytes(pid, traced, || ended.is_finished());
    let output = ended.join().unwrap().stdout;
    eprintln!("{}: at most {} MiB", input.display(), peak_bytes >> 20);
    assert!(peak_bytes < RSS_BYTES_MAX, "{}: {} MiB", input.display(), peak_bytes >> 20);
    if traced {
        only_its_own_files(&std::fs::read_to_string(&trace).unwrap(), input, &scene);
    }
    let lines = String::from_utf8(output).unwrap();
    let mut records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let result = records.find(|record| record["type"] == "result").unwrap();
    let exists = scene.path("out.mp4").exists();
    assert_eq!(exists, code_of(&result) == 0, "{}: {result:#}", input.display());
    if code_of(&result) != 0 {
        let message = result["error"]["message"].as_str().unwrap();
        assert!(!message.contains('\n') && message.len() < 300, "{message}");
        assert!(!message.contains("panicked"), "{message}");
        assert!(result["error"]["hint"].is_string(), "no hint: {result:#}");
    }
    scene.no_process_is_left();
    result
}

fn is_strace_here() -> bool {
    Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Nothing but the input, the scene and what belongs to the system and the build was opened; nobody was called.
fn only_its_own_files(trace: &str, input: &Path, scene: &Scene) {
    const SYSTEM: [&str; 9] = [
        "/lib",
        "/usr/",
        "/etc/ld.so",
        "/etc/OpenCL",
        "/etc/fonts",
        "/proc/",
        "/sys/",
        "/dev/",
        "/var/lib/dpkg",
    ];
    let (scene, folder) = (scene.path(""), input.canonicalize().unwrap());
    let lines: Vec<&str> = trace.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        assert!(!line.contains("AF_INET"), "{}: a connection: {line}", input.display());
        let opened = line.split_once("openat(").and_then(|(_, rest)| rest.split('"').nth(1));
        let found = !end_of_call(&lines[at..]).contains("ENOENT");
        let Some(opened) = opened.filter(|path| path.starts_with('/') && found) else { continue };
        let own = Path::new(opened) == folder
            || Path::new(opened) == input
            || Path::new(opened).starts_with(&scene)
            || SYSTEM.iter().any(|system| opened.starts_with(system));
        assert!(own, "{}: opened {opened}: {line}", input.display());
    }
}

/// The line that holds the answer of the first call: its own, or a later one of the same thread.
fn end_of_call<'a>(lines: &[&'a str]) -> &'a str {
    let thread = lines[0].split_whitespace().next().unwrap_or_default();
    let is_rest = |line: &&&str| line.starts_with(thread) && line.contains("openat resumed");
    match lines[0].contains("<unfinished") {
        true => lines[1..].iter().find(is_rest).unwrap_or(&lines[0]),
        false => lines[0],
    }
}

/// The largest sum of resident memory that was seen of all processes below `root`; of `root` too, unless that is the
/// tracer.
fn peak_rss_bytes(root: u32, skip_root: bool, ended: impl Fn() -> bool) -> u64 {
    let mut peak = 0;
    let never = CancelToken::new();
    while !ended() {
        let tree = tree(root);
        let sum = tree.iter().filter(|pid| !(skip_root && **pid == root)).map(|pid| rss_bytes(*pid)).sum();
        peak = peak.max(sum);
        never.wait_timeout(Duration::from_millis(25));
    }
    peak
}

fn tree(root: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let parents: BTreeMap<u32, u32> = pids.iter().filter_map(|pid| Some((*pid, parent(*pid)?))).collect();
    let mut tree = vec![root];
    let mut at = 0;
    while at < tree.len() {
        let above = tree[at];
        tree.extend(parents.iter().filter(|(_, parent)| **parent == above).map(|(pid, _)| *pid));
        at += 1;
    }
    tree
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn rss_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}
