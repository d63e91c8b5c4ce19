//! The marker segments around the scan, as we write them.

use super::geometry::{Chroma, Geometry};

/// What an APP9 segment of ours begins with.
pub(crate) const APP9_NAME: &[u8; 5] = b"reel\0";

/// Quantiser of DC: one step of the coefficient is two grey levels.
pub(super) const DC_QUANTISER: u8 = 16;

/// Counts of codes of 1 to 16 bits: one of each length up to 8.
pub(super) const CODE_COUNTS: [u8; 16] = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];

/// What the codes mean, shortest first: sizes 7 to 0. For AC the run is 0, and size 0 ends the block.
pub(super) const CODE_SYMBOLS: [u8; 8] = [7, 6, 5, 4, 3, 2, 1, 0];

/// Two fill bytes, so that decoders that look ahead of the last bit find no marker yet, and the end of the image.
pub(crate) const TAIL: [u8; 4] = [0xFF, 0xFF, 0xFF, 0xD9];

/// Start of image and JFIF 1.1, which says full-range YCbCr.
pub(crate) const HEAD: [u8; 20] =
    [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

/// Quantisers, frame, Huffman tables and start of scan.
pub(super) fn segments_before_scan(geometry: Geometry) -> Vec<u8> {
    let mut out = vec![0xFF, 0xDB, 0x00, 0x43, 0x00, DC_QUANTISER];
    out.extend([1u8; 63]);
    out.extend([0xFF, 0xC0, 0x00, 0x11, 8]);
    // Geometry bounds both sides at 16384.
    out.extend((geometry.height as u16).to_be_bytes());
    out.extend((geometry.width as u16).to_be_bytes());
    let luma_sampling = match geometry.chroma {
        Chroma::C420 => 0x22,
        Chroma::C444 => 0x11,
    };
    out.extend([3, 1, luma_sampling, 0, 2, 0x11, 0, 3, 0x11, 0]);
    out.extend([0xFF, 0xC4, 0x00, 0x34]);
    for class in [0x00, 0x10] {
        out.push(class);
        out.extend(CODE_COUNTS);
        out.extend(CODE_SYMBOLS);
    }
    out.extend([0xFF, 0xDA, 0x00, 0x0C, 3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0]);
    out
}
