//! What two encoders wrote for a chunk, put behind what is there.

use std::path::{Path, PathBuf};

use reel_types::shown;
use reel_types::time::{Rational, Timestamp};

use super::WebmCodec;
use super::ivf::IvfReader;
use super::packet::PacketHead;
use super::writer::{WebmFrame, WebmWriter};
use crate::error::MediaError;

/// A part of a film as two files of packets, one packet a frame in each.
#[derive(Clone, Debug)]
pub struct IvfChunk<'a> {
    /// The pictures.
    pub colour: PathBuf,
    /// The alpha plane, as the brightness of pictures of the same size.
    pub alpha: Option<PathBuf>,
    /// When each frame is shown. What IVF says is not looked at.
    pub ticks: &'a [i64],
    /// Seconds per tick.
    pub time_base: Rational,
    /// How long the last frame is shown, in ticks; for the last chunk.
    pub last_duration_ticks: Option<u64>,
}

impl WebmWriter {
    /// Writes all frames of a chunk. Both planes begin with a key frame; elsewhere one counts as such when it is one in
    /// both.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] when there is another number of packets than of times, or another size or codec than the
    /// file says; [`MediaError::Damaged`] for a packet that is none; as [`WebmWriter::write_frame`].
    pub fn append_chunk(&mut self, chunk: &IvfChunk<'_>) -> Result<(), MediaError> {
        let mut colour = Plane::open(self, &chunk.colour)?;
        let mut alpha = chunk.alpha.as_deref().map(|path| Plane::open(self, path)).transpose()?;
        for (index, ticks) in chunk.ticks.iter().enumerate() {
            let mut is_key = colour.next(index)?;
            if let Some(alpha) = &mut alpha {
                is_key &= alpha.next(index)?;
            }
            let is_last = index + 1 == chunk.ticks.len();
            self.write_frame(&WebmFrame {
                time: Timestamp::new(*ticks, chunk.time_base),
                duration_ticks: chunk.last_duration_ticks.filter(|_| is_last),
                is_key,
                colour: &colour.packet,
                alpha: alpha.as_ref().map(|alpha| alpha.packet.as_slice()),
            })?;
        }
        colour.end(chunk.ticks.len())?;
        alpha.map_or(Ok(()), |mut alpha| alpha.end(chunk.ticks.len()))
    }
}

struct Plane<'a> {
    reader: IvfReader,
    path: &'a Path,
    packet: Vec<u8>,
    codec: WebmCodec,
    size: (u32, u32),
}

impl<'a> Plane<'a> {
    fn open(writer: &WebmWriter, path: &'a Path) -> Result<Self, MediaError> {
        let reader = IvfReader::open(path)?;
        let video = &writer.spec().video;
        let plane =
            Self { path, packet: Vec::new(), codec: video.codec, size: (video.width, video.height), reader };
        if WebmCodec::from_fourcc(plane.reader.fourcc()) != Some(video.codec) {
            return Err(plane.refused(format!("it does not hold {}", video.codec.id())));
        }
        Ok(plane)
    }

    /// The next packet; whether it is a key frame.
    fn next(&mut self, index: usize) -> Result<bool, MediaError> {
        if self.reader.next_packet(&mut self.packet)?.is_none() {
            return Err(self.refused(format!("it ends after {index} frames")));
        }
        let head = PacketHead::parse(self.codec, &self.packet).ok_or_else(|| MediaError::Damaged {
            path: self.path.to_owned(),
            detail: format!("packet {index} is none of this codec"),
        })?;
        if index == 0 && !head.is_key {
            return Err(self.refused("it does not begin with a key frame".to_owned()));
        }
        if let Some((width, height)) = head.size.filter(|size| *size != self.size) {
            let (right, high) = self.size;
            return Err(self.refused(format!("its pictures are {width}x{height} instead of {right}x{high}")));
        }
        Ok(head.is_key)
    }

    fn end(&mut self, count: usize) -> Result<(), MediaError> {
        match self.reader.next_packet(&mut self.packet)? {
            None => Ok(()),
            Some(_) => Err(self.refused(format!("it has more than {count} frames"))),
        }
    }

    fn refused(&self, detail: String) -> MediaError {
        MediaError::Mismatch(format!("{}: {detail}", shown(self.path)))
    }
}
