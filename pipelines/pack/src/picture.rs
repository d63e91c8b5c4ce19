//! The body of a JPEG of any of our profiles.

use reel_kernels::{Place, RanOn};

use crate::jpeg::{JpegError, read_frame};
use crate::legacy::PictureReader;

/// Reads JPEGs one after the other.
#[derive(Debug, Default)]
pub(crate) struct BodyReader {
    cells: PictureReader,
}

impl BodyReader {
    /// With cells of colour averaged on a device while that works.
    pub(crate) fn on(place: Place) -> Self {
        Self { cells: PictureReader::on(place) }
    }

    /// What averaged cells last; nothing when there were none.
    pub(crate) fn ran_on(&self) -> Option<&RanOn> {
        self.cells.ran_on()
    }

    /// Replaces the content of `out` by the body of a JPEG whose entropy bytes or whose cells carry one.
    ///
    /// # Errors
    /// [`JpegError`] when it is none of ours.
    pub(crate) fn read(&mut self, jpeg: &[u8], out: &mut Vec<u8>) -> Result<(), JpegError> {
        // Each of both knows the other's by its quantisers, before it has read anything.
        let Err(archive) = read_frame(jpeg, out) else { return Ok(()) };
        self.cells.read_jpeg(jpeg, out).map_err(|_| archive)
    }
}
