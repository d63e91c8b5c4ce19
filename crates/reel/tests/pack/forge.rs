//! Packed videos that `reel pack` would never write: the same symbols under other metadata, with checksums that hold.

use std::fs::{self, File};
use std::path::Path;

use reel_pack::avi::{AviReader, AviSpec, SegmentWriter, assemble};
use reel_pack::frame::{FileId, FrameHeader, Metadata, parse_frame, write_header, write_symbol};
use reel_pack::jpeg::{Chroma, FrameWriter, Geometry, read_frame};
use reel_pack::legacy::{Colours, Grid, PictureReader, PictureWriter};
use reel_types::time::Rational;

/// Writes `from` anew as `to`, its metadata changed.
pub fn forge(from: &Path, to: &Path, change: impl Fn(&mut Metadata)) {
    let (width, height) = AviReader::open(from).unwrap().size().unwrap();
    let pictures = FrameWriter::new(Geometry { width, height, chroma: Chroma::C420 }).unwrap();
    forge_pictures(
        from,
        to,
        change,
        |jpeg, body| {
            read_frame(jpeg, body).unwrap();
        },
        |body, header, jpeg| {
            pictures.write(None, &[body], header, jpeg).unwrap();
        },
    );
}

/// The same of a video of eight colours without cards.
pub fn forge_cells(from: &Path, to: &Path, change: impl Fn(&mut Metadata)) {
    let (width, height) = AviReader::open(from).unwrap().size().unwrap();
    let grid = Grid { width, height, colours: Colours::nearest(8), nine_to_one: true };
    let (pictures, mut reader) = (PictureWriter::new(grid), PictureReader::new());
    forge_pictures(
        from,
        to,
        change,
        |jpeg, body| reader.read_jpeg(jpeg, body).unwrap(),
        |body, header, jpeg| {
            pictures.write(None, body, header, jpeg).unwrap();
        },
    );
}

fn forge_pictures(
    from: &Path,
    to: &Path,
    change: impl Fn(&mut Metadata),
    mut read: impl FnMut(&[u8], &mut Vec<u8>),
    write: impl Fn(&[u8], &[u8], &mut Vec<u8>),
) {
    let reader = AviReader::open(from).unwrap();
    let (width, height) = reader.size().unwrap();
    let segment_path = to.with_extension("segment");
    let mut segment = SegmentWriter::new(File::create(&segment_path).unwrap());
    let (mut jpeg, mut body) = (Vec::new(), Vec::new());
    for index in 0..reader.frame_count() {
        reader.read(index, &mut jpeg).unwrap();
        read(&jpeg, &mut body);
        let frame = parse_frame(&body).unwrap();
        let mut metadata = Metadata::parse(frame.metadata).unwrap();
        change(&mut metadata);
        let metadata = serde_json::to_vec(&metadata).unwrap();
        let file_id = FileId::of(&metadata);
        let mut header = Vec::new();
        write_header(&FrameHeader { file_id, ..frame.header }, &metadata, &frame.runs, &mut header).unwrap();
        let mut forged = header.clone();
        for symbol in frame.symbols() {
            write_symbol(file_id, symbol.block.index, symbol.esi, symbol.bytes, &mut forged);
        }
        write(&forged, &header, &mut jpeg);
        segment.push(&jpeg).unwrap();
    }
    let (_, info) = segment.finish().unwrap();
    let spec = AviSpec { width, height, fps: Rational { num: 10, den: 1 } };
    assemble(&spec, &[(info, &segment_path)], &mut File::create(to).unwrap()).unwrap();
    fs::remove_file(segment_path).unwrap();
}
