//! What a file is, asked of `ffprobe`; its beginning and its pictures.

use std::path::Path;
use std::sync::Arc;

use reel_infer::{Model, Registry};
use reel_media::formats::Container;
use reel_media::probe::MediaInfo;
use reel_media::{Ffmpeg, ProbeLimits, mux, probe};
use reel_server::{Finding, Inspect, Inspected, NetworkModel, Pictures, Unseen};
use reel_types::CancelToken;
use serde_json::{Value, json};

use super::pictures;

/// Looks into films with FFmpeg; whatever it does not open is just bytes.
pub(super) struct LookInto {
    ffmpeg: Arc<Ffmpeg>,
    doctor: Box<dyn Fn() -> Vec<Finding> + Send + Sync>,
    networks: Option<Registry>,
}

impl LookInto {
    pub(super) fn new(
        ffmpeg: Arc<Ffmpeg>,
        networks: Option<Registry>,
        doctor: impl Fn() -> Vec<Finding> + Send + Sync + 'static,
    ) -> Self {
        Self { ffmpeg, doctor: Box::new(doctor), networks }
    }
}

impl Inspect for LookInto {
    fn inspect(&self, path: &Path) -> Inspected {
        match probe(&self.ffmpeg, path, &ProbeLimits::default(), &CancelToken::new()) {
            Ok(media) => Inspected { mime: mime(media.container), metadata: metadata(&media) },
            Err(error) => {
                tracing::debug!(%error, "an upload is no film");
                Inspected { mime: None, metadata: Value::Null }
            }
        }
    }

    fn doctor(&self) -> Vec<Finding> {
        (self.doctor)()
    }

    fn models(&self) -> Vec<NetworkModel> {
        self.networks.iter().flat_map(Registry::list).filter_map(network).collect()
    }

    fn excerpt(&self, path: &Path, secs: u32, out: &Path) -> Result<(), Unseen> {
        let cut = mux::excerpt(&self.ffmpeg, path, secs, out, &CancelToken::new());
        cut.map(|_| ()).map_err(|error| {
            tracing::debug!(%error, "an upload cannot be cut");
            Unseen::Failed("FFmpeg cannot copy what is in it".to_owned())
        })
    }

    fn pictures(&self, path: &Path, first: u64, count_max: u32) -> Result<Pictures, Unseen> {
        pictures::list(path, first, count_max)
    }

    fn picture(&self, path: &Path, number: u64) -> Result<Vec<u8>, Unseen> {
        pictures::one(path, number)
    }
}

/// What strangers may know of a model: not where it lies, nor where it came from, which may be a path.
fn network(model: Model) -> Option<NetworkModel> {
    let (_, card) = model.here?;
    Some(NetworkModel {
        name: model.name,
        contract: card.contract.as_str().to_owned(),
        purpose: model.purpose,
        licence: model.licence,
        sha256: card.sha256,
        size_bytes: card.size_bytes,
        builtin: model.is_builtin,
    })
}

fn metadata(media: &MediaInfo) -> Value {
    let video = media.video.iter().find(|stream| !stream.disposition.attached_picture);
    let audio = media.audio.first();
    let size = video.map(reel_media::probe::VideoStream::shown_size);
    json!({
        "container": media.format_name,
        "duration_secs": media.duration_secs,
        "bitrate_bits_per_sec": media.bitrate_bits_per_sec,
        "width": size.map(|(width, _)| width),
        "height": size.map(|(_, height)| height),
        "fps": video.and_then(|video| video.average_rate).map(|rate| (rate.as_f64() * 1000.0).round() / 1000.0),
        "video_codec": video.map(|video| &video.codec),
        "hdr": video.map(|video| video.is_hdr()),
        "alpha": video.map(|video| video.has_alpha),
        "audio_codec": audio.map(|audio| &audio.codec),
        "audio_channels": audio.map(|audio| audio.channel_count),
        "audio_tracks": media.audio.len(),
        "subtitle_tracks": media.subtitles.len(),
        "title": media.title,
    })
}

/// As browsers call it.
fn mime(container: Container) -> Option<String> {
    let mime = match container {
        Container::Mov => "video/mp4",
        Container::Matroska => "video/x-matroska",
        Container::MpegTs => "video/mp2t",
        Container::MpegPs => "video/mpeg",
        Container::Avi => "video/x-msvideo",
        Container::Asf => "video/x-ms-wmv",
        Container::Flv => "video/x-flv",
        Container::Ogg => "video/ogg",
        Container::Mxf => "application/mxf",
        _ => return None,
    };
    Some(mime.to_owned())
}
