//! What `ffprobe -of json` writes, as it writes it: numbers as numbers or as text, anything may be absent.

use std::collections::BTreeMap;

use reel_types::time::Rational;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Output {
    pub(super) streams: Vec<Stream>,
    pub(super) format: Format,
    pub(super) chapters: Vec<Chapter>,
    pub(super) frames: Vec<Frame>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Format {
    pub(super) format_name: String,
    pub(super) start_time: Option<String>,
    pub(super) duration: Option<String>,
    pub(super) bit_rate: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Chapter {
    pub(super) time_base: Option<String>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Frame {
    pub(super) side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Stream {
    pub(super) index: u32,
    pub(super) codec_name: Option<String>,
    pub(super) codec_type: Option<String>,
    pub(super) codec_tag_string: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) coded_width: u32,
    pub(super) coded_height: u32,
    pub(super) pix_fmt: Option<String>,
    pub(super) sample_aspect_ratio: Option<String>,
    pub(super) display_aspect_ratio: Option<String>,
    pub(super) field_order: Option<String>,
    pub(super) color_range: Option<String>,
    pub(super) color_space: Option<String>,
    pub(super) color_transfer: Option<String>,
    pub(super) color_primaries: Option<String>,
    pub(super) chroma_location: Option<String>,
    pub(super) r_frame_rate: Option<String>,
    pub(super) avg_frame_rate: Option<String>,
    pub(super) time_base: Option<String>,
    pub(super) start_pts: Option<i64>,
    pub(super) duration: Option<String>,
    pub(super) bit_rate: Option<String>,
    pub(super) nb_frames: Option<String>,
    pub(super) nb_read_packets: Option<String>,
    pub(super) sample_rate: Option<String>,
    pub(super) sample_fmt: Option<String>,
    pub(super) channels: u32,
    pub(super) channel_layout: Option<String>,
    pub(super) disposition: BTreeMap<String, i64>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) side_data_list: Vec<SideData>,
}

/// One piece of side data: its sort, and fields that differ from sort to sort.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SideData {
    pub(super) side_data_type: String,
    #[serde(flatten)]
    pub(super) fields: BTreeMap<String, Value>,
}

impl Stream {
    /// A tag, whatever case the muxer wrote its name in.
    pub(super) fn tag(&self, name: &str) -> Option<String> {
        tag(&self.tags, name)
    }

    pub(super) fn side_data(&self, kind: &str) -> Option<&SideData> {
        self.side_data_list.iter().find(|data| data.side_data_type.eq_ignore_ascii_case(kind))
    }

    pub(super) fn is_disposed(&self, name: &str) -> bool {
        self.disposition.get(name).is_some_and(|value| *value != 0)
    }
}

impl SideData {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// A number that was written as `34000/50000`, as `0.68` or as a JSON number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let value = self.fields.get(name)?;
        if let Some(number) = value.as_f64() {
            return Some(number);
        }
        let text = value.as_str()?;
        match text.split_once('/') {
            Some((num, den)) => {
                Some(num.parse::<f64>().ok()? / den.parse::<f64>().ok().filter(|den| *den != 0.0)?)
            }
            None => text.parse().ok(),
        }
    }
}

pub(super) fn tag(tags: &BTreeMap<String, String>, name: &str) -> Option<String> {
    tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

/// `30000/1001` or `16:15`; nothing for `0/0`, `0:1` and `N/A`.
pub(super) fn rational(text: Option<&str>) -> Option<Rational> {
    let (num, den) = text?.split_once(['/', ':'])?;
    Rational::new(num.parse().ok()?, den.parse().ok()?)
}

pub(super) fn number<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

/// Nothing for `unknown` and the like.
pub(super) fn named(text: Option<&str>) -> Option<String> {
    text.filter(|text| !matches!(*text, "unknown" | "N/A" | "unspecified" | "reserved" | ""))
        .map(str::to_owned)
}
