//! Sound that is copied block by block out of another file.

use super::reader::{WebmBlock, WebmReader};
use super::spec::{DocType, WebmAudio};
use super::track::{TrackKind, WebmTrack};
use crate::error::MediaError;

/// One track of sound; holds one block.
pub(super) struct AudioFeed {
    reader: WebmReader,
    track: WebmTrack,
    offset_nanos: i64,
    tick_nanos: u32,
    next: Option<(i64, WebmBlock)>,
}

impl AudioFeed {
    /// Opens the file and finds its first block. `tick_nanos` is the clock of the file that is written.
    pub(super) fn open(audio: &WebmAudio, doc_type: DocType, tick_nanos: u32) -> Result<Self, MediaError> {
        let reader = WebmReader::open(&audio.path)?;
        let wanted = |track: &&WebmTrack| match audio.track_number {
            Some(number) => track.number == number,
            None => track.kind == TrackKind::Audio,
        };
        let track =
            reader.tracks().iter().find(wanted).filter(|track| track.kind == TrackKind::Audio).cloned();
        let refused =
            |detail: String| MediaError::Mismatch(format!("{}: {detail}", reel_types::shown(&audio.path)));
        let track = track.ok_or_else(|| refused("it has no such track of sound".to_owned()))?;
        if track.is_encoded {
            return Err(refused("its sound is packed once more; copy it with FFmpeg first".to_owned()));
        }
        if doc_type == DocType::WebM && !matches!(track.codec_id.as_str(), "A_OPUS" | "A_VORBIS") {
            return Err(refused(format!("WebM takes Opus and Vorbis, not {}", track.codec_id)));
        }
        let mut feed = Self { reader, track, offset_nanos: audio.offset_nanos, tick_nanos, next: None };
        feed.advance()?;
        Ok(feed)
    }

    pub(super) fn track(&self) -> &WebmTrack {
        &self.track
    }

    /// When the next block is heard, in ticks of the file that is written.
    pub(super) fn next_ticks(&self) -> Option<i64> {
        self.next.as_ref().map(|(ticks, _)| *ticks)
    }

    /// The next block, its bytes in `data`, its duration in ticks of the file that is written.
    pub(super) fn take(&mut self, data: &mut Vec<u8>) -> Result<Option<(i64, WebmBlock)>, MediaError> {
        let Some((ticks, mut block)) = self.next.take() else { return Ok(None) };
        self.reader.read(&block.data, data)?;
        let source_tick_nanos = self.reader.time_base().num;
        block.duration_ticks = block.duration_ticks.and_then(|duration| {
            let nanos = u128::from(duration) * u128::from(source_tick_nanos);
            u64::try_from((nanos + u128::from(self.tick_nanos / 2)) / u128::from(self.tick_nanos)).ok()
        });
        self.advance()?;
        Ok(Some((ticks, block)))
    }

    fn advance(&mut self) -> Result<(), MediaError> {
        while let Some(block) = self.reader.next_block()? {
            if block.track_number != self.track.number {
                continue;
            }
            if block.lacing != 0 {
                let detail =
                    "its sound is laced, which browsers refuse; copy it with FFmpeg first".to_owned();
                return Err(MediaError::Mismatch(detail));
            }
            let nanos = i128::from(block.ticks) * i128::from(self.reader.time_base().num)
                + i128::from(self.offset_nanos);
            let tick = i128::from(self.tick_nanos);
            let ticks = i64::try_from((nanos + tick / 2).div_euclid(tick));
            let ticks =
                ticks.map_err(|_| MediaError::Mismatch("sound at a time that is too large".to_owned()))?;
            self.next = Some((ticks, block));
            return Ok(());
        }
        Ok(())
    }
}
