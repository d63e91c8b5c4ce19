//! One large upload, against a program that reads a socket, hashes, writes and makes durable, and does nothing else.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::client::{Answer, Connection};
use super::process::Served;
use crate::Place;
use crate::pair::median;
use crate::table::Report;

const BYTES: u64 = 2_000_000_000;
const PIECE: usize = 1 << 20;
const ROUNDS: usize = 3;

/// Measures and reports.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut memory = (0, 0);
    for round in 0..ROUNDS {
        theirs.push(reference(&place.work, round as u8)?);
        let served = Served::start(place, &["--no-worker"])?;
        let before = served.memory_bytes("VmRSS")?;
        let begun = Instant::now();
        let answer = multipart(served.port, "large.bin", BYTES, |out| send(out, round as u8))?;
        ours.push(begun.elapsed().as_secs_f64());
        ensure!(answer.status == 201, "the upload was answered with {}", answer.status);
        memory = (before, served.memory_bytes("VmHWM")?);
    }
    let speed = |secs: f64| BYTES as f64 / secs / 1e6;
    let (ours, theirs) = (median(ours), median(theirs));
    report.row(
        "server, one upload of 2 GB",
        &format!(
            "{:.0} MB/s / {:.0} MB/s = **{:.2}**; memory {} MiB before, {} MiB at most",
            speed(ours),
            speed(theirs),
            theirs / ours,
            memory.0 >> 20,
            memory.1 >> 20
        ),
        "≥ 0.8 of a socket read, hashed, written and synced; memory flat",
    );
    Ok(())
}

/// Sends the field `video` with what `body` writes.
pub(crate) fn multipart(
    port: u16,
    filename: &str,
    length: u64,
    body: impl FnOnce(&mut TcpStream) -> Result<()>,
) -> Result<Answer> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"video\"; filename=\"{filename}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    let tail = "\r\n--edge--\r\n";
    let whole = length + (head.len() + tail.len()) as u64;
    let mut connection = Connection::open(port)?;
    let out = connection.out();
    write!(
        out,
        "POST /api/v1/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
         Content-Length: {whole}\r\n\r\n{head}"
    )?;
    body(out)?;
    out.write_all(tail.as_bytes())?;
    connection.answer()
}

/// The bytes; each round has others, so that nothing is known already.
fn send(out: &mut TcpStream, round: u8) -> Result<()> {
    let piece: Vec<u8> = (0..PIECE).map(|index| (index * 31 + index / 251) as u8 ^ round).collect();
    let mut left = BYTES;
    while left > 0 {
        let bytes = left.min(PIECE as u64);
        out.write_all(&piece[..bytes as usize])?;
        left -= bytes;
    }
    Ok(())
}

/// Seconds until the same bytes, sent the same way, are hashed and on the disk.
fn reference(folder: &Path, round: u8) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let path = folder.join("reference.bin");
    let begun = Instant::now();
    let reading = thread::spawn({
        let path = path.clone();
        move || -> Result<()> {
            let (mut stream, _) = listener.accept()?;
            let mut file = File::create(path)?;
            let mut hash = Sha256::new();
            // As large as a write may be before the system takes huge pages for it, which cost more here.
            let mut piece = vec![0; 128 << 10];
            loop {
                let read = stream.read(&mut piece)?;
                if read == 0 {
                    break;
                }
                hash.update(&piece[..read]);
                file.write_all(&piece[..read])?;
            }
            file.sync_all()?;
            stream.write_all(&hash.finalize())?;
            Ok(())
        }
    });
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    send(&mut stream, round)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.read_exact(&mut [0; 32])?;
    let secs = begun.elapsed().as_secs_f64();
    reading.join().ok().context("the reference broke")??;
    std::fs::remove_file(path)?;
    Ok(secs)
}
