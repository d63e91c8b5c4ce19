//! Frames decode everywhere, and come back from tools that change everything but the coefficients.

use std::path::Path;

use proptest::prelude::*;

use super::foreign::Foreign;
use super::tests::{noise, write};
use super::tools::{run, run_silently};
use super::*;
use crate::card::{TitleText, title_card};

/// A frame with a card and noise in all rows below it.
fn frame(width: u32, height: u32, chroma: Chroma) -> (Vec<u8>, Vec<u8>) {
    let geometry = Geometry::new(width, height, chroma).unwrap();
    let card = title_card(geometry, &TitleText { name: Some("a.bin"), ..TitleText::default() });
    let body = noise(3, geometry.capacity_bytes_worst(card.mcu_row_count(chroma)) as usize);
    (write(geometry, Some(&card), &[&body]), body)
}

fn check_decoded(jpeg: &[u8], body: &[u8]) {
    let mut out = Vec::new();
    let info = read_frame(jpeg, &mut out).unwrap();
    assert_eq!(info.path, ReadPath::Decoded);
    assert!(info.complete);
    assert_eq!(out.get(..body.len()), Some(body));
}

fn in_folder(check: impl Fn(&Path, &[u8], &[u8])) {
    for (width, height, chroma) in [
        (640, 360, Chroma::C420),
        (333, 217, Chroma::C420),
        (320, 240, Chroma::C444),
        (101, 99, Chroma::C444),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (jpeg, body) = frame(width, height, chroma);
        std::fs::write(folder.path().join("a.jpg"), &jpeg).unwrap();
        check(folder.path(), &jpeg, &body);
    }
}

#[test]
fn ffmpeg_decodes_a_frame_without_a_word() {
    in_folder(|folder, _, _| {
        run_silently("ffmpeg", folder, &["-v", "warning", "-xerror", "-i", "a.jpg", "-f", "null", "-"]);
    });
}

#[test]
fn libjpeg_decodes_a_frame_without_a_word() {
    in_folder(|folder, _, _| {
        run_silently("djpeg", folder, &["-strict", "-outfile", "a.ppm", "a.jpg"]);
    });
}

#[test]
fn pillow_decodes_a_frame_without_a_word() {
    in_folder(|folder, _, _| {
        let is_there =
            run("python3", folder, &["-c", "import PIL"]).is_some_and(|output| output.status.success());
        if !is_there {
            eprintln!("SKIPPED: Pillow is not installed");
            return;
        }
        let script = "from PIL import Image; Image.open('a.jpg').load()";
        run_silently("python3", folder, &["-W", "error", "-c", script]);
    });
}

#[test]
fn ffmpeg_and_libjpeg_see_the_same_grey() {
    in_folder(|folder, _, _| {
        let ours = ["-v", "warning", "-i", "a.jpg", "-pix_fmt", "gray", "-f", "rawvideo", "a.grey"];
        let ffmpeg = run("ffmpeg", folder, &ours);
        let libjpeg = run("djpeg", folder, &["-grayscale", "-pnm", "-outfile", "a.pgm", "a.jpg"]);
        if ffmpeg.is_none() || libjpeg.is_none() {
            return;
        }
        let ffmpeg = std::fs::read(folder.join("a.grey")).unwrap();
        let libjpeg = std::fs::read(folder.join("a.pgm")).unwrap();
        let libjpeg = &libjpeg[libjpeg.len() - ffmpeg.len()..];
        // Two transforms round apart by little.
        let apart = ffmpeg.iter().zip(libjpeg).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart <= Some(3), "{apart:?}");
    });
}

#[test]
fn a_frame_comes_back_from_lossless_tools() {
    in_folder(|folder, _, body| {
        for args in [
            &["-optimize", "-copy", "none", "-outfile", "b.jpg", "a.jpg"][..],
            &["-copy", "all", "-outfile", "b.jpg", "a.jpg"],
            &["-optimize", "-restart", "3B", "-copy", "none", "-outfile", "b.jpg", "a.jpg"],
        ] {
            if run_silently("jpegtran", folder, args).is_some() {
                check_decoded(&std::fs::read(folder.join("b.jpg")).unwrap(), body);
            }
        }
    });
}

#[test]
fn a_progressive_copy_is_named() {
    in_folder(|folder, _, _| {
        if run_silently("jpegtran", folder, &["-progressive", "-outfile", "b.jpg", "a.jpg"]).is_some() {
            let error =
                read_frame(&std::fs::read(folder.join("b.jpg")).unwrap(), &mut Vec::new()).unwrap_err();
            assert!(error.to_string().contains("progressive"), "{error}");
        }
    });
}

#[test]
fn a_copy_made_from_pixels_is_refused_as_such() {
    in_folder(|folder, _, _| {
        for quality in ["1", "2", "10"] {
            let args = ["-v", "error", "-y", "-i", "a.jpg", "-q:v", quality, "-f", "mjpeg", "b.jpg"];
            if run_silently("ffmpeg", folder, &args).is_some() {
                let error =
                    read_frame(&std::fs::read(folder.join("b.jpg")).unwrap(), &mut Vec::new()).unwrap_err();
                assert!(error.to_string().contains("re-encoded"), "{error}");
            }
        }
    });
}

#[test]
fn ffmpegs_filters_of_the_stream_leave_the_body() {
    in_folder(|folder, _, body| {
        for filter in ["mjpeg2jpeg", "mjpegadump"] {
            let args =
                ["-v", "error", "-y", "-i", "a.jpg", "-c", "copy", "-bsf:v", filter, "-f", "mjpeg", "b.jpg"];
            if run_silently("ffmpeg", folder, &args).is_some() {
                let mut out = Vec::new();
                read_frame(&std::fs::read(folder.join("b.jpg")).unwrap(), &mut out).unwrap();
                assert_eq!(out.get(..body.len()), Some(body), "{filter}");
            }
        }
    });
}

#[test]
fn what_is_no_frame_of_ours_is_refused_by_name() {
    let check = |jpeg: &[u8], expected: &str| {
        let error = read_frame(jpeg, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(b"", "not a JPEG");
    check(b"RIFF", "not a JPEG");
    let (jpeg, _) = frame(64, 48, Chroma::C420);
    let frame_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let changed = |at: usize, value: u8| {
        let mut jpeg = jpeg.clone();
        jpeg[at] = value;
        jpeg
    };
    check(&changed(frame_at + 1, 0xC2), "progressive");
    check(&changed(frame_at + 1, 0xC9), "arithmetic");
    check(&changed(frame_at + 1, 0xC3), "lossless");
    check(&changed(frame_at + 4, 12), "12 bits");
    check(&changed(frame_at + 11, 0x21), "sampled");
    let scan_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    check(&changed(scan_at + 4, 1), "several scans");
    let quantisers_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xDB]).unwrap();
    check(&changed(quantisers_at + 20, 2), "quantisers");
    check(&jpeg[..scan_at], "ends before its scan");
}

#[test]
fn a_rewritten_frame_that_is_cut_off_or_damaged_gives_the_groups_before() {
    let (jpeg, body) = frame(160, 120, Chroma::C420);
    let geometry = Geometry::new(160, 120, Chroma::C420).unwrap();
    let whole = Foreign { restart_interval: 0, long_bits: 12 }.rewrite(&jpeg, geometry);
    let half = whole.len() * 3 / 4;
    let damaged = [&whole[..half], &[0x55; 100], &whole[half..]].concat();
    for jpeg in [&whole[..half], &damaged] {
        let mut out = Vec::new();
        let info = read_frame(jpeg, &mut out).unwrap();
        assert!(!info.complete && info.group_count > 5, "{info:?}");
        let sound_bytes = 5 * 375;
        assert_eq!(out[..sound_bytes], body[..sound_bytes]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_frame_comes_back_with_any_tables(
        (width, height) in (16u32..90, 16u32..90),
        full in any::<bool>(),
        restart_interval in 0u16..5,
        long_bits in 10u32..17,
    ) {
        let chroma = if full { Chroma::C444 } else { Chroma::C420 };
        let (jpeg, body) = frame(width, height, chroma);
        let geometry = Geometry::new(width, height, chroma).unwrap();
        check_decoded(&Foreign { restart_interval, long_bits }.rewrite(&jpeg, geometry), &body);
    }
}
