//! The title card: what this video is and how to get the file back.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;

use super::canvas::{BACKGROUND, Canvas};
use super::text::{Face, shortened};
use crate::jpeg::{Card, Geometry};

const ACCENT: Rgb888 = Rgb888::new(64, 196, 180);
const WHITE: Rgb888 = Rgb888::new(245, 247, 250);
const GREY: Rgb888 = Rgb888::new(170, 180, 196);
const AMBER: Rgb888 = Rgb888::new(255, 196, 60);

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

/// Draws the title card: a band with our name, lines about the file, a band with the warning. Small pictures get fewer
/// lines, down to none.
///
/// Colour stands in the bands, since 4:2:0 has too little of it for letters.
pub fn title_card(geometry: Geometry, text: &TitleText<'_>) -> Card {
    let mut canvas = Canvas::new(geometry, BACKGROUND);
    let Size { width, height } = canvas.size();
    let style = Style::of(width);
    let count_max = |face: Face| (width.saturating_sub(2 * style.margin) / face.advance()) as usize;
    // Bands begin and end where a colour cell of 4:2:0 does.
    let head_height = (style.head.line_height() + style.padding).next_multiple_of(2);
    let foot_height = (style.body.line_height() + style.padding).next_multiple_of(2);
    // The last MCU stays dark: its colour is that of all that follows without a card.
    let foot_top = height.saturating_sub(foot_height + style.below) / 2 * 2;
    if foot_top < head_height {
        return canvas.into_card();
    }

    let head = longest(&["reel", "reel: a file"], count_max(style.head).min(style.head_count_max));
    canvas.fill(0, 0, width, head_height, ACCENT);
    style.head.draw(head, style.margin, style.padding.div_ceil(2), BACKGROUND, &mut canvas);

    let lines = fitting(lines(text, count_max(style.body)), style.body, foot_top - head_height);
    let line_height = style.body.line_height();
    let spare = (foot_top - head_height).saturating_sub(lines.len() as u32 * line_height);
    let gap = (spare / (lines.len() as u32 + 1)).min(4);
    let unused = spare.saturating_sub(gap * (lines.len() as u32).saturating_sub(1));
    let mut top = head_height + unused / 2;
    for line in &lines {
        style.body.draw(&line.text, style.margin, top, line.colour, &mut canvas);
        top += line_height + gap;
    }

    let warning = longest(
        &[
            "flashing!",
            "WARNING: flashing",
            "WARNING: flashing pictures",
            "WARNING: flashing pictures follow",
        ],
        count_max(style.body),
    );
    canvas.fill(0, foot_top, width, foot_height, AMBER);
    style.body.draw(warning, style.margin, foot_top + style.padding.div_ceil(2), BACKGROUND, &mut canvas);
    canvas.into_card()
}

/// Sizes in dots for a picture of some width.
struct Style {
    head: Face,
    head_count_max: usize,
    body: Face,
    margin: u32,
    padding: u32,
    below: u32,
}

impl Style {
    fn of(width: u32) -> Self {
        match width {
            230.. => Self {
                head: Face::Large,
                head_count_max: 4,
                body: Face::Medium,
                margin: 8,
                padding: 2,
                below: 2,
            },
            150.. => Self {
                head: Face::Medium,
                head_count_max: 4,
                body: Face::Small,
                margin: 5,
                padding: 1,
                below: 2,
            },
            100.. => Self {
                head: Face::Small,
                head_count_max: 12,
                body: Face::Small,
                margin: 2,
                padding: 1,
                below: 2,
            },
            _ => Self {
                head: Face::Tiny,
                head_count_max: 12,
                body: Face::Tiny,
                margin: 1,
                padding: 0,
                below: 2,
            },
        }
    }
}

struct Line {
    colour: Rgb888,
    text: String,
    /// The largest goes first when there is no room.
    rank: u8,
}

fn lines(text: &TitleText<'_>, count_max: usize) -> Vec<Line> {
    let line = |colour, rank, text: &str| Line { colour, rank, text: shortened(text, count_max) };
    let mut size = match text.size_bytes {
        Some(size_bytes) => size_text(size_bytes),
        None => "name and size are sealed".to_owned(),
    };
    if let Some((number, count)) = text.part {
        size = format!("{size}, part {number} of {count}");
    }
    let way_back = longest(&["reel unpack", "back: reel unpack", "get it back with: reel unpack"], count_max);
    let mut lines = vec![
        line(GREY, 2, "this video is a file:"),
        line(WHITE, 0, text.name.unwrap_or("(a locked file)")),
        line(GREY, 3, &size),
        line(WHITE, 1, way_back),
    ];
    if let Some(digits) = text.sha256_hex {
        let digits = digits.get(..16).unwrap_or(digits);
        let long = format!("SHA-256 {digits}");
        lines.push(line(GREY, 4, longest(&[digits, &long], count_max)));
    }
    lines
}

/// The last of these, which grow longer, that has at most `count_max` characters; else the first.
fn longest<'a>(texts: &[&'a str], count_max: usize) -> &'a str {
    let fitting = texts.iter().rfind(|text| text.chars().count() <= count_max);
    fitting.or(texts.first()).copied().unwrap_or_default()
}

/// The lines for which there is room.
fn fitting(mut lines: Vec<Line>, face: Face, height: u32) -> Vec<Line> {
    while lines.len() as u32 * face.line_height() > height {
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
