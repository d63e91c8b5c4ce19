//! Why a frame or its metadata cannot be used.

/// Why a frame's body is none of ours, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The body does not begin with the magic word.
    #[error("no reel frame")]
    NotOurs,
    /// The header says that it is longer than the body.
    #[error("the frame's header needs {needed_bytes} bytes and {have_bytes} are there")]
    CutShort {
        /// What it would take.
        needed_bytes: usize,
        /// What is there.
        have_bytes: usize,
    },
    /// The checksum of the header does not hold.
    #[error("the frame's header is damaged")]
    Damaged,
    /// A newer reel wrote it.
    #[error("the frame is of version {version}, and this reel reads version 1")]
    Version {
        /// As written.
        version: u8,
    },
    /// A kind of frame that version 1 does not have.
    #[error("the frame is of the unknown kind {kind}")]
    Kind {
        /// As written.
        kind: u8,
    },
    /// Symbols cannot have this size.
    #[error("symbols of {symbol_bytes} bytes (64 to 65528, a multiple of 8)")]
    SymbolSize {
        /// As written.
        symbol_bytes: u16,
    },
    /// More metadata than a frame may hold.
    #[error("{metadata_bytes} bytes of metadata (at most 4096)")]
    MetadataTooLong {
        /// As given.
        metadata_bytes: usize,
    },
    /// The file id is not that of the metadata.
    #[error("the frame's file id is not that of its metadata")]
    FileIdMismatch,
    /// More runs than 16 bits can count.
    #[error("{run_count} runs in one frame (at most 65535)")]
    TooManyRuns {
        /// As given.
        run_count: usize,
    },
    /// A run's numbers contradict each other.
    #[error("run {run_index} of the frame is impossible: {why}")]
    Run {
        /// Counted from 0.
        run_index: usize,
        /// Which rule it breaks.
        why: &'static str,
    },
}

/// Why metadata cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// It is not the JSON object it should be.
    #[error("the metadata cannot be read: {source}")]
    Json {
        /// What was found.
        #[from]
        source: serde_json::Error,
    },
    /// A newer reel wrote it.
    #[error("the metadata is of version {version}, and this reel reads version 1")]
    Version {
        /// As written.
        version: u32,
    },
    /// Too long, also after the name was cut.
    #[error("the metadata takes {bytes} bytes (at most 4096)")]
    TooLong {
        /// What it would take.
        bytes: usize,
    },
    /// A value is outside its range.
    #[error("the metadata's {field} is impossible")]
    Field {
        /// Which one.
        field: &'static str,
    },
}
