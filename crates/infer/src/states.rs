//! The saved form of a recurrent network's states: exact, versioned, checked in size.
//!
//! `REELSTAT`, version (4 bytes), count (4), and for each state: length of the name (4), name, kind (4; 32 or 16 bits),
//! rank (4), sizes (8 each), elements. All numbers are little-endian.

use half::f16;

use crate::error::InferError;
use crate::port::ElementKind;
use crate::tensor::{Data, View, element_count};

const MAGIC: &[u8; 8] = b"REELSTAT";
const VERSION: u32 = 1;
/// More dimensions than any state has.
const RANK_MAX: usize = 8;

/// One state that was saved.
pub(crate) struct SavedState {
    pub(crate) name: String,
    pub(crate) kind: ElementKind,
    pub(crate) shape: Vec<usize>,
    /// Elements in the machine's order.
    pub(crate) bytes: Vec<u8>,
}

/// Writes states down.
pub(crate) fn write(states: &[(&str, View<'_>)]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    put(&mut out, states.len());
    for (name, view) in states {
        put(&mut out, name.len());
        out.extend_from_slice(name.as_bytes());
        put(&mut out, view.kind().size_bytes() * 8);
        put(&mut out, view.shape.len());
        view.shape.iter().for_each(|&size| out.extend_from_slice(&(size as u64).to_le_bytes()));
        match view.data {
            Data::F32(data) => data.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
            Data::F16(data) => data.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
        }
    }
    out
}

/// Reads states that were written down.
///
/// # Errors
/// What is not as it was written.
pub(crate) fn read(saved: &[u8]) -> Result<Vec<SavedState>, InferError> {
    let wrong = |detail: &str| InferError::States { detail: detail.to_owned() };
    let mut reader = Reader(saved);
    if reader.take(MAGIC.len()) != Some(MAGIC) {
        return Err(wrong("they do not begin as states do"));
    }
    match reader.number() {
        Some(version) if version == VERSION as usize => {}
        Some(version) => return Err(wrong(&format!("they are of version {version}, not {VERSION}"))),
        None => return Err(wrong("they are cut off")),
    }
    let count = reader.number().ok_or_else(|| wrong("they are cut off"))?;
    let mut states = Vec::new();
    for _ in 0..count {
        states.push(reader.state().ok_or_else(|| wrong("they are cut off, or not what was saved"))?);
    }
    if reader.0.is_empty() { Ok(states) } else { Err(wrong("there is more than was saved")) }
}

fn put(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn state(&mut self) -> Option<SavedState> {
        let name_size = self.number()?;
        let name = String::from_utf8(self.take(name_size)?.to_vec()).ok()?;
        let kind = match self.number()? {
            32 => ElementKind::F32,
            16 => ElementKind::F16,
            _ => return None,
        };
        let rank = self.number().filter(|&rank| rank <= RANK_MAX)?;
        let mut shape = Vec::with_capacity(rank);
        for _ in 0..rank {
            shape.push(usize::try_from(u64::from_le_bytes(self.take(8)?.try_into().ok()?)).ok()?);
        }
        let elements = self.take(element_count(&shape)?.checked_mul(kind.size_bytes())?)?;
        let bytes = match kind {
            ElementKind::F32 => {
                elements.as_chunks().0.iter().flat_map(|&e| f32::from_le_bytes(e).to_ne_bytes()).collect()
            }
            _ => elements.as_chunks().0.iter().flat_map(|&e| f16::from_le_bytes(e).to_ne_bytes()).collect(),
        };
        Some(SavedState { name, kind, shape, bytes })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn two() -> Vec<u8> {
        let halves = [f16::from_f32(0.5), f16::from_f32(-2.0)];
        write(&[("r1o", View::f32(&[1, 3], &[1.5, f32::NAN, -0.0])), ("r2o", View::f16(&[2], &halves))])
    }

    #[test]
    fn what_is_written_reads_back_bit_by_bit() {
        let states = read(&two()).unwrap();
        assert_eq!((states[0].name.as_str(), &states[0].shape[..]), ("r1o", &[1, 3][..]));
        let expected: Vec<u8> = [1.5, f32::NAN, -0.0].iter().flat_map(|value| value.to_ne_bytes()).collect();
        assert_eq!(states[0].bytes, expected);
        assert_eq!((states[1].kind, states[1].bytes.len()), (ElementKind::F16, 4));
    }

    #[test]
    fn every_way_to_cut_them_off_is_refused() {
        let saved = two();
        for size in 0..saved.len() {
            assert!(read(&saved[..size]).is_err(), "{size} bytes");
        }
        assert!(read(&[&saved[..], b"x"].concat()).is_err());
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let mut saved = two();
        saved[8] = 9;
        assert!(read(&saved).err().unwrap().to_string().contains("version 9"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&[&MAGIC[..], &VERSION.to_le_bytes(), &tail].concat());
        }
    }
}
