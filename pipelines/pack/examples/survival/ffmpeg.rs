//! Pictures into FFmpeg and out of it.

use std::error::Error;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Anything that ends a run.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Sent through the encoder that the packed video is kept in.
const MASTER: &str = "-c:v libx264 -preset veryfast -crf 12 -g 60";

fn ffmpeg(arguments: impl IntoIterator<Item = String>) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-v", "error", "-y"]).args(arguments);
    command
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "the rig is run by hand and ends with its children")]
fn start(command: &mut Command) -> Result<Child, Failure> {
    Ok(command.env("SVT_LOG", "1").stderr(Stdio::inherit()).spawn()?)
}

fn end(mut child: Child) -> Result<(), Failure> {
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("ffmpeg ended with {status}").into()) }
}

/// Writes pictures of `size` at 30 per second; `next` gives the luma of one after the other.
pub fn write(size: (u32, u32), out: &Path, mut next: impl FnMut() -> Option<Vec<u8>>) -> Result<(), Failure> {
    let input =
        format!("-f rawvideo -pix_fmt yuv420p -color_range tv -r 30 -s {}x{} -i pipe:0", size.0, size.1);
    let mut command = ffmpeg(words(&input).chain(words(MASTER)).chain([out.display().to_string()]));
    let mut child = start(command.stdin(Stdio::piped()))?;
    let mut pipe = child.stdin.take().ok_or("no pipe")?;
    let chroma = vec![128u8; size.0 as usize * size.1 as usize / 2];
    while let Some(luma) = next() {
        pipe.write_all(&luma)?;
        pipe.write_all(&chroma)?;
    }
    drop(pipe);
    end(child)
}

/// The same pictures with the same time stamps, not compressed.
pub fn decode(from: &Path, to: &Path) -> Result<(), Failure> {
    let input = ["-i".to_owned(), from.display().to_string()];
    let output = words("-c:v rawvideo -pix_fmt yuv420p").chain([to.display().to_string()]);
    end(start(&mut ffmpeg(input.into_iter().chain(output)))?)
}

/// One generation.
pub fn convert(from: &Path, filters: &str, encoder: &str, to: &Path) -> Result<(), Failure> {
    let input = ["-i".to_owned(), from.display().to_string()];
    let filters = if filters.is_empty() { vec![] } else { vec!["-vf".to_owned(), filters.to_owned()] };
    let output = words("-pix_fmt yuv420p -vsync vfr").chain(words(encoder)).chain([to.display().to_string()]);
    end(start(&mut ffmpeg(input.into_iter().chain(filters).chain(output)))?)
}

/// Width, height and seconds of a video.
#[expect(clippy::disallowed_methods, reason = "the rig is run by hand and ends with its children")]
pub fn probe(path: &Path) -> Result<(u32, u32, f64), Failure> {
    let asked = "-v error -select_streams v:0 -show_entries stream=width,height:format=duration -of csv=p=0";
    let output = Command::new("ffprobe").args(words(asked)).arg(path).output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split([',', '\n']).filter_map(|word| word.trim().parse::<f64>().ok());
    let mut number = || numbers.next().ok_or("ffprobe gave no number");
    Ok((number()? as u32, number()? as u32, number()?))
}

/// Reads the luma of all pictures.
pub fn read(path: &Path, size: (u32, u32), mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
    let arguments = ["-i".to_owned(), path.display().to_string()];
    let output = words("-vf extractplanes=y -vsync passthrough -f rawvideo -pix_fmt gray pipe:1");
    let mut child = start(ffmpeg(arguments.into_iter().chain(output)).stdout(Stdio::piped()))?;
    let mut pipe = child.stdout.take().ok_or("no pipe")?;
    let mut luma = vec![0; size.0 as usize * size.1 as usize];
    while pipe.read_exact(&mut luma).is_ok() {
        take(&luma);
    }
    end(child)
}
