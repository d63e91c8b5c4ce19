//! Raw pictures out of NUT, as FFmpeg writes it.

use std::io::{self, BufReader, Read};

use reel_types::time::{Rational, Timestamp};

use super::nut::{
    FILE_ID, FLAG_CHECKSUM, FLAG_CODED, FLAG_CODED_PTS, FLAG_HEADER_INDEX, FLAG_INVALID, FLAG_MATCH_TIME,
    FLAG_RESERVED, FLAG_SIZE_MSB, FLAG_STREAM_ID, MAIN, STREAM, SYNCPOINT,
};

/// A header of ours is some hundred bytes; an index grows with the number of frames and is skipped.
const HEADER_BYTES_MAX: u64 = 1 << 20;

#[derive(Clone, Copy, Default)]
struct FrameCode {
    flags: u64,
    size_mul: u64,
    size_lsb: u64,
    pts_delta: i64,
    reserved_count: u64,
    header_index: usize,
}

/// One stream of pictures.
pub(super) struct NutReader<R> {
    input: BufReader<R>,
    codes: Vec<FrameCode>,
    elided: Vec<Vec<u8>>,
    time_bases: Vec<Rational>,
    time_base: Rational,
    pts_shift: u32,
    last_pts: i64,
    pub(super) size: (u32, u32),
}

impl<R: Read> NutReader<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            codes: Vec::new(),
            elided: vec![Vec::new()],
            time_bases: Vec::new(),
            time_base: Rational { num: 1, den: 1 },
            pts_shift: 0,
            last_pts: 0,
            size: (0, 0),
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut R {
        self.input.get_mut()
    }

    pub(super) fn into_inner(self) -> R {
        self.input.into_inner()
    }

    /// The next picture into `frame`; nothing at a clean end.
    pub(super) fn next(&mut self, frame: &mut Vec<u8>, bytes_max: usize) -> io::Result<Option<Timestamp>> {
        if self.codes.is_empty() {
            let mut id = [0_u8; FILE_ID.len()];
            match self.input.read_exact(&mut id) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                result => result?,
            }
            if id != *FILE_ID {
                return Err(bad("it does not begin as NUT"));
            }
        }
        loop {
            let mut first = [0_u8];
            if self.input.read(&mut first)? == 0 {
                return Ok(None);
            }
            if first[0] == b'N' {
                self.take_packet()?;
            } else {
                return self.take_frame(first[0], frame, bytes_max).map(Some);
            }
        }
    }

    fn take_packet(&mut self) -> io::Result<()> {
        let mut start = [b'N', 0, 0, 0, 0, 0, 0, 0];
        self.input.read_exact(&mut start[1..])?;
        let size = self.number()?;
        if size > 4096 {
            self.input.read_exact(&mut [0; 4])?;
        }
        let start = u64::from_be_bytes(start);
        if !matches!(start, MAIN | STREAM | SYNCPOINT) {
            let skipped = io::copy(&mut (&mut self.input).take(size), &mut io::sink())?;
            return if skipped == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        if !(4..=HEADER_BYTES_MAX).contains(&size) {
            return Err(bad("a header has an impossible size"));
        }
        let mut body = vec![0_u8; size as usize];
        self.input.read_exact(&mut body)?;
        let mut body = &body[..body.len() - 4];
        match start {
            MAIN => self.take_main(&mut body),
            STREAM => self.take_stream(&mut body),
            _ => self.take_syncpoint(&mut body),
        }
    }

    fn take_main(&mut self, body: &mut &[u8]) -> io::Result<()> {
        let _version = number(body)?;
        let _streams = number(body)?;
        let _max_distance = number(body)?;
        self.time_bases.clear();
        for _ in 0..number(body)? {
            let (num, den) = (number(body)?, number(body)?);
            let part = |value: u64| u32::try_from(value).unwrap_or(0);
            let base = Rational::new(part(num), part(den)).ok_or_else(|| bad("a time base of zero"))?;
            self.time_bases.push(base);
        }
        self.codes = read_codes(body)?;
        self.elided = vec![Vec::new()];
        for _ in 0..number(body)? {
            let length = number(body)? as usize;
            let header = body.split_off(..length).ok_or_else(|| bad("a header is too short"))?;
            self.elided.push(header.to_vec());
        }
        Ok(())
    }

    fn take_stream(&mut self, body: &mut &[u8]) -> io::Result<()> {
        let _stream = number(body)?;
        if number(body)? != 0 {
            return Err(bad("it holds something other than pictures"));
        }
        let tag = number(body)? as usize;
        body.split_off(..tag).ok_or_else(|| bad("a header is too short"))?;
        let base = number(body)? as usize;
        self.time_base = *self.time_bases.get(base).ok_or_else(|| bad("an unknown time base"))?;
        self.pts_shift = u32::try_from(number(body)?).ok().filter(|shift| *shift < 16).unwrap_or(0);
        let (_max_distance, _delay, _flags) = (number(body)?, number(body)?, number(body)?);
        let extra = number(body)? as usize;
        body.split_off(..extra).ok_or_else(|| bad("a header is too short"))?;
        let side = |value: u64| u32::try_from(value).unwrap_or(0);
        self.size = (side(number(body)?), side(number(body)?));
        Ok(())
    }

    fn take_syncpoint(&mut self, body: &mut &[u8]) -> io::Result<()> {
        let value = number(body)?;
        let count = self.time_bases.len().max(1) as u64;
        let base =
            *self.time_bases.get((value % count) as usize).ok_or_else(|| bad("an unknown time base"))?;
        // Rounded down, as the writer did.
        let ticks = i128::from(value / count) * i128::from(base.num) * i128::from(self.time_base.den);
        let ticks = ticks.div_euclid(i128::from(base.den) * i128::from(self.time_base.num));
        self.last_pts = i64::try_from(ticks).map_err(|_| bad("a time that is too large"))?;
        Ok(())
    }

    fn take_frame(&mut self, code: u8, frame: &mut Vec<u8>, bytes_max: usize) -> io::Result<Timestamp> {
        let code = *self.codes.get(usize::from(code)).ok_or_else(|| bad("a picture before the header"))?;
        let mut flags = code.flags;
        if flags & FLAG_CODED != 0 {
            flags ^= self.number()?;
        }
        if flags & FLAG_INVALID != 0 {
            return Err(bad("an invalid frame code"));
        }
        if flags & FLAG_STREAM_ID != 0 {
            self.number()?;
        }
        let pts = if flags & FLAG_CODED_PTS != 0 {
            let coded = self.number()?;
            self.full_pts(i64::try_from(coded).map_err(|_| bad("a time that is too large"))?)
        } else {
            self.last_pts + code.pts_delta
        };
        let msb = if flags & FLAG_SIZE_MSB != 0 { self.number()? } else { 0 };
        if flags & FLAG_MATCH_TIME != 0 {
            self.number()?;
        }
        let header_index =
            if flags & FLAG_HEADER_INDEX != 0 { self.number()? as usize } else { code.header_index };
        let reserved_count = if flags & FLAG_RESERVED != 0 { self.number()? } else { code.reserved_count };
        for _ in 0..reserved_count {
            self.number()?;
        }
        if flags & FLAG_CHECKSUM != 0 {
            self.input.read_exact(&mut [0; 4])?;
        }
        let size = msb.checked_mul(code.size_mul).and_then(|size| size.checked_add(code.size_lsb));
        let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= bytes_max);
        let size = size.ok_or_else(|| bad("a picture has an impossible size"))?;
        let elided =
            if size > 4096 { &[][..] } else { self.elided.get(header_index).map_or(&[][..], Vec::as_slice) };
        frame.resize(size, 0);
        let (head, rest) = frame.split_at_mut(elided.len().min(size));
        head.copy_from_slice(&elided[..head.len()]);
        self.input.read_exact(rest)?;
        self.last_pts = pts;
        Ok(Timestamp::new(pts, self.time_base))
    }

    fn full_pts(&self, coded: i64) -> i64 {
        let window = 1_i64 << self.pts_shift;
        if coded >= window {
            return coded - window;
        }
        let mask = window - 1;
        let delta = self.last_pts - mask / 2;
        (coded.wrapping_sub(delta) & mask) + delta
    }

    fn number(&mut self) -> io::Result<u64> {
        number(&mut self.input)
    }
}

fn read_codes(body: &mut &[u8]) -> io::Result<Vec<FrameCode>> {
    let mut codes: Vec<FrameCode> = Vec::with_capacity(256);
    let mut template = FrameCode { size_mul: 1, ..FrameCode::default() };
    while codes.len() < 256 {
        let flags = number(body)?;
        let fields = number(body)?;
        if fields > 0 {
            template.pts_delta = signed(number(body)?);
        }
        if fields > 1 {
            template.size_mul = number(body)?;
        }
        if fields > 2 {
            number(body)?;
        }
        let size = if fields > 3 { number(body)? } else { 0 };
        template.reserved_count = if fields > 4 { number(body)? } else { 0 };
        let count = if fields > 5 { number(body)? } else { template.size_mul.saturating_sub(size) };
        if fields > 6 {
            number(body)?;
        }
        if fields > 7 {
            template.header_index = number(body)? as usize;
        }
        for _ in 8..fields {
            number(body)?;
        }
        if count == 0 || count > 256 {
            return Err(bad("a table of frame codes that does not fit"));
        }
        for step in 0..count {
            if codes.len() == usize::from(b'N') {
                codes.push(FrameCode { flags: FLAG_INVALID, ..template });
            }
            codes.push(FrameCode { flags, size_lsb: size + step, ..template });
        }
    }
    codes.truncate(256);
    Ok(codes)
}

/// 0, 1, -1, 2, -2 … as 0, 1, 2, 3, 4 …
fn signed(value: u64) -> i64 {
    let half = (value.saturating_add(1) >> 1) as i64;
    if value & 1 == 1 { half } else { -half }
}

fn number(input: &mut impl Read) -> io::Result<u64> {
    let mut value = 0_u64;
    for _ in 0..10 {
        let mut byte = [0_u8];
        input.read_exact(&mut byte)?;
        value = value << 7 | u64::from(byte[0] & 0x7f);
        if byte[0] & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(bad("a number without an end"))
}

fn bad(detail: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail.to_owned())
}
