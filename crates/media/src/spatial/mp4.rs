//! The boxes `st3d` and `sv3d` of MP4 and QuickTime.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::{Bounds, Pose, Projection, ProjectionKind, Spatial, Stereo};

/// Boxes that are looked at; a file of ours has some dozen on the way.
const BOXES_MAX: u32 = 100_000;
/// The fields of a video sample entry, between its head and the boxes in it.
const VISUAL_ENTRY_BYTES: u64 = 78;

/// What the first video track tells.
pub(super) fn read(path: &Path) -> io::Result<Spatial> {
    let file = File::open(path)?;
    let end = file.metadata()?.len();
    let mut boxes = Boxes { file, left: BOXES_MAX };
    let Some(moov) = boxes.find(Span { start: 0, end }, b"moov")? else { return Ok(Spatial::default()) };
    let mut at = moov;
    while let Some(track) = boxes.find(at, b"trak")? {
        at.start = track.end;
        if let Some(spatial) = boxes.track(track)? {
            return Ok(spatial);
        }
    }
    Ok(Spatial::default())
}

#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    fn skip(self, bytes: u64) -> Self {
        Self { start: self.start.saturating_add(bytes).min(self.end), end: self.end }
    }
}

struct Boxes {
    file: File,
    left: u32,
}

impl Boxes {
    /// Nothing for a track that holds no pictures.
    fn track(&mut self, track: Span) -> io::Result<Option<Spatial>> {
        let Some(media) = self.find(track, b"mdia")? else { return Ok(None) };
        let Some(handler) = self.find(media, b"hdlr")? else { return Ok(None) };
        if self.bytes::<4>(handler.skip(8))? != Some(*b"vide") {
            return Ok(None);
        }
        let mut entry = media;
        for name in [b"minf", b"stbl", b"stsd"] {
            match self.find(entry, name)? {
                Some(inner) => entry = inner,
                None => return Ok(Some(Spatial::default())),
            }
        }
        let Some((_, entry)) = self.next(entry.skip(8))? else { return Ok(Some(Spatial::default())) };
        let inner = entry.skip(VISUAL_ENTRY_BYTES);
        Ok(Some(Spatial { stereo: self.stereo(inner)?, projection: self.projection(inner)? }))
    }

    fn stereo(&mut self, entry: Span) -> io::Result<Option<Stereo>> {
        let Some(body) = self.find(entry, b"st3d")? else { return Ok(None) };
        Ok(match self.bytes::<1>(body.skip(4))? {
            Some([0]) => Some(Stereo::Mono),
            Some([1]) => Some(Stereo::TopBottom),
            Some([2]) => Some(Stereo::SideBySide),
            Some([4]) => Some(Stereo::SideBySideSwapped),
            _ => None,
        })
    }

    fn projection(&mut self, entry: Span) -> io::Result<Option<Projection>> {
        let Some(spherical) = self.find(entry, b"sv3d")? else { return Ok(None) };
        let Some(body) = self.find(spherical, b"proj")? else { return Ok(None) };
        let pose = match self.find(body, b"prhd")? {
            Some(head) => self.numbers(head.skip(4))?,
            None => None,
        };
        // 16.16 with a sign.
        let degrees = |number: u32| f64::from(number as i32) / 65_536.0;
        let [yaw, pitch, roll, _] = pose.unwrap_or_default();
        let pose =
            Pose { yaw_degrees: degrees(yaw), pitch_degrees: degrees(pitch), roll_degrees: degrees(roll) };
        let kind = if let Some(equi) = self.find(body, b"equi")? {
            let [top, bottom, left, right] = self.numbers(equi.skip(4))?.unwrap_or_default();
            ProjectionKind::Equirectangular(Bounds { top, bottom, left, right })
        } else if self.find(body, b"cbmp")?.is_some() {
            ProjectionKind::Cubemap
        } else if self.find(body, b"mshp")?.is_some() {
            ProjectionKind::Mesh
        } else {
            return Ok(None);
        };
        Ok(Some(Projection { kind, pose }))
    }

    /// Up to four numbers of 32 bits; those that are not there are 0.
    fn numbers(&mut self, span: Span) -> io::Result<Option<[u32; 4]>> {
        let mut numbers = [0; 4];
        for (index, number) in (0_u64..).zip(&mut numbers) {
            match self.bytes::<4>(span.skip(4 * index))? {
                Some(bytes) => *number = u32::from_be_bytes(bytes),
                None if index == 0 => return Ok(None),
                None => break,
            }
        }
        Ok(Some(numbers))
    }

    /// The body of the first box of this name directly in `span`.
    fn find(&mut self, span: Span, name: &[u8; 4]) -> io::Result<Option<Span>> {
        let mut at = span;
        while let Some((found, body)) = self.next(at)? {
            if found == *name {
                return Ok(Some(body));
            }
            at.start = body.end;
        }
        Ok(None)
    }

    /// Name and body of the box that begins `span`; nothing at the end, and where no box can be.
    fn next(&mut self, span: Span) -> io::Result<Option<([u8; 4], Span)>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let Some([s0, s1, s2, s3, name @ ..]) = self.bytes::<8>(span)? else { return Ok(None) };
        let (head_bytes, size) = match u32::from_be_bytes([s0, s1, s2, s3]) {
            0 => (8, span.end - span.start),
            1 => match self.bytes::<8>(span.skip(8))? {
                Some(size) => (16, u64::from_be_bytes(size)),
                None => return Ok(None),
            },
            size => (8, size.into()),
        };
        // One that claims to be longer than what holds it ends there: what is asked for may be whole.
        let end = span.start.saturating_add(size).min(span.end);
        let start = span.start + head_bytes;
        Ok((size >= head_bytes && start <= end).then_some((name, Span { start, end })))
    }

    /// The first bytes of `span`; nothing when it has fewer.
    fn bytes<const N: usize>(&mut self, span: Span) -> io::Result<Option<[u8; N]>> {
        if span.end - span.start < N as u64 {
            return Ok(None);
        }
        let mut bytes = [0; N];
        self.file.read_exact_at(&mut bytes, span.start)?;
        Ok(Some(bytes))
    }
}
