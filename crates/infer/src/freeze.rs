//! Gives an input of a network one value for good, by an edit of its file: the input goes, a constant of its name comes.
//!
//! TensorRT refuses networks whose sizes follow from a float that is only known when they run, and with a constant the sizes
//! are known before.

/// A value for an input of 32-bit floats.
#[derive(Clone, PartialEq, Debug)]
pub struct Frozen {
    /// Which input.
    pub input: String,
    /// The sizes of its tensor.
    pub shape: Vec<usize>,
    /// Its elements.
    pub values: Vec<f32>,
}

/// `ModelProto.graph`.
const GRAPH: u64 = 7;
/// `GraphProto.initializer`.
const INITIALIZER: u64 = 5;
/// `GraphProto.input`.
const INPUT: u64 = 11;
/// `ValueInfoProto.name`.
const NAME: u64 = 1;

/// The network with this input made a constant.
///
/// # Errors
/// What is wrong with the file, or that it has no such input.
pub fn freeze(network: &[u8], frozen: &Frozen) -> Result<Vec<u8>, String> {
    let mut edited = Vec::with_capacity(network.len() + 64);
    let mut seen = false;
    for field in Fields(network) {
        let field = field?;
        match field.bytes {
            Some(graph) if field.number == GRAPH => {
                put_bytes(&mut edited, GRAPH, &freeze_in_graph(graph, frozen)?);
                seen = true;
            }
            _ => edited.extend_from_slice(field.whole),
        }
    }
    if seen { Ok(edited) } else { Err("it holds no graph".to_owned()) }
}

fn freeze_in_graph(graph: &[u8], frozen: &Frozen) -> Result<Vec<u8>, String> {
    let mut edited = Vec::with_capacity(graph.len() + 64);
    let mut seen = false;
    for field in Fields(graph) {
        let field = field?;
        if field.number == INPUT && name_of(field.bytes.unwrap_or_default())? == Some(frozen.input.as_bytes())
        {
            seen = true;
        } else {
            edited.extend_from_slice(field.whole);
        }
    }
    if !seen {
        return Err(format!("it has no input {}", frozen.input));
    }
    put_bytes(&mut edited, INITIALIZER, &tensor(frozen));
    Ok(edited)
}

fn name_of(value_info: &[u8]) -> Result<Option<&[u8]>, String> {
    let mut name = None;
    for field in Fields(value_info) {
        let field = field?;
        if field.number == NAME {
            name = field.bytes;
        }
    }
    Ok(name)
}

/// A `TensorProto`: `dims` 1, `data_type` 2 (1 is float), `name` 8, `raw_data` 9 in little-endian order.
fn tensor(frozen: &Frozen) -> Vec<u8> {
    let mut tensor = Vec::new();
    for &size in &frozen.shape {
        put_number(&mut tensor, 1, size as u64);
    }
    put_number(&mut tensor, 2, 1);
    put_bytes(&mut tensor, 8, frozen.input.as_bytes());
    let raw: Vec<u8> = frozen.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    put_bytes(&mut tensor, 9, &raw);
    tensor
}

pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    /// The content of a string, of bytes or of a message.
    pub(crate) bytes: Option<&'a [u8]>,
    /// A number of variable length.
    pub(crate) value: Option<u64>,
    /// All of it, with its head.
    whole: &'a [u8],
}

/// The fields of one message, in order. After a field that cannot be read there is none.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let read = read_field(self.0);
        self.0 = match &read {
            Some(field) => self.0.get(field.whole.len()..).unwrap_or_default(),
            None => &[],
        };
        Some(read.ok_or_else(|| "it is cut off, or no network at all".to_owned()))
    }
}

fn read_field(message: &[u8]) -> Option<Field<'_>> {
    let (head, at) = read_varint(message, 0)?;
    let mut value = None;
    let (start, end) = match head & 7 {
        0 => {
            let (number, end) = read_varint(message, at)?;
            value = Some(number);
            (at, end)
        }
        1 => (at, at.checked_add(8)?),
        5 => (at, at.checked_add(4)?),
        2 => {
            let (size, at) = read_varint(message, at)?;
            (at, at.checked_add(usize::try_from(size).ok()?)?)
        }
        _ => return None,
    };
    let content = message.get(start..end)?;
    let bytes = (head & 7 == 2).then_some(content);
    Some(Field { number: head >> 3, bytes, value, whole: message.get(..end)? })
}

/// The number, and where it ends.
fn read_varint(message: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *message.get(at)?;
        at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    None
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_number(out: &mut Vec<u8>, number: u64, value: u64) {
    put_varint(out, number << 3);
    put_varint(out, value);
}

fn put_bytes(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reel_testkit::onnx;

    use super::*;

    fn ratio(value: f32) -> Frozen {
        Frozen { input: "downsample_ratio".to_owned(), shape: vec![1], values: vec![value] }
    }

    #[test]
    fn an_input_that_is_not_there_is_named() {
        let network = onnx::matting(4, 4);
        assert_eq!(freeze(&network, &ratio(0.5)).unwrap_err(), "it has no input downsample_ratio");
        assert!(freeze(b"a text, not a network", &ratio(0.5)).is_err());
        assert!(freeze(&[], &ratio(0.5)).is_err());
    }

    #[test]
    fn all_else_stays_as_it_was() {
        let network = onnx::rvm_shaped();
        let frozen = freeze(&network, &ratio(0.25)).unwrap();
        let twice = freeze(&frozen, &ratio(0.25));
        assert!(twice.is_err(), "the input is gone");
        assert!(frozen.len() < network.len() + 64);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = freeze(&bytes, &ratio(1.0));
        }
    }
}
