//! A result in two or three lines for people.

use reel_types::Gap;
use serde_json::Value;

use crate::records::{OutputRecord, ResultRecord};
use crate::text::{bytes, duration, shown, without_controls};

/// Path, size, what did it and how fast; then why not the GPU, what was decided, and what is missing.
pub(super) fn lines(result: &ResultRecord) -> Vec<String> {
    let mut lines: Vec<String> = result.outputs.iter().map(|output| output_line(output, result)).collect();
    if lines.is_empty() {
        lines.push(shown(result.input.path()));
    }
    // That there is no GPU stands on the first line; `--json` and `reel doctor` have the driver's own words.
    let fell_back = result.metadata["gpu_fallback"].as_bool() == Some(true)
        && text(&result.metadata, "gpu_absent").is_none();
    if let Some(reason) = text(&result.metadata, "fallback_reason").filter(|_| fell_back) {
        lines.push(format!("  not on a GPU: {reason}"));
    }
    lines.extend(decisions(&result.metadata).into_iter().map(|decision| format!("  {decision}")));
    lines.extend(result.gaps.iter().map(gap_line));
    lines.iter().map(|line| without_controls(line).replace('\n', " ")).collect()
}

fn output_line(output: &OutputRecord, result: &ResultRecord) -> String {
    let mut parts = vec![shown(&output.path), bytes(output.bytes)];
    if result.already_there {
        parts.push("already there".into());
    } else {
        parts.extend(made_by(&result.metadata));
        let secs = result.metadata["processing_time_seconds"].as_f64();
        parts.extend(secs.map(duration));
        let speed = result.metadata["processing_speed"].as_f64();
        parts.extend(speed.map(|speed| format!("{speed:.2}x")));
    }
    parts.join("  ")
}

/// `h264_nvenc on GPU 0`, `libx264 on the CPU`, `libx264 on the CPU (no NVIDIA driver here)`.
fn made_by(metadata: &Value) -> Option<String> {
    if metadata["gpu_enabled"].as_bool() == Some(true) {
        let codec = text(metadata, "gpu_codec")?;
        return Some(match metadata["gpu_device"].as_u64() {
            Some(index) => format!("{codec} on GPU {index}"),
            None => format!("{codec} on the GPU"),
        });
    }
    let codec = text(metadata, "cpu_codec")?;
    Some(match text(metadata, "gpu_absent") {
        Some(absent) => format!("{codec} on the CPU ({absent})"),
        None => format!("{codec} on the CPU"),
    })
}

fn decisions(metadata: &Value) -> Vec<String> {
    let decisions = metadata["decisions"].as_array();
    decisions.into_iter().flatten().filter_map(|decision| decision.as_str().map(str::to_owned)).collect()
}

fn gap_line(gap: &Gap) -> String {
    format!("  missing: {:.2} s to {:.2} s ({})", gap.start_secs, gap.end_secs, gap.reason)
}

fn text(metadata: &Value, key: &str) -> Option<String> {
    metadata[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::records::{InputPath, Status};

    fn completed(metadata: Value, gaps: Vec<Gap>) -> ResultRecord {
        ResultRecord {
            job: None,
            input: InputPath::new(Path::new("a.mov")),
            status: Status::Completed,
            stage: Status::Completed.stage(),
            already_there: false,
            outputs: vec![OutputRecord::new(Path::new("out/a.mp4"), "00", 3_400_000)],
            metadata,
            gaps,
            error: None,
            exit_code: 0,
        }
    }

    #[test]
    fn a_result_says_what_was_done_on_which_device() {
        let metadata = json!({
            "gpu_enabled": false, "gpu_fallback": true, "cpu_codec": "libx264", "fallback_reason": "it broke",
            "processing_time_seconds": 12.31, "processing_speed": 2.654, "decisions": ["HDR tone-mapped"],
        });
        let gap = Gap { start_secs: 1.0, end_secs: 2.5, reason: "damaged".into() };
        assert_eq!(
            lines(&completed(metadata, vec![gap])),
            [
                "out/a.mp4  3.4 MB  libx264 on the CPU  12 s  2.65x",
                "  not on a GPU: it broke",
                "  HDR tone-mapped",
                "  missing: 1.00 s to 2.50 s (damaged)",
            ]
        );
    }

    #[test]
    fn a_machine_without_a_gpu_says_so_in_a_few_words() {
        for asked_for_a_gpu in [false, true] {
            let metadata = json!({
                "gpu_enabled": false, "gpu_fallback": asked_for_a_gpu, "cpu_codec": "libx264",
                "gpu_absent": "no NVIDIA driver here",
                "fallback_reason": "no NVIDIA device: libnvidia-ml.so.1: cannot open shared object file",
            });
            assert_eq!(
                lines(&completed(metadata, Vec::new())),
                ["out/a.mp4  3.4 MB  libx264 on the CPU (no NVIDIA driver here)"]
            );
        }
    }
}
