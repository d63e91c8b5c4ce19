//! The clips that are measured, made with plain ffmpeg.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Line;

/// 10 s of 1080p30 with motion, noise and a cut every 2.5 s, and a tone: H.264 at 2.6 Mbit/s, as sites give, and AAC.
pub(crate) fn ten_seconds_1080p(folder: &Path) -> Result<PathBuf> {
    let graph = "testsrc2=s=1920x1080:r=30:d=2.5,noise=alls=6:allf=t[a];\
                 mandelbrot=s=1920x1080:r=30:end_scale=0.05,trim=duration=2.5[b];\
                 gradients=s=1920x1080:r=30:d=2.5:speed=0.02,noise=alls=4:allf=t[c];\
                 testsrc2=s=1920x1080:r=30:d=2.5,rotate=t*0.4[d];\
                 [a][b][c][d]concat=n=4,format=yuv420p[v]";
    make(folder, "ten_seconds_1080p.mp4", graph, 10.0, &["-preset", "veryfast", "-b:v", "2600k"])
}

/// The same length without sound and small, so that what the engine adds is seen.
pub(crate) fn two_seconds_small(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("two_seconds_small.mp4");
    let words = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=320x180:r=30:d=2",
        "-c:v",
        "libx264",
    ];
    let mut line = Line::new(words);
    line.words.push(path.clone().into());
    line.run()?;
    Ok(path)
}

/// Five minutes of 360p with a tone.
pub(crate) fn five_minutes(folder: &Path) -> Result<PathBuf> {
    let graph = "testsrc2=s=640x360:r=30:d=300,noise=alls=5:allf=t,format=yuv420p[v]";
    make(folder, "five_minutes.mp4", graph, 300.0, &["-preset", "ultrafast", "-crf", "24", "-g", "120"])
}

fn make(folder: &Path, name: &str, graph: &str, secs: f64, encode: &[&str]) -> Result<PathBuf> {
    let path = folder.join(name);
    let tone = format!("sine=frequency=330:sample_rate=48000:duration={secs}");
    let mut line = Line::new(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i"]);
    line.words.push(tone.into());
    line.words
        .extend(["-filter_complex", graph, "-map", "[v]", "-map", "0:a", "-c:v", "libx264"].map(Into::into));
    line.words.extend(encode.iter().map(Into::into));
    line.words.extend(["-c:a", "aac", "-b:a", "128k"].map(Into::into));
    line.words.push(path.clone().into());
    line.run()?;
    Ok(path)
}
