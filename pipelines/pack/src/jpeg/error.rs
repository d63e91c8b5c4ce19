//! What can go wrong with a frame.

use thiserror::Error;

use super::geometry::{SIDE_MAX, SIDE_MIN};

/// Why a frame was not written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// The picture is outside what the format allows.
    #[error("a picture of {width}x{height} is outside {SIDE_MIN} to {SIDE_MAX} pixels a side")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The body does not fit below the card. Nothing was written.
    #[error("the body of {body_bytes} bytes is longer than the {fitting_bytes} that fit into this frame")]
    BodyTooLong {
        /// Bytes that were to be written.
        body_bytes: u64,
        /// Bytes of this very body that found room.
        fitting_bytes: u64,
    },
    /// The card is higher than the picture.
    #[error("the card has {card_rows} rows of MCUs, the picture {picture_rows}")]
    CardTooHigh {
        /// Rows of MCUs.
        card_rows: u32,
        /// Rows of MCUs.
        picture_rows: u32,
    },
    /// The copy of the header does not fit into one marker segment.
    #[error("the copy of the header has {bytes} bytes, a marker segment holds {bytes_max}")]
    HeaderTooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes that fit.
        bytes_max: usize,
    },
}

/// Why a frame gave nothing back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JpegError {
    /// It does not begin as a JPEG does, or ends before its scan.
    #[error("not a JPEG: {what}")]
    NotJpeg {
        /// What is missing or out of place.
        what: &'static str,
    },
    /// A JPEG that is no baseline JPEG in one interleaved scan.
    #[error("not written by reel, or re-encoded: the JPEG is {found}, ours is baseline in one scan")]
    NotBaseline {
        /// What was found instead.
        found: String,
    },
    /// A baseline JPEG whose pixels were coded anew, or that never was ours.
    #[error("not written by reel, or re-encoded from its pixels: {found}")]
    NotOurs {
        /// What tells so.
        found: String,
    },
}
