//! How the pixel formats that go through pipes are laid out, and how NUT names them.

/// Planes of a picture without padding.
enum Layout {
    /// So many bytes a pixel, all in one plane.
    Packed(usize),
    /// So many full planes, two planes of colour halved (or not) by these shifts, so many bytes a sample.
    Planar { full_planes: usize, colour_shift: Option<(u32, u32)>, sample_bytes: usize },
}

/// Bytes of one picture of `width` x `height` pixels; `None` for a format that does not go through our pipes.
pub fn frame_bytes(pix_fmt: &str, width: u32, height: u32) -> Option<usize> {
    let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let pixels = width.checked_mul(height)?;
    match known(pix_fmt)?.1 {
        Layout::Packed(bytes) => pixels.checked_mul(bytes),
        Layout::Planar { full_planes, colour_shift, sample_bytes } => {
            let colour =
                colour_shift.map_or(0, |(x, y)| 2 * width.div_ceil(1 << x) * height.div_ceil(1 << y));
            pixels.checked_mul(full_planes)?.checked_add(colour)?.checked_mul(sample_bytes)
        }
    }
}

/// The four bytes by which NUT names a format.
pub(super) fn nut_tag(pix_fmt: &str) -> Option<[u8; 4]> {
    known(pix_fmt).map(|(tag, _)| tag)
}

fn known(pix_fmt: &str) -> Option<([u8; 4], Layout)> {
    let packed = |tag: &[u8; 4], bytes| Some((*tag, Layout::Packed(bytes)));
    match pix_fmt {
        "rgb24" => return packed(b"RGB\x18", 3),
        "bgr24" => return packed(b"BGR\x18", 3),
        "rgba" => return packed(b"RGBA", 4),
        "bgra" => return packed(b"BGRA", 4),
        "argb" => return packed(b"ARGB", 4),
        "abgr" => return packed(b"ABGR", 4),
        "rgb0" => return packed(b"RGB\0", 4),
        "bgr0" => return packed(b"BGR\0", 4),
        "rgb48le" => return packed(b"RGB0", 6),
        "rgba64le" => return packed(b"RBA@", 8),
        _ => {}
    }
    let (family, bits) = split_depth(pix_fmt)?;
    let sample_bytes = if bits > 8 { 2 } else { 1 };
    let planar = |tag: &[u8; 2], shift: u8, full_planes, colour_shift| {
        ([tag[0], tag[1], shift, bits], Layout::Planar { full_planes, colour_shift, sample_bytes })
    };
    let (tag, layout) = match family {
        "gray" => planar(b"Y1", 0, 1, None),
        "nv12" if bits > 8 => return None,
        "yuv420p" | "nv12" => planar(b"Y3", 11, 1, Some((1, 1))),
        "yuv422p" => planar(b"Y3", 10, 1, Some((1, 0))),
        "yuv444p" => planar(b"Y3", 0, 1, Some((0, 0))),
        "yuva420p" => planar(b"Y4", 11, 2, Some((1, 1))),
        "yuva422p" => planar(b"Y4", 10, 2, Some((1, 0))),
        "yuva444p" => planar(b"Y4", 0, 2, Some((0, 0))),
        "gbrp" => planar(b"G3", 0, 3, None),
        "gbrap" => planar(b"G4", 0, 4, None),
        _ => return None,
    };
    let eight_bits = match family {
        "gray" => *b"Y800",
        "nv12" => *b"NV12",
        "yuv420p" => *b"I420",
        "yuv422p" => *b"Y42B",
        "yuv444p" => *b"444P",
        _ => tag,
    };
    Some((if bits == 8 { eight_bits } else { tag }, layout))
}

/// `yuv420p10le` is `yuv420p` with 10 bits; `yuv420p` has 8.
fn split_depth(pix_fmt: &str) -> Option<(&str, u8)> {
    let Some(name) = pix_fmt.strip_suffix("le") else { return Some((pix_fmt, 8)) };
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let bits = name[family.len()..].parse().ok()?;
    matches!(bits, 10 | 12 | 16).then_some((family, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_halved_planes_up() {
        assert_eq!(frame_bytes("rgb24", 5, 3), Some(45));
        assert_eq!(frame_bytes("yuv420p", 5, 3), Some(15 + 2 * 3 * 2));
        assert_eq!(frame_bytes("yuva420p", 4, 2), Some(8 + 4 + 8));
        assert_eq!(frame_bytes("yuv422p10le", 4, 2), Some(32));
        assert_eq!(frame_bytes("gbrap", 4, 2), Some(32));
        assert_eq!(frame_bytes("gray16le", 4, 2), Some(16));
        assert_eq!(frame_bytes("p010le", 4, 2), None);
    }

    #[test]
    fn tags_are_those_that_ffmpeg_writes() {
        assert_eq!(nut_tag("yuv420p").unwrap(), *b"I420");
        assert_eq!(nut_tag("yuv420p10le").unwrap(), *b"Y3\x0b\x0a");
        assert_eq!(nut_tag("yuva444p12le").unwrap(), *b"Y4\x00\x0c");
        assert_eq!(nut_tag("yuva420p").unwrap(), *b"Y4\x0b\x08");
        assert_eq!(nut_tag("gbrp").unwrap(), *b"G3\x00\x08");
        assert_eq!(nut_tag("gray").unwrap(), *b"Y800");
        assert_eq!(nut_tag("gray16le").unwrap(), *b"Y1\x00\x10");
    }
}
