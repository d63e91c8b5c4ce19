//! Packets out of IVF, as FFmpeg's muxer of that name writes it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use reel_types::time::{Rational, Timestamp};

use crate::error::MediaError;

/// A packet is never larger than a raw picture of 8K both ways.
const PACKET_BYTES_MAX: usize = 256 << 20;
const HEADER_BYTES: usize = 32;

/// One stream of packets, one packet in memory at a time.
pub struct IvfReader<R = BufReader<File>> {
    input: R,
    path: PathBuf,
    fourcc: [u8; 4],
    size: (u32, u32),
    time_base: Rational,
}

impl IvfReader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`MediaError::Unreadable`]; [`MediaError::NotMedia`] when it is no IVF.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let unreadable = |source| MediaError::Unreadable { path: path.to_owned(), source };
        Self::new(BufReader::with_capacity(256 << 10, File::open(path).map_err(unreadable)?), path)
    }
}

impl<R: Read> IvfReader<R> {
    /// Reads from a pipe or a file; `path` is how errors call it.
    ///
    /// # Errors
    /// As [`IvfReader::open`].
    pub fn new(mut input: R, path: &Path) -> Result<Self, MediaError> {
        let mut header = [0_u8; HEADER_BYTES];
        let count = fill(&mut input, &mut header)
            .map_err(|source| MediaError::Unreadable { path: path.to_owned(), source })?;
        let not_ivf =
            |detail: &str| MediaError::NotMedia { path: path.to_owned(), detail: detail.to_owned() };
        let [b'D', b'K', b'I', b'F', _, _, length, 0, f0, f1, f2, f3, w0, w1, h0, h1, rest @ ..] = header
        else {
            return Err(not_ivf("it does not begin as IVF"));
        };
        if count < HEADER_BYTES || usize::from(length) != HEADER_BYTES {
            return Err(not_ivf("the header of IVF is cut off"));
        }
        let [d0, d1, d2, d3, n0, n1, n2, n3, ..] = rest;
        let (den, num) = (u32::from_le_bytes([d0, d1, d2, d3]), u32::from_le_bytes([n0, n1, n2, n3]));
        Ok(Self {
            input,
            path: path.to_owned(),
            fourcc: [f0, f1, f2, f3],
            size: (u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into()),
            time_base: Rational::new(num, den).ok_or_else(|| not_ivf("its unit of time is 0"))?,
        })
    }

    /// `VP80`, `VP90` or `AV01`.
    pub fn fourcc(&self) -> [u8; 4] {
        self.fourcc
    }

    /// Width and height in pixels, as the header claims them.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The next packet into `packet`, and its time; nothing at a clean end.
    ///
    /// # Errors
    /// [`MediaError::Truncated`] when the file ends within a packet; [`MediaError::Damaged`] for an impossible size.
    pub fn next_packet(&mut self, packet: &mut Vec<u8>) -> Result<Option<Timestamp>, MediaError> {
        let mut head = [0_u8; 12];
        let count = self.fill(&mut head)?;
        if count == 0 {
            return Ok(None);
        }
        if count < head.len() {
            return Err(self.truncated());
        }
        let [s0, s1, s2, s3, t @ ..] = head;
        let size = u32::from_le_bytes([s0, s1, s2, s3]) as usize;
        if size > PACKET_BYTES_MAX {
            let detail = format!("a packet of {size} bytes");
            return Err(MediaError::Damaged { path: self.path.clone(), detail });
        }
        // Not `resize` at once: a size that lies would take the memory before the bytes are there.
        packet.clear();
        let taken = (&mut self.input).take(size as u64).read_to_end(packet);
        match taken {
            Ok(taken) if taken == size => Ok(Some(Timestamp::new(i64::from_le_bytes(t), self.time_base))),
            Ok(_) => Err(self.truncated()),
            Err(source) => Err(MediaError::Unreadable { path: self.path.clone(), source }),
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        fill(&mut self.input, buffer)
            .map_err(|source| MediaError::Unreadable { path: self.path.clone(), source })
    }

    fn truncated(&self) -> MediaError {
        let detail = "the last packet is not whole".to_owned();
        MediaError::Truncated { path: self.path.clone(), detail }
    }
}

/// As many bytes as there are, up to the buffer's end.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_packets() -> Vec<u8> {
        let mut file = b"DKIF\0\0\x20\0VP90\x40\x01\xf0\0".to_vec();
        file.extend(30_000_u32.to_le_bytes());
        file.extend(1001_u32.to_le_bytes());
        file.extend([0; 8]);
        for (time, packet) in [(0_u64, &b"abc"[..]), (7, b"")] {
            file.extend((packet.len() as u32).to_le_bytes());
            file.extend(time.to_le_bytes());
            file.extend(packet);
        }
        file
    }

    fn read(file: &[u8]) -> Result<Vec<(i64, Vec<u8>)>, MediaError> {
        let mut reader = IvfReader::new(file, Path::new("x.ivf"))?;
        let (mut packet, mut packets) = (Vec::new(), Vec::new());
        while let Some(time) = reader.next_packet(&mut packet)? {
            packets.push((time.ticks, packet.clone()));
        }
        Ok(packets)
    }

    #[test]
    fn packets_come_with_their_times() {
        assert_eq!(read(&two_packets()).unwrap(), [(0, b"abc".to_vec()), (7, Vec::new())]);
        let file = two_packets();
        let reader = IvfReader::new(&file[..], Path::new("x.ivf")).unwrap();
        assert_eq!((reader.fourcc(), reader.size()), (*b"VP90", (320, 240)));
    }

    #[test]
    fn a_cut_anywhere_is_an_error_or_a_border() {
        let file = two_packets();
        for end in 0..file.len() {
            let result = read(&file[..end]);
            match end {
                0..32 => assert!(matches!(result, Err(MediaError::NotMedia { .. })), "{end}"),
                32 | 47 => assert!(result.is_ok(), "{end}"),
                _ => assert!(matches!(result, Err(MediaError::Truncated { .. })), "{end}"),
            }
        }
    }

    #[test]
    fn a_size_that_lies_takes_no_memory() {
        let mut file = two_packets();
        file[32..36].copy_from_slice(&(200_u32 << 20).to_le_bytes());
        assert!(matches!(read(&file), Err(MediaError::Truncated { .. })));
        file[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read(&file), Err(MediaError::Damaged { .. })));
    }
}
