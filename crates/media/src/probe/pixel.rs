//! How pixels are stored.

use serde::{Deserialize, Serialize};

/// How much colour there is for how much light.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Chroma {
    /// Grey alone.
    Gray,
    /// A quarter: both sides halved.
    #[serde(rename = "4:2:0")]
    Yuv420,
    /// Half: the width halved.
    #[serde(rename = "4:2:2")]
    Yuv422,
    /// All.
    #[serde(rename = "4:4:4")]
    Yuv444,
    /// A quarter of the width, or another rare form.
    Rare,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue from a table of 256.
    Palette,
}

/// FFmpeg's pixel format and what its name says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct PixelFormat {
    /// FFmpeg's name, for example `yuv420p10le`.
    pub name: String,
    /// Bits of one component.
    pub bit_depth: u8,
    /// How much colour.
    pub chroma: Chroma,
    /// Whether the format itself carries alpha.
    pub has_alpha: bool,
}

impl PixelFormat {
    /// Reads FFmpeg's name.
    pub fn from_name(name: &str) -> Self {
        let base = name.trim_end_matches("le").trim_end_matches("be");
        Self {
            name: name.to_owned(),
            bit_depth: bit_depth(base),
            chroma: chroma(base),
            has_alpha: base.starts_with("yuva")
                || base.starts_with("gbrap")
                || base.starts_with("ya")
                || ["rgba", "bgra", "argb", "abgr", "ayuv", "pal8", "vuya"]
                    .iter()
                    .any(|p| base.starts_with(p)),
        }
    }
}

fn bit_depth(base: &str) -> u8 {
    if let Some(rest) = base.strip_prefix('p').filter(|rest| rest.len() == 3) {
        return rest[1..].parse().unwrap_or(8);
    }
    if base.starts_with("x2") {
        return 10;
    }
    let digits: String = base.chars().rev().take_while(char::is_ascii_digit).collect();
    let digits: String = digits.chars().rev().collect();
    let is_planar = base.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with('p');
    let number = digits.parse::<u16>().unwrap_or(0);
    match number {
        9 | 10 | 12 | 14 | 16 if is_planar || base.starts_with("gray") || base.starts_with("ya") => {
            number as u8
        }
        210 | 410 => 10,
        212 | 412 => 12,
        216 | 416 => 16,
        48 | 64 if base.contains("rgb") || base.contains("bgr") => 16,
        _ => 8,
    }
}

fn chroma(base: &str) -> Chroma {
    let has = |part: &str| base.contains(part);
    if base.starts_with("gray") || base.starts_with("mono") || (base.starts_with("ya") && !has("yuv")) {
        Chroma::Gray
    } else if base == "pal8" {
        Chroma::Palette
    } else if has("rgb") || has("bgr") || base.starts_with("gbr") || has("argb") || has("abgr") {
        Chroma::Rgb
    } else if has("420") || base.starts_with("nv12") || base.starts_with("nv21") || base.starts_with("p0") {
        Chroma::Yuv420
    } else if has("422")
        || base.starts_with("nv16")
        || base.starts_with("nv20")
        || base.starts_with("p2")
        || base.starts_with("y21")
    {
        Chroma::Yuv422
    } else if has("444") || base.starts_with("nv24") || base.starts_with("p4") || has("ayuv") {
        Chroma::Yuv444
    } else {
        Chroma::Rare
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bit_depth: u8, chroma: Chroma, has_alpha: bool) {
        let expected = PixelFormat { name: name.to_owned(), bit_depth, chroma, has_alpha };
        assert_eq!(PixelFormat::from_name(name), expected);
    }

    #[test]
    fn names_say_depth_chroma_and_alpha() {
        check("yuv420p", 8, Chroma::Yuv420, false);
        check("yuvj420p", 8, Chroma::Yuv420, false);
        check("yuv420p10le", 10, Chroma::Yuv420, false);
        check("yuv422p10le", 10, Chroma::Yuv422, false);
        check("yuva444p12le", 12, Chroma::Yuv444, true);
        check("p010le", 10, Chroma::Yuv420, false);
        check("nv12", 8, Chroma::Yuv420, false);
        check("gray", 8, Chroma::Gray, false);
        check("gray16be", 16, Chroma::Gray, false);
        check("rgb24", 8, Chroma::Rgb, false);
        check("rgba", 8, Chroma::Rgb, true);
        check("rgba64be", 16, Chroma::Rgb, true);
        check("gbrp12le", 12, Chroma::Rgb, false);
        check("pal8", 8, Chroma::Palette, true);
        check("yuv411p", 8, Chroma::Rare, false);
    }
}
