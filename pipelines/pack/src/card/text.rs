//! Lines of text in the fonts of embedded-graphics.

use embedded_graphics::mono_font::mapping::Mapping;
use embedded_graphics::mono_font::{self, MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Baseline, Text};

use super::canvas::Canvas;

/// The sizes that are used, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Face {
    Tiny,
    Small,
    Medium,
    Large,
}

/// One size in the character sets of Western and Central Europe, Cyrillic and Greek.
type Family = [(Mapping, &'static MonoFont<'static>); 4];

macro_rules! family {
    ($font:ident) => {
        [
            (Mapping::Iso8859_1, &mono_font::iso_8859_1::$font),
            (Mapping::Iso8859_2, &mono_font::iso_8859_2::$font),
            (Mapping::Iso8859_5, &mono_font::iso_8859_5::$font),
            (Mapping::Iso8859_7, &mono_font::iso_8859_7::$font),
        ]
    };
}

static TINY: Family = family!(FONT_4X6);
static SMALL: Family = family!(FONT_5X8);
static MEDIUM: Family = family!(FONT_6X10);
static LARGE: Family = family!(FONT_9X18_BOLD);

impl Face {
    /// Dots from one character to the next.
    pub fn advance(self) -> u32 {
        self.family()[0].1.character_size.width
    }

    /// Dots from one line to the next.
    pub fn line_height(self) -> u32 {
        self.family()[0].1.character_size.height
    }

    /// Draws one line with its upper left corner at (`left`, `top`). A character that no font has is drawn as `?`.
    pub fn draw(self, text: &str, left: u32, top: u32, colour: Rgb888, canvas: &mut Canvas) {
        let mut buffer = [0; 4];
        for (column, character) in (0u32..).zip(text.chars()) {
            let x = left.saturating_add(column.saturating_mul(self.advance()));
            if x >= canvas.size().width {
                break;
            }
            let (font, character) = self.font_of(character);
            let style = MonoTextStyle::new(font, colour);
            let at = Point::new(x as i32, top as i32);
            let glyph = Text::with_baseline(character.encode_utf8(&mut buffer), at, style, Baseline::Top);
            // The canvas cannot fail.
            let _ = glyph.draw(canvas);
        }
    }

    fn font_of(self, character: char) -> (&'static MonoFont<'static>, char) {
        let family = self.family();
        let has = |mapping: &Mapping| !character.is_control() && mapping.glyph_mapping().contains(character);
        match family.iter().find(|(mapping, _)| has(mapping)) {
            Some((_, font)) => (font, character),
            None => (family[0].1, '?'),
        }
    }

    fn family(self) -> &'static Family {
        match self {
            Self::Tiny => &TINY,
            Self::Small => &SMALL,
            Self::Medium => &MEDIUM,
            Self::Large => &LARGE,
        }
    }
}

/// The text with its middle left out when it has more than `count_max` characters; both ends tell most of a name.
pub(super) fn shortened(text: &str, count_max: usize) -> String {
    let count = text.chars().count();
    if count <= count_max {
        return text.to_owned();
    }
    let kept = count_max.saturating_sub(3);
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    let dots = "...".get(..count_max.min(3)).unwrap_or_default();
    text.chars().take(head).chain(dots.chars()).chain(text.chars().skip(count - tail)).collect()
}
