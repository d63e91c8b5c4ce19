//! The code against noise.

use super::{Code, LANES};
use crate::share::random::Random;

fn noise(random: &mut Random) -> f32 {
    // The sum of 12 even numbers is near enough to a normal one.
    (0..12).map(|_| (random.next() >> 40) as f32 / (1u64 << 24) as f32).sum::<f32>() - 6.0
}

fn received(code: &Code, info: &[u8], sigma: f32, random: &mut Random) -> Vec<f32> {
    let words = code.encode(info);
    let sent = words
        .iter()
        .flat_map(|word| (0..LANES).map(move |lane| if word >> lane & 1 == 1 { -1.0f32 } else { 1.0 }));
    sent.map(|value| 2.0 * (value + sigma * noise(random)) / (sigma * sigma)).collect()
}

fn info(code: &Code, random: &mut Random) -> Vec<u8> {
    (0..code.info_bytes()).map(|_| random.next() as u8).collect()
}

fn failures(code: &Code, sigma: f32, tries: usize) -> usize {
    let mut random = Random::new(9);
    let failed = |_: &usize| {
        let sent = info(code, &mut random);
        let soft = received(code, &sent, sigma, &mut random);
        code.decode(&soft, 50).as_ref() != Some(&sent)
    };
    (0..tries).filter(failed).count()
}

#[test]
fn every_codeword_fulfils_its_checks_and_no_neighbour_does() {
    let mut random = Random::new(3);
    for (info_blocks, parity_blocks) in [(1, 4), (10, 30), (100, 100), (150, 40), (180, 20)] {
        let code = Code::new(info_blocks, parity_blocks);
        let mut words = code.encode(&info(&code, &mut random));
        assert_eq!(words.len() * LANES, code.coded_bits());
        assert!(code.is_codeword(&words));
        for _ in 0..200 {
            let (block, lane) = (random.below(words.len()), random.below(LANES));
            words[block] ^= 1 << lane;
            assert!(!code.is_codeword(&words), "bit {lane} of block {block}");
            words[block] ^= 1 << lane;
        }
    }
}

#[test]
fn noise_a_decibel_within_what_the_rate_allows_is_taken_out() {
    // Where a perfect code of this rate stops working is sigma 0.979, 0.631, 0.50 for 1/2, 4/5, 9/10 (two levels).
    for (info_blocks, parity_blocks, sigma) in [(100, 100, 0.86), (160, 40, 0.555), (180, 20, 0.445)] {
        assert_eq!(
            failures(&Code::new(info_blocks, parity_blocks), sigma, 20),
            0,
            "{info_blocks}/{parity_blocks}"
        );
    }
}

#[test]
fn what_the_quick_rule_gives_up_the_exact_one_may_still_read() {
    // The code of `1080p-4M`. The quick rule loses all twenty at this noise; a perfect code would read up to 0.81.
    assert_eq!(failures(&Code::new(193, 116), 0.755, 20), 0);
}

#[test]
fn too_much_noise_is_told_and_never_guessed() {
    let code = Code::new(100, 100);
    assert_eq!(failures(&code, 1.3, 5), 5);
    assert_eq!(
        code.decode(&[], 5).map(|bytes| bytes.iter().all(|byte| *byte == 0)),
        Some(true),
        "nothing heard is the word 0"
    );
    assert!(code.decode(&[f32::NAN; 10], 5).is_none_or(|bytes| bytes.len() == code.info_bytes()));
}

#[test]
fn a_third_of_the_bits_may_be_missing_at_half_rate() {
    let code = Code::new(60, 60);
    let mut random = Random::new(4);
    let sent = info(&code, &mut random);
    let mut soft = received(&code, &sent, 0.3, &mut random);
    for value in soft.iter_mut() {
        if random.below(3) == 0 {
            *value = 0.0;
        }
    }
    assert_eq!(code.decode(&soft, 50), Some(sent));
}
