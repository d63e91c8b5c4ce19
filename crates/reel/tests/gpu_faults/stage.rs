//! A machine with fake GPUs, one clip, and the program run there in this process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reel::console::Console;
use reel::run::run;
use reel::wiring::App;
use reel_device::Gpu;
use reel_testkit::{Call, FakeFfmpeg, FakeNvml, clips};
use reel_transcode::Patience;
use serde_json::Value;

use crate::support::{Ran, Scene};

/// Long enough for a busy machine, short enough for a test.
const HANG: Duration = Duration::from_secs(3);

/// One machine.
pub struct Stage {
    pub scene: Scene,
    pub ffmpeg: FakeFfmpeg,
    pub gpus: Arc<FakeNvml>,
    pub patience: Patience,
    pub source: PathBuf,
    source_times: Arc<Vec<f64>>,
    /// What is run as FFmpeg; the fake, unless a test stands before it.
    pub program: PathBuf,
}

/// How one command ended.
pub struct Done {
    pub code: u8,
    /// The line of type `result`; null when there is none.
    pub result: Value,
    pub output: PathBuf,
}

impl Stage {
    /// With these GPUs and a clip of a second.
    pub fn new(cards: Vec<Gpu>) -> Self {
        Self::with_gpus(FakeNvml::new(cards), &clips::cfr_h264(1))
    }

    pub fn with_gpus(gpus: FakeNvml, clip: &Path) -> Self {
        let scene = Scene::new();
        let source = scene.clip(clip, "in.mp4");
        let source_times = times_of(clip);
        let ffmpeg = FakeFfmpeg::new().unwrap();
        let patience = Patience { lease: Duration::from_millis(300), ..Patience::default() };
        let program = ffmpeg.path();
        Self { scene, ffmpeg, gpus: Arc::new(gpus), patience, source, source_times, program }
    }

    /// A process that hangs is ended soon.
    pub fn impatient(mut self) -> Self {
        self.patience.gpu = HANG;
        self.patience.probe = HANG;
        self
    }

    /// `reel transcode in.mp4 -o NAME` with these flags, at the fastest preset.
    pub fn transcode(&self, name: &str, flags: &[&str]) -> Done {
        let output = self.scene.path(name);
        let fixed = ["transcode", self.source.to_str().unwrap(), "-o", output.to_str().unwrap(), "--json"];
        let preset = if flags.contains(&"--preset") { &[][..] } else { &["--preset", "ultrafast"] };
        let (code, lines) = self.reel(&[&fixed[..], preset, flags].concat());
        let result = lines.into_iter().find(|line| line["type"] == "result").unwrap_or_default();
        Done { code, result, output }
    }

    /// Runs the program in this process; answers with the code and the JSON lines.
    fn reel(&self, args: &[&str]) -> (u8, Vec<Value>) {
        let (out, err) = (Captured::default(), Captured::default());
        let console = Arc::new(Console::new(out.clone(), err));
        let state = self.scene.state();
        let paths = ["--state", state.to_str().unwrap(), "--ffmpeg", self.program.to_str().unwrap()];
        let words = ["reel"].iter().chain(args).chain(&paths).map(OsString::from);
        let gpus: Arc<FakeNvml> = Arc::clone(&self.gpus);
        let app = App::default().with_gpus(gpus).with_patience(self.patience);
        let code = run(words, &app, &console);
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        (code, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    /// Real jobs on a GPU that met a fault.
    pub fn wasted_jobs(&self) -> Vec<Call> {
        self.ffmpeg.gpu_jobs().unwrap().into_iter().filter(|call| call.fault.is_some()).collect()
    }

    pub fn probe_count(&self) -> usize {
        self.ffmpeg.calls().unwrap().iter().filter(|call| call.is_probe).count()
    }

    /// Stands before the fake: what an NVENC job wrote is spoiled after it said that all is well.
    pub fn spoil_gpu_results(&mut self) {
        let path = self.scene.path("spoiling-ffmpeg");
        let fake = self.ffmpeg.path();
        let script = format!(
            "#!/bin/sh\n'{}' \"$@\" || exit $?\n\
             case \" $* \" in *lavfi*) exit 0 ;; *_nvenc*) ;; *) exit 0 ;; esac\n\
             for out in \"$@\"; do :; done\n\
             dd if=/dev/zero of=\"${{out#file:}}\" bs=1 seek=600 count=4000 conv=notrunc 2>&1\n",
            fake.display()
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self.program = path;
    }

    /// The result has exactly the source's frames at the source's times, in this codec, and nothing runs any more.
    #[track_caller]
    pub fn check(&self, done: &Done, codec: &str) {
        assert_eq!((done.code, &done.result["status"]), (0, &"completed".into()), "{:#}", done.result);
        let (source, (output, made)) = (&self.source_times, look(&done.output));
        assert_eq!(source.len(), output.len());
        let far = |(a, b): (&f64, &f64)| ((a - source[0]) - (b - output[0])).abs() > 1e-3;
        let shifted = source.iter().zip(&output).position(far);
        assert_eq!(shifted, None, "a frame stands elsewhere than in the source");
        assert_eq!(made, codec);
        assert_eq!(done.result["metadata"]["frames"], source.len());
        self.scene.no_process_is_left();
        let lives = self.living_children();
        assert!(lives.is_empty(), "left behind: {lives:?}");
    }

    /// Processes that see a GPU of this machine.
    fn living_children(&self) -> Vec<String> {
        let folder = self.ffmpeg.path().parent().unwrap().to_string_lossy().into_owned();
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let text = |path: &Path, file: &str| {
            String::from_utf8_lossy(&fs::read(path.join(file)).unwrap_or_default()).replace('\0', " ")
        };
        let named = processes.filter(|path| text(path, "environ").contains(&folder));
        named.map(|path| text(&path, "cmdline")).collect()
    }
}

/// The frames of a clip, looked at once.
fn times_of(clip: &Path) -> Arc<Vec<f64>> {
    static KNOWN: Mutex<BTreeMap<PathBuf, Arc<Vec<f64>>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    Arc::clone(known.entry(clip.to_owned()).or_insert_with(|| Arc::new(look(clip).0)))
}

/// When each frame is shown, as the decoder says, and FFmpeg's name of the codec.
fn look(path: &Path) -> (Vec<f64>, String) {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v:0", "-of", "default=noprint_wrappers=1:nokey=1"]);
    command.args(["-show_entries", "stream=codec_name:frame=best_effort_timestamp_time"]);
    command.arg(path).stdin(Stdio::null());
    let text = Ran::of(command).expect(0).stdout;
    let lines = text.lines().filter(|line| !line.is_empty());
    let (times, words): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.parse::<f64>().is_ok());
    (times.iter().map(|time| time.parse().unwrap()).collect(), words.concat())
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
