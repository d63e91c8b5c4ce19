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
    let mut out = begin(states.len());
    for (name, view) in states {
        head(&mut out, name, view.kind(), &view.shape);
        match view.data {
            Data::F32(data) => data.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
            Data::F16(data) => data.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
        }
    }
    out
}

/// Saved states of a batch as those of each of its rows. What has not run yet is one zero for all of them.
///
/// # Errors
/// They are no states, or not of so many rows.
pub fn rows_apart(saved: &[u8], row_count: usize) -> Result<Vec<Vec<u8>>, InferError> {
    let states = read(saved)?;
    let mut rows: Vec<Vec<SavedState>> = (0..row_count).map(|_| Vec::new()).collect();
    for state in states {
        let given = state.shape.first().copied().unwrap_or(1);
        if given != row_count && given != 1 {
            return Err(InferError::States {
                detail: format!("they have {given} rows instead of {row_count}"),
            });
        }
        let size = state.bytes.len() / given.max(1);
        for (row, states) in rows.iter_mut().enumerate() {
            let begin = if given == 1 { 0 } else { row * size };
            let bytes = state.bytes.get(begin..begin + size).unwrap_or_default().to_vec();
            let mut shape = state.shape.clone();
            shape.first_mut().into_iter().for_each(|rows| *rows = 1);
            states.push(SavedState { name: state.name.clone(), kind: state.kind, shape, bytes });
        }
    }
    Ok(rows.iter().map(|states| written(states)).collect())
}

/// What [`rows_apart`] took apart.
///
/// # Errors
/// They are no states, or not of one network.
pub fn rows_together(apart: &[Vec<u8>]) -> Result<Vec<u8>, InferError> {
    let wrong = || InferError::States { detail: "their rows are not of one network".to_owned() };
    let mut rows = apart.iter().map(|saved| read(saved));
    let mut all = rows.next().ok_or_else(wrong)??;
    for row in rows {
        let row = row?;
        if row.len() != all.len() {
            return Err(wrong());
        }
        for (state, row) in all.iter_mut().zip(row) {
            if state.name != row.name || state.kind != row.kind || state.shape.get(1..) != row.shape.get(1..)
            {
                return Err(wrong());
            }
            let is_fresh = row.shape.iter().product::<usize>() == 1;
            if let (false, Some(rows)) = (is_fresh, state.shape.first_mut()) {
                *rows += 1;
                state.bytes.extend(row.bytes);
            }
        }
    }
    Ok(written(&all))
}

fn written(states: &[SavedState]) -> Vec<u8> {
    let mut out = begin(states.len());
    for state in states {
        head(&mut out, &state.name, state.kind, &state.shape);
        match state.kind {
            ElementKind::F16 => {
                out.extend(
                    state.bytes.as_chunks().0.iter().flat_map(|&e| f16::from_ne_bytes(e).to_le_bytes()),
                );
            }
            _ => out
                .extend(state.bytes.as_chunks().0.iter().flat_map(|&e| f32::from_ne_bytes(e).to_le_bytes())),
        }
    }
    out
}

fn begin(count: usize) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&VERSION.to_le_bytes());
    put(&mut out, count);
    out
}

fn head(out: &mut Vec<u8>, name: &str, kind: ElementKind, shape: &[usize]) {
    put(out, name.len());
    out.extend_from_slice(name.as_bytes());
    put(out, kind.size_bytes() * 8);
    put(out, shape.len());
    shape.iter().for_each(|&size| out.extend_from_slice(&(size as u64).to_le_bytes()));
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
    fn rows_come_apart_and_together_again_to_the_bit() {
        let saved = write(&[
            ("r1o", View::f32(&[2, 1, 2], &[1.0, 2.0, f32::NAN, -0.0])),
            ("r2o", View::f32(&[1, 1, 1], &[0.0])),
        ]);
        let apart = rows_apart(&saved, 2).unwrap();
        let second = read(&apart[1]).unwrap();
        assert_eq!((&second[0].shape[..], &second[1].shape[..]), (&[1, 1, 2][..], &[1, 1, 1][..]));
        assert_eq!(second[0].bytes, [f32::NAN.to_ne_bytes(), (-0.0_f32).to_ne_bytes()].concat());
        assert_eq!(rows_together(&apart).unwrap(), saved);
        assert!(rows_apart(&saved, 3).is_err());
        assert!(rows_together(&[apart[0].clone(), two()]).is_err() && rows_together(&[]).is_err());
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
