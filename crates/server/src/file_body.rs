//! A body made of stretches of a file, with text between them for several ranges.

use std::collections::VecDeque;
use std::io::{self, SeekFrom};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::range::ByteRange;

/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;

/// A piece of the body.
#[derive(Debug)]
pub(crate) enum Piece {
    /// These bytes.
    Text(Bytes),
    /// This stretch of the file.
    Stretch(ByteRange),
}

impl Piece {
    /// How many bytes it is.
    pub(crate) fn size_bytes(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Stretch(range) => range.end - range.begin,
        }
    }
}

struct Reading {
    file: File,
    pieces: VecDeque<Piece>,
    /// Where the file is read next; nothing before the first stretch.
    at: Option<u64>,
}

/// Streams the pieces. A file that ends too early breaks the connection, so that nobody takes half for the whole.
pub(crate) fn body(file: File, pieces: Vec<Piece>) -> Body {
    let reading = Reading { file, pieces: pieces.into(), at: None };
    Body::from_stream(stream::try_unfold(reading, |mut reading| async move {
        Ok::<_, io::Error>(reading.next().await?.map(|bytes| (bytes, reading)))
    }))
}

impl Reading {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let range = match self.pieces.pop_front() {
            None => return Ok(None),
            Some(Piece::Text(text)) => return Ok(Some(text)),
            Some(Piece::Stretch(range)) => range,
        };
        if self.at != Some(range.begin) {
            self.file.seek(SeekFrom::Start(range.begin)).await?;
        }
        let wanted = usize::try_from(range.end - range.begin).unwrap_or(READ_BYTES).min(READ_BYTES);
        let mut buffer = BytesMut::with_capacity(wanted);
        let count = (&mut self.file).take(wanted as u64).read_buf(&mut buffer).await?;
        if count == 0 && wanted > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let begin = range.begin + count as u64;
        self.at = Some(begin);
        if begin < range.end {
            self.pieces.push_front(Piece::Stretch(ByteRange { begin, ..range }));
        }
        Ok(Some(buffer.freeze()))
    }
}
