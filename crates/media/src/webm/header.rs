//! Everything in front of the first cluster.

use super::cluster::Ticks;
use super::colour::put_colour;
use super::ebml::{self, Bytes};
use super::ids;
use super::spec::WebmSpec;
use super::track::{WebmTrack, mode_of_stereo};
use crate::spatial::{Projection, ProjectionKind, Stereo};

/// The number of the track of pictures; those of sound follow.
pub(super) const VIDEO_NUMBER: u64 = 1;

/// The bytes in front of the first cluster, and where in them stands what is known at the end alone.
pub(super) struct Header {
    pub(super) bytes: Vec<u8>,
    /// Eight bytes: the size of the segment.
    pub(super) segment_size_at: u64,
    /// From here places in the file are counted.
    pub(super) segment_at: u64,
    /// Eight bytes: the place of the cues.
    pub(super) cues_place_at: u64,
    /// Eight bytes: the duration in ticks.
    pub(super) duration_at: u64,
}

pub(super) fn header(spec: &WebmSpec, audio: &[WebmTrack]) -> Header {
    let mut out = Bytes::default();
    out.master(ids::EBML, |ebml| {
        ebml.uint(ids::EBML_VERSION, 1).uint(ids::EBML_READ_VERSION, 1).uint(ids::EBML_MAX_ID_LENGTH, 4);
        ebml.uint(ids::EBML_MAX_SIZE_LENGTH, 8).text(ids::DOC_TYPE, spec.doc_type.name());
        ebml.uint(ids::DOC_TYPE_VERSION, 4).uint(ids::DOC_TYPE_READ_VERSION, 2);
    });
    ebml::put_id(&mut out.0, ids::SEGMENT);
    let segment_size_at = out.0.len() as u64;
    out.0.extend_from_slice(&ebml::UNKNOWN_SIZE);
    let segment_at = out.0.len() as u64;

    let (info, duration_in_info) = info(spec);
    let parts = [
        (ids::INFO, info),
        (ids::TRACKS, tracks(spec, audio)),
        (ids::CHAPTERS, chapters(spec)),
        (ids::TAGS, tags(spec)),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(_, part)| !part.is_empty()).collect();
    // Every entry has the same size whatever its place, so the first round tells where all parts will be.
    let seek_head_bytes = seek_head(parts.iter().map(|(id, _)| (*id, 0))).len() as u64;
    let mut place = seek_head_bytes;
    let mut places = Vec::new();
    for (id, part) in &parts {
        places.push((*id, place));
        place += part.len() as u64;
    }
    let seek_head = seek_head(places.into_iter());
    out.0.extend_from_slice(&seek_head);
    let cues_place_at = out.0.len() as u64 - 8;
    let duration_at = out.0.len() as u64 + duration_in_info;
    parts.iter().for_each(|(_, part)| out.0.extend_from_slice(part));
    Header { bytes: out.0, segment_size_at, segment_at, cues_place_at, duration_at }
}

/// The cues come last, so that their place is the last eight bytes.
fn seek_head(parts: impl Iterator<Item = (u32, u64)>) -> Vec<u8> {
    let mut out = Bytes::default();
    out.master(ids::SEEK_HEAD, |seeks| {
        for (id, place) in parts.chain([(ids::CUES, 0)]) {
            seeks.master(ids::SEEK, |seek| {
                seek.binary(ids::SEEK_ID, &id.to_be_bytes());
                seek.binary(ids::SEEK_POSITION, &place.to_be_bytes());
            });
        }
    });
    out.0
}

/// `Info`, and where in it the eight bytes of the duration are.
fn info(spec: &WebmSpec) -> (Vec<u8>, u64) {
    let mut out = Bytes::default();
    out.master(ids::INFO, |info| {
        info.uint(ids::TIMESTAMP_SCALE, spec.tick_nanos.into());
        info.text(ids::MUXING_APP, "reel").text(ids::WRITING_APP, "reel");
        if let Some(title) = &spec.title {
            info.text(ids::TITLE, title);
        }
        info.float(ids::DURATION, 0.0);
    });
    let duration_at = out.0.len() as u64 - 8;
    (out.0, duration_at)
}

fn tracks(spec: &WebmSpec, audio: &[WebmTrack]) -> Vec<u8> {
    let mut out = Bytes::default();
    out.master(ids::TRACKS, |tracks| {
        tracks.master(ids::TRACK_ENTRY, |entry| video(entry, spec));
        for (track, (number, wanted)) in audio.iter().zip((VIDEO_NUMBER + 1..).zip(&spec.audio)) {
            tracks.master(ids::TRACK_ENTRY, |entry| {
                let language = wanted.language.as_ref().or(track.language.as_ref());
                let title = wanted.title.as_ref().or(track.title.as_ref());
                begin_track(entry, number, 2, wanted.default, &track.codec_id, (language, title));
                if !track.codec_private.is_empty() {
                    entry.binary(ids::CODEC_PRIVATE, &track.codec_private);
                }
                if track.codec_delay_nanos > 0 {
                    entry.uint(ids::CODEC_DELAY, track.codec_delay_nanos);
                }
                if track.seek_pre_roll_nanos > 0 {
                    entry.uint(ids::SEEK_PRE_ROLL, track.seek_pre_roll_nanos);
                }
                if let Some(nanos) = track.default_duration_nanos {
                    entry.uint(ids::DEFAULT_DURATION, nanos);
                }
                entry.binary(ids::AUDIO, &track.audio);
            });
        }
    });
    out.0
}

fn begin_track(
    entry: &mut Bytes,
    number: u64,
    kind: u64,
    default: bool,
    codec_id: &str,
    (language, title): (Option<&String>, Option<&String>),
) {
    entry.uint(ids::TRACK_NUMBER, number).uint(ids::TRACK_UID, number).uint(ids::TRACK_TYPE, kind);
    entry.uint(ids::FLAG_LACING, 0).uint(ids::FLAG_DEFAULT, default.into());
    entry.text(ids::LANGUAGE, language.map_or("und", String::as_str));
    if let Some(title) = title {
        entry.text(ids::NAME, title);
    }
    entry.text(ids::CODEC_ID, codec_id);
}

fn video(entry: &mut Bytes, spec: &WebmSpec) {
    let video = &spec.video;
    let names = (video.language.as_ref(), video.title.as_ref());
    begin_track(entry, VIDEO_NUMBER, 1, true, video.codec.id(), names);
    if !video.codec_private.is_empty() {
        entry.binary(ids::CODEC_PRIVATE, &video.codec_private);
    }
    if let Some(rate) = video.constant_rate {
        let nanos =
            (u64::from(rate.den) * 1_000_000_000 + u64::from(rate.num) / 2) / u64::from(rate.num.max(1));
        entry.uint(ids::DEFAULT_DURATION, nanos);
    }
    if video.has_alpha {
        entry.uint(ids::MAX_BLOCK_ADDITION_ID, 1);
    }
    entry.master(ids::VIDEO, |out| {
        out.uint(ids::PIXEL_WIDTH, video.width.into()).uint(ids::PIXEL_HEIGHT, video.height.into());
        let (width, height) = display_size(spec);
        if (width, height) != (video.width.into(), video.height.into()) {
            out.uint(ids::DISPLAY_WIDTH, width).uint(ids::DISPLAY_HEIGHT, height);
        }
        out.uint(ids::FLAG_INTERLACED, 2);
        if video.has_alpha {
            out.uint(ids::ALPHA_MODE, 1);
        }
        if let Some(stereo) = video.spatial.stereo {
            out.uint(ids::STEREO_MODE, mode_of_stereo(stereo));
        }
        put_colour(out, &video.colour);
        if let Some(projection) = &video.spatial.projection {
            put_projection(out, projection);
        }
    });
}

/// The size of one eye's picture as it is shown (RFC 9559, 21.3): the longer way of stretching, so that no side becomes
/// shorter than its pixels.
fn display_size(spec: &WebmSpec) -> (u64, u64) {
    let (width, height) = (u64::from(spec.video.width), u64::from(spec.video.height));
    let (width, height) = match spec.video.spatial.stereo {
        Some(Stereo::SideBySide | Stereo::SideBySideSwapped) => (width.div_ceil(2), height),
        Some(Stereo::TopBottom | Stereo::TopBottomSwapped) => (width, height.div_ceil(2)),
        Some(Stereo::Mono) | None => (width, height),
    };
    let aspect = spec.video.sample_aspect;
    let (num, den) = (u64::from(aspect.num.max(1)), u64::from(aspect.den.max(1)));
    if num >= den { ((width * num + den / 2) / den, height) } else { (width, (height * den + num / 2) / num) }
}

/// Nothing for a surface that the format has no name for.
fn put_projection(out: &mut Bytes, projection: &Projection) {
    let mut private = Vec::new();
    let number = match projection.kind {
        ProjectionKind::Rectangular => 0,
        ProjectionKind::Equirectangular(bounds) => {
            // The body of the box `equi`: version and flags, then the bounds.
            let sides = [0, bounds.top, bounds.bottom, bounds.left, bounds.right];
            private.extend(sides.into_iter().flat_map(u32::to_be_bytes));
            1
        }
        // Version and flags, layout 0, no padding.
        ProjectionKind::Cubemap => {
            private.extend([0; 12]);
            2
        }
        ProjectionKind::Mesh | ProjectionKind::Fisheye { .. } => return,
    };
    out.master(ids::PROJECTION, |out| {
        out.uint(ids::PROJECTION_TYPE, number);
        if !private.is_empty() {
            out.binary(ids::PROJECTION_PRIVATE, &private);
        }
        let pose = projection.pose;
        out.float(ids::PROJECTION_POSE_YAW, pose.yaw_degrees);
        out.float(ids::PROJECTION_POSE_PITCH, pose.pitch_degrees);
        out.float(ids::PROJECTION_POSE_ROLL, pose.roll_degrees);
    });
}

fn chapters(spec: &WebmSpec) -> Vec<u8> {
    let mut out = Bytes::default();
    if spec.chapters.is_empty() {
        return out.0;
    }
    out.master(ids::CHAPTERS, |chapters| {
        chapters.master(ids::EDITION_ENTRY, |edition| {
            for (number, chapter) in (1..).zip(&spec.chapters) {
                edition.master(ids::CHAPTER_ATOM, |atom| {
                    atom.uint(ids::CHAPTER_UID, number).uint(ids::CHAPTER_TIME_START, chapter.start_nanos);
                    if let Some(end) = chapter.end_nanos {
                        atom.uint(ids::CHAPTER_TIME_END, end);
                    }
                    atom.master(ids::CHAPTER_DISPLAY, |display| {
                        display.text(ids::CHAP_STRING, &chapter.title);
                        display.text(ids::CHAP_LANGUAGE, chapter.language.as_deref().unwrap_or("und"));
                    });
                });
            }
        });
    });
    out.0
}

fn tags(spec: &WebmSpec) -> Vec<u8> {
    let mut out = Bytes::default();
    let mut all = Bytes::default();
    for (target, tags) in [(None, &spec.tags), (Some(VIDEO_NUMBER), &spec.video_tags)] {
        if tags.is_empty() {
            continue;
        }
        all.master(ids::TAG, |tag| {
            tag.master(ids::TARGETS, |targets| {
                if let Some(uid) = target {
                    targets.uint(ids::TAG_TRACK_UID, uid);
                }
            });
            for (name, value) in tags {
                tag.master(ids::SIMPLE_TAG, |simple| {
                    simple.text(ids::TAG_NAME, name).text(ids::TAG_STRING, value);
                });
            }
        });
    }
    if !all.0.is_empty() {
        out.binary(ids::TAGS, &all.0);
    }
    out.0
}

/// Where clusters with key frames are.
pub(super) fn cues(entries: &[(Ticks, u64)]) -> Vec<u8> {
    let mut out = Bytes::default();
    out.master(ids::CUES, |cues| {
        for (ticks, place) in entries {
            cues.master(ids::CUE_POINT, |point| {
                point.uint(ids::CUE_TIME, u64::try_from(*ticks).unwrap_or(0));
                point.master(ids::CUE_TRACK_POSITIONS, |positions| {
                    positions.uint(ids::CUE_TRACK, VIDEO_NUMBER).uint(ids::CUE_CLUSTER_POSITION, *place);
                });
            });
        }
    });
    out.0
}
