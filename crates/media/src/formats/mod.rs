//! Which formats may be opened, and how a file is named to FFmpeg so that nothing else is.

mod sniff;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use sniff::{Container, sniff};

/// The demuxers that may read a source. None of them opens a second file.
pub const DEMUXERS: &str = "aac,ac3,aiff,apng,asf,av1,avi,dv,eac3,flac,flv,gif,h264,hevc,ivf,jpeg_pipe,m4v,matroska,\
webm,mjpeg,mov,mp4,mp3,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,png_pipe,wav,webp_pipe,yuv4mpegpipe";

/// Pixels of one picture that a decoder accepts unless told otherwise: 8K both ways.
pub const PIXELS_MAX: u64 = 8192 * 8192;

/// One input of an `ffmpeg` or `ffprobe` command line, with everything that keeps it from opening anything else.
///
/// A source is always named `file:` and its absolute path, so that a leading dash, a colon, a `%d` or a line break
/// in a name is only a name.
#[derive(Clone, Debug)]
pub struct InputArgs {
    path: PathBuf,
    demuxer: Option<&'static str>,
    options: Vec<OsString>,
    pixels_max: Option<u64>,
}

impl InputArgs {
    /// A source from outside. FFmpeg finds out which of the allowed formats it is.
    pub fn source(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), demuxer: None, options: Vec::new(), pixels_max: Some(PIXELS_MAX) }
    }

    /// One more option before `-i`, for example `-ss`.
    pub fn option(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.options.push(name.into());
        self.options.push(value.into());
        self
    }

    /// One more switch without a value before `-i`, for example `-copyts`.
    pub fn switch(mut self, name: &str) -> Self {
        self.options.push(name.into());
        self
    }

    /// The only demuxer that may be used.
    pub fn demuxer(mut self, name: &'static str) -> Self {
        self.demuxer = Some(name);
        self
    }

    /// Most pixels of one picture; a larger one is an error of the decoder.
    pub fn pixels_max(mut self, pixels: u64) -> Self {
        self.pixels_max = Some(pixels);
        self
    }

    /// For an input whose packets are only copied: there is no decoder to be told of pixels.
    pub fn only_copied(mut self) -> Self {
        self.pixels_max = None;
        self
    }

    /// The arguments, ending in `-i file:…`.
    pub fn args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec!["-protocol_whitelist".into(), "file".into()];
        // The image demuxers are chosen by name (`.jpg` means the one that reads patterns), so a still is named here.
        match self.demuxer.or_else(|| sniff::still_demuxer(&self.path)) {
            Some(demuxer) => args.extend(["-f".into(), demuxer.into()]),
            None => args.extend(["-format_whitelist".into(), DEMUXERS.into()]),
        }
        if let Some(pixels) = self.pixels_max {
            args.extend(["-max_pixels".into(), pixels.to_string().into()]);
        }
        args.extend(self.options.iter().cloned());
        args.extend(["-i".into(), file_url(&self.path)]);
        args
    }
}

/// `file:` and the absolute path: the only way in which a file of ours is named to FFmpeg, as input or as output.
pub fn file_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let args = InputArgs::source("/a/-i %d\n:x.mp4").option("-ss", "1").args();
        assert_eq!(args.last().unwrap(), "file:/a/-i %d\n:x.mp4");
        assert_eq!(args[args.len() - 2], "-i");
        assert!(args.iter().any(|arg| arg == "-format_whitelist"));
    }

    #[test]
    fn no_demuxer_that_opens_other_files_is_allowed() {
        for demuxer in DEMUXERS.split(',') {
            for bad in [
                "hls",
                "concat",
                "dash",
                "subfile",
                "lavfi",
                "image2",
                "applehttp",
                "data",
                "sdp",
                "rtsp",
                "imf",
            ] {
                assert_ne!(demuxer, bad);
            }
        }
    }
}
