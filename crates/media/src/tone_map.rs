//! HDR pictures brought to BT.709: the filters, and what has to be assumed for them.

use crate::probe::{Chroma, VideoStream};

/// Reference white of HDR pictures (ITU-R BT.2408), nits.
const WHITE_NITS: u32 = 203;

/// FFmpeg's filters, in order; [`assumed`] goes before them.
pub fn filters() -> [String; 2] {
    [
        format!("zscale=t=linear:npl={WHITE_NITS},format=gbrpf32le,zscale=p=bt709"),
        "tonemap=tonemap=mobius:param=0.8:desat=0,zscale=t=bt709:m=bt709:r=tv".to_owned(),
    ]
}

/// The same for a person.
pub fn told() -> String {
    format!("HDR tone-mapped to BT.709 (mobius, white at {WHITE_NITS} nits)")
}

/// HDR video is BT.2020 where nothing else is said; zscale finds no way from colours that are not named.
pub fn assumed(video: &VideoStream) -> Option<String> {
    let is_rgb = video
        .pixel_format
        .as_ref()
        .is_some_and(|pixels| matches!(pixels.chroma, Chroma::Rgb | Chroma::Palette));
    let missing = [
        ("color_primaries=bt2020", video.colour.primaries.is_none()),
        ("colorspace=bt2020nc", video.colour.matrix.is_none() && !is_rgb),
    ];
    let told: Vec<&str> = missing.into_iter().filter(|(_, missing)| *missing).map(|(told, _)| told).collect();
    (!told.is_empty()).then(|| format!("setparams={}", told.join(":")))
}
