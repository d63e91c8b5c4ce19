//! Seeds: small inputs that go all the way through, for each target.

use std::error::Error;
use std::fs;
use std::path::Path;

mod frames;
mod streams;
mod videos;

/// What goes wrong while seeds are made.
pub type Failed = Box<dyn Error>;

/// Writes them and ends the program where `REEL_FUZZ_SEEDS` names a folder: a target is the one thing that is built anyway.
pub fn write_when_asked() {
    let Some(corpus) = std::env::var_os("REEL_FUZZ_SEEDS") else { return };
    if let Err(error) = write(Path::new(&corpus)) {
        eprintln!("no seeds: {error}");
        std::process::exit(1);
    }
    std::process::exit(0);
}

/// Writes the seeds of all targets into folders of their names.
fn write(corpus: &Path) -> Result<(), Failed> {
    let bodies = frames::bodies()?;
    let pictures = frames::pictures(&bodies)?;
    keep(corpus, "header", frames::headers(&bodies)?)?;
    keep(corpus, "symbols", frames::groups(&bodies))?;
    keep(corpus, "avi", videos::videos(&pictures)?)?;
    keep(corpus, "jpeg", pictures)?;
    keep(corpus, "tar", streams::streams()?)
}

fn keep(corpus: &Path, target: &str, seeds: Vec<Vec<u8>>) -> Result<(), Failed> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    let count = seeds.len();
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:02}")), seed)?;
    }
    println!("{target}: {count} seeds");
    Ok(())
}
