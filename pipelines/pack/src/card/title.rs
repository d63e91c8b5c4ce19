//! The title card: what this video is and how to get the file back.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;

use super::canvas::Canvas;
use super::text::{Face, shortened};
use crate::jpeg::{Card, Geometry};

const BACKGROUND: Rgb888 = Rgb888::new(16, 22, 34);
const ACCENT: Rgb888 = Rgb888::new(64, 196, 180);
const WHITE: Rgb888 = Rgb888::new(245, 247, 250);
const GREY: Rgb888 = Rgb888::new(170, 180, 196);
const WARNING: Rgb888 = Rgb888::new(255, 200, 70);

/// What a title card tells of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TitleText<'a> {
    /// Base name; nothing when it is sealed.
    pub name: Option<&'a str>,
    /// Bytes of the content; nothing when sealed.
    pub size_bytes: Option<u64>,
    /// SHA-256 of the content in hexadecimal, of which 16 digits are shown; nothing when sealed.
    pub sha256_hex: Option<&'a str>,
    /// Number of this video, from 1, and of how many, when there are several.
    pub part: Option<(u32, u32)>,
}

/// Draws the title card. Small pictures get fewer lines, down to none.
pub fn title_card(geometry: Geometry, text: &TitleText<'_>) -> Card {
    let mut canvas = Canvas::new(geometry, BACKGROUND);
    let Size { width, height } = canvas.size();
    let (head, body) = faces(width, height);
    let margin = if width >= 160 { 8 } else { 2 };
    let bar = if width >= 160 { 3 } else { 1 };
    canvas.fill(0, 0, width, bar, ACCENT);
    canvas.fill(0, height.saturating_sub(bar), width, bar, ACCENT);

    let free = height.saturating_sub(2 * bar);
    let lines = lines(text, head, body, (width.saturating_sub(2 * margin) / body.advance()) as usize);
    let lines = fitting(lines, free);
    let used: u32 = lines.iter().map(Line::height).sum();
    let gap = (free.saturating_sub(used) / (lines.len() as u32 + 1)).min(6);
    let mut top = bar + (free.saturating_sub(used + gap * (lines.len() as u32).saturating_sub(1))) / 2;
    for line in &lines {
        line.face.draw(&line.text, margin, top, line.colour, &mut canvas);
        top += line.height() + gap;
    }
    canvas.into_card()
}

struct Line {
    face: Face,
    colour: Rgb888,
    text: String,
    /// The smallest goes last when there is no room.
    rank: u8,
}

impl Line {
    fn height(&self) -> u32 {
        self.face.line_height()
    }
}

fn faces(width: u32, height: u32) -> (Face, Face) {
    match (width, height) {
        (230.., 80..) => (Face::Large, Face::Medium),
        (150.., 50..) => (Face::Medium, Face::Small),
        _ => (Face::Small, Face::Tiny),
    }
}

fn lines(text: &TitleText<'_>, head: Face, body: Face, count_max: usize) -> Vec<Line> {
    let line = |face, colour, rank, text: &str| Line { face, colour, rank, text: shortened(text, count_max) };
    let mut size = match text.size_bytes {
        Some(size_bytes) => size_text(size_bytes),
        None => "locked: name and size are sealed".to_owned(),
    };
    if let Some((number, count)) = text.part {
        size = format!("{size}, part {number} of {count}");
    }
    let warning = match count_max {
        34.. => "WARNING: flashing pictures follow",
        _ => "WARNING: flashing",
    };
    let mut lines = vec![
        line(head, ACCENT, 4, "reel"),
        line(body, GREY, 3, "this video is a file:"),
        line(body, WHITE, 1, text.name.unwrap_or("(a locked file)")),
        line(body, GREY, 5, &size),
        line(body, GREY, 2, "get it back with: reel unpack"),
    ];
    if let Some(digits) = text.sha256_hex {
        let digits = digits.get(..16).unwrap_or(digits);
        let long = format!("SHA-256 {digits}");
        let fits = long.len() <= count_max;
        lines.push(line(body, GREY, 6, if fits { &long } else { digits }));
    }
    lines.push(line(body, WARNING, 0, warning));
    lines
}

/// The lines that fit, those of the lowest ranks first.
fn fitting(mut lines: Vec<Line>, height: u32) -> Vec<Line> {
    while lines.iter().map(Line::height).sum::<u32>() > height {
        let Some(last) = lines.iter().map(|line| line.rank).max() else { break };
        lines.retain(|line| line.rank != last);
    }
    lines
}

/// Bytes in the largest unit that leaves at least 1, with one digit behind the point.
fn size_text(size_bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if size_bytes < 1000 {
        return format!("{size_bytes} bytes");
    }
    let mut value = size_bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units.get(unit).copied().unwrap_or_default())
}
