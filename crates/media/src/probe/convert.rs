//! From ffprobe's words to ours.

use reel_types::time::{Rational, Timestamp};

use super::info::{
    AudioStream, Chapter, ColourInfo, ContentLight, Disposition, FieldOrder, MasteringDisplay, OtherStream,
    SubtitleStream, VideoCodec, VideoStream,
};
use super::json::{self, SideData, Stream, named, number, rational};
use super::pixel::PixelFormat;
use super::rotation::Orientation;

const SQUARE: Rational = Rational { num: 1, den: 1 };
const MILLISECOND: Rational = Rational { num: 1, den: 1000 };

const NANOSECOND: Rational = Rational { num: 1, den: 1_000_000_000 };

/// Nothing where it has no length that makes sense.
pub(super) fn chapter(chapter: &json::Chapter) -> Option<Chapter> {
    let base = rational(chapter.time_base.as_deref())?;
    let nanos = |ticks: Option<i64>| Some(Timestamp::new(ticks?, base).rescale(NANOSECOND)?.ticks);
    let (start_nanos, end_nanos) = (nanos(chapter.start)?, nanos(chapter.end)?);
    let title = json::tag(&chapter.tags, "title");
    (start_nanos < end_nanos).then_some(Chapter { start_nanos, end_nanos, title })
}

pub(super) fn video(stream: &Stream) -> VideoStream {
    let time_base = rational(stream.time_base.as_deref()).unwrap_or(MILLISECOND);
    let pixel_format = named(stream.pix_fmt.as_deref()).map(|name| PixelFormat::from_name(&name));
    let has_alpha = pixel_format.as_ref().is_some_and(|format| format.has_alpha)
        || stream.tag("alpha_mode").is_some_and(|mode| mode.trim() == "1");
    let spatial = ["Stereo 3D", "Spherical Mapping"];
    VideoStream {
        index: stream.index,
        codec: codec(stream.codec_name.as_deref().unwrap_or("unknown")),
        profile: named(stream.profile.as_deref()),
        width: stream.width,
        height: stream.height,
        coded_width: stream.coded_width.max(stream.width),
        coded_height: stream.coded_height.max(stream.height),
        pixel_format,
        sample_aspect: rational(stream.sample_aspect_ratio.as_deref()).unwrap_or(SQUARE),
        display_aspect: rational(stream.display_aspect_ratio.as_deref()),
        average_rate: rational(stream.avg_frame_rate.as_deref()),
        real_rate: rational(stream.r_frame_rate.as_deref()),
        time_base,
        orientation: orientation(stream),
        field_order: field_order(stream.field_order.as_deref()),
        colour: ColourInfo {
            range: named(stream.color_range.as_deref()),
            primaries: named(stream.color_primaries.as_deref()),
            transfer: named(stream.color_transfer.as_deref()),
            matrix: named(stream.color_space.as_deref()),
            chroma_location: named(stream.chroma_location.as_deref()),
        },
        mastering: mastering(&stream.side_data_list),
        content_light: content_light(&stream.side_data_list),
        dolby_vision: stream.side_data("DOVI configuration record").is_some(),
        has_alpha,
        spatial: spatial
            .into_iter()
            .filter(|kind| stream.side_data(kind).is_some())
            .map(str::to_owned)
            .collect(),
        disposition: disposition(stream),
        start: stream.start_pts.map(|ticks| Timestamp::new(ticks, time_base)),
        duration_secs: number(stream.duration.as_deref()),
        frame_count: number(stream.nb_frames.as_deref()),
        bitrate_bits_per_sec: number(stream.bit_rate.as_deref()),
        language: language(stream),
    }
}

pub(super) fn audio(stream: &Stream) -> AudioStream {
    let time_base = rational(stream.time_base.as_deref()).unwrap_or(MILLISECOND);
    AudioStream {
        index: stream.index,
        codec: stream.codec_name.clone().unwrap_or_else(|| "unknown".to_owned()),
        sample_rate: number(stream.sample_rate.as_deref()).unwrap_or(0),
        channel_count: stream.channels,
        channel_layout: named(stream.channel_layout.as_deref()),
        sample_format: named(stream.sample_fmt.as_deref()),
        packet_count: number(stream.nb_read_packets.as_deref()),
        time_base,
        start: stream.start_pts.map(|ticks| Timestamp::new(ticks, time_base)),
        duration_secs: number(stream.duration.as_deref()),
        bitrate_bits_per_sec: number(stream.bit_rate.as_deref()),
        language: language(stream),
        title: stream.tag("title"),
        disposition: disposition(stream),
    }
}

pub(super) fn subtitle(stream: &Stream) -> SubtitleStream {
    let codec = stream.codec_name.clone().unwrap_or_else(|| "unknown".to_owned());
    let is_bitmap = matches!(codec.as_str(), "hdmv_pgs_subtitle" | "dvd_subtitle" | "dvb_subtitle" | "xsub");
    SubtitleStream {
        index: stream.index,
        codec,
        is_bitmap,
        language: language(stream),
        title: stream.tag("title"),
        disposition: disposition(stream),
    }
}

pub(super) fn other(stream: &Stream) -> OtherStream {
    OtherStream {
        index: stream.index,
        kind: stream.codec_type.clone().unwrap_or_else(|| "unknown".to_owned()),
        codec: stream.codec_name.clone().or_else(|| stream.codec_tag_string.clone()),
    }
}

pub(super) fn mastering(side_data: &[SideData]) -> Option<MasteringDisplay> {
    let data = side_data.iter().find(|data| data.side_data_type == "Mastering display metadata")?;
    let point = |name: &str| Some((data.number(&format!("{name}_x"))?, data.number(&format!("{name}_y"))?));
    Some(MasteringDisplay {
        red: point("red")?,
        green: point("green")?,
        blue: point("blue")?,
        white: point("white_point")?,
        luminance_min_nits: data.number("min_luminance")?,
        luminance_max_nits: data.number("max_luminance")?,
    })
}

pub(super) fn content_light(side_data: &[SideData]) -> Option<ContentLight> {
    let data = side_data.iter().find(|data| data.side_data_type == "Content light level metadata")?;
    let nits = |name: &str| data.number(name).map(|value| value as u32);
    Some(ContentLight { max_content_nits: nits("max_content")?, max_average_nits: nits("max_average")? })
}

fn codec(name: &str) -> VideoCodec {
    match name {
        "h264" => VideoCodec::H264,
        "hevc" => VideoCodec::Hevc,
        "av1" => VideoCodec::Av1,
        "vp8" => VideoCodec::Vp8,
        "vp9" => VideoCodec::Vp9,
        "mpeg1video" => VideoCodec::Mpeg1,
        "mpeg2video" => VideoCodec::Mpeg2,
        "mpeg4" => VideoCodec::Mpeg4,
        "prores" => VideoCodec::ProRes,
        "mjpeg" => VideoCodec::Mjpeg,
        "png" => VideoCodec::Png,
        "ffv1" => VideoCodec::Ffv1,
        other => VideoCodec::Other(other.to_owned()),
    }
}

fn orientation(stream: &Stream) -> Orientation {
    let matrix =
        stream.side_data("Display Matrix").and_then(|data| parse_matrix(data.text("displaymatrix")?));
    matrix.map(|matrix| Orientation::from_matrix(&matrix)).unwrap_or_default()
}

/// Three lines of `00000000:  a  b  u`.
fn parse_matrix(text: &str) -> Option<[i64; 9]> {
    let rows = text.lines().filter_map(|line| line.split_once(':'));
    let numbers: Option<Vec<i64>> =
        rows.flat_map(|(_, row)| row.split_whitespace()).map(|word| word.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn field_order(text: Option<&str>) -> FieldOrder {
    match text {
        Some("progressive") => FieldOrder::Progressive,
        Some("tt" | "tb") => FieldOrder::TopFirst,
        Some("bb" | "bt") => FieldOrder::BottomFirst,
        _ => FieldOrder::Unknown,
    }
}

fn disposition(stream: &Stream) -> Disposition {
    Disposition {
        default: stream.is_disposed("default"),
        attached_picture: stream.is_disposed("attached_pic"),
        forced: stream.is_disposed("forced"),
    }
}

fn language(stream: &Stream) -> Option<String> {
    stream.tag("language").filter(|language| language != "und")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_matrix_is_read_from_its_dump() {
        let dump = "\n00000000:            0       65536           0\n00000001:       -65536           0           0\n\
                    00000002:            0           0  1073741824\n";
        assert_eq!(parse_matrix(dump), Some([0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30]));
        assert_eq!(parse_matrix("nonsense"), None);
    }
}
