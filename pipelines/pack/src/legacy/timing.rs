//! How fast pictures are written and read; printed, not judged.

use std::time::Instant;

use super::*;
use crate::frame::{FileId, FrameHeader, FrameKind, write_header};

#[test]
#[ignore = "a measurement"]
fn pictures_a_second() {
    for (count, nine_to_one) in [(8, true), (2, true), (16, true), (64, true), (8, false)] {
        let colours = Colours::new(count).unwrap();
        let grid = Grid { width: 1920, height: 1080, colours, nine_to_one };
        let writer = PictureWriter::new(grid);
        let header =
            FrameHeader { kind: FrameKind::Data, file_id: FileId([0; 8]), frame_number: 0, symbol_bytes: 64 };
        let mut body = Vec::new();
        write_header(&header, &[], &[], &mut body).unwrap();
        let header_bytes = body.len();
        body.resize(grid.capacity_bytes(0), 0);
        fastrand::Rng::with_seed(1).fill(&mut body[header_bytes..]);
        let (mut jpeg, mut read) = (Vec::new(), Vec::new());
        writer.write(None, &body, &[], &mut jpeg).unwrap();
        let busy = || {
            let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
            text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
        };
        let rate = |times: u32, secs: f64| body.len() as f64 * f64::from(times) / 1e6 / secs;
        let (times, began) =
            (if grid.colours.whole_bits() <= Some(3) && nine_to_one { 100 } else { 10 }, busy());
        (0..times).for_each(|_| writer.write(None, &body, &[], &mut jpeg).unwrap());
        let written = rate(times, busy() - began);
        let mut reader = PictureReader::new();
        reader.read_jpeg(&jpeg, &mut read).unwrap();
        let (began, clock) = (busy(), Instant::now());
        (0..times).for_each(|_| reader.read_jpeg(&jpeg, &mut read).unwrap());
        let (read_back, clock) = (rate(times, busy() - began), clock.elapsed());
        let began = busy();
        (0..5).for_each(|_| reader.compute(&jpeg, &mut read).unwrap());
        println!(
            "{count} colours, nine {nine_to_one}: {} kB a picture of {} bytes, write {written:.1} MB/s, read {read_back:.1} MB/s ({clock:.0?}), from pixels {:.1} MB/s",
            jpeg.len() / 1000,
            body.len(),
            rate(5, busy() - began),
        );
    }
}
