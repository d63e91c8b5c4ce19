//! Reading frames.

use super::canonical::canonical_scan;
use super::error::JpegError;
use super::geometry::{Chroma, Geometry};
use super::group::{GROUP_BLOCK_COUNT, GROUP_BYTES_FORM_A, GROUP_SCAN_BYTES, ZERO_BYTE, read_group};
use super::header::DC_QUANTISER;
use super::markers::{Header, find_app9, read_header};

/// How a frame was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPath {
    /// As it was written: by copy and XOR.
    Copied,
    /// With other Huffman tables or restart markers: decoded.
    Decoded,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Size and colour of the picture.
    pub geometry: Geometry,
    /// Rows of MCUs that a card takes. Counts all rows when there is no payload.
    pub card_rows: u32,
    /// Groups that were read.
    pub group_count: u64,
    /// How.
    pub path: ReadPath,
    /// Whether the scan has as many bytes as its groups need. A frame that is cut off or damaged is not complete; what
    /// was read of it may still hold whole symbols.
    pub complete: bool,
}

/// Replaces the content of `out` by the body of a frame, with the zeros that fill up its last group.
///
/// A body that was damaged on its way comes back damaged: whoever wrote it knows its checksums.
///
/// # Errors
/// [`JpegError`] when this is no frame of ours; then `out` holds nothing that counts.
pub fn read_frame(jpeg: &[u8], out: &mut Vec<u8>) -> Result<FrameInfo, JpegError> {
    let header = read_header(jpeg)?;
    let geometry = geometry_of(&header)?;
    let tables_are_ours = header.components.iter().all(|component| {
        let dc = header.dc_tables.get(usize::from(component.dc_table)).copied().flatten();
        let ac = header.ac_tables.get(usize::from(component.ac_table)).copied().flatten();
        dc.is_some_and(|table| table.is_ours()) && ac.is_some_and(|table| table.is_ours())
    });
    if tables_are_ours && header.restart_interval == 0 {
        return Ok(read_scan(geometry, end_of_scan(header.scan), ReadPath::Copied, out));
    }
    let canonical = canonical_scan(&header, geometry)?;
    let info = read_scan(geometry, &canonical.scan, ReadPath::Decoded, out);
    Ok(FrameInfo { complete: info.complete && canonical.complete, ..info })
}

/// The copy of the frame header in a marker segment, without reading the frame.
pub fn read_app9(jpeg: &[u8]) -> Option<&[u8]> {
    find_app9(jpeg)
}

fn geometry_of(header: &Header<'_>) -> Result<Geometry, JpegError> {
    let not_ours = |found: String| JpegError::NotOurs { found };
    let sampling: Vec<_> = header.components.iter().map(|c| (c.horizontal, c.vertical)).collect();
    let chroma = match sampling.as_slice() {
        [(2, 2), (1, 1), (1, 1)] => Chroma::C420,
        [(1, 1), (1, 1), (1, 1)] => Chroma::C444,
        other => return Err(not_ours(format!("its components are sampled {other:?}"))),
    };
    for component in &header.components {
        let quantisers = header.quantisers.get(usize::from(component.quantiser)).copied().flatten();
        let is_ours = quantisers.is_some_and(|values| match values.split_first() {
            Some((&dc, ac)) => dc == u16::from(DC_QUANTISER) && ac.iter().all(|&value| value == 1),
            None => false,
        });
        if !is_ours {
            return Err(not_ours("its quantisers are not ours".to_owned()));
        }
    }
    Geometry::new(header.width.into(), header.height.into(), chroma)
        .map_err(|error| not_ours(error.to_string()))
}

/// The scan without what follows its last byte. Our own bytes are never 0xFF, so the fill bytes are told apart.
fn end_of_scan(scan: &[u8]) -> &[u8] {
    let end = scan.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap_or(scan.len());
    let mut scan = scan.get(..end).unwrap_or(scan);
    while let [head @ .., 0xFF] = scan {
        scan = head;
    }
    scan
}

/// Reads a scan in our own code. Groups are found by their place, so a damaged byte spoils one group only.
fn read_scan(geometry: Geometry, scan: &[u8], path: ReadPath, out: &mut Vec<u8>) -> FrameInfo {
    let row_bytes = 2 * geometry.blocks_per_row() as usize;
    let has_payload = |row: &u32| {
        let block = row_bytes * *row as usize;
        scan.get(block + 1).is_some_and(|&byte| byte != ZERO_BYTE)
    };
    let card_rows = (0..geometry.mcu_row_count()).find(has_payload).unwrap_or(geometry.mcu_row_count());
    let group_count_max = geometry.group_count_below(card_rows);
    let empty_bytes = 2 * geometry.block_count() as usize;
    let group_growth = GROUP_SCAN_BYTES - 2 * GROUP_BLOCK_COUNT;
    let payload_bytes = scan.len().saturating_sub(empty_bytes);
    let expected = payload_bytes.div_ceil(group_growth) as u64;
    let complete = payload_bytes.is_multiple_of(group_growth)
        && expected <= group_count_max
        && scan.len() >= empty_bytes;
    // The length tells how many groups there are; when it cannot be right, all that look like one are read.
    let group_count_wanted = if complete { expected } else { group_count_max };

    let groups_per_row = geometry.groups_per_row() as usize;
    let row_tail_bytes = row_bytes - 2 * GROUP_BLOCK_COUNT * groups_per_row;
    let payload = scan.get(row_bytes * card_rows as usize..).unwrap_or_default();
    let group_count_possible = payload.len().div_ceil(GROUP_SCAN_BYTES) as u64;
    let group_count_wanted = group_count_wanted.min(group_count_possible) as usize;
    out.resize(group_count_wanted * GROUP_BYTES_FORM_A, 0);

    let (mut at, mut body_bytes, mut group_count, mut groups_left_in_row) = (0, 0, 0, groups_per_row);
    while group_count < group_count_wanted {
        let Some(group) = payload.get(at..).and_then(|rest| rest.first_chunk()) else { break };
        if !complete && group[1] == ZERO_BYTE && group[0] == ZERO_BYTE {
            break;
        }
        let Some(body) = out.get_mut(body_bytes..).and_then(|rest| rest.first_chunk_mut()) else { break };
        body_bytes += read_group(group, body);
        at += GROUP_SCAN_BYTES;
        group_count += 1;
        groups_left_in_row -= 1;
        if groups_left_in_row == 0 {
            groups_left_in_row = groups_per_row;
            at += row_tail_bytes;
        }
    }
    out.truncate(body_bytes);
    FrameInfo { geometry, card_rows, group_count: group_count as u64, path, complete }
}
