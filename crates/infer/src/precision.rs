//! Whether a network is made for 16-bit floats, as its file says.

use crate::freeze::Fields;

/// `ModelProto.graph`, `GraphProto.input`, `ValueInfoProto.type`, `TypeProto.tensor_type`.
const WAY: [u64; 4] = [7, 11, 2, 1];
/// `TypeProto.Tensor.elem_type`.
const ELEMENT_TYPE: u64 = 1;
/// `TensorProto.DataType.FLOAT16`.
const HALF: u64 = 10;

/// Whether one of its inputs is made of 16-bit floats. What cannot be read is none.
pub(crate) fn takes_half(network: &[u8]) -> bool {
    is_half_below(network, &WAY)
}

fn is_half_below(message: &[u8], way: &[u64]) -> bool {
    let fields = || Fields(message).map_while(Result::ok);
    match way {
        [] => fields().any(|field| field.number == ELEMENT_TYPE && field.value == Some(HALF)),
        [next, rest @ ..] => fields()
            .filter(|field| field.number == *next)
            .any(|field| field.bytes.is_some_and(|message| is_half_below(message, rest))),
    }
}

#[cfg(test)]
mod tests {
    use reel_testkit::onnx;

    use super::*;

    #[test]
    fn a_network_of_16_bit_floats_is_told_from_one_of_32() {
        assert!(takes_half(&onnx::rvm_shaped_f16()));
        assert!(!takes_half(&onnx::rvm_shaped()));
        assert!(!takes_half(&onnx::matting(4, 4)));
    }

    #[test]
    fn what_is_no_network_takes_nothing() {
        let whole = onnx::rvm_shaped_f16();
        assert!(!takes_half(b""));
        assert!(!takes_half(b"a text"));
        assert!(!takes_half(&whole[..8]));
    }
}
