//! Bodies through pictures and back, without a codec.

use sha2::{Digest, Sha256};

use super::random::Random;
use super::{Demodulator, FrameTag, Layout, Modulator, Received, Target};

fn body(layout: &Layout, seed: u8) -> Vec<u8> {
    (0..layout.body_bytes())
        .map(|index| (index as u8).wrapping_mul(31).wrapping_add(seed) ^ (index >> 8) as u8)
        .collect()
}

fn read(pictures: &[(Vec<u8>, u32, u32)]) -> Vec<Received> {
    let mut demodulator = Demodulator::new();
    let mut frames: Vec<_> =
        pictures.iter().flat_map(|(luma, width, height)| demodulator.push(luma, *width, *height)).collect();
    frames.extend(demodulator.finish());
    frames.into_iter().map(|frame| frame.decode()).collect()
}

fn check(change: impl Fn(Vec<u8>) -> (Vec<u8>, u32, u32)) {
    for target in Target::ALL {
        let layout = Layout::for_target(target);
        let modulator = Modulator::new(layout).expect("nameable");
        let tag = FrameTag { file: 77, number: 3 };
        let sent = body(&layout, 1);
        let pictures = modulator.pictures(tag, &sent).expect("fits");
        let received = read(&pictures.into_iter().map(&change).collect::<Vec<_>>());
        assert_eq!(received.len(), 1, "{}", target.name());
        assert_eq!((received[0].tag, received[0].layout), (tag, layout));
        let parts: Vec<Vec<u8>> = received[0].parts.iter().flatten().cloned().collect();
        assert!(
            parts.concat() == sent,
            "{}: {} of {} parts",
            target.name(),
            parts.len(),
            layout.part_count()
        );
    }
}

// At this noise some parts are lost when each is read by itself.
#[test]
fn parts_that_were_read_help_to_read_the_others() {
    let layout = Layout { spread: 4, ..Layout::for_target(Target::Hd1080At4M) };
    let modulator = Modulator::new(layout).expect("nameable");
    let sent = body(&layout, 4);
    let mut random = Random::new(1);
    let mut noise = || (0..4).map(|_| random.below(45) as i32 - 22).sum::<i32>();
    let mut noisy = |luma: Vec<u8>| {
        luma.into_iter().map(|pixel| (i32::from(pixel) + noise()).clamp(0, 255) as u8).collect()
    };
    let pictures = modulator.pictures(FrameTag { file: 1, number: 2 }, &sent).expect("fits");
    let received = read(
        &pictures.into_iter().map(|luma| (noisy(luma), 1920, 1080)).collect::<Vec<(Vec<u8>, u32, u32)>>(),
    );
    let parts: Vec<&Vec<u8>> = received.iter().flat_map(|frame| frame.parts.iter().flatten()).collect();
    assert_eq!(parts.len(), layout.part_count());
    assert!(parts.into_iter().flatten().eq(&sent));
}

// Another way to draw them must not change what a video holds.
#[test]
fn the_pictures_of_every_target_are_the_same_bytes_as_ever() {
    let digest = |target: Target| {
        let layout = Layout::for_target(target);
        let modulator = Modulator::new(layout).expect("nameable");
        let pictures = modulator.pictures(FrameTag { file: 0xBEEF, number: 41 }, &body(&layout, 9));
        crate::content::hex(&Sha256::digest(pictures.expect("fits").concat()))
    };
    let expected = [
        "9ee63d2a42b13a2bad9a021fa16a57ca7041b60a322e7dd84ffe5be49d47b301",
        "924410d6199f1da67616376c8fa668f3f036c07ebd538840bfbb698e8a2fa022",
        "1ed1ae594a420496953a9a93fb5c961b02a2e251a3cecca3ab91c4f2df2f5a13",
        "3ef5158e28422279c58fb6c47ee32494b39e8f09ba1d81562432aa389e9085b4",
    ];
    assert_eq!(Target::ALL.map(digest), expected);
}

fn cropped(luma: &[u8], width: usize, height: usize, by: usize) -> Vec<u8> {
    luma.chunks(width).skip(by).take(height - 2 * by).flat_map(|row| row[by..width - by].to_vec()).collect()
}

#[test]
fn a_body_comes_back_from_its_picture() {
    check(|luma| (luma, 1920, 1080));
}

#[test]
fn a_body_comes_back_after_a_crop_of_two_pixels() {
    check(|luma| (cropped(&luma, 1920, 1080, 2), 1916, 1076));
}

#[test]
fn a_body_comes_back_from_a_swapped_range_and_a_letterbox() {
    check(|luma| {
        let mut boxed = vec![0u8; 2000 * 1200];
        for (row, to) in luma.chunks(1920).zip(boxed.chunks_mut(2000).skip(60)) {
            for (pixel, to) in row.iter().zip(&mut to[40..]) {
                *to = (16.0 + f64::from(*pixel) * 219.0 / 255.0).round() as u8;
            }
        }
        (boxed, 2000, 1200)
    });
}

#[test]
fn held_pictures_are_one_frame_and_order_does_not_matter() {
    let layout = Layout::for_target(Target::Hd720At2M);
    let modulator = Modulator::new(layout).expect("nameable");
    let pictures = |number: u32| {
        let pictures =
            modulator.pictures(FrameTag { file: 1, number }, &body(&layout, number as u8)).expect("fits");
        pictures.into_iter().map(|luma| (luma, layout.width, layout.height)).collect::<Vec<_>>()
    };
    let (first, mut second) = (pictures(1), pictures(2));
    second.reverse();
    let received = read(&[second.clone(), first.clone(), second.clone(), first, second].concat());
    let counts: Vec<(u32, u32)> =
        received.iter().map(|frame| (frame.tag.number, frame.picture_count)).collect();
    assert_eq!(counts, [(2, 36), (1, 24)]);
    for frame in received {
        assert!(frame.parts.iter().flatten().flatten().eq(&body(&layout, frame.tag.number as u8)));
    }
}

#[test]
fn pictures_of_something_else_are_passed_over() {
    let noise: Vec<u8> =
        (0..1280 * 720u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(
        read(&[(noise, 1280, 720), (vec![0; 12], 4, 3), (Vec::new(), 0, 0), (vec![1; 5], 1920, 1080)])
            .is_empty()
    );
}
