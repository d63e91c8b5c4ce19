//! What a video site may do to a video, as FFmpeg arguments.

/// One trip through a site.
pub struct Channel {
    /// Its name in the report.
    pub name: &'static str,
    /// What each generation does: filters (may be empty) and the encoder's arguments. `RATE` stands for the rate that makes
    /// this encoder give the cap: libvpx and SVT-AV1 miss what they are asked for. `QMIN` is 45 once libvpx gave too much: it
    /// spends what it has on the first pictures and then does not come down any more.
    pub stages: &'static [(&'static str, &'static str)],
    /// The bit rate asked for, in bits per second of video as it is played; none for constant quality.
    pub cap: Option<f64>,
    /// Whether the ten-minute subset has it.
    pub quick: bool,
}

impl Channel {
    /// Whether the rate that an encoder is asked for may be another than the cap.
    pub fn asks_for_a_rate(&self) -> bool {
        self.stages.iter().any(|(_, encoder)| encoder.contains("RATE"))
    }
}

const CRF_18: &str = "-c:v libx264 -preset medium -crf 18 -g 60";
const CRF_23: &str = "-c:v libx264 -preset medium -crf 23 -g 60";
const CRF_28: &str = "-c:v libx264 -preset medium -crf 28 -g 60";
/// What a site does besides is asked with a faster preset, which leaves less of the picture at the same factor: the harsher of
/// the two, and four times as many files in a night.
const FAST_23: &str = "-c:v libx264 -preset veryfast -crf 23 -g 60";
const H264_10M: &str = "-c:v libx264 -preset medium -b:v 10M -maxrate 10M -bufsize 20M -g 60";
const H264_4M: &str = "-c:v libx264 -preset medium -b:v 4M -maxrate 4M -bufsize 8M -g 60";
const H264_2M: &str = "-c:v libx264 -preset medium -b:v 2M -maxrate 2M -bufsize 4M -g 60";
const H264_1M: &str = "-c:v libx264 -preset medium -b:v 1M -maxrate 1M -bufsize 2M -g 60";
const VP9: &str = "-c:v libvpx-vp9 -deadline good -cpu-used 5 -row-mt 1 -tile-columns 2 -b:v RATE -maxrate RATE -bufsize 5M -qmin QMIN -g 60";
const AV1: &str = "-c:v libsvtav1 -preset 8 -b:v RATE -g 60";

const fn quality(
    name: &'static str,
    stages: &'static [(&'static str, &'static str)],
    quick: bool,
) -> Channel {
    Channel { name, stages, cap: None, quick }
}

const fn capped(
    name: &'static str,
    stages: &'static [(&'static str, &'static str)],
    cap: f64,
    quick: bool,
) -> Channel {
    Channel { name, stages, cap: Some(cap), quick }
}

/// Every channel, at 30 frames per second where nothing else is said.
pub const CHANNELS: &[Channel] = &[
    quality("crf18", &[("", CRF_18)], false),
    quality("crf23", &[("", CRF_23)], false),
    quality("crf28", &[("", CRF_28)], true),
    capped("h264-10M", &[("", H264_10M)], 10e6, true),
    capped("h264-4M", &[("", H264_4M)], 4e6, true),
    capped("vp9-2.5M", &[("", VP9)], 2.5e6, false),
    capped("av1-2M", &[("", AV1)], 2e6, false),
    quality("rescale-720", &[("scale=1280:720", FAST_23), ("scale=1920:1080", FAST_23)], true),
    quality("fps-24", &[("fps=24", FAST_23)], true),
    quality("fps-60", &[("fps=60", FAST_23)], false),
    quality("drop-20%", &[("select='gt(random(7)\\,0.2)'", FAST_23)], true),
    quality("duplicated", &[("fps=45", FAST_23)], false),
    quality("crop-2", &[("crop=iw-4:ih-4:2:2", FAST_23)], true),
    quality("crop-2-scaled-back", &[("crop=iw-4:ih-4:2:2,scale=1920:1080", FAST_23)], false),
    quality("range-widened", &[("scale=in_range=tv:out_range=pc,setrange=tv", FAST_23)], false),
    quality("range-narrowed", &[("setrange=pc,scale=in_range=pc:out_range=tv", FAST_23)], false),
    quality("two-generations", &[("", FAST_23), ("", FAST_23)], false),
    capped("720p-2M", &[("scale=1280:720", H264_2M)], 2e6, true),
    capped("480p-1M", &[("scale=854:480", H264_1M)], 1e6, true),
];
