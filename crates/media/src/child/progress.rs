//! FFmpeg's `-progress` lines, typed.

/// How far an `ffmpeg` is. A field it does not tell (`N/A`) keeps its last value.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct FfmpegProgress {
    /// Frames written to the first video output.
    pub frame: u64,
    /// Time stamp of the last thing written, in microseconds; may be negative.
    pub out_time_micros: i64,
    /// Bytes written.
    pub total_size_bytes: u64,
    /// Frames that were written twice to keep a rate.
    pub dup_frames: u64,
    /// Frames that were left out to keep a rate.
    pub drop_frames: u64,
    /// Media seconds per second of the clock.
    pub speed: f64,
    /// Set in the last report.
    pub done: bool,
}

/// Turns bytes into reports; one report a block.
#[derive(Default)]
pub(super) struct ProgressParser {
    line: Vec<u8>,
    now: FfmpegProgress,
}

/// Longer lines are not FFmpeg's; the rest of one is dropped.
const LINE_BYTES_MAX: usize = 512;

impl ProgressParser {
    pub(super) fn feed(&mut self, bytes: &[u8], mut on_report: impl FnMut(FfmpegProgress)) {
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < LINE_BYTES_MAX {
                    self.line.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if self.take_line(&String::from_utf8_lossy(&line)) {
                on_report(self.now);
            }
        }
    }

    fn take_line(&mut self, line: &str) -> bool {
        let Some((key, value)) = line.split_once('=') else { return false };
        let value = value.trim();
        match key.trim() {
            "frame" => set(&mut self.now.frame, value),
            "out_time_us" => set(&mut self.now.out_time_micros, value),
            "total_size" => set(&mut self.now.total_size_bytes, value),
            "dup_frames" => set(&mut self.now.dup_frames, value),
            "drop_frames" => set(&mut self.now.drop_frames, value),
            "speed" => set(&mut self.now.speed, value.trim_end_matches('x').trim()),
            "progress" => {
                self.now.done = value == "end";
                return true;
            }
            _ => {}
        }
        false
    }
}

fn set<T: std::str::FromStr>(field: &mut T, text: &str) {
    if let Ok(value) = text.parse() {
        *field = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_split_anywhere_is_one_report() {
        let text = "frame=12\nfps=30.1\nout_time_us=N/A\ntotal_size=2048\nspeed=1.50x\nprogress=continue\n\
                    frame=24\nout_time_us=800000\nspeed=N/A\nprogress=end\n";
        for split in 0..text.len() {
            let mut parser = ProgressParser::default();
            let mut seen = Vec::new();
            parser.feed(&text.as_bytes()[..split], |report| seen.push(report));
            parser.feed(&text.as_bytes()[split..], |report| seen.push(report));
            assert_eq!(seen.len(), 2);
            assert_eq!((seen[0].frame, seen[0].out_time_micros, seen[0].done), (12, 0, false));
            assert_eq!((seen[1].frame, seen[1].out_time_micros, seen[1].done), (24, 800_000, true));
            assert_eq!((seen[1].total_size_bytes, seen[1].speed), (2048, 1.5));
        }
    }
}
