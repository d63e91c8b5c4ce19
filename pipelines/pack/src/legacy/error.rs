//! What can go wrong with a picture of cells.

/// Why a picture was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The body has more bytes than the cells hold.
    #[error("the body has {body_bytes} bytes and the cells hold {capacity_bytes}")]
    BodyTooLong {
        /// Bytes that were to be written.
        body_bytes: usize,
        /// Bytes for which there is room.
        capacity_bytes: usize,
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
