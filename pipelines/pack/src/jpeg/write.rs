//! Writing frames.

use super::error::WriteError;
use super::gather::Gather;
use super::geometry::Geometry;
use super::group::{GROUP_BLOCK_COUNT, GROUP_BYTES_FORM_A, GROUP_BYTES_FORM_B, GROUP_SCAN_BYTES, ZERO_BYTE};
use super::header::{APP9_NAME, HEAD, TAIL, segments_before_scan};
use super::picture::Card;

/// Bytes that the APP9 segment of a frame holds besides its name.
pub const APP9_BYTES_MAX: usize = 0xFFFF - 2 - APP9_NAME.len();

/// Writes frames of one geometry.
#[derive(Clone, Debug)]
pub struct FrameWriter {
    geometry: Geometry,
    before_scan: Vec<u8>,
}

impl FrameWriter {
    /// A writer for pictures of `geometry`.
    ///
    /// # Errors
    /// [`WriteError::Size`].
    pub fn new(geometry: Geometry) -> Result<Self, WriteError> {
        let geometry = Geometry::new(geometry.width, geometry.height, geometry.chroma)?;
        Ok(Self { geometry, before_scan: segments_before_scan(geometry) })
    }

    /// The geometry of its frames.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Replaces the content of `out` by one frame: `card` on top, the slices of `body` one after the other below it,
    /// `app9` in a segment of its own. The same `out` given again saves its allocation.
    ///
    /// # Errors
    /// [`WriteError::BodyTooLong`] when the body needs more groups than there are, which it never does up to
    /// [`Geometry::capacity_bytes_worst`]; [`WriteError::CardTooHigh`]; [`WriteError::HeaderTooLong`]. What `out` holds
    /// then is no frame.
    pub fn write(
        &self,
        card: Option<&Card>,
        body: &[&[u8]],
        app9: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let geometry = self.geometry;
        let card_rows = card.map_or(0, |card| card.mcu_row_count(geometry.chroma));
        if card_rows > geometry.mcu_row_count() {
            return Err(WriteError::CardTooHigh { card_rows, picture_rows: geometry.mcu_row_count() });
        }
        if app9.len() > APP9_BYTES_MAX {
            return Err(WriteError::HeaderTooLong { bytes: app9.len(), bytes_max: APP9_BYTES_MAX });
        }
        let body_bytes: u64 = body.iter().map(|slice| slice.len() as u64).sum();
        let group_count_max = geometry.group_count_below(card_rows);
        let too_long = |fitting_bytes| WriteError::BodyTooLong { body_bytes, fitting_bytes };
        if body_bytes > group_count_max * GROUP_BYTES_FORM_A as u64 {
            return Err(too_long(group_count_max * GROUP_BYTES_FORM_A as u64));
        }

        self.start(app9, out);
        let scan_start = out.len();
        out.reserve(scan_bytes(geometry, body_bytes.div_ceil(GROUP_BYTES_FORM_A as u64)) + TAIL.len());
        if let Some(card) = card {
            card.draw(geometry, out);
        }
        let groups_per_row = u64::from(geometry.groups_per_row());
        let row_tail_bytes =
            2 * (geometry.blocks_per_row() as usize - GROUP_BLOCK_COUNT * groups_per_row as usize);
        let mut group = [0; GROUP_SCAN_BYTES];
        let mut group_count = 0;
        let mut source = Gather::new(body);
        while source.bytes_left() > 0 {
            if group_count == group_count_max {
                return Err(too_long(body_bytes - source.bytes_left()));
            }
            source.write_group(&mut group);
            out.extend_from_slice(&group);
            group_count += 1;
            if group_count % groups_per_row == 0 {
                out.resize(out.len() + row_tail_bytes, ZERO_BYTE);
            }
        }
        out.resize(scan_start + scan_bytes(geometry, group_count), ZERO_BYTE);
        out.extend(TAIL);
        Ok(())
    }

    /// Bytes of a frame whose body is `body_bytes` long, at most, with `app9_bytes` in a segment of its own.
    pub fn frame_bytes_max(&self, body_bytes: u64, app9_bytes: usize) -> u64 {
        let around = HEAD.len() + 4 + APP9_NAME.len() + app9_bytes + self.before_scan.len() + TAIL.len();
        around as u64 + 2 * self.geometry.block_count() + self.scan_bytes_max(body_bytes)
    }

    /// What `body_bytes` bytes add to a scan, at most: every group with all its keys.
    pub fn scan_bytes_max(&self, body_bytes: u64) -> u64 {
        let empty_bytes = 2 * GROUP_BLOCK_COUNT as u64;
        body_bytes.div_ceil(GROUP_BYTES_FORM_B as u64) * (GROUP_SCAN_BYTES as u64 - empty_bytes)
    }

    /// Replaces the content of `out` by everything before the scan.
    fn start(&self, app9: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.extend(HEAD);
        if !app9.is_empty() {
            out.extend([0xFF, 0xE9]);
            out.extend(((2 + APP9_NAME.len() + app9.len()) as u16).to_be_bytes());
            out.extend(APP9_NAME);
            out.extend(app9);
        }
        out.extend(&self.before_scan);
    }
}

/// Bytes of a scan with `group_count` groups.
fn scan_bytes(geometry: Geometry, group_count: u64) -> usize {
    let empty_bytes = 2 * GROUP_BLOCK_COUNT as u64;
    (2 * geometry.block_count() + group_count * (GROUP_SCAN_BYTES as u64 - empty_bytes)) as usize
}
