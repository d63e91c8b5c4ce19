//! Pictures one by one: the PNGs of all chunks, looked through, as one tar stream; a single one as it is.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use reel_engine::{RunContext, RunError};
use reel_types::FailureKind;

use super::Joined;
use crate::assemble::Made;
use crate::facts::Facts;
use crate::failure::storage;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// A picture of 8K both ways with four 8-bit channels, unpacked.
const CHUNK_BYTES_MAX: u32 = 256 << 20;

pub(super) fn join(facts: &Facts, made: &Made<'_>, cx: &RunContext<'_>) -> Result<Joined, RunError> {
    let expected: u64 = made.film.iter().map(|film| u64::from(film.report.times.frame_count)).sum();
    let is_one = expected == 1 && facts.timeline.frame_count == 1;
    let path = cx.scratch().join(if is_one { "output.png" } else { "output.tar" });
    let cannot = |error: io::Error| storage("put the pictures together", &error);
    let mut out = io::BufWriter::new(File::create(&path).map_err(cannot)?);
    let mut count = 0;
    for film in &made.film {
        let part = film.file("film.pngs", cx)?;
        each(&part, |picture| {
            count += 1;
            cx.progress(count, expected);
            if is_one {
                out.write_all(picture)
            } else {
                write_entry(&mut out, &format!("frame_{count:06}.png"), picture)
            }
        })
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => {
                RunError::failed(FailureKind::Verification, format!("picture {}: {error}", count + 1))
            }
            _ => cannot(error),
        })?;
    }
    if count != expected {
        return Err(RunError::failed(
            FailureKind::Verification,
            format!("{count} pictures instead of {expected}"),
        ));
    }
    if !is_one {
        // Two empty blocks end a tar stream.
        out.write_all(&[0; 1024]).map_err(cannot)?;
    }
    out.into_inner().map_err(|error| cannot(error.into_error()))?;
    Ok(Joined { path, frame_count: count, frames_decoded: 0, alpha_bytes: None })
}

/// Hands over each of the pictures that lie behind one another in a file, after a look at all its check sums.
fn each(path: &Path, mut hand_over: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut input = BufReader::new(File::open(path)?);
    let mut picture = Vec::new();
    loop {
        picture.clear();
        let mut signature = [0; SIGNATURE.len()];
        match input.read(&mut signature[..1])? {
            0 => return Ok(()),
            _ => input.read_exact(&mut signature[1..])?,
        }
        if signature != SIGNATURE {
            return Err(damaged("it does not begin as PNG"));
        }
        picture.extend_from_slice(&signature);
        while !take_chunk(&mut input, &mut picture)? {}
        hand_over(&picture)?;
    }
}

/// Takes one chunk of a PNG; says whether it was the last.
fn take_chunk(input: &mut impl Read, picture: &mut Vec<u8>) -> io::Result<bool> {
    let mut head = [0; 8];
    input.read_exact(&mut head)?;
    let [a, b, c, d, kind @ ..] = head;
    let length = u32::from_be_bytes([a, b, c, d]);
    if length > CHUNK_BYTES_MAX {
        return Err(damaged("a part of it has an impossible size"));
    }
    picture.extend_from_slice(&head);
    let begin = picture.len();
    let taken = input.take(u64::from(length) + 4).read_to_end(picture)?;
    let body = picture.get(begin - kind.len()..picture.len().saturating_sub(4)).unwrap_or_default();
    let told = picture.last_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
    if taken as u64 != u64::from(length) + 4 || told != Some(crc_fast::crc32_iso_hdlc(body)) {
        return Err(damaged("a check sum in it is wrong"));
    }
    Ok(&kind == b"IEND")
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn write_entry(out: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    out.write_all(bytes)?;
    let rest = bytes.len() % 512;
    out.write_all(&[0; 512][..(512 - rest) % 512])
}
