//! The marker segments before the scan, as anybody may have written them.

use super::error::JpegError;
use super::header::APP9_NAME;
use super::huffman::Table;

/// One component of the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Component {
    pub id: u8,
    pub horizontal: u8,
    pub vertical: u8,
    pub quantiser: u8,
    pub dc_table: u8,
    pub ac_table: u8,
}

/// What stands before the scan.
#[derive(Debug, Default)]
pub(crate) struct Header<'a> {
    pub width: u16,
    pub height: u16,
    pub components: Vec<Component>,
    /// Zigzag order.
    pub quantisers: [Option<[u16; 64]>; 4],
    pub dc_tables: [Option<Table<'a>>; 4],
    pub ac_tables: [Option<Table<'a>>; 4],
    /// MCUs between restart markers; 0 without.
    pub restart_interval: u16,
    /// What our own segment holds, after its name.
    pub app9: Option<&'a [u8]>,
    /// From the first entropy-coded byte to the end of what was given.
    pub scan: &'a [u8],
}

/// Reads up to the scan.
pub(crate) fn read_header(jpeg: &[u8]) -> Result<Header<'_>, JpegError> {
    let mut header = Header::default();
    let mut walk = Segments::new(jpeg)?;
    while let Some((marker, body)) = walk.next_segment()? {
        match marker {
            0xC0 | 0xC1 => read_frame_header(marker, body, &mut header)?,
            0xC4 => read_huffman_tables(body, &mut header)?,
            0xC2 | 0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(JpegError::NotBaseline { found: coding_process(marker).to_owned() });
            }
            0xCC => return Err(JpegError::NotBaseline { found: "arithmetic-coded".to_owned() }),
            0xDB => read_quantisers(body, &mut header)?,
            0xDD => header.restart_interval = u16::from_be_bytes(*chunk(body, "a restart interval")?),
            0xE9 => header.app9 = header.app9.or_else(|| body.strip_prefix(APP9_NAME)),
            0xDA => {
                read_scan_header(body, &mut header)?;
                header.scan = walk.rest;
                return Ok(header);
            }
            _ => {}
        }
    }
    Err(JpegError::NotJpeg { what: "it has no scan" })
}

/// Our own segment's content, found without reading anything else.
pub(crate) fn find_app9(jpeg: &[u8]) -> Option<&[u8]> {
    let mut walk = Segments::new(jpeg).ok()?;
    while let Ok(Some((marker, body))) = walk.next_segment() {
        match marker {
            0xE9 if body.starts_with(APP9_NAME) => return body.strip_prefix(APP9_NAME),
            0xDA => return None,
            _ => {}
        }
    }
    None
}

/// The segments of a JPEG up to its first scan.
struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    fn new(jpeg: &'a [u8]) -> Result<Self, JpegError> {
        match jpeg.strip_prefix(&[0xFF, 0xD8]) {
            Some(rest) => Ok(Self { rest }),
            None => Err(JpegError::NotJpeg { what: "it does not begin with a start of image" }),
        }
    }

    /// Marker and content of the next segment; nothing at the end of the image.
    fn next_segment(&mut self) -> Result<Option<(u8, &'a [u8])>, JpegError> {
        let cut = JpegError::NotJpeg { what: "it ends before its scan" };
        loop {
            let after_fill = match self.rest.split_first() {
                Some((0xFF, rest)) => rest,
                Some(_) => return Err(JpegError::NotJpeg { what: "a marker is missing" }),
                None => return Err(cut),
            };
            match after_fill.split_first() {
                // Any number of 0xFF may stand before a marker.
                Some((0xFF, _)) => self.rest = after_fill,
                Some((0x01 | 0xD0..=0xD8, rest)) => self.rest = rest,
                Some((0xD9, _)) => return Ok(None),
                Some((&marker, rest)) => {
                    let Some((length, _)) = rest.split_first_chunk::<2>() else { return Err(cut) };
                    let length = usize::from(u16::from_be_bytes(*length));
                    let Some((segment, rest)) = rest.split_at_checked(length) else { return Err(cut) };
                    let Some(body) = segment.get(2..) else {
                        return Err(JpegError::NotJpeg { what: "a segment is shorter than its own length" });
                    };
                    self.rest = rest;
                    return Ok(Some((marker, body)));
                }
                None => return Err(cut),
            }
        }
    }
}

fn coding_process(marker: u8) -> &'static str {
    match marker {
        0xC2 => "progressive",
        0xC3 => "lossless",
        0xC5..=0xC7 => "hierarchical",
        _ => "arithmetic-coded",
    }
}

fn read_frame_header(marker: u8, body: &[u8], header: &mut Header<'_>) -> Result<(), JpegError> {
    let [precision, h1, h0, w1, w0, component_count] = *chunk(body, "a frame header")?;
    if precision != 8 {
        return Err(JpegError::NotBaseline { found: format!("{precision} bits deep") });
    }
    header.height = u16::from_be_bytes([h1, h0]);
    header.width = u16::from_be_bytes([w1, w0]);
    let (components, _) = body.get(6..).unwrap_or_default().as_chunks::<3>();
    let Some(components) = components.get(..usize::from(component_count)) else {
        return Err(JpegError::NotJpeg { what: "its frame header is cut off" });
    };
    if !header.components.is_empty() {
        return Err(JpegError::NotJpeg { what: "it has two frame headers" });
    }
    // Marker 0xC1 is extended sequential, the same coding with room for more tables.
    debug_assert!(marker == 0xC0 || marker == 0xC1);
    header.components = components
        .iter()
        .map(|&[id, sampling, quantiser]| Component {
            id,
            horizontal: sampling >> 4,
            vertical: sampling & 15,
            quantiser,
            ..Component::default()
        })
        .collect();
    Ok(())
}

fn read_scan_header(body: &[u8], header: &mut Header<'_>) -> Result<(), JpegError> {
    let Some((&count, rest)) = body.split_first() else {
        return Err(JpegError::NotJpeg { what: "its scan header is cut off" });
    };
    if header.components.is_empty() {
        return Err(JpegError::NotJpeg { what: "its scan comes before its frame header" });
    }
    if usize::from(count) != header.components.len() {
        return Err(JpegError::NotBaseline { found: "in several scans".to_owned() });
    }
    let (selectors, _) = rest.as_chunks::<2>();
    if selectors.len() < usize::from(count) {
        return Err(JpegError::NotJpeg { what: "its scan header is cut off" });
    }
    for (component, &[id, tables]) in header.components.iter_mut().zip(selectors) {
        if component.id != id {
            return Err(JpegError::NotBaseline { found: "with its components in another order".to_owned() });
        }
        component.dc_table = tables >> 4;
        component.ac_table = tables & 15;
    }
    Ok(())
}

fn read_quantisers(body: &[u8], header: &mut Header<'_>) -> Result<(), JpegError> {
    let mut rest = body;
    while let Some((&kind, after)) = rest.split_first() {
        let mut table = [1u16; 64];
        let size = if kind >> 4 == 0 { 64 } else { 128 };
        let Some((values, after)) = after.split_at_checked(size) else {
            return Err(JpegError::NotJpeg { what: "its quantisers are cut off" });
        };
        if size == 64 {
            table.iter_mut().zip(values).for_each(|(to, from)| *to = u16::from(*from));
        } else {
            let (values, _) = values.as_chunks::<2>();
            table.iter_mut().zip(values).for_each(|(to, from)| *to = u16::from_be_bytes(*from));
        }
        if let Some(place) = header.quantisers.get_mut(usize::from(kind & 15)) {
            *place = Some(table);
        }
        rest = after;
    }
    Ok(())
}

fn read_huffman_tables<'a>(body: &'a [u8], header: &mut Header<'a>) -> Result<(), JpegError> {
    let cut = JpegError::NotJpeg { what: "its Huffman tables are cut off" };
    let mut rest = body;
    while let Some((&kind, after)) = rest.split_first() {
        let Some((counts, after)) = after.split_first_chunk::<16>() else { return Err(cut) };
        let symbol_count = counts.iter().map(|&count| usize::from(count)).sum();
        let Some((symbols, after)) = after.split_at_checked(symbol_count) else { return Err(cut) };
        let tables = if kind >> 4 == 0 { &mut header.dc_tables } else { &mut header.ac_tables };
        if let Some(place) = tables.get_mut(usize::from(kind & 15)) {
            *place = Some(Table { counts, symbols });
        }
        rest = after;
    }
    Ok(())
}

fn chunk<'a, const N: usize>(body: &'a [u8], what: &'static str) -> Result<&'a [u8; N], JpegError> {
    body.first_chunk().ok_or(JpegError::NotJpeg { what })
}
