//! What the first bytes of a file say it is.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::MediaError;

/// A family of containers, as far as the first bytes tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// MP4, MOV, 3GP.
    Mov,
    /// Matroska or WebM.
    Matroska,
    /// MPEG transport stream.
    MpegTs,
    /// MPEG program stream.
    MpegPs,
    /// AVI.
    Avi,
    /// Windows Media.
    Asf,
    /// Flash video.
    Flv,
    /// Ogg.
    Ogg,
    /// MXF.
    Mxf,
    /// NUT.
    Nut,
    /// IVF.
    Ivf,
    /// YUV4MPEG2.
    Y4m,
    /// A still or an animation: PNG, JPEG, WebP, GIF.
    Image,
    /// Sound alone: WAV, FLAC, MP3, AIFF.
    Audio,
    /// Nothing we know by its first bytes; a raw stream (H.264, HEVC, DV, AAC) may be here.
    Unknown,
}

/// Bytes that are looked at.
const HEAD_BYTES: usize = 4096;

/// Looks at the first bytes.
///
/// # Errors
/// [`MediaError::Unreadable`], [`MediaError::EmptyFile`], [`MediaError::Refused`] for playlists and the like, and
/// [`MediaError::NotMedia`] for text.
pub fn sniff(path: &Path) -> Result<Container, MediaError> {
    let unreadable = |source| MediaError::Unreadable { path: path.to_owned(), source };
    let meta = path.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(MediaError::NotMedia {
            path: path.to_owned(),
            detail: "it is not a regular file".to_owned(),
        });
    }
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let file = File::open(path).map_err(unreadable)?;
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(unreadable)?;
    if head.is_empty() {
        return Err(MediaError::EmptyFile { path: path.to_owned() });
    }
    if let Some(format) = refused(&head) {
        return Err(MediaError::Refused { path: path.to_owned(), format: format.to_owned() });
    }
    let container = container(&head);
    if container == Container::Unknown && is_text(&head) {
        return Err(MediaError::NotMedia { path: path.to_owned(), detail: "it is text".to_owned() });
    }
    Ok(container)
}

/// The demuxer of a still or of an animation that looks like one, by its first bytes.
pub(super) fn still_demuxer(path: &Path) -> Option<&'static str> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    File::open(path).ok()?.take(HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    match head.as_slice() {
        // An animation says so before its first picture.
        [0x89, b'P', b'N', b'G', ..] if head.windows(4).any(|kind| kind == b"acTL") => Some("apng"),
        [0x89, b'P', b'N', b'G', ..] => Some("png_pipe"),
        [0xff, 0xd8, 0xff, ..] => Some("jpeg_pipe"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp_pipe"),
        _ => None,
    }
}

/// Formats that name other files. FFmpeg would open what they name.
fn refused(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(&head[..head.len().min(1024)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if begins("#EXTM3U") {
        Some("a playlist (HLS)")
    } else if begins("ffconcat") {
        Some("a list of files (ffconcat)")
    } else if text.contains("<MPD") {
        Some("a manifest (DASH)")
    } else if begins("v=0") && text.contains("m=") {
        Some("a session description (SDP)")
    } else if begins("[playlist]") || begins("[reference]") || text.contains("<asx") || text.contains("<smil")
    {
        Some("a playlist")
    } else {
        None
    }
}

fn container(head: &[u8]) -> Container {
    let at = |offset: usize, magic: &[u8]| head.get(offset..offset + magic.len()) == Some(magic);
    let is_box = |kind: &[u8]| at(4, kind);
    if [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"]
        .into_iter()
        .any(|kind| is_box(kind))
    {
        Container::Mov
    } else if at(0, b"\x1a\x45\xdf\xa3") {
        Container::Matroska
    } else if at(0, b"RIFF") && (at(8, b"AVI ") || at(8, b"AVIX")) {
        Container::Avi
    } else if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") {
        Container::Audio
    } else if (at(0, b"RIFF") && at(8, b"WEBP"))
        || at(0, b"\x89PNG\r\n\x1a\n")
        || at(0, b"\xff\xd8\xff")
        || at(0, b"GIF8")
    {
        Container::Image
    } else if at(0, b"OggS") {
        Container::Ogg
    } else if at(0, b"fLaC") || at(0, b"ID3") || at(0, b"FORM") {
        Container::Audio
    } else if at(0, b"FLV\x01") {
        Container::Flv
    } else if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") {
        Container::Asf
    } else if at(0, b"\x00\x00\x01\xba") {
        Container::MpegPs
    } else if at(0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01") {
        Container::Mxf
    } else if at(0, b"nut/multimedia container\0") {
        Container::Nut
    } else if at(0, b"DKIF") {
        Container::Ivf
    } else if at(0, b"YUV4MPEG2") {
        Container::Y4m
    } else if is_transport_stream(head) {
        Container::MpegTs
    } else {
        Container::Unknown
    }
}

/// Three sync bytes a packet apart, for packets of 188 bytes and of 192 with a time code before.
fn is_transport_stream(head: &[u8]) -> bool {
    let synced = |start: usize, step: usize| (0..3).all(|n| head.get(start + n * step) == Some(&0x47));
    (0..192).any(|start| synced(start, 188) || synced(start, 192))
}

fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or("")
        }
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_name_other_files_are_refused_by_name() {
        assert_eq!(refused(b"#EXTM3U\nfile:///etc/passwd"), Some("a playlist (HLS)"));
        assert_eq!(refused(b"\xef\xbb\xbf\n#extm3u\n"), Some("a playlist (HLS)"));
        assert_eq!(refused(b"ffconcat version 1.0\nfile a"), Some("a list of files (ffconcat)"));
        assert_eq!(refused(b"<?xml version=\"1.0\"?>\n<MPD>"), Some("a manifest (DASH)"));
        assert_eq!(refused(b"\x00\x00\x00\x20ftypisom"), None);
    }

    #[test]
    fn first_bytes_tell_the_container() {
        assert_eq!(container(b"\x00\x00\x00\x20ftypisom"), Container::Mov);
        assert_eq!(container(b"\x1a\x45\xdf\xa3rest"), Container::Matroska);
        assert_eq!(container(b"RIFF\x00\x00\x00\x00AVI LIST"), Container::Avi);
        let mut packets = vec![0_u8; 600];
        [0, 188, 376].into_iter().for_each(|at| packets[at] = 0x47);
        assert_eq!(container(&packets), Container::MpegTs);
        assert_eq!(container(b"hello"), Container::Unknown);
    }
}
