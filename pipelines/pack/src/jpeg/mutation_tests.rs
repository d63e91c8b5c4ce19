//! Damaged frames end in an error or in bytes, never in a panic, and never in a body that looks right and is not.

use super::foreign::Foreign;
use super::tests::{noise, write};
use super::*;

/// Checksum of the body, as the layer above keeps one.
fn sealed(body: &[u8]) -> Vec<u8> {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, body) as u32;
    [&crc.to_le_bytes()[..], body].concat()
}

fn opened(out: &[u8], body_bytes: usize) -> Option<&[u8]> {
    let body = out.get(4..4 + body_bytes)?;
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, body) as u32;
    (out.get(..4)? == crc.to_le_bytes()).then_some(body)
}

#[test]
fn a_hundred_thousand_damaged_frames_give_the_body_or_none() {
    let mut random = fastrand::Rng::with_seed(11);
    let body = noise(5, 600);
    let mut frames = Vec::new();
    for chroma in [Chroma::C420, Chroma::C444] {
        let geometry = Geometry::new(37, 35, chroma).unwrap();
        let jpeg = write(geometry, None, &[&sealed(&body)]);
        frames.push(Foreign { restart_interval: 0, long_bits: 12 }.rewrite(&jpeg, geometry));
        frames.push(Foreign { restart_interval: 3, long_bits: 16 }.rewrite(&jpeg, geometry));
        frames.push(jpeg);
    }
    let (mut out, mut returned, mut refused) = (Vec::new(), 0u32, 0u32);
    for turn in 0..100_000 {
        let mut jpeg = frames[turn % frames.len()].clone();
        for _ in 0..random.usize(1..4) {
            mutate(&mut jpeg, &mut random);
        }
        let _ = read_app9(&jpeg);
        match read_frame(&jpeg, &mut out) {
            Ok(_) => match opened(&out, body.len()) {
                Some(found) => {
                    assert_eq!(found, body);
                    returned += 1;
                }
                None => refused += 1,
            },
            Err(_) => refused += 1,
        }
        assert!(out.capacity() < 1 << 20, "{} bytes for a frame of {}", out.capacity(), jpeg.len());
    }
    // Both happen, so both are tested.
    assert!(returned > 1000 && refused > 1000, "{returned} {refused}");
}

/// One change: in half of the cases among the first bytes, where the structure is.
fn mutate(jpeg: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let end = if random.bool() { jpeg.len() } else { jpeg.len().min(800) };
    if end == 0 {
        return;
    }
    let at = random.usize(..end);
    match random.u8(..8) {
        0 => jpeg.truncate(at),
        1 => {
            let until = (at + random.usize(..40)).min(jpeg.len());
            jpeg.drain(at..until);
        }
        2 => {
            let stretch = noise(random.u64(..), random.usize(..40));
            jpeg.splice(at..at, stretch);
        }
        3 => jpeg[at] = 0xFF,
        4 => jpeg[at] = 0x00,
        5 => jpeg[at] ^= 1 << random.u8(..8),
        _ => jpeg[at] = random.u8(..),
    }
}
