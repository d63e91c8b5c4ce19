//! Any baseline scan in our own code, where a coefficient is a byte.

use super::entropy::byte_from_coefficient;
use super::error::JpegError;
use super::geometry::Geometry;
use super::group::ZERO_BYTE;
use super::huffman::{Bits, Decoder};
use super::markers::Header;

/// A scan in our own code.
pub(super) struct Canonical {
    /// Its bytes, as far as they could be decoded.
    pub scan: Vec<u8>,
    /// Whether that is all of them.
    pub complete: bool,
}

/// Decodes the scan of `header` and writes it in our own code.
///
/// # Errors
/// [`JpegError::NotOurs`] when the coefficients are none that we write.
pub(super) fn canonical_scan(header: &Header<'_>, geometry: Geometry) -> Result<Canonical, JpegError> {
    let blocks = block_decoders(header)?;
    let mut bits = Bits::new(header.scan);
    let mut canonical = Canonical { scan: Vec::new(), complete: false };
    let mcu_count = u64::from(geometry.mcus_per_row()) * u64::from(geometry.mcu_row_count());
    let mut predicted = [0i32; 3];
    let mut written = [0i32; 3];
    let mut has_payload = false;
    for mcu in 0..mcu_count {
        let interval = u64::from(header.restart_interval);
        if interval > 0 && mcu > 0 && mcu.is_multiple_of(interval) {
            if !bits.restart() {
                return Ok(canonical);
            }
            predicted = [0; 3];
        }
        for block in &blocks {
            let mut coefficients = [0i32; 64];
            let Some(count) = block.read(&mut bits, &mut coefficients) else { return Ok(canonical) };
            let (Some(predicted), Some(written)) =
                (predicted.get_mut(block.component), written.get_mut(block.component))
            else {
                return Ok(canonical);
            };
            *predicted = predicted.saturating_add(coefficients[0]);
            coefficients[0] = predicted.saturating_sub(*written);
            *written = *predicted;
            match write_block(&coefficients, count, &mut canonical.scan) {
                Ok(()) => has_payload |= count == 63,
                // Behind blocks that were ours this is damage, which throws the codes out of step.
                Err(_) if has_payload => return Ok(canonical),
                Err(found) => return Err(JpegError::NotOurs { found }),
            }
        }
    }
    canonical.complete = true;
    Ok(canonical)
}

/// What reads one block of a MCU.
struct BlockDecoder<'a> {
    component: usize,
    dc: std::rc::Rc<Decoder<'a>>,
    ac: std::rc::Rc<Decoder<'a>>,
}

fn block_decoders<'a>(header: &Header<'a>) -> Result<Vec<BlockDecoder<'a>>, JpegError> {
    let ready = |tables: &[Option<super::huffman::Table<'a>>; 4], index: u8| {
        let table = tables.get(usize::from(index)).copied().flatten();
        let table = table.ok_or(JpegError::NotJpeg { what: "a Huffman table is missing" })?;
        let decoder =
            Decoder::new(table).ok_or(JpegError::NotJpeg { what: "a Huffman table has too many codes" })?;
        Ok(std::rc::Rc::new(decoder))
    };
    let mut blocks = Vec::new();
    for (index, component) in header.components.iter().enumerate() {
        let dc = ready(&header.dc_tables, component.dc_table)?;
        let ac = ready(&header.ac_tables, component.ac_table)?;
        for _ in 0..u32::from(component.horizontal) * u32::from(component.vertical) {
            blocks.push(BlockDecoder { component: index, dc: dc.clone(), ac: ac.clone() });
        }
    }
    Ok(blocks)
}

impl BlockDecoder<'_> {
    /// The difference of DC and the AC coefficients in zigzag order; how many AC coefficients are not zero.
    fn read(&self, bits: &mut Bits<'_>, coefficients: &mut [i32; 64]) -> Option<usize> {
        let size = u32::from(self.dc.read(bits)?);
        if size > 15 {
            return None;
        }
        coefficients[0] = bits.value(size)?;
        let (mut at, mut count) = (1, 0);
        while at < 64 {
            let symbol = self.ac.read(bits)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run != 15 {
                    break;
                }
                at += 16;
                continue;
            }
            at += run;
            *coefficients.get_mut(at)? = bits.value(size)?;
            at += 1;
            count += 1;
        }
        Some(count)
    }
}

/// Appends one block; what tells that it is none of ours, when it is not.
fn write_block(coefficients: &[i32; 64], count: usize, scan: &mut Vec<u8>) -> Result<(), String> {
    let mut block = [ZERO_BYTE; 64];
    for (byte, &value) in block.iter_mut().zip(coefficients).skip(1) {
        *byte = byte_from_coefficient(value).ok_or("a coefficient is larger than ours")?;
    }
    block[0] = byte_from_coefficient(coefficients[0]).unwrap_or(ZERO_BYTE);
    match count {
        0 => scan.extend(&block[..2]),
        63 => scan.extend(&block),
        _ => return Err(format!("a block has {count} coefficients, ours 0 or 63")),
    }
    Ok(())
}
