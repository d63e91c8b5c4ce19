//! What is written is read, and nothing else.

use proptest::prelude::*;

use super::header::FIXED_BYTES;
use super::*;
use crate::block::{BlockDigest, BlockRecord, StoredFlags};

const SYMBOL_BYTES: u16 = 64;

fn metadata() -> Metadata {
    Metadata {
        version: 1,
        profile: Profile::Archive,
        name: Some("día 日本.txt".to_owned()),
        size: Some(1001),
        sha256: Some("0123456789abcdef".repeat(4)),
        kind: ContentKind::File,
        block_bytes: 100,
        block_count: 11,
        repair_ratio: 0.05,
        error_correction: None,
        color_count: None,
        part: None,
        part_count: None,
        sealed: None,
        key: None,
    }
}

fn run(index: u32, first_esi: u32, count: u16) -> Run {
    let flags = StoredFlags { zstd: index % 2 == 1, age: index % 3 == 1 };
    let block =
        BlockRecord { index, stored_bytes: 1000 + index % 2, flags, digest: BlockDigest([index as u8; 16]) };
    Run { block, first_esi, count }
}

fn symbol_bytes(index: u32, esi: u32) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(u64::from(index) << 32 | u64::from(esi));
    std::iter::repeat_with(|| random.u8(..)).take(SYMBOL_BYTES.into()).collect()
}

/// A whole body, as a carrier gives it: with zeros behind the last symbol.
fn body(metadata: &[u8], runs: &[Run]) -> Vec<u8> {
    let file_id = FileId::of(metadata);
    let header = FrameHeader { kind: FrameKind::Data, file_id, frame_number: 77, symbol_bytes: SYMBOL_BYTES };
    let mut out = Vec::new();
    write_header(&header, metadata, runs, &mut out).unwrap();
    for run in runs {
        for esi in (run.first_esi..).take(run.count.into()) {
            write_symbol(file_id, run.block.index, esi, &symbol_bytes(run.block.index, esi), &mut out);
        }
    }
    out.resize(out.len() + 50, 0);
    out
}

fn three_runs() -> Vec<Run> {
    vec![run(0, 0, 3), run(4_000_000_000, 7, 2), run(5, (1 << 24) - 4, 4)]
}

/// (block number, ESI) of the good symbols, and how many were bad.
fn good_symbols(frame: &Frame<'_>) -> (Vec<(u32, u32)>, u64) {
    let mut symbols = frame.symbols();
    let mut good = Vec::new();
    for symbol in symbols.by_ref() {
        assert_eq!(symbol.bytes, symbol_bytes(symbol.block.index, symbol.esi));
        good.push((symbol.block.index, symbol.esi));
    }
    (good, symbols.bad_count())
}

#[test]
fn a_ratio_is_read_as_it_was_written_however_long_it_is() {
    let long = String::from_utf8(metadata().to_bytes().unwrap()).unwrap();
    let long = long.replace("0.05", "0.184467440737095596155");
    let read = Metadata::parse(long.as_bytes()).unwrap();
    assert_eq!(read.repair_ratio.to_bits(), 0.184467f64.to_bits());
    assert_eq!(Metadata::parse(&read.to_bytes().unwrap()).unwrap(), read);
    // Both sides count from the same number.
    let written = Metadata { repair_ratio: 0.1844674407370956, ..metadata() };
    assert_eq!(Metadata::parse(&written.to_bytes().unwrap()).unwrap(), read);
}

#[test]
fn a_frame_gives_back_all_that_was_written() {
    let json = metadata().to_bytes().unwrap();
    let body = body(&json, &three_runs());
    let frame = parse_frame(&body).unwrap();
    assert_eq!((frame.header.kind, frame.header.frame_number), (FrameKind::Data, 77));
    assert_eq!((frame.header.symbol_bytes, frame.header.file_id), (SYMBOL_BYTES, FileId::of(&json)));
    assert_eq!(Metadata::parse(frame.metadata).unwrap(), metadata());
    assert_eq!((frame.runs.clone(), frame.announced_count()), (three_runs(), 9));
    let (good, bad) = good_symbols(&frame);
    assert_eq!((good.len(), bad), (9, 0));
    assert_eq!(good[8], (5, (1 << 24) - 1));
}

#[test]
fn a_header_stands_where_the_format_says() {
    let mut out = vec![9];
    let header = FrameHeader {
        kind: FrameKind::Sync,
        file_id: FileId(*b"abcdefgh"),
        frame_number: 0x0403_0201,
        symbol_bytes: 64,
    };
    write_header(&header, b"", &[run(1, 2, 3)], &mut out).unwrap();
    assert_eq!(out.len(), 1 + header_bytes(0, 1));
    assert_eq!(&out[1..25], b"RLPK\x01\x03abcdefgh\x01\x02\x03\x04\x40\x00\x01\x00\x00\x00");
    assert_eq!(&out[25..41], b"\x01\x00\x00\x00\xe9\x03\x00\x00\x02\x00\x00\x00\x03\x00\x03\x00");
    assert_eq!(&out[41..57], &[1; 16]);
}

#[test]
fn the_checksum_is_crc_32c() {
    assert_eq!(crc_fast::crc32_iscsi(b"123456789"), 0xe306_9283);
    let mut covered = b"abcdefgh".to_vec();
    covered.extend_from_slice(b"\x05\0\0\0\x06\0\0\0payload");
    assert_eq!(symbol_crc(FileId(*b"abcdefgh"), 5, 6, b"payload"), crc_fast::crc32_iscsi(&covered));
}

#[test]
fn a_changed_byte_of_the_header_is_always_found() {
    let json = metadata().to_bytes().unwrap();
    let good = body(&json, &three_runs());
    for at in 0..header_bytes(json.len(), 3) {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            assert!(parse_frame(&changed).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn damaged_symbols_are_left_out_and_counted() {
    let mut damaged = body(b"", &three_runs());
    let begin = header_bytes(0, 3);
    let wire_bytes = usize::from(SYMBOL_BYTES) + CRC_BYTES;
    damaged[begin + 1] ^= 1;
    damaged[begin + 4 * wire_bytes - 1] ^= 0x80;
    let frame = parse_frame(&damaged).unwrap();
    let (good, bad) = good_symbols(&frame);
    assert_eq!((good.len(), bad), (7, 2));
    assert!(!good.contains(&(0, 0)) && !good.contains(&(4_000_000_000, 7)));
}

#[test]
fn symbols_that_are_cut_off_are_counted() {
    let whole = body(b"", &three_runs());
    let begin = header_bytes(0, 3);
    for length in begin..whole.len() {
        let frame = parse_frame(&whole[..length]).unwrap();
        let (good, bad) = good_symbols(&frame);
        assert_eq!(good.len(), ((length - begin) / 68).min(9), "{length} bytes");
        assert_eq!(good.len() as u64 + bad, 9);
    }
    for length in 0..begin {
        assert!(parse_frame(&whole[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn a_symbol_in_the_wrong_place_is_none() {
    let mut swapped = body(b"", &three_runs());
    let begin = header_bytes(0, 3);
    let (first, rest) = swapped[begin..].split_at_mut(68);
    first.swap_with_slice(&mut rest[..68]);
    let frame = parse_frame(&swapped).unwrap();
    assert_eq!(good_symbols(&frame).1, 2);

    let other_file = body(&metadata().to_bytes().unwrap(), &three_runs());
    let mut mixed = body(b"", &three_runs())[..begin].to_vec();
    mixed.extend_from_slice(&other_file[other_file.len() - 50 - 9 * 68..]);
    assert_eq!(good_symbols(&parse_frame(&mixed).unwrap()), (Vec::new(), 9));
}

#[test]
fn impossible_frames_are_neither_written_nor_read() {
    let fault = |why| FrameError::Run { run_index: 0, why };
    let no_byte = Run { block: BlockRecord { stored_bytes: 0, ..run(0, 0, 1).block }, ..run(0, 0, 1) };
    let too_many =
        Run { block: BlockRecord { stored_bytes: 56_403 * 64 + 1, ..run(0, 0, 1).block }, ..run(0, 0, 1) };
    for (run, why) in [
        (run(0, 0, 0), "it has no symbol"),
        (run(0, (1 << 24) - 1, 2), "its symbol ids do not fit in 24 bits"),
        (run(0, u32::MAX, 1), "its symbol ids do not fit in 24 bits"),
        (no_byte, "its block has no byte or too many"),
        (too_many, "its block has no byte or too many"),
    ] {
        let header =
            FrameHeader { kind: FrameKind::Data, file_id: FileId([0; 8]), frame_number: 0, symbol_bytes: 64 };
        let mut out = Vec::new();
        assert_eq!(write_header(&header, b"", &[run], &mut out), Err(fault(why)));
        assert!(out.is_empty());
        // The same, written past the check.
        write_header(&header, b"", &[self::run(0, 0, 1)], &mut out).unwrap();
        out[24 + 4..24 + 8].copy_from_slice(&run.block.stored_bytes.to_le_bytes());
        out[24 + 8..24 + 12].copy_from_slice(&run.first_esi.to_le_bytes());
        out[24 + 12..24 + 14].copy_from_slice(&run.count.to_le_bytes());
        assert_eq!(parse_frame(&resealed(out)).err(), Some(fault(why)));
    }
}

#[test]
fn impossible_headers_are_named() {
    let with = |at: usize, byte: u8| {
        let mut out = body(b"", &[run(1, 0, 1)])[..header_bytes(0, 1)].to_vec();
        out[at] = byte;
        parse_frame(&resealed(out)).err()
    };
    assert_eq!(with(0, b'X'), Some(FrameError::NotOurs));
    assert_eq!(with(4, 2), Some(FrameError::Version { version: 2 }));
    assert_eq!(with(5, 4), Some(FrameError::Kind { kind: 4 }));
    assert_eq!(with(18, 65), Some(FrameError::SymbolSize { symbol_bytes: 65 }));
    assert_eq!(with(18, 56), Some(FrameError::SymbolSize { symbol_bytes: 56 }));
    assert_eq!(with(23, 0x10), Some(FrameError::CutShort { needed_bytes: 4156, have_bytes: 60 }));
    assert_eq!(with(23, 0x11), Some(FrameError::MetadataTooLong { metadata_bytes: 0x1100 }));
    let unknown_flag = "it has a flag that version 1 does not know";
    assert_eq!(with(24 + 14, 4), Some(FrameError::Run { run_index: 0, why: unknown_flag }));
    assert_eq!(with(24 + 15, 1), Some(FrameError::Run { run_index: 0, why: unknown_flag }));
    let json = metadata().to_bytes().unwrap();
    let mut foreign = body(&json, &[])[..header_bytes(json.len(), 0)].to_vec();
    foreign[FIXED_BYTES + 20] ^= 1;
    assert_eq!(parse_frame(&resealed(foreign)).err(), Some(FrameError::FileIdMismatch));
}

/// A bare header with its checksum made anew.
fn resealed(mut header: Vec<u8>) -> Vec<u8> {
    let end = header.len() - CRC_BYTES;
    let crc = crc_fast::crc32_iscsi(&header[..end]);
    header[end..].copy_from_slice(&crc.to_le_bytes());
    header
}

#[test]
fn a_name_too_long_for_the_metadata_is_cut_between_characters() {
    for name in ["日".repeat(3000), "\u{1}".repeat(3000), "\"é".repeat(2000)] {
        let long = Metadata { name: Some(name.clone()), ..metadata() };
        let json = long.to_bytes().unwrap();
        assert!(
            json.len() <= METADATA_BYTES_MAX && json.len() > METADATA_BYTES_MAX * 3 / 4,
            "{}",
            json.len()
        );
        let cut = Metadata::parse(&json).unwrap().name.unwrap();
        assert!(name.starts_with(&cut) && !cut.is_empty());
    }
    let sealed =
        Metadata { name: None, size: None, sha256: None, sealed: Some("A".repeat(5000)), ..metadata() };
    assert!(matches!(sealed.to_bytes(), Err(MetadataError::TooLong { .. })));
}

#[test]
fn impossible_metadata_is_refused_by_name() {
    let refused = |changed: Metadata, name: &str| {
        let by_writer = changed.to_bytes();
        assert!(matches!(by_writer, Err(MetadataError::Field { field }) if field == name), "{by_writer:?}");
        let by_reader = Metadata::parse(&serde_json::to_vec(&changed).unwrap());
        assert!(matches!(by_reader, Err(MetadataError::Field { field }) if field == name), "{by_reader:?}");
    };
    refused(Metadata { sha256: Some("0123".to_owned()), ..metadata() }, "sha256");
    refused(Metadata { sha256: None, ..metadata() }, "name, size and sha256");
    refused(Metadata { sealed: Some("AAAA".to_owned()), ..metadata() }, "name, size and sha256");
    refused(Metadata { key: Some("AAAA".to_owned()), ..metadata() }, "key");
    refused(Metadata { name: Some(String::new()), ..metadata() }, "name");
    refused(Metadata { block_bytes: 0, ..metadata() }, "block_bytes");
    refused(Metadata { block_count: 12, ..metadata() }, "block_count");
    refused(Metadata { repair_ratio: 4.5, ..metadata() }, "repair_ratio");
    refused(Metadata { repair_ratio: -0.1, ..metadata() }, "repair_ratio");
    refused(Metadata { part: Some(1), ..metadata() }, "part");
    refused(Metadata { part: Some(3), part_count: Some(2), ..metadata() }, "part");
    refused(Metadata { part: Some(0), part_count: Some(2), ..metadata() }, "part");
}

#[test]
fn metadata_of_a_later_version_is_named_whatever_else_it_says() {
    let later = Metadata::parse(br#"{"version":2,"what":"else"}"#);
    assert!(matches!(later, Err(MetadataError::Version { version: 2 })), "{later:?}");
    assert!(matches!(Metadata::parse(b"[]"), Err(MetadataError::Json { .. })));
}

proptest! {
    #[test]
    fn any_runs_come_back(
        json in prop::collection::vec(any::<u8>(), 0..300),
        runs in prop::collection::vec((any::<u32>(), 0u32..(1 << 24) - 20, 1u16..20), 0..6),
    ) {
        let runs: Vec<Run> = runs.into_iter().map(|(index, esi, count)| run(index % 1000, esi, count)).collect();
        let body = body(&json, &runs);
        let frame = parse_frame(&body).unwrap();
        prop_assert_eq!(frame.metadata, &json[..]);
        prop_assert_eq!(&frame.runs, &runs);
        let (good, bad) = good_symbols(&frame);
        prop_assert_eq!((good.len() as u64, bad), (frame.announced_count(), 0));
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Metadata::parse(&bytes);
        let mut body = b"RLPK\x01".to_vec();
        body.extend_from_slice(&bytes);
        prop_assert!(parse_frame(&body).is_err());
    }
}

#[test]
#[ignore = "prints timings"]
fn timing_of_symbol_checksums() {
    let bytes = vec![7; 8192];
    let work = || {
        (0..1000)
            .map(|esi| symbol_crc(FileId([1; 8]), 1, esi, std::hint::black_box(&bytes)))
            .fold(0, |a, b| a ^ b)
    };
    let best = (0..200).map(|_| {
        let begin = std::time::Instant::now();
        std::hint::black_box(work());
        begin.elapsed()
    });
    println!(
        "symbol checksums of 8192 bytes: {:.1} GB/s",
        8.192e-3 / best.min().unwrap_or_default().as_secs_f64()
    );
}
