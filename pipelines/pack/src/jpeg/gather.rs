//! A body given in pieces, taken group by group.

use super::group::{GROUP_BYTES_FORM_A, GROUP_SCAN_BYTES, write_group};

/// The slices of a body as one run of bytes.
pub(super) struct Gather<'a> {
    slices: &'a [&'a [u8]],
    current: &'a [u8],
    bytes_left: u64,
}

impl<'a> Gather<'a> {
    pub fn new(slices: &'a [&'a [u8]]) -> Self {
        let bytes_left = slices.iter().map(|slice| slice.len() as u64).sum();
        Self { slices, current: &[], bytes_left }
    }

    /// Bytes that are not in a group yet.
    pub fn bytes_left(&self) -> u64 {
        self.bytes_left
    }

    /// Writes the next group; behind the last byte it is filled up with zeros.
    pub fn write_group(&mut self, scan: &mut [u8; GROUP_SCAN_BYTES]) {
        let used = match self.current.first_chunk() {
            Some(body) => write_group(body, scan),
            None => write_group(&self.peek(), scan),
        };
        self.skip(used);
    }

    fn peek(&self) -> [u8; GROUP_BYTES_FORM_A] {
        let mut body = [0; GROUP_BYTES_FORM_A];
        let mut room = body.as_mut_slice();
        for slice in std::iter::once(&self.current).chain(self.slices) {
            let byte_count = slice.len().min(room.len());
            let (head, rest) = room.split_at_mut(byte_count);
            head.copy_from_slice(slice.split_at(byte_count).0);
            room = rest;
            if room.is_empty() {
                break;
            }
        }
        body
    }

    fn skip(&mut self, byte_count: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(byte_count as u64);
        let mut byte_count = byte_count;
        loop {
            if let Some((_, rest)) = self.current.split_at_checked(byte_count) {
                self.current = rest;
                return;
            }
            byte_count -= self.current.len();
            match self.slices.split_first() {
                Some((next, rest)) => (self.current, self.slices) = (next, rest),
                None => {
                    self.current = &[];
                    return;
                }
            }
        }
    }
}
