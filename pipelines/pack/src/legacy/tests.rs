//! Every cell comes back from our own JPEG.

use super::*;
use crate::frame::{FileId, FrameHeader, FrameKind, write_header};

fn grid(width: u32, height: u32, count: u16, nine_to_one: bool) -> Grid {
    Grid { width, height, colours: Colours::new(count).unwrap(), nine_to_one }
}

fn body(grid: &Grid, seed: u64) -> Vec<u8> {
    let metadata = format!("{{\"color_count\":{}}}", grid.colours.count());
    let file_id = FileId::of(metadata.as_bytes());
    let header = FrameHeader { kind: FrameKind::Data, file_id, frame_number: 1, symbol_bytes: 64 };
    let mut body = Vec::new();
    write_header(&header, metadata.as_bytes(), &[], &mut body).unwrap();
    let header_bytes = body.len();
    body.resize(grid.capacity_bytes(0), 0);
    fastrand::Rng::with_seed(seed).fill(&mut body[header_bytes..]);
    body
}

#[test]
fn bodies_come_back_from_jpegs_of_any_count_of_colours() {
    for count in [2, 3, 4, 5, 8, 16, 27, 32, 64, 100, 128, 256] {
        for nine_to_one in [true, false] {
            for (width, height) in [(320, 240), (202, 130)] {
                let grid = grid(width, height, count, nine_to_one);
                let writer = PictureWriter::new(grid);
                let (mut jpeg, mut read) = (Vec::new(), Vec::new());
                for seed in 0..4 {
                    let body = body(&grid, seed);
                    writer.write(None, &body, &[], &mut jpeg).unwrap();
                    PictureReader::new().read_jpeg(&jpeg, &mut read).unwrap();
                    assert!(read == body, "{count} colours, {nine_to_one}, {width}x{height}, seed {seed}");
                }
            }
        }
    }
}
