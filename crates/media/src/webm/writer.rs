//! A WebM or Matroska file with an alpha plane beside its pictures, written in one go.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use reel_types::time::{Rational, Timestamp};

use super::audio::AudioFeed;
use super::cluster::{Block, Cluster, Ticks};
use super::ebml;
use super::header::{Header, VIDEO_NUMBER, cues, header};
use super::ids;
use super::spec::WebmSpec;
use super::track::WebmTrack;
use crate::error::MediaError;

/// A player reads a whole cluster before it can seek in it.
const CLUSTER_BYTES_MAX: usize = 32 << 20;
const CLUSTER_NANOS_MAX: u64 = 5_000_000_000;
const NANOS_PER_SEC: u32 = 1_000_000_000;

/// One frame: what the encoders gave for it.
#[derive(Clone, Copy, Debug)]
pub struct WebmFrame<'a> {
    /// When it is shown; later than the frame before.
    pub time: Timestamp,
    /// How long it is shown, in ticks of `time`, where that is known. The last frame needs it.
    pub duration_ticks: Option<u64>,
    /// Whether decoding can begin here, in both planes.
    pub is_key: bool,
    /// The packet of the pictures.
    pub colour: &'a [u8],
    /// The packet of the alpha plane.
    pub alpha: Option<&'a [u8]>,
}

/// What was written.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct WebmSummary {
    /// Frames.
    pub frame_count: u64,
    /// Of the file.
    pub size_bytes: u64,
    /// In packets of the pictures.
    pub colour_bytes: u64,
    /// In packets of the alpha plane.
    pub alpha_bytes: u64,
    /// Of the whole film.
    pub duration_secs: f64,
}

/// Writes a file. Holds one cluster (at most 32 MiB and one frame), and 16 bytes for each cluster before.
pub struct WebmWriter {
    file: File,
    out: PathBuf,
    spec: WebmSpec,
    header: Header,
    audio: Vec<AudioFeed>,
    audio_data: Vec<u8>,
    cluster: Option<Cluster>,
    cues: Vec<(Ticks, u64)>,
    written_bytes: u64,
    last_time: Option<Timestamp>,
    last_ticks: Option<Ticks>,
    end_ticks: Ticks,
    summary: WebmSummary,
}

impl WebmWriter {
    /// Creates `out`, opens the files of the sound and writes the headers.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] for what such a file cannot hold; [`MediaError::Io`]; those of a source of sound.
    pub fn create(out: &Path, spec: &WebmSpec) -> Result<Self, MediaError> {
        let nonsense = |detail: &str| Err(MediaError::Mismatch(detail.to_owned()));
        if spec.tick_nanos == 0 || spec.tick_nanos > NANOS_PER_SEC {
            return nonsense("a clock of no unit");
        }
        if spec.video.width == 0 || spec.video.height == 0 {
            return nonsense("pictures of no size");
        }
        let feeds = spec.audio.iter().map(|audio| AudioFeed::open(audio, spec.doc_type, spec.tick_nanos));
        let audio = feeds.collect::<Result<Vec<_>, _>>()?;
        let tracks: Vec<WebmTrack> = audio.iter().map(|feed| feed.track().clone()).collect();
        let mut writer = Self {
            file: File::create(out).map_err(MediaError::io("create", out))?,
            out: out.to_owned(),
            header: header(spec, &tracks),
            spec: spec.clone(),
            audio,
            audio_data: Vec::new(),
            cluster: None,
            cues: Vec::new(),
            written_bytes: 0,
            last_time: None,
            last_ticks: None,
            end_ticks: 0,
            summary: WebmSummary::default(),
        };
        let bytes = std::mem::take(&mut writer.header.bytes);
        writer.write(&bytes)?;
        Ok(writer)
    }

    /// What it was created with.
    pub fn spec(&self) -> &WebmSpec {
        &self.spec
    }

    /// Writes the sound before this frame, and the frame.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] when the first frame is no key frame, when time does not go on, or when the alpha plane
    /// is there and should not be, or the other way round; [`MediaError::Io`]; those of a source of sound.
    pub fn write_frame(&mut self, frame: &WebmFrame<'_>) -> Result<(), MediaError> {
        let index = self.summary.frame_count;
        let refused = |detail: &str| Err(MediaError::Mismatch(format!("frame {index} {detail}")));
        if frame.alpha.is_some() != self.spec.video.has_alpha {
            return refused(if frame.alpha.is_some() { "has an alpha plane" } else { "has no alpha plane" });
        }
        if index == 0 && !frame.is_key {
            return refused("is the first and no key frame");
        }
        if self.last_time.is_some_and(|last| frame.time <= last) {
            return refused("is not later than the one before");
        }
        let base = Rational { num: self.spec.tick_nanos, den: NANOS_PER_SEC };
        let Some(ticks) = frame.time.rescale(base).map(|time| time.ticks) else {
            return refused("is shown at a time that is too large");
        };
        self.write_audio_before(ticks)?;
        let duration = frame.duration_ticks.and_then(|duration| {
            let end = frame.time.ticks.checked_add(i64::try_from(duration).ok()?)?;
            let end = Timestamp::new(end, frame.time.base).rescale(base)?.ticks;
            u64::try_from(end.checked_sub(ticks)?).ok()
        });
        let block = Block {
            track_number: VIDEO_NUMBER,
            ticks,
            is_key: frame.is_key,
            data: frame.colour,
            alpha: frame.alpha,
            duration_ticks: duration,
            reference_ticks: self.last_ticks.and_then(|last| Some(last.checked_sub(ticks)?.min(-1))),
            ..Block::default()
        };
        self.write_block(&block)?;
        let gap = self.last_ticks.and_then(|last| u64::try_from(ticks.checked_sub(last)?).ok());
        self.last_time = Some(frame.time);
        self.last_ticks = Some(ticks);
        self.reach(ticks, duration.or_else(|| self.default_ticks()).or(gap));
        self.summary.frame_count += 1;
        self.summary.colour_bytes += frame.colour.len() as u64;
        self.summary.alpha_bytes += frame.alpha.map_or(0, |alpha| alpha.len() as u64);
        Ok(())
    }

    /// Writes the rest of the sound, the cues, and what of the headers is known now only.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] without a frame; as [`WebmWriter::write_frame`].
    pub fn finish(mut self) -> Result<WebmSummary, MediaError> {
        if self.summary.frame_count == 0 {
            return Err(MediaError::Mismatch("there is no frame to write".to_owned()));
        }
        self.write_audio_before(Ticks::MAX)?;
        self.end_cluster()?;
        let cues_place = self.written_bytes - self.header.segment_at;
        let cues = cues(&self.cues);
        self.write(&cues)?;
        let segment_bytes = self.written_bytes - self.header.segment_at;
        let duration = self.end_ticks.max(0) as f64;
        self.fill_in(self.header.cues_place_at, cues_place.to_be_bytes())?;
        self.fill_in(self.header.duration_at, duration.to_be_bytes())?;
        self.fill_in(self.header.segment_size_at, ebml::size_of_eight(segment_bytes))?;
        self.summary.size_bytes = self.written_bytes;
        self.summary.duration_secs = duration * f64::from(self.spec.tick_nanos) / f64::from(NANOS_PER_SEC);
        Ok(self.summary)
    }

    /// Takes from all sources of sound, earliest first, what comes before `ticks`.
    fn write_audio_before(&mut self, ticks: Ticks) -> Result<(), MediaError> {
        loop {
            let feeds = self.audio.iter().enumerate();
            let next = feeds.filter_map(|(index, feed)| Some((feed.next_ticks()?, index))).min();
            let Some((_, index)) = next.filter(|(next, _)| *next < ticks) else { return Ok(()) };
            let mut data = std::mem::take(&mut self.audio_data);
            let taken = self.audio.get_mut(index).map(|feed| feed.take(&mut data)).transpose()?.flatten();
            if let Some((ticks, block)) = taken {
                let block = Block {
                    track_number: VIDEO_NUMBER + 1 + index as u64,
                    ticks,
                    is_key: true,
                    data: &data,
                    duration_ticks: block.duration_ticks,
                    discard_padding_nanos: block.discard_padding_nanos,
                    ..Block::default()
                };
                self.write_block(&block)?;
                self.reach(ticks, block.duration_ticks);
            }
            self.audio_data = data;
        }
    }

    fn write_block(&mut self, block: &Block<'_>) -> Result<(), MediaError> {
        let is_key_picture = block.track_number == VIDEO_NUMBER && block.is_key;
        let ticks_max = CLUSTER_NANOS_MAX / u64::from(self.spec.tick_nanos);
        let is_full = self.cluster.as_ref().is_some_and(|cluster| {
            let distance = block.ticks.saturating_sub(cluster.ticks);
            let is_long = u64::try_from(distance).is_ok_and(|distance| distance > ticks_max);
            is_long
                || !cluster.reaches(block.ticks)
                || cluster.size_bytes().saturating_add(block.data.len()) > CLUSTER_BYTES_MAX
        });
        if is_key_picture || is_full {
            self.end_cluster()?;
        }
        if is_key_picture {
            self.cues.push((block.ticks, self.written_bytes - self.header.segment_at));
        }
        let cluster = self.cluster.get_or_insert_with(|| Cluster::new(block.ticks));
        let pushed = cluster.push(block);
        pushed.ok_or_else(|| MediaError::Mismatch("a time too far before the beginning".to_owned()))
    }

    fn end_cluster(&mut self) -> Result<(), MediaError> {
        let Some(cluster) = self.cluster.take() else { return Ok(()) };
        let mut head = ebml::Bytes::default();
        head.head(ids::CLUSTER, cluster.size_bytes() as u64);
        self.write(&head.0)?;
        self.write(cluster.bytes())
    }

    fn reach(&mut self, ticks: Ticks, duration_ticks: Option<u64>) {
        let end = ticks.saturating_add_unsigned(duration_ticks.unwrap_or(0));
        self.end_ticks = self.end_ticks.max(end);
    }

    /// From frame to frame, where that is constant.
    fn default_ticks(&self) -> Option<u64> {
        let rate = self.spec.video.constant_rate?;
        let base = Rational { num: self.spec.tick_nanos, den: NANOS_PER_SEC };
        u64::try_from(Timestamp::new(1, rate.inverse()).rescale(base)?.ticks).ok()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        self.file.write_all(bytes).map_err(MediaError::io("write", &self.out))?;
        self.written_bytes += bytes.len() as u64;
        Ok(())
    }

    fn fill_in(&self, at: u64, bytes: [u8; 8]) -> Result<(), MediaError> {
        let written: io::Result<()> = self.file.write_all_at(&bytes, at);
        written.map_err(MediaError::io("write", &self.out))
    }
}
