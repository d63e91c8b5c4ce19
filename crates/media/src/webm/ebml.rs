//! Numbers and elements of EBML (RFC 8794), in memory.

/// Elements one after another.
#[derive(Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    /// An element with these bytes.
    pub(super) fn binary(&mut self, id: u32, body: &[u8]) -> &mut Self {
        self.head(id, body.len() as u64);
        self.0.extend_from_slice(body);
        self
    }

    /// Name and size of an element whose body follows.
    pub(super) fn head(&mut self, id: u32, size: u64) -> &mut Self {
        put_id(&mut self.0, id);
        put_size(&mut self.0, size);
        self
    }

    /// An unsigned number in as few bytes as it needs.
    pub(super) fn uint(&mut self, id: u32, value: u64) -> &mut Self {
        let bytes = value.to_be_bytes();
        let skipped = (value.leading_zeros() / 8).min(7) as usize;
        self.binary(id, bytes.get(skipped..).unwrap_or_default())
    }

    /// A signed number in as few bytes as it needs.
    pub(super) fn int(&mut self, id: u32, value: i64) -> &mut Self {
        let bytes = value.to_be_bytes();
        let spare = if value < 0 { value.leading_ones() } else { value.leading_zeros() } - 1;
        self.binary(id, bytes.get(spare as usize / 8..).unwrap_or_default())
    }

    /// A number of eight bytes.
    pub(super) fn float(&mut self, id: u32, value: f64) -> &mut Self {
        self.binary(id, &value.to_be_bytes())
    }

    /// A text; a zero byte would end it for a reader.
    pub(super) fn text(&mut self, id: u32, text: &str) -> &mut Self {
        let end = text.find('\0').unwrap_or(text.len());
        self.binary(id, text.get(..end).unwrap_or_default().as_bytes())
    }

    /// An element that holds what `fill` puts in.
    pub(super) fn master(&mut self, id: u32, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let mut body = Self::default();
        fill(&mut body);
        self.binary(id, &body.0)
    }
}

/// The name as it is; its length is in its first bits.
pub(super) fn put_id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    let skipped = (id.leading_zeros() / 8).min(3) as usize;
    out.extend_from_slice(bytes.get(skipped..).unwrap_or_default());
}

/// A size in as few bytes as it needs; all ones would mean that it is not known.
pub(super) fn put_size(out: &mut Vec<u8>, size: u64) {
    let length = (1..8).find(|length| size < (1 << (7 * length)) - 1).unwrap_or(8_usize);
    let marked = size | 1 << (7 * length);
    out.extend_from_slice(marked.to_be_bytes().get(8 - length..).unwrap_or_default());
}

/// A size in eight bytes, for a place that is filled in later.
pub(super) fn size_of_eight(size: u64) -> [u8; 8] {
    (size | 1 << 56).to_be_bytes()
}

/// Eight bytes that say that the size is not known.
pub(super) const UNKNOWN_SIZE: [u8; 8] = [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/// How many bytes a number with this first byte has; nothing when it has more than `most`.
pub(super) fn length_of(first: u8, most: usize) -> Option<usize> {
    let length = first.leading_zeros() as usize + 1;
    (length <= most).then_some(length)
}

/// The number in these bytes without its marker; nothing when all its bits are set (a size that is not known).
pub(super) fn unmarked(bytes: &[u8]) -> Option<u64> {
    let value = bytes.iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
    let bits = 7 * bytes.len().clamp(1, 8);
    let value = value & ((1 << bits) - 1);
    (value != (1 << bits) - 1).then_some(value)
}

/// An unsigned number of at most eight bytes.
pub(super) fn uint(body: &[u8]) -> Option<u64> {
    (body.len() <= 8).then(|| body.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// A signed number of at most eight bytes.
pub(super) fn int(body: &[u8]) -> Option<i64> {
    let value = uint(body)?;
    let spare = 64 - 8 * body.len() as u32;
    Some(if spare == 64 { 0 } else { (value << spare) as i64 >> spare })
}

/// A number of four or eight bytes; no bytes are 0.
pub(super) fn float(body: &[u8]) -> Option<f64> {
    match body.len() {
        0 => Some(0.0),
        4 => Some(f32::from_be_bytes(body.try_into().ok()?).into()),
        8 => Some(f64::from_be_bytes(body.try_into().ok()?)),
        _ => None,
    }
}

/// A text up to its first zero byte.
pub(super) fn text(body: &[u8]) -> String {
    let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
    String::from_utf8_lossy(body.get(..end).unwrap_or_default()).into_owned()
}

/// The elements in `body`, one after another; `None` once for what is no element, and then the end.
pub(super) fn children(body: &[u8]) -> impl Iterator<Item = Option<(u32, &[u8])>> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let at = rest.take().filter(|at| !at.is_empty())?;
        let found = child(at);
        if let Some((_, _, after)) = found {
            rest = Some(after);
        }
        Some(found.map(|(id, body, _)| (id, body)))
    })
}

fn child(at: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (id, at) = at.split_at_checked(length_of(*at.first()?, 4)?)?;
    let id = id.iter().fold(0, |id: u32, byte| id << 8 | u32::from(*byte));
    let (size, at) = at.split_at_checked(length_of(*at.first()?, 8)?)?;
    let (body, after) = at.split_at_checked(usize::try_from(unmarked(size)?).ok()?)?;
    Some((id, body, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_never_look_unknown() {
        let check = |size: u64, expected: &[u8]| {
            let mut out = Vec::new();
            put_size(&mut out, size);
            assert_eq!(out, expected);
            assert_eq!(unmarked(&out), Some(size));
            assert_eq!(length_of(out[0], 8), Some(out.len()));
        };
        check(0, &[0x80]);
        check(126, &[0xfe]);
        check(127, &[0x40, 0x7f]);
        check((1 << 14) - 1, &[0x20, 0x3f, 0xff]);
        check(5 << 30, &[0x09, 0x40, 0, 0, 0]);
        assert_eq!(unmarked(&UNKNOWN_SIZE), None);
        assert_eq!(unmarked(&size_of_eight(1 << 40)), Some(1 << 40));
    }

    #[test]
    fn numbers_come_back() {
        let mut bytes = Bytes::default();
        bytes
            .uint(0x81, 0)
            .uint(0x81, 255)
            .uint(0x81, u64::MAX)
            .int(0x82, -1)
            .int(0x82, 128)
            .int(0x82, i64::MIN)
            .float(0x83, 1.5);
        let mut bytes = children(&bytes.0).map(Option::unwrap).collect::<Vec<_>>().into_iter();
        let mut next = || bytes.next().unwrap().1;
        assert_eq!((uint(next()), uint(next()), uint(next())), (Some(0), Some(255), Some(u64::MAX)));
        assert_eq!((int(next()), int(next()), int(next())), (Some(-1), Some(128), Some(i64::MIN)));
        assert_eq!(float(next()), Some(1.5));
    }

    #[test]
    fn what_is_no_element_ends_the_walk() {
        assert_eq!(children(&[0xd7, 0x84, 1]).collect::<Vec<_>>(), [None]);
        assert_eq!(children(&[0]).collect::<Vec<_>>(), [None]);
    }
}
