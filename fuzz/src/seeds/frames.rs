//! Bodies of frames with blocks of each code, and the pictures that carry them.

use reel_pack::block::{BlockEncoder, EncodedBlock, StoredFlags};
use reel_pack::frame::{
    ContentKind, FileId, FrameHeader, FrameKind, Metadata, Profile, RepairCode, Run, write_header,
    write_symbol,
};
use reel_pack::jpeg::{Card, Chroma, FrameWriter, Geometry};

use super::Failed;
use crate::bodies::join;
use crate::foreign::rewrite;

/// What the metadata of a seed says.
fn metadata() -> Metadata {
    Metadata {
        version: 1,
        profile: Profile::Archive,
        name: Some("some file.bin".to_owned()),
        size: Some(1500),
        sha256: Some("0123456789abcdef".repeat(4)),
        kind: ContentKind::File,
        block_bytes: 1000,
        block_count: 2,
        repair_ratio: 0.5,
        error_correction: None,
        color_count: None,
        part: None,
        part_count: None,
        sealed: None,
        key: None,
    }
}

fn texts() -> Result<Vec<Vec<u8>>, Failed> {
    let plain = metadata();
    let sealed = Metadata {
        name: None,
        size: None,
        sha256: None,
        sealed: Some("YWdl".to_owned()),
        key: Some("a2V5".to_owned()),
        part: Some(2),
        part_count: Some(3),
        ..plain.clone()
    };
    let cells = Metadata {
        profile: Profile::Legacy,
        kind: ContentKind::Tar,
        color_count: Some(8),
        error_correction: Some(RepairCode::ReedSolomon),
        ..plain.clone()
    };
    let share = Metadata { profile: Profile::Share, name: Some("\u{1}ü\"".repeat(20)), ..plain.clone() };
    [plain, sealed, cells, share].iter().map(|metadata| Ok(metadata.to_bytes()?)).collect()
}

/// Frames of three files: of one symbol a block, of small symbols in several runs, of larger ones by Reed-Solomon.
pub(super) fn bodies() -> Result<Vec<Vec<u8>>, Failed> {
    let mut random = fastrand::Rng::with_seed(1);
    let texts = texts()?;
    let mut bodies = Vec::new();
    for (text, (symbol_bytes, stored_bytes, reed_solomon)) in
        texts.iter().zip([(64, 1000, false), (64, 40, false), (128, 900, true), (72, 700, false)])
    {
        let coder = BlockEncoder::new(symbol_bytes, 0.5)?;
        let coder = if reed_solomon { coder.with_reed_solomon() } else { coder };
        let blocks: Vec<EncodedBlock> = (0..2)
            .map(|index| {
                let stored =
                    std::iter::repeat_with(|| random.u8(..)).take(stored_bytes - 3 * index).collect();
                coder.encode(index as u32, StoredFlags::default(), stored)
            })
            .collect::<Result<_, _>>()?;
        // Every second symbol, so that no frame has all of a block and some source symbols are always missing.
        for number in 0..3 {
            bodies.push(body(text, &blocks, number, symbol_bytes)?);
        }
    }
    Ok(bodies)
}

fn body(text: &[u8], blocks: &[EncodedBlock], number: u32, symbol_bytes: u16) -> Result<Vec<u8>, Failed> {
    let file_id = FileId::of(text);
    let (mut runs, mut symbols) = (Vec::new(), Vec::new());
    for block in blocks {
        let third = block.symbol_count().div_ceil(3);
        let first_esi = number * third;
        let count = third.min(block.symbol_count().saturating_sub(first_esi));
        for esi in first_esi..first_esi + count {
            let bytes = block.symbol(esi).ok_or("a symbol is missing")?;
            write_symbol(file_id, block.record().index, esi, bytes, &mut symbols);
        }
        if count > 0 {
            runs.push(Run { block: block.record(), first_esi, count: count as u16 });
        }
    }
    let kind = [FrameKind::Data, FrameKind::Data, FrameKind::Title][number as usize % 3];
    let header = FrameHeader { kind, file_id, frame_number: number, symbol_bytes };
    let mut body = Vec::new();
    let text = if number == 1 { &[][..] } else { text };
    write_header(&header, text, &runs, &mut body)?;
    body.extend(symbols);
    Ok(body)
}

/// Single bodies, and metadata alone.
pub(super) fn headers(bodies: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failed> {
    let mut seeds = texts()?;
    seeds.extend(bodies.iter().cloned());
    Ok(seeds)
}

/// For each code (the first byte), the frames of a file: all, in another order, and without one.
pub(super) fn groups(bodies: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for file in bodies.chunks(3) {
        let turned: Vec<&Vec<u8>> = file.iter().rev().collect();
        for input in [join(file), join(&turned), join(&file[1..]), join(&file[..2]), join(&turned[..2])] {
            for code in 0..3 {
                seeds.push([&[code], &input[..]].concat());
            }
        }
    }
    seeds
}

/// Pictures with and without a card, colour and a marker segment of ours; as we write them, and as others would.
pub(super) fn pictures(bodies: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failed> {
    let card = Card {
        width_cells: 4,
        height_cells: 2,
        luma: (0..8).map(|cell| 30 * cell).collect(),
        cb: vec![90; 8],
        cr: vec![200; 8],
    };
    let mut seeds = Vec::new();
    for (chroma, width, height) in
        [(Chroma::C420, 37, 67), (Chroma::C444, 35, 41), (Chroma::C420, 64, 48), (Chroma::C444, 16, 16)]
    {
        let writer = FrameWriter::new(Geometry::new(width, height, chroma)?)?;
        for (card, app9) in [(None, &b"app"[..]), (Some(&card), &[])] {
            let room =
                writer.geometry().capacity_bytes_worst(card.map_or(0, |card| card.mcu_row_count(chroma)));
            let body = &bodies[usize::from(app9.is_empty())];
            let body = body.get(..(room as usize).min(body.len())).unwrap_or(body);
            let mut jpeg = Vec::new();
            writer.write(card, &[body], app9, &mut jpeg)?;
            let blocks = chroma.mcu_block_count();
            for (code_bits, interval) in [(4, 0), (8, 1), (11, 3), (16, 0)] {
                seeds.push(rewrite(&jpeg, code_bits, interval, blocks).ok_or("a picture without a scan")?);
            }
            seeds.push(jpeg);
        }
    }
    Ok(seeds)
}
