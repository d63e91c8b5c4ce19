//! Planes of numbers as one string each, so that a state stays small in whatever it is written.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Masks.
pub(super) mod words {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(plane: &[u16], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = plane.iter().flat_map(|value| value.to_le_bytes()).collect();
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u16>, D::Error> {
        let bytes = BASE64_STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        let (words, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(D::Error::custom("a plane of words ends within one"));
        }
        Ok(words.iter().map(|word| u16::from_le_bytes(*word)).collect())
    }
}

/// Three planes of colour.
pub(super) mod colours {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(planes: &[Vec<u8>; 3], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(planes.concat()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[Vec<u8>; 3], D::Error> {
        let bytes = BASE64_STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        if !bytes.len().is_multiple_of(3) {
            return Err(D::Error::custom("three planes have to be of one size"));
        }
        let third = bytes.len() / 3;
        Ok(std::array::from_fn(|index| bytes[index * third..(index + 1) * third].to_vec()))
    }
}
