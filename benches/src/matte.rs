//! People cut out, against the loop that most programs for it consist of, at the same pictures and network.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Place;
use crate::pair::compare;
use crate::run::Line;
use crate::table::Report;

/// Frames of the clip.
const FRAMES: u32 = 150;
/// What the loop stands on.
const PACKAGES: [&str; 4] =
    ["av==16.0.1", "numpy==2.4.6", "onnxruntime==1.31.1", "opencv-python-headless==5.0.0.93"];

/// Where the network sees the drawn person; found by reel, told to the loop.
const VIEW: &str = "420,0,1500,1080";

/// Wall and CPU of both, with the loop's work after the network and without; both without encoders; bytes with and without a busy background.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    let model = model()?;
    let python = python(place)?;
    let clip = clip(&place.work)?;
    let (out, other) = (place.work.join("cut.webm"), place.work.join("loop.webm"));
    let ours = ours(place, &clip, &out);
    let theirs = |post: &str, encode: &str| {
        let mut line = Line::new([python.as_os_str()]);
        line.words.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/matte_loop.py").into());
        line.words.extend([model.clone().into(), clip.clone().into(), other.clone().into()]);
        line.words.extend(["--view", VIEW, "--post", post, "--encode", encode].map(Into::into));
        line
    };
    let before = || {
        let _ = fs::remove_file(&out);
        let _ = fs::remove_dir_all(place.work.join("matte-state"));
        Ok(())
    };

    let whole = theirs("same", "same");
    let compared = compare(&ours, &whole, 3, before)?;
    let extra = compared.as_ref().map_or_else(String::new, |compared| {
        let ours = compared.ours;
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        format!(
            ", **{:.1}** frames a CPU second, {:.0} % of the cores busy",
            f64::from(FRAMES) / ours.cpu_secs,
            100.0 * ours.cpu_secs / ours.wall_secs / cores
        )
    });
    let gate = "wall ≤ 0.5 (star 0.36); 20 frames a CPU second";
    let name = "matte: selfie to WebM, 1080p, against a Python loop that does the same";
    report.pair(name, gate, &extra, compared.as_ref(), &ours, &whole);

    let bare = theirs("none", "same");
    let compared = compare(&ours, &bare, 3, before)?;
    let bytes = |path: &Path| fs::metadata(path).map_or(f64::NAN, |found| found.len() as f64);
    let extra = format!(", bytes **{:.3}**", bytes(&out) / bytes(&other));
    let name =
        "matte: against the loop that only stretches the mask and keeps the background, same CRF for colours";
    report.pair(name, "bytes ≤ 0.35", &extra, compared.as_ref(), &ours, &bare);

    let mut alone = Line::new([place.reel.with_file_name("examples").join("no_encoder").into_os_string()]);
    alone.words.extend([model.clone().into(), clip.clone().into()]);
    for (post, name, gate) in [
        ("same", "matte: without encoders, against the loop that does the same", "CPU ≤ 0.333 (star 0.2)"),
        ("none", "matte: without encoders, against the loop that only stretches the mask", "none"),
    ] {
        let loop_alone = theirs(post, "none");
        let compared = compare(&alone, &loop_alone, 3, before)?;
        report.pair(name, gate, "", compared.as_ref(), &alone, &loop_alone);
    }

    let slow = theirs("same", "default");
    let compared = compare(&ours, &slow, 3, before)?;
    let name = "matte: the loop that does the same, with FFmpeg's own VP9 settings";
    report.pair(name, "wall ≤ 0.1", "", compared.as_ref(), &ours, &slow);
    Ok(())
}

fn ours(place: &Place, clip: &Path, out: &Path) -> Line {
    let mut line = Line::new([place.reel.as_os_str()]);
    line.words.extend([
        "matte".into(),
        clip.into(),
        "-o".into(),
        out.into(),
        "--quiet".into(),
        "--state".into(),
    ]);
    line.words.push(place.work.join("matte-state").into());
    line
}

/// Where set-up put the network.
fn model() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = variable("REEL_DATA")
        .or_else(|| Some(variable("XDG_DATA_HOME")?.join("reel")))
        .or_else(|| Some(variable("HOME")?.join(".local/share/reel")));
    let model = data.context("HOME is not set")?.join("models/selfie.onnx");
    anyhow::ensure!(model.is_file(), "{} is missing: run scripts/models", model.display());
    Ok(model)
}

/// A Python with the packages of the loop; kept for the next time.
fn python(place: &Place) -> Result<PathBuf> {
    let folder = place.work.with_file_name("bench-python");
    let python = folder.join("bin/python");
    if !folder.join("ready").is_file() {
        Line::new([
            "python3".into(),
            "-m".into(),
            "venv".into(),
            "--clear".into(),
            folder.clone().into_os_string(),
        ])
        .run()?;
        let mut install = Line::new([python.as_os_str()]);
        install
            .words
            .extend(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"].map(Into::into));
        install.words.extend(PACKAGES.map(Into::into));
        install.run()?;
        fs::write(folder.join("ready"), "")?;
    }
    Ok(python)
}

/// A drawn person, head to waist, who sways before a busy pattern.
fn clip(work: &Path) -> Result<PathBuf> {
    let (person, clip) = (work.join("person.png"), work.join("person.mp4"));
    let ellipse = |x: f64, y: f64, rx: f64, ry: f64| format!("lt(hypot((X-{x})/{rx},(Y-{y})/{ry}),1)");
    let (head, hair) = (ellipse(480.0, 300.0, 120.0, 165.0), ellipse(480.0, 250.0, 140.0, 160.0));
    let (neck, body) = (ellipse(480.0, 470.0, 60.0, 110.0), ellipse(480.0, 980.0, 400.0, 470.0));
    let (left, right) = (ellipse(435.0, 290.0, 16.0, 9.0), ellipse(525.0, 290.0, 16.0, 9.0));
    let mouth = ellipse(480.0, 385.0, 40.0, 10.0);
    let colour = |eyes: u8, lips: u8, skin: u8, locks: u8, cloth: u8| {
        let below = format!("if({hair},{locks},if({body},{cloth},0))");
        let face = format!("if({left}+{right},{eyes},if({mouth},{lips},if({head}+{neck},{skin},{below})))");
        face
    };
    let picture = format!(
        "color=black:size=960x1080,format=gbrap,geq=r='{}':g='{}':b='{}':a='255*gt({hair}+{head}+{neck}+{body},0)',gblur=1.2",
        colour(40, 150, 224, 60, 52),
        colour(30, 60, 172, 40, 70),
        colour(30, 60, 140, 30, 120)
    );
    let mut draw = Line::new([
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-f",
        "lavfi",
        "-i",
        picture.as_str(),
        "-frames:v",
        "1",
    ]);
    draw.words.push(person.clone().into());
    draw.run()?;
    let secs = f64::from(FRAMES) / 30.0;
    let ground = format!("testsrc2=size=1920x1080:rate=30:duration={secs}");
    let mut film =
        Line::new(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", ground.as_str(), "-i"]);
    film.words.push(person.into());
    film.words.extend(
        ["-filter_complex", "[0][1]overlay=x='480+60*sin(t*2)':y='8*sin(t*3)'", "-c:v", "libx264"]
            .map(Into::into),
    );
    film.words.extend(["-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p"].map(Into::into));
    film.words.push(clip.clone().into());
    film.run()?;
    Ok(clip)
}
