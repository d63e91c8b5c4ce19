//! Cards of every size can be drawn, and a large one is shown to who asks.

use super::*;
use crate::jpeg::{Chroma, FrameWriter, Geometry};

fn text() -> TitleText<'static> {
    TitleText {
        name: Some("Отчёт Ζεύς Łódź 报告 holiday-photos-2026.tar"),
        size_bytes: Some(1_234_567_890),
        sha256_hex: Some("0123456789abcdef0123456789abcdef"),
        part: None,
    }
}

#[test]
fn cards_of_any_size_leave_the_lower_third_free() {
    let mut jpeg = Vec::new();
    for (width, height) in
        [(16, 16), (64, 48), (426, 240), (854, 480), (1366, 767), (1920, 1080), (16384, 16)]
    {
        for chroma in [Chroma::C420, Chroma::C444] {
            let geometry = Geometry::new(width, height, chroma).unwrap();
            let writer = FrameWriter::new(geometry).unwrap();
            for card in [title_card(geometry, &text()), calibration_card(geometry), sync_card(geometry)] {
                assert!(card.mcu_row_count(chroma) <= geometry.mcu_row_count() * 2 / 3);
                writer.write(Some(&card), &[], &[], &mut jpeg).unwrap();
            }
        }
    }
}

/// Writes the cards as JPEG files into the folder that `REEL_CARDS` names, for somebody to look at.
#[test]
#[ignore = "writes pictures to look at"]
fn cards_can_be_looked_at() {
    let folder = std::path::PathBuf::from(std::env::var("REEL_CARDS").unwrap());
    let noise: Vec<u8> = std::iter::repeat_with({
        let mut random = fastrand::Rng::with_seed(1);
        move || random.u8(..)
    })
    .take(300_000)
    .collect();
    for (width, height) in [(426, 240), (854, 480), (1280, 720), (1920, 1080), (3840, 2160)] {
        let geometry = Geometry::new(width, height, Chroma::C420).unwrap();
        let writer = FrameWriter::new(geometry).unwrap();
        let cards = [title_card(geometry, &text()), calibration_card(geometry), sync_card(geometry)];
        for (name, card) in ["title", "calibration", "sync"].iter().zip(&cards) {
            let mut jpeg = Vec::new();
            let card_rows = card.mcu_row_count(Chroma::C420);
            let room = geometry.capacity_bytes_worst(card_rows) as usize;
            let body = &noise[..room.min(noise.len())];
            writer.write(Some(card), &[body], &[], &mut jpeg).unwrap();
            std::fs::write(folder.join(format!("{name}-{height}.jpg")), jpeg).unwrap();
        }
    }
}
