//! What happens to the picture between decoder and encoder.

use reel_media::probe::VideoStream;
use reel_media::tone_map;
use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use crate::words::Resolution;

/// Steps from a decoded frame to 8-bit 4:2:0, in the order in which they are applied. Plain data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Picture {
    /// Lines of two moments are taken apart; one frame in, one frame out.
    pub deinterlace: bool,
    /// Transparent parts are laid over black.
    pub flatten_alpha: bool,
    /// Cut to this size from the upper left.
    pub crop: Option<(u32, u32)>,
    /// Scaled to this size.
    pub scale: Option<(u32, u32)>,
    /// Shape of a pixel, told again after scaling.
    pub sample_aspect: Rational,
    /// Brightness and colours brought to BT.709.
    pub tone_map: bool,
    /// What the source does not tell of its HDR colours, as a filter.
    #[serde(default)]
    pub hdr_assumed: Option<String>,
    /// Numbers use the full range 0–255 and keep it.
    pub full_range: bool,
    /// How numbers mean colours in the result; FFmpeg's names.
    pub colour: ColourTags,
    /// Width of the result in pixels.
    pub width: u32,
    /// Height of the result in pixels.
    pub height: u32,
}

/// FFmpeg's names; nothing where the source does not tell.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ColourTags {
    /// `-color_primaries`.
    pub primaries: Option<String>,
    /// `-color_trc`.
    pub transfer: Option<String>,
    /// `-colorspace`.
    pub matrix: Option<String>,
    /// `-color_range`.
    pub range: Option<String>,
}

impl Picture {
    /// What this source needs, and the sentences that a report owes to the person.
    pub fn of(video: &VideoStream, resolution: Option<Resolution>) -> (Self, Vec<String>) {
        let mut said = Vec::new();
        let (shown_width, shown_height) = video.shown_size();
        let sample_aspect =
            if video.orientation.swaps_sides() { video.sample_aspect.inverse() } else { video.sample_aspect };
        let scale =
            resolution.and_then(|resolution| fitted(shown_width, shown_height, resolution, &mut said));
        // A side of one pixel has nothing to cut from.
        let too_small = shown_width < 2 || shown_height < 2;
        let even = (even(shown_width).max(2), even(shown_height).max(2));
        let scale = scale.or_else(|| too_small.then_some(even));
        let crop = (scale.is_none() && even != (shown_width, shown_height)).then_some(even);
        if too_small {
            said.push(format!(
                "enlarged from {shown_width}x{shown_height} to {}x{}, because 4:2:0 needs even sides",
                even.0, even.1
            ));
        }
        if let Some((width, height)) = crop {
            said.push(format!("cropped from {shown_width}x{shown_height} to {width}x{height}, because 4:2:0 needs even sides"));
        }
        if !video.orientation.is_upright() {
            let turned = video.orientation.clockwise_degrees;
            let mirrored = if video.orientation.mirrored { ", mirrored" } else { "" };
            said.push(format!("turned by {turned} degrees{mirrored} as the source asks, and stored upright"));
        }
        let deinterlace = video.is_interlaced();
        if deinterlace {
            said.push("deinterlaced with bwdif, one frame for one frame".to_owned());
        }
        let tone_map = video.is_hdr();
        if tone_map {
            said.push(tone_map::told());
        }
        if video.dolby_vision {
            said.push("Dolby Vision metadata dropped".to_owned());
        }
        let pixels = video.pixel_format.as_ref();
        let flatten_alpha = pixels.is_some_and(|pixels| pixels.has_alpha);
        if flatten_alpha {
            said.push("transparency laid over black".to_owned());
        } else if video.has_alpha {
            said.push("transparency dropped: the picture is kept as it is without it".to_owned());
        }
        if let Some(pixels) = pixels.filter(|pixels| !matches!(pixels.name.as_str(), "yuv420p" | "yuvj420p"))
        {
            said.push(format!("{} stored as 8-bit 4:2:0", pixels.name));
        }
        if !video.spatial.is_empty() {
            said.push(format!("dropped: {} metadata", video.spatial.join(", ")));
        }
        let full_range = !tone_map && video.colour.range.as_deref() == Some("pc");
        let (width, height) = scale.unwrap_or(even);
        let picture = Self {
            deinterlace,
            flatten_alpha,
            crop,
            scale,
            sample_aspect,
            tone_map,
            hdr_assumed: tone_map::assumed(video).filter(|_| tone_map),
            full_range,
            colour: ColourTags::of(video, tone_map, full_range),
            width,
            height,
        };
        (picture, said)
    }

    /// FFmpeg's filters; the frames come upright (FFmpeg turns them before) and leave as 8-bit 4:2:0.
    pub fn filters(&self) -> Vec<String> {
        let mut filters = Vec::new();
        if self.flatten_alpha {
            filters.push("format=gbrap,premultiply=inplace=1,format=gbrp".to_owned());
        }
        if self.crop.is_some() {
            // By the frame that comes, not by the first: a broadcast may change its size on the way.
            filters.push("crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0".to_owned());
        }
        let range = if self.full_range { ":in_range=full:out_range=full" } else { "" };
        match self.scale {
            Some((width, height)) => filters.push(format!("scale={width}:{height}:flags=bicubic{range}")),
            None if self.full_range => filters.push("scale=in_range=full:out_range=full".to_owned()),
            None => {}
        }
        if self.tone_map {
            filters.extend(self.hdr_assumed.clone());
            filters.extend(tone_map::filters());
        }
        filters.push("format=yuv420p".to_owned());
        if self.full_range {
            filters.push("setparams=range=pc".to_owned());
        }
        if self.scale.is_some() {
            filters.push(format!("setsar={}/{}", self.sample_aspect.num, self.sample_aspect.den));
        }
        filters
    }
}

impl ColourTags {
    fn of(video: &VideoStream, tone_map: bool, full_range: bool) -> Self {
        if tone_map {
            let bt709 = || Some("bt709".to_owned());
            return Self {
                primaries: bt709(),
                transfer: bt709(),
                matrix: bt709(),
                range: Some("tv".to_owned()),
            };
        }
        let colour = &video.colour;
        let is_rgb = |matrix: &String| matches!(matrix.as_str(), "gbr" | "rgb");
        Self {
            primaries: colour.primaries.clone(),
            transfer: colour.transfer.clone(),
            matrix: colour.matrix.clone().filter(|matrix| !is_rgb(matrix)),
            range: if full_range {
                Some("pc".to_owned())
            } else {
                colour.range.clone().filter(|range| range == "tv")
            },
        }
    }

    /// The options for the output.
    pub fn args(&self) -> Vec<String> {
        let options = [
            ("-color_primaries", &self.primaries),
            ("-color_trc", &self.transfer),
            ("-colorspace", &self.matrix),
            ("-color_range", &self.range),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value.clone()?]));
        given.flatten().collect()
    }
}

/// The size that fits, when it is smaller than the source.
fn fitted(width: u32, height: u32, resolution: Resolution, said: &mut Vec<String>) -> Option<(u32, u32)> {
    let (width_max, height_max) = match resolution {
        Resolution::Height(height) => (u32::MAX, height),
        Resolution::Box { width, height } => (width, height),
    };
    if width <= width_max && height <= height_max {
        if (width, height) != (width_max, height_max) && !(width_max == u32::MAX && height == height_max) {
            said.push(format!("not enlarged: the source has {width}x{height}, {resolution} was asked for"));
        }
        return None;
    }
    let (wide, high) = (u64::from(width), u64::from(height));
    let by_width = u64::from(width_max) * high <= u64::from(height_max) * wide;
    let (new_width, new_height) = if by_width {
        (u64::from(width_max), rounded(u64::from(width_max) * high, wide))
    } else {
        (rounded(u64::from(height_max) * wide, high), u64::from(height_max))
    };
    let size = (even(new_width as u32).max(2), even(new_height as u32).max(2));
    said.push(format!("scaled from {width}x{height} to {}x{}", size.0, size.1));
    Some(size)
}

/// To the nearest even number, which cropping would not be.
fn rounded(numerator: u64, denominator: u64) -> u64 {
    (numerator + denominator) / (2 * denominator) * 2
}

fn even(side: u32) -> u32 {
    side / 2 * 2
}
