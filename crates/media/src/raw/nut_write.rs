//! Raw pictures into NUT.

use reel_types::time::Rational;

use super::nut::{
    FILE_ID, FLAG_CHECKSUM, FLAG_CODED, FLAG_CODED_PTS, FLAG_KEY, FLAG_SIZE_MSB, FLAG_STREAM_ID, MAIN,
    STREAM, SYNCPOINT, checksum, put_number,
};

/// What the one stream holds.
pub(super) struct Header {
    pub(super) tag: [u8; 4],
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) sample_aspect: Rational,
    pub(super) time_base: Rational,
}

const MAX_DISTANCE: u64 = 65_536;
const PTS_SHIFT: u64 = 7;

/// All that comes before the first picture.
pub(super) fn file_header(header: &Header) -> Vec<u8> {
    let mut out = FILE_ID.to_vec();
    let mut main = Vec::new();
    for value in [3, 1, MAX_DISTANCE, 1, header.time_base.num.into(), header.time_base.den.into()] {
        put_number(&mut main, value);
    }
    // One entry for all frame codes: every frame says everything itself. Fields: flags, how many follow, delta of
    // time, multiplier of sizes, stream, size, reserved, how many codes ('N' is skipped and not counted).
    for value in [FLAG_CODED, 6, 0, 1, 0, 0, 0, 255] {
        put_number(&mut main, value);
    }
    put_number(&mut main, 0);
    put_packet(&mut out, MAIN, main);

    let mut stream = Vec::new();
    put_number(&mut stream, 0);
    put_number(&mut stream, 0);
    put_number(&mut stream, 4);
    stream.extend(header.tag);
    let Rational { num, den } = header.sample_aspect;
    let numbers = [0, PTS_SHIFT, u64::from(header.time_base.den), 0, 0, 0];
    let sizes = [header.width, header.height, num, den, 0].map(u64::from);
    numbers.into_iter().chain(sizes).for_each(|value| put_number(&mut stream, value));
    put_packet(&mut out, STREAM, stream);
    out
}

/// What comes before the bytes of each picture.
pub(super) fn frame_header(pts: u64, size_bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(48);
    let mut sync = Vec::new();
    put_number(&mut sync, pts);
    put_number(&mut sync, 0);
    put_packet(&mut out, SYNCPOINT, sync);

    let mut frame = vec![0];
    put_number(&mut frame, FLAG_KEY | FLAG_CODED_PTS | FLAG_STREAM_ID | FLAG_SIZE_MSB | FLAG_CHECKSUM);
    put_number(&mut frame, 0);
    put_number(&mut frame, pts + (1 << PTS_SHIFT));
    put_number(&mut frame, size_bytes as u64);
    let sum = checksum(&frame);
    frame.extend(sum.to_be_bytes());
    out.extend(frame);
    out
}

fn put_packet(out: &mut Vec<u8>, start_code: u64, body: Vec<u8>) {
    out.extend(start_code.to_be_bytes());
    put_number(out, body.len() as u64 + 4);
    let sum = checksum(&body);
    out.extend(body);
    out.extend(sum.to_be_bytes());
}
