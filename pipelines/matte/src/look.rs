//! What is made of each picture, and how: everything that follows from parameters and source, as plain data.

use reel_device::DeviceWish;
use reel_media::probe::{Chroma, ColourInfo, VideoStream};
use reel_media::tone_map;
use reel_types::Failure;
use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use crate::added::AddedNetwork;
use crate::decode::Decoding;
use crate::eyes::Eyes;
use crate::facts::Facts;
use crate::headset;
use crate::hevc::HevcEncoder;
use crate::params::{Format, Model, Params, Quality};
use crate::picture::ColourSpace;
use crate::words::{Backdrop, BatchSize, DownsampleRatio, KeyColour, Levels};

/// What is made of each picture, and how.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Look {
    /// Pixels in a row, upright.
    pub width: u32,
    /// Rows, upright.
    pub height: u32,
    /// Shape of a pixel, upright.
    pub sample_aspect: Rational,
    /// FFmpeg's filters between decoder and us; frames come upright.
    pub filters: Vec<String>,
    /// What the numbers of the picture mean.
    pub space: ColourSpace,
    /// The same by FFmpeg's names, for the result.
    pub colour: ColourInfo,
    /// How eyes share the picture.
    pub eyes: Eyes,
    /// What tells people from their background.
    pub model: Model,
    /// The source that holds its network, where a person brought it.
    pub weights_source: Option<u32>,
    /// The one that was added and is called by its name.
    #[serde(default)]
    pub network: Option<AddedNetwork>,
    /// How much smaller rvm looks at the picture first.
    pub downsample_ratio: DownsampleRatio,
    /// The screen's colour, when a person told.
    pub key_colour: Option<KeyColour>,
    /// How many pictures a run of a network takes at most.
    pub batch_size: BatchSize,
    /// Where networks run.
    pub device: DeviceWish,
    /// What a GPU may be asked to decode.
    #[serde(default)]
    pub decoding: Decoding,
    /// What comes out.
    pub format: Format,
    /// What encodes HEVC with alpha, where that comes out.
    #[serde(default)]
    pub hevc: Option<HevcEncoder>,
    /// Speed against size and edges.
    pub quality: Quality,
    /// What stands behind the people.
    pub background: Option<Backdrop>,
    /// The source that holds it, when it is a picture.
    pub background_source: Option<u32>,
    /// What is done to the edge.
    pub edge: EdgeChoice,
    /// CPU threads of decoding, finishing and each encoder. Plan data: an encoder writes another stream for another count.
    pub threads: u32,
}

/// What is done to the edge on a person's word.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct EdgeChoice {
    /// Pixels taken off; below zero added.
    pub erode: i8,
    /// Pixels of softness.
    pub feather: u8,
    /// What counts as nothing and as all.
    pub levels: Option<Levels>,
}

impl Look {
    /// What this source needs, and the sentences that a report owes to the person.
    ///
    /// # Errors
    /// Usage, where the format does not fit the source.
    pub(crate) fn of(
        params: &Params,
        video: &VideoStream,
        facts: &Facts,
        threads: u32,
    ) -> Result<(Self, Vec<String>), Failure> {
        let mut said = Vec::new();
        let (mut width, mut height) = video.shown_size();
        let mut eyes = facts.eyes;
        let sample_aspect =
            if video.orientation.swaps_sides() { video.sample_aspect.inverse() } else { video.sample_aspect };
        let mut filters = Vec::new();
        if !video.orientation.is_upright() {
            said.push(format!(
                "turned by {} degrees as the source asks, and stored upright",
                video.orientation.clockwise_degrees
            ));
        }
        if video.is_interlaced() {
            filters.push("bwdif=mode=send_frame".to_owned());
            said.push("deinterlaced with bwdif, one frame for one frame".to_owned());
        }
        let pixels = video.pixel_format.as_ref();
        if pixels.is_some_and(|pixels| pixels.has_alpha) {
            filters.push("format=gbrap,premultiply=inplace=1,format=gbrp".to_owned());
            said.push("transparency of the source laid over black first".to_owned());
        }
        let mut colour = video.colour.clone();
        if video.is_hdr() {
            filters.extend(tone_map::assumed(video));
            filters.extend(tone_map::filters());
            said.push(tone_map::told());
            let bt709 = || Some("bt709".to_owned());
            colour = ColourInfo {
                primaries: bt709(),
                transfer: bt709(),
                matrix: bt709(),
                range: Some("tv".to_owned()),
                chroma_location: None,
            };
        } else if pixels.is_some_and(|pixels| !matches!(pixels.name.as_str(), "yuv420p" | "yuvj420p")) {
            said.push(format!(
                "{} worked on as 8-bit 4:2:0",
                pixels.map_or("its pixels", |pixels| pixels.name.as_str())
            ));
        }
        let is_rgb = |matrix: &String| matches!(matrix.as_str(), "gbr" | "rgb");
        if colour.range.as_deref() == Some("pc") && !colour.matrix.as_ref().is_some_and(is_rgb) {
            // Numbers from 0 to 255 are kept; without this FFmpeg would squeeze them.
            filters.push("scale=in_range=full:out_range=full".to_owned());
        }
        let matrix = colour.matrix.take().filter(|matrix| !is_rgb(matrix));
        if matrix.is_none()
            && pixels.is_some_and(|pixels| matches!(pixels.chroma, Chroma::Rgb | Chroma::Palette))
        {
            let name = if height >= 720 { "bt709" } else { "smpte170m" };
            filters.push(format!(
                "scale=out_color_matrix={}:out_range=limited",
                if height >= 720 { "bt709" } else { "bt601" }
            ));
            colour.range = Some("tv".to_owned());
            colour.matrix = Some(name.to_owned());
        } else {
            colour.matrix = matrix;
        }
        if params.format == Some(Format::Deovr) && !params.preview {
            let (filter, size) = headset::round(facts.spatial, eyes, (width, height))?;
            filters.extend(filter);
            (width, height) = size;
            eyes = Eyes::SideBySide;
            said.push(headset::told());
        }
        let space = ColourSpace::of(colour.matrix.as_deref(), colour.range.as_deref(), height);
        let look = Self {
            width,
            height,
            sample_aspect,
            filters,
            space,
            colour,
            eyes,
            model: params.model,
            weights_source: params.weights_source,
            network: facts.network.clone(),
            downsample_ratio: params.downsample_ratio,
            key_colour: params.key_colour,
            batch_size: params.batch_size,
            device: params.device,
            decoding: Decoding::of(video),
            format: params.format.unwrap_or_default(),
            hevc: facts.hevc,
            quality: params.quality,
            background: params.background,
            background_source: params.background_source,
            edge: EdgeChoice {
                erode: params.erode.unwrap_or(0),
                feather: params.feather.unwrap_or(0),
                levels: params.levels,
            },
            threads,
        };
        Ok((look, said))
    }

    /// Width and height of what a network looks at: each eye, or the picture.
    pub fn eye_size(&self) -> (usize, usize) {
        let (width, height) = (self.width as usize, self.height as usize);
        self.eyes.size_of_each(width, height).unwrap_or((width, height))
    }

    /// The same by the options of an encoder.
    pub fn colour_args(&self) -> Vec<String> {
        let options = [
            ("-color_primaries", &self.colour.primaries),
            ("-color_trc", &self.colour.transfer),
            ("-colorspace", &self.colour.matrix),
            ("-color_range", &self.colour.range),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value.clone()?]));
        given.flatten().collect()
    }
}
