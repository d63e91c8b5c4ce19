//! Draws the pictures of `docs/guides/matte.md`: one person in front of a shelf and of a screen, cut out by each model.
//!
//! `cargo run -p reel-matte --example guide_pictures -- target/debug/reel docs/guides/images`

#![expect(clippy::unwrap_used, reason = "pictures are drawn by hand, and the first error is looked at")]

mod figure;
mod sheet;

use std::path::Path;

use figure::{Behind, HEIGHT, WIDTH, draw};
use reel_media::child::{ChildSpec, run, run_capturing};
use reel_types::CancelToken;
use sheet::{Picture, Sheet};

/// Where the loose hair is, enlarged.
const HAIR: (usize, usize) = (160, 110);
const HAIR_SIDE: usize = 80;
const ENLARGED: usize = 3;

fn main() {
    let mut args = std::env::args().skip(1);
    let (reel, out) = args.next().zip(args.next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut hair = Sheet::new(3);
    for (behind, name) in [(Behind::Shelf, "shelf"), (Behind::Screen, "screen")] {
        let drawn = draw(behind);
        let source = folder.path().join(format!("{name}.png"));
        write(&drawn, (WIDTH, HEIGHT), &source, "null");
        let mut sheet = Sheet::new(3);
        let whole = Picture::opaque(WIDTH, HEIGHT, &drawn);
        sheet.add(&whole.halved());
        hair.add(&whole.enlarged(HAIR, HAIR_SIDE, ENLARGED));
        for model in ["selfie", "chroma"] {
            let matted = matted(&reel, &source, model, folder.path());
            sheet.add(&matted.halved());
            hair.add(&matted.enlarged(HAIR, HAIR_SIDE, ENLARGED));
        }
        save(&sheet, &Path::new(&out).join(format!("matte-{name}.png")));
    }
    save(&hair, &Path::new(&out).join("matte-hair.png"));
}

/// What this model leaves of the picture, on a checkerboard.
fn matted(reel: &str, source: &Path, model: &str, folder: &Path) -> Picture {
    let out = folder.join(format!("{model}-{}", source.file_name().unwrap().to_string_lossy()));
    let state = folder.join("state");
    let spec = ChildSpec::new(reel).arg("matte").arg(source).arg("-o").arg(&out).arg("--state").arg(&state);
    run_capturing(&spec.args(["--quiet", "--model", model]), &CancelToken::new(), 1 << 20).unwrap();
    let spec = ChildSpec::new("ffmpeg").args(["-v", "error", "-i"]).arg(&out);
    let spec = spec.args(["-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"]);
    let (pixels, _) = run_capturing(&spec, &CancelToken::new(), 64 << 20).unwrap();
    Picture::on_a_checkerboard(WIDTH, HEIGHT, &pixels)
}

/// So few colours make a small file.
fn save(sheet: &Sheet, path: &Path) {
    let (pixels, size) = sheet.pixels();
    let palette = "split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=none";
    write(&pixels, size, path, palette);
}

fn write(rgb: &[u8], (width, height): (usize, usize), path: &Path, filter: &str) {
    let raw = path.with_extension("rgb");
    std::fs::write(&raw, rgb).unwrap();
    let size = format!("{width}x{height}");
    let input = ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-i"];
    let spec =
        ChildSpec::new("ffmpeg").args(input).arg(&raw).args(["-vf", filter, "-frames:v", "1"]).arg(path);
    run(&spec, &CancelToken::new(), |_| {}).unwrap();
    std::fs::remove_file(&raw).unwrap();
}
