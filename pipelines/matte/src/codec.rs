//! Which encoder gets which planes, and with which options.

use reel_media::raw::FrameWriter;
use reel_media::{Clock, MediaError};

use crate::look::Look;
use crate::params::{Format, Quality};
use crate::picture::Matted;

/// As fast as VP9 is encoded. Pictures that were looked ahead at would only lie in memory: a third of a gigabyte at 4K.
const REALTIME: &str = "-deadline realtime -cpu-used 8 -lag-in-frames 0";
const LOSSLESS: &str = "-deadline realtime -cpu-used 5 -lag-in-frames 0 -lossless 1";

/// What an encoder gets of each picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plane {
    /// Colours.
    Colour,
    /// The matte as luma with all its 256 values, beside flat colour.
    Alpha,
    /// The matte as luma from black 16 to white 235, beside flat colour.
    Grey,
    /// Colours and the matte.
    Both,
}

/// One encoder.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LaneSpec {
    pub(crate) plane: Plane,
    /// The file it leaves.
    pub(crate) file: &'static str,
    pub(crate) mime: &'static str,
    /// Options of FFmpeg.
    pub(crate) args: Vec<String>,
}

impl Plane {
    /// What is encoded, in the words of an error.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Colour => "the colours",
            Self::Alpha | Self::Grey => "the matte",
            Self::Both => "the colours with the matte",
        }
    }

    /// FFmpeg's name of how its pictures are laid out.
    pub(crate) fn pix_fmt(self) -> &'static str {
        if self == Self::Both { "yuva420p" } else { "yuv420p" }
    }

    /// One picture.
    pub(crate) fn write(
        self,
        writer: &mut FrameWriter,
        tick: i64,
        matted: &Matted,
        scratch: &mut Vec<u8>,
    ) -> Result<(), MediaError> {
        let samples = matted.picture.samples();
        let flat = samples.len() - matted.picture.luma().len();
        match self {
            Self::Colour => writer.write_frame(tick, samples),
            Self::Both => writer.write_planes(tick, &[samples, &matted.alpha]),
            Self::Alpha => {
                scratch.resize(flat, 128);
                writer.write_planes(tick, &[&matted.alpha, scratch])
            }
            Self::Grey => {
                scratch.clear();
                scratch.extend(
                    matted.alpha.iter().map(|alpha| ((u32::from(*alpha) * 219 + 127) / 255 + 16) as u8),
                );
                scratch.resize(samples.len(), 128);
                writer.write_frame(tick, scratch)
            }
        }
    }
}

/// The encoders that this look needs.
pub(crate) fn lanes(look: &Look, clock: Clock) -> Vec<LaneSpec> {
    let colour = || look.colour_args();
    let one = |plane, file, mime, args| vec![LaneSpec { plane, file, mime, args }];
    match look.format {
        Format::Webm => {
            let vp9 = |plane, file, effort: &str, crf, more: Vec<String>| {
                let mut args = words("-c:v libvpx-vp9 -row-mt 1 -tile-columns 2 -g 240");
                // Both encoders run at once, so each gets half: more threads only wait for each other.
                let threads = (look.threads / 2).max(1);
                args.extend(words(&format!("{effort} -crf {crf} -b:v 0 -auto-alt-ref 0 -threads {threads}")));
                args.extend(more);
                args.extend(words("-f ivf"));
                LaneSpec { plane, file, mime: "video/x-ivf", args }
            };
            // Mattes are flat with sharp edges, as screens are: VP9's tools for those take some bytes off. Finer than the colours, so that
            // nearly all that is 0 or 255 stays so; only `best` keeps all of it.
            let (effort, colour_crf, alpha_effort, alpha_crf) = match look.quality {
                Quality::Draft => (REALTIME, 36, REALTIME, 16),
                Quality::Balanced => (REALTIME, 24, REALTIME, 4),
                Quality::Best => ("-deadline good -cpu-used 3", 18, LOSSLESS, 0),
            };
            let screen = words("-tune-content screen");
            vec![
                vp9(Plane::Colour, "colour.ivf", effort, colour_crf, colour()),
                vp9(Plane::Alpha, "alpha.ivf", alpha_effort, alpha_crf, screen),
            ]
        }
        Format::Prores => {
            let mut args = words(&format!(
                "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le -alpha_bits 16 -vendor apl0 -threads {}",
                look.threads
            ));
            args.extend(colour());
            args.extend(movie_clock(clock));
            args.extend(words("-f mov"));
            one(Plane::Both, "film.mov", "video/quicktime", args)
        }
        Format::Hevc => {
            let args = look.hevc.map(|encoder| encoder.args(look.quality, look.threads)).unwrap_or_default();
            let mut args = [args, colour()].concat();
            args.extend(movie_clock(clock));
            args.extend(words("-f mov"));
            one(Plane::Both, "film.mov", "video/quicktime", args)
        }
        Format::Ffv1 => {
            let mut args =
                words(&format!("-c:v ffv1 -level 3 -slices 4 -slicecrc 1 -g 1 -threads {}", look.threads));
            args.extend(colour());
            args.extend(words("-f nut"));
            one(Plane::Both, "film.nut", "video/x-nut", args)
        }
        Format::Png => {
            let mut args = words(&format!("-c:v png -pix_fmt rgba -pred mixed -threads {}", look.threads));
            args.extend(words("-f image2pipe"));
            one(Plane::Both, "film.pngs", "application/octet-stream", args)
        }
        Format::Green | Format::Deovr => {
            let mut args = x264(look);
            args.extend(colour());
            args.extend(movie_clock(clock));
            one(Plane::Colour, "film.mp4", "video/mp4", args)
        }
        Format::Matte => {
            let mut args = x264(look);
            args.extend(words("-color_range tv"));
            args.extend(movie_clock(clock));
            one(Plane::Grey, "film.mp4", "video/mp4", args)
        }
    }
}

/// The clock of parts that are joined later. Where a track begins is told in it too.
fn movie_clock(clock: Clock) -> Vec<String> {
    words(&format!("-video_track_timescale {0} -movie_timescale {0}", clock.timescale))
}

fn x264(look: &Look) -> Vec<String> {
    let (preset, crf) = match look.quality {
        Quality::Draft => ("veryfast", 24),
        Quality::Balanced => ("medium", 18),
        Quality::Best => ("slow", 14),
    };
    words(&format!("-c:v libx264 -preset {preset} -crf {crf} -threads {} -f mp4", look.threads))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
