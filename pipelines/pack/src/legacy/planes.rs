//! A JPEG of ours as three planes of samples, also when a tool has written it with other Huffman codes.

use super::inverse::inverse;
use super::transform::ZIGZAG;
use crate::jpeg::{Bits, Decoder, Header, JpegError, read_header};

/// Longest side that is read.
const SIDE_MAX: u16 = 8192;

/// What a picture shows, full range, no component smaller than the others.
#[derive(Debug)]
pub(super) struct Planes {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) planes: [Vec<u8>; 3],
    /// Steps of brightness and of colour, row by row.
    pub(super) steps: [[u16; 64]; 2],
}

/// What a JPEG of ours shows: brightness, blueness and redness, full range, a byte a pixel.
///
/// # Errors
/// [`JpegError`] when it is none of the sort that we write.
pub fn planes_of(jpeg: &[u8]) -> Result<[Vec<u8>; 3], JpegError> {
    decode(jpeg, |_| true).map(|decoded| decoded.planes)
}

/// The planes of a JPEG; where its scan breaks off they stay 0.
///
/// # Errors
/// [`JpegError`] when it is none of the sort that we write.
pub(super) fn decode(jpeg: &[u8], wanted: impl Fn(&[[u16; 64]; 2]) -> bool) -> Result<Planes, JpegError> {
    let header = read_header(jpeg)?;
    let steps = steps_of(&header)?;
    if !wanted(&steps) {
        return Err(not_ours("its quantisers are not ours"));
    }
    let (width, height) = (u32::from(header.width), u32::from(header.height));
    let (columns, rows) = (width.div_ceil(8) as usize, height.div_ceil(8) as usize);
    // Whole blocks; what hangs over the edge goes away at the end.
    let stride = columns * 8;
    let mut planes = [0, 1, 2].map(|_| vec![0; stride * rows * 8]);
    let tables = tables(&header)?;
    let mut bits = Bits::new(header.scan);
    let mut before = [0i32; 3];
    let interval = usize::from(header.restart_interval);
    'scan: for number in 0..columns * rows {
        if interval > 0 && number > 0 && number.is_multiple_of(interval) {
            if !bits.restart() {
                break;
            }
            before = [0; 3];
        }
        let at = number / columns * 8 * stride + number % columns * 8;
        for (component, plane) in planes.iter_mut().enumerate() {
            let Some((dc, ac)) = tables.get(component) else { break 'scan };
            let steps = &steps[component.min(1)];
            let Some((coefficients, last)) = block(&mut bits, (dc, ac), &mut before[component], steps) else {
                break 'scan;
            };
            let samples = inverse(&coefficients, last);
            for (line, from) in samples.as_chunks::<8>().0.iter().enumerate() {
                if let Some(to) = plane.get_mut(at + line * stride..at + line * stride + 8) {
                    to.copy_from_slice(from);
                }
            }
        }
    }
    let planes = planes.map(|plane| cropped(plane, stride, width as usize, height as usize));
    Ok(Planes { width, height, planes, steps })
}

/// One block in steps of 1, and the highest index in it.
fn block(
    bits: &mut Bits<'_>,
    (dc, ac): (&Decoder<'_>, &Decoder<'_>),
    before: &mut i32,
    steps: &[u16; 64],
) -> Option<([f32; 64], usize)> {
    let mut out = [0.0; 64];
    let size = dc.read(bits)?;
    *before = before.wrapping_add(bits.value(u32::from(size).min(15))?);
    out[0] = *before as f32 * f32::from(steps[0]);
    let (mut at, mut last) = (1, 0);
    while at < 64 {
        let symbol = ac.read(bits)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            if run != 15 {
                break;
            }
            at += 16;
            continue;
        }
        at += run;
        let place = usize::from(*ZIGZAG.get(at)?);
        out[place] = bits.value(size)? as f32 * f32::from(steps[place]);
        last = last.max(place / 8).max(place % 8);
        at += 1;
    }
    Some((out, last))
}

/// The steps of all components, row by row.
pub(super) fn steps_of(header: &Header<'_>) -> Result<[[u16; 64]; 2], JpegError> {
    if header.width > SIDE_MAX || header.height > SIDE_MAX || header.width == 0 || header.height == 0 {
        return Err(not_ours("it has another size than ours"));
    }
    let [luma, blue, red] = header.components.as_slice() else {
        return Err(not_ours("it has another number of components"));
    };
    if [luma, blue, red]
        .iter()
        .any(|component| component.horizontal != luma.horizontal || component.vertical != luma.vertical)
        || luma.horizontal != 1
        || luma.vertical != 1
        || blue.quantiser != red.quantiser
    {
        return Err(not_ours("its components are sampled otherwise"));
    }
    let steps = |number: u8| {
        let zigzag = header.quantisers.get(usize::from(number)).copied().flatten();
        let zigzag = zigzag.ok_or(JpegError::NotJpeg { what: "a quantiser is missing" })?;
        let mut rows = [0; 64];
        ZIGZAG.iter().zip(zigzag).for_each(|(place, step)| rows[usize::from(*place)] = step);
        Ok(rows)
    };
    Ok([steps(luma.quantiser)?, steps(blue.quantiser)?])
}

/// What reads the blocks of each component.
fn tables<'a>(header: &Header<'a>) -> Result<Vec<(Decoder<'a>, Decoder<'a>)>, JpegError> {
    let ready = |table: Option<_>| {
        let table = table.ok_or(JpegError::NotJpeg { what: "a Huffman table is missing" })?;
        Decoder::new(table).ok_or(JpegError::NotJpeg { what: "a Huffman table has too many codes" })
    };
    let of = |tables: &[Option<_>; 4], number: u8| tables.get(usize::from(number)).copied().flatten();
    let component = |component: &crate::jpeg::Component| {
        let dc = ready(of(&header.dc_tables, component.dc_table))?;
        Ok((dc, ready(of(&header.ac_tables, component.ac_table))?))
    };
    header.components.iter().map(component).collect()
}

fn cropped(plane: Vec<u8>, stride: usize, width: usize, height: usize) -> Vec<u8> {
    if stride == width && plane.len() == width * height {
        return plane;
    }
    plane.chunks_exact(stride).take(height).flat_map(|line| &line[..width]).copied().collect()
}

fn not_ours(found: &str) -> JpegError {
    JpegError::NotOurs { found: found.to_owned() }
}
