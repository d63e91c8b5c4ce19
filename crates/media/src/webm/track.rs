//! What a file says about its tracks.

use super::{ebml, ids};
use crate::spatial::{Bounds, Pose, Projection, ProjectionKind, Spatial, Stereo};

/// What a track holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Text or pictures over the film.
    Subtitle,
    /// Anything else.
    #[default]
    Other,
}

/// One track as a file describes it.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct WebmTrack {
    /// Its number in the blocks of that file.
    pub number: u64,
    /// What it holds.
    pub kind: TrackKind,
    /// For example `V_VP9`, `A_OPUS`.
    pub codec_id: String,
    /// The codec's configuration.
    pub codec_private: Vec<u8>,
    /// From frame to frame, where that is constant.
    pub default_duration_nanos: Option<u64>,
    /// What the decoder puts in front and a player drops.
    pub codec_delay_nanos: u64,
    /// How much is decoded before a place that is sought.
    pub seek_pre_roll_nanos: u64,
    /// ISO 639 code.
    pub language: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Whether its bytes are packed once more, which WebM forbids.
    pub is_encoded: bool,
    /// Whether it says that its frames bring an alpha plane.
    pub alpha_mode: bool,
    /// Width in pixels; 0 for what is no picture.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Where the eyes are, and which surface is covered.
    pub spatial: Option<Spatial>,
    /// The element `Audio` without its head, to be copied.
    pub(super) audio: Vec<u8>,
}

/// The tracks in the body of `Tracks`; nothing when it is no list of elements.
pub(super) fn parse_tracks(body: &[u8]) -> Option<Vec<WebmTrack>> {
    let mut tracks = Vec::new();
    for child in ebml::children(body) {
        let (id, body) = child?;
        if id == ids::TRACK_ENTRY {
            tracks.push(parse_track(body)?);
        }
    }
    Some(tracks)
}

fn parse_track(body: &[u8]) -> Option<WebmTrack> {
    let mut track = WebmTrack::default();
    for child in ebml::children(body) {
        let (id, body) = child?;
        match id {
            ids::TRACK_NUMBER => track.number = ebml::uint(body)?,
            ids::TRACK_TYPE => {
                track.kind = match ebml::uint(body)? {
                    1 => TrackKind::Video,
                    2 => TrackKind::Audio,
                    17 => TrackKind::Subtitle,
                    _ => TrackKind::Other,
                }
            }
            ids::CODEC_ID => track.codec_id = ebml::text(body),
            ids::CODEC_PRIVATE => track.codec_private = body.to_vec(),
            ids::DEFAULT_DURATION => {
                track.default_duration_nanos = ebml::uint(body).filter(|nanos| *nanos > 0)
            }
            ids::CODEC_DELAY => track.codec_delay_nanos = ebml::uint(body)?,
            ids::SEEK_PRE_ROLL => track.seek_pre_roll_nanos = ebml::uint(body)?,
            ids::LANGUAGE => {
                track.language = Some(ebml::text(body)).filter(|code| !code.is_empty() && code != "und")
            }
            ids::NAME => track.title = Some(ebml::text(body)).filter(|title| !title.is_empty()),
            ids::CONTENT_ENCODINGS => track.is_encoded = true,
            ids::VIDEO => parse_video(body, &mut track)?,
            ids::AUDIO => track.audio = body.to_vec(),
            _ => {}
        }
    }
    Some(track)
}

fn parse_video(body: &[u8], track: &mut WebmTrack) -> Option<()> {
    let mut spatial = Spatial::default();
    let side = |body: &[u8]| ebml::uint(body).and_then(|side| u32::try_from(side).ok());
    for child in ebml::children(body) {
        let (id, body) = child?;
        match id {
            ids::PIXEL_WIDTH => track.width = side(body)?,
            ids::PIXEL_HEIGHT => track.height = side(body)?,
            ids::ALPHA_MODE => track.alpha_mode = ebml::uint(body)? != 0,
            ids::STEREO_MODE => spatial.stereo = ebml::uint(body).and_then(stereo_of_mode),
            ids::PROJECTION => spatial.projection = parse_projection(body)?,
            _ => {}
        }
    }
    track.spatial = (!spatial.is_empty()).then_some(spatial);
    Some(())
}

fn parse_projection(body: &[u8]) -> Option<Option<Projection>> {
    let (mut kind, mut private, mut pose) = (0, &[][..], Pose::default());
    for child in ebml::children(body) {
        let (id, body) = child?;
        match id {
            ids::PROJECTION_TYPE => kind = ebml::uint(body)?,
            ids::PROJECTION_PRIVATE => private = body,
            ids::PROJECTION_POSE_YAW => pose.yaw_degrees = ebml::float(body)?,
            ids::PROJECTION_POSE_PITCH => pose.pitch_degrees = ebml::float(body)?,
            ids::PROJECTION_POSE_ROLL => pose.roll_degrees = ebml::float(body)?,
            _ => {}
        }
    }
    let side = |index: usize| {
        let bytes = private.get(4 + 4 * index..8 + 4 * index).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    let kind = match kind {
        0 => ProjectionKind::Rectangular,
        1 => ProjectionKind::Equirectangular(Bounds {
            top: side(0),
            bottom: side(1),
            left: side(2),
            right: side(3),
        }),
        2 => ProjectionKind::Cubemap,
        3 => ProjectionKind::Mesh,
        _ => return Some(None),
    };
    Some(Some(Projection { kind, pose }))
}

/// The number of StereoMode.
pub(super) fn mode_of_stereo(stereo: Stereo) -> u64 {
    match stereo {
        Stereo::Mono => 0,
        Stereo::SideBySide => 1,
        Stereo::TopBottomSwapped => 2,
        Stereo::TopBottom => 3,
        Stereo::SideBySideSwapped => 11,
    }
}

fn stereo_of_mode(mode: u64) -> Option<Stereo> {
    use Stereo::{Mono, SideBySide, SideBySideSwapped, TopBottom, TopBottomSwapped};
    let all = [Mono, SideBySide, SideBySideSwapped, TopBottom, TopBottomSwapped];
    all.into_iter().find(|stereo| mode_of_stereo(*stereo) == mode)
}
