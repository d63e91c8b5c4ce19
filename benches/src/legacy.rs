//! Pictures of coloured cells against a plain renderer and the crate `jpeg-encoder`, at the same pixels.

use anyhow::{Context, Result, ensure};
use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};
use reel_pack::frame::{FileId, FrameHeader, FrameKind, write_header};
use reel_pack::legacy::{Colours, Grid, PictureReader, PictureWriter, cells_of, draw, planes_of};

use crate::table::Report;

/// Pictures of the plain way; each takes tens of milliseconds.
const PLAIN_PICTURES: usize = 10;
/// Pictures of ours.
const PICTURES: usize = 200;

/// Payload through both, megabytes for each CPU second of one thread.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let colours = Colours::new(8).context("eight colours")?;
    let grid = Grid { width: 1920, height: 1080, colours, nine_to_one: true };
    let writer = PictureWriter::new(grid);
    let bodies = (0..4).map(|seed| body(&grid, seed)).collect::<Result<Vec<_>>>()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    writer.write(None, &bodies[0], &[], &mut ours)?;
    plain(&grid, &writer, &bodies[0], &mut theirs)?;
    ensure!(planes_of(&ours)? == planes_of(&theirs)?, "the pictures differ");
    let began = cpu_secs()?;
    for number in 0..PLAIN_PICTURES {
        plain(&grid, &writer, &bodies[number % bodies.len()], &mut theirs)?;
    }
    let plain_rate = rate(&grid, PLAIN_PICTURES, cpu_secs()? - began);
    let began = cpu_secs()?;
    for number in 0..PICTURES {
        writer.write(None, &bodies[number % bodies.len()], &[], &mut ours)?;
    }
    let our_rate = rate(&grid, PICTURES, cpu_secs()? - began);
    let (mut reader, mut read) = (PictureReader::new(), Vec::new());
    // The first picture is read twice over.
    reader.read_jpeg(&ours, &mut read)?;
    let began = cpu_secs()?;
    for _ in 0..PICTURES {
        reader.read_jpeg(&ours, &mut read)?;
    }
    let read_rate = rate(&grid, PICTURES, cpu_secs()? - began);
    ensure!(read == bodies[(PICTURES - 1) % bodies.len()], "another body came back");
    report.row(
        "legacy: 8 colours, 3×3, 1080p, equal pixels",
        &format!(
            "**{our_rate:.0} MB/s** of payload a core, read back with {read_rate:.0}, {} kB a picture; plain renderer and jpeg-encoder {plain_rate:.1}",
            ours.len() / 1000
        ),
        "≥ 25 MB/s (star 100)",
    );
    Ok(())
}

/// A header, and behind it what compressed content looks like.
fn body(grid: &Grid, seed: u64) -> Result<Vec<u8>> {
    let header =
        FrameHeader { kind: FrameKind::Data, file_id: FileId([0; 8]), frame_number: 0, symbol_bytes: 1024 };
    let mut body = Vec::new();
    write_header(&header, &[], &[], &mut body)?;
    body.append(&mut noise(grid.capacity_bytes(0) - body.len(), seed));
    Ok(body)
}

fn plain(grid: &Grid, writer: &PictureWriter, body: &[u8], jpeg: &mut Vec<u8>) -> Result<()> {
    let pixels = draw(&cells_of(grid, 0, body), &grid.colours.rgb(), grid);
    jpeg.clear();
    let mut encoder = Encoder::new(jpeg, 90);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let [luma, colour] =
        writer.steps().map(|steps| QuantizationTableType::Custom(Box::new(steps.map(u16::from))));
    encoder.set_quantization_tables(luma, colour);
    encoder.encode(&pixels, grid.width as u16, grid.height as u16, ColorType::Rgb)?;
    Ok(())
}

fn rate(grid: &Grid, pictures: usize, secs: f64) -> f64 {
    (grid.capacity_bytes(0) * pictures) as f64 / 1e6 / secs
}

/// Seconds that this thread has been on a CPU.
fn cpu_secs() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_whitespace().next().context("an empty schedstat")?;
    Ok(nanos.parse::<f64>()? / 1e9)
}

fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..count).map(|_| next()).collect()
}
