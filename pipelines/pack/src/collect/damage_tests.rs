//! Whole videos damaged at random, half of them by somebody who knows the format: what comes back is the file, or is named.
//!
//! `REEL_DAMAGES` says how many are tried; `make damage` tries 100 000.

use std::io::Cursor;

use sha2::{Digest, Sha256};

use super::tests::metadata;
use super::*;
use crate::avi::{AviSpec, AviWriteError, find_frames, write_whole};
use crate::block::{BlockEncoder, EncodedBlock, StoredFlags};
use crate::content::hex;
use crate::frame::{FrameHeader, Run, write_header, write_symbol};
use crate::jpeg::{Chroma, FrameWriter, Geometry, read_frame};

const SYMBOL_BYTES: u16 = 64;
const CONTENT_BYTES: usize = 1500;
const TURNS: usize = 4000;

struct Original {
    content: Vec<u8>,
    metadata: Metadata,
    video: Vec<u8>,
    /// The bodies of its frames, and where each JPEG stands in the video.
    bodies: Vec<Vec<u8>>,
    spans: Vec<(usize, usize)>,
    pictures: FrameWriter,
}

fn original() -> Original {
    let mut random = fastrand::Rng::with_seed(3);
    let content: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(CONTENT_BYTES).collect();
    let sha256 = hex(&Sha256::digest(&content));
    let metadata = Metadata { sha256: Some(sha256), repair_ratio: 0.3, ..metadata(CONTENT_BYTES as u64) };
    let coder = BlockEncoder::new(SYMBOL_BYTES, 0.3).unwrap();
    let blocks: Vec<EncodedBlock> = content
        .chunks(metadata.block_bytes as usize)
        .enumerate()
        .map(|(index, bytes)| coder.encode(index as u32, StoredFlags::default(), bytes.to_vec()).unwrap())
        .collect();
    let bodies: Vec<Vec<u8>> = (0..6).map(|number| body(&metadata, &blocks, number)).collect();
    let pictures = FrameWriter::new(Geometry::new(96, 80, Chroma::C420).unwrap()).unwrap();
    let jpegs: Vec<Vec<u8>> = bodies.iter().map(|body| jpeg(&pictures, body)).collect();
    let path = tempfile::NamedTempFile::new().unwrap();
    let mut out = File::options().read(true).write(true).open(path.path()).unwrap();
    let fps = reel_types::time::Rational { num: 10, den: 1 };
    write_whole::<AviWriteError>(
        &AviSpec { width: 96, height: 80, fps },
        2,
        &mut out,
        |number, mut writer| {
            jpegs.iter().skip(3 * number as usize).take(3).try_for_each(|jpeg| writer.push(jpeg))?;
            Ok(writer.finish()?.1)
        },
    )
    .unwrap();
    let video = std::fs::read(path.path()).unwrap();
    let spans = spans_of(&video);
    assert_eq!(spans.len(), bodies.len());
    Original { content, metadata, video, bodies, spans, pictures }
}

/// Every sixth symbol of each block.
fn body(metadata: &Metadata, blocks: &[EncodedBlock], number: u32) -> Vec<u8> {
    let text = metadata.to_bytes().unwrap();
    let file_id = FileId::of(&text);
    let of_block = |block: &EncodedBlock| (number..block.symbol_count()).step_by(6).collect::<Vec<_>>();
    let each = || blocks.iter().flat_map(|block| of_block(block).into_iter().map(move |esi| (block, esi)));
    let runs: Vec<Run> =
        each().map(|(block, first_esi)| Run { block: block.record(), first_esi, count: 1 }).collect();
    let header =
        FrameHeader { kind: FrameKind::Data, file_id, frame_number: number, symbol_bytes: SYMBOL_BYTES };
    let mut out = Vec::new();
    write_header(&header, &text, &runs, &mut out).unwrap();
    for (block, esi) in each() {
        write_symbol(file_id, block.record().index, esi, block.symbol(esi).unwrap(), &mut out);
    }
    out
}

fn jpeg(pictures: &FrameWriter, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    pictures.write(None, &[body], &[], &mut out).unwrap();
    out
}

fn spans_of(video: &[u8]) -> Vec<(usize, usize)> {
    let frames = find_frames(Cursor::new(video)).unwrap_or_default();
    frames.iter().map(|span| (span.offset as usize, span.end() as usize)).collect()
}

/// What `unpack` does with an AVI, without a disk full of pictures: the metadata of the first frame that has some, then all.
fn unpacked(video: &[u8], out: &File) -> Option<(Metadata, Outcome)> {
    let mut body = Vec::new();
    let frames: Vec<&[u8]> = spans_of(video).into_iter().map(|(from, to)| &video[from..to]).collect();
    let (file_id, symbol_bytes, metadata) =
        frames.iter().find_map(|jpeg| read_frame(jpeg, &mut body).ok().and_then(|_| identify(&body)))?;
    out.set_len(0).unwrap();
    out.set_len(metadata.size.unwrap_or(0).min(1 << 20)).unwrap();
    let store = Store::File(out.try_clone().unwrap());
    let range = 0..metadata.block_count.min(64);
    let mut collector = Collector::new(&metadata, (file_id, symbol_bytes), range, store);
    for jpeg in frames {
        if read_frame(jpeg, &mut body).is_ok() {
            collector.take_body(&body).ok()?;
        }
    }
    let outcome = collector.finish().ok()?;
    Some((metadata, outcome))
}

/// Bits and bytes anywhere, pieces cut out, moved or written twice.
fn damage_blindly(video: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..video.len());
        let length = random.usize(1..3000).min(video.len() - at);
        match random.u8(..6) {
            0 => video[at] ^= 1 << random.u8(..8),
            1 => video[at] = random.u8(..),
            2 => video[at..at + length].fill(*random.choice(&[0, 0xff]).unwrap_or(&0)),
            3 => drop(video.drain(at..at + length)),
            4 => video.truncate(at.max(1)),
            _ => {
                let piece = video[at..at + length].to_vec();
                let to = random.usize(..video.len());
                video.splice(to..to, piece);
            }
        }
        if video.is_empty() {
            return video.push(0);
        }
    }
}

/// Bodies changed and their checksums made right again; frames left out, twice, or in another order.
fn damage_knowingly(original: &Original, random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bodies = original.bodies.clone();
    for _ in 0..random.usize(1..4) {
        let which = random.usize(..bodies.len());
        match random.u8(..6) {
            0 => drop(bodies.remove(which)),
            1 => bodies.push(bodies[which].clone()),
            2 => bodies.swap(0, which),
            _ => forge(&mut bodies[which], random),
        }
        if bodies.is_empty() {
            bodies.push(original.bodies[0].clone());
        }
    }
    let (first, _) = original.spans[0];
    let mut video = original.video[..first - 8].to_vec();
    for body in bodies {
        let jpeg = jpeg(&original.pictures, &body);
        video.extend(b"00dc");
        video.extend((jpeg.len() as u32).to_le_bytes());
        video.extend(&jpeg);
        video.resize(video.len().next_multiple_of(2), 0);
    }
    video
}

fn forge(body: &mut [u8], random: &mut fastrand::Rng) {
    let parsed = parse_frame(body).map(|frame| (frame.header, frame.metadata.to_vec(), frame.runs.clone()));
    let Ok((mut header, mut text, mut runs)) = parsed else { return };
    let symbols: Vec<(u32, u32, Vec<u8>)> = match parse_frame(body) {
        Ok(frame) => frame.symbols().map(|s| (s.block.index, s.esi, s.bytes.to_vec())).collect(),
        Err(_) => return,
    };
    let any = |random: &mut fastrand::Rng| *random.choice(&[0, 1, 2, 3, 64, 0xffff, u32::MAX]).unwrap_or(&0);
    let which = random.usize(..runs.len().max(1));
    match (random.u8(..8), runs.get_mut(which)) {
        (0, Some(run)) => run.block.index = any(random),
        (1, Some(run)) => run.block.stored_bytes = any(random),
        (2, Some(run)) => run.first_esi = any(random) & 0xff_ffff,
        (3, Some(run)) => run.block.digest.0[random.usize(..16)] ^= 1,
        (4, Some(run)) => run.block.flags.zstd ^= true,
        (5, _) => header.frame_number = any(random),
        (6, _) => {
            // Another size, digest or count of blocks, under an id that fits it.
            let at = random.usize(..text.len());
            text[at] = *random.choice(b"0123456789\"{}:,").unwrap_or(&b'0');
            header.file_id = FileId::of(&text);
        }
        _ => {}
    }
    let mut forged = Vec::new();
    if write_header(&header, &text, &runs, &mut forged).is_err() {
        return;
    }
    for (index, esi, mut bytes) in symbols {
        if random.u8(..8) == 0 {
            let at = random.usize(..bytes.len());
            bytes[at] ^= 1 << random.u8(..8);
        }
        write_symbol(header.file_id, index, esi, &bytes, &mut forged);
    }
    if forged.len() == body.len() {
        body.copy_from_slice(&forged);
    }
}

#[test]
fn damaged_videos_give_the_file_or_name_what_is_missing() {
    let turns = std::env::var("REEL_DAMAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(TURNS);
    let original = original();
    let mut random = fastrand::Rng::with_seed(12);
    let out = tempfile::NamedTempFile::new().unwrap();
    let (mut exact, mut partial, mut refused) = (0, 0, 0);
    for turn in 0..turns {
        let video = if turn % 2 == 0 {
            let mut video = original.video.clone();
            damage_blindly(&mut video, &mut random);
            video
        } else {
            damage_knowingly(&original, &mut random)
        };
        let Some((metadata, outcome)) = unpacked(&video, out.as_file()) else {
            refused += 1;
            continue;
        };
        let bytes = std::fs::read(out.path()).unwrap();
        let holds = metadata.sha256.as_deref() == Some(hex(&Sha256::digest(&bytes)).as_str());
        if outcome.holes.is_empty() && holds {
            assert!(bytes == original.content, "turn {turn}: another file with the digest of the first");
            exact += 1;
        } else if outcome.holes.is_empty() || metadata != original.metadata {
            // The whole does not hold: nothing is written.
            refused += 1;
        } else {
            check_partial(&original, &outcome, &bytes, turn);
            partial += 1;
        }
    }
    println!("{turns} videos: {exact} exact, {partial} with holes, {refused} refused");
    // All happen, so all are tested.
    assert!(
        exact > turns / 50 && partial > turns / 50 && refused > turns / 50,
        "{exact} {partial} {refused}"
    );
}

/// Outside of its holes a partial file is the file; within them it is zeros.
fn check_partial(original: &Original, outcome: &Outcome, bytes: &[u8], turn: usize) {
    let block = original.metadata.block_bytes as usize;
    let mut expected = original.content.clone();
    for hole in &outcome.holes {
        let begin = hole.first_block as usize * block;
        let end = (begin + hole.block_count as usize * block).min(expected.len());
        expected[begin..end].fill(0);
    }
    assert!(bytes == expected, "turn {turn}: bytes outside of the holes are not those of the file");
}
