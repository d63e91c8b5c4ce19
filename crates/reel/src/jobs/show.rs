//! `reel jobs show`.

use reel_queue::Queue;
use reel_types::{Attempt, AttemptOutcome, Job, Task, TaskState};

use super::find::find;
use super::list::ago;
use super::record::{JobRecord, is_worked_on, line, source_path};
use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::text::{bytes, duration, shown, without_controls};
use crate::wiring::Archive;
use crate::{table, work};

pub(super) async fn show(
    archive: &Archive,
    console: &Console,
    settings: &Settings,
    typed: &str,
) -> Result<u8, Problem> {
    let job = find(&*archive.queue, typed).await?;
    let tasks = archive.queue.tasks(&job.id).await?;
    let attempts = archive.queue.attempts(&job.id).await?;
    tell(console, settings, &job, &tasks, &attempts);
    Ok(exit::DONE)
}

/// A job with its tasks and the tries at them.
pub(crate) fn tell(console: &Console, settings: &Settings, job: &Job, tasks: &[Task], attempts: &[Attempt]) {
    if settings.json {
        console.data(&line(&JobRecord::new(job, tasks).with_details(tasks, attempts)));
        return;
    }
    let mut lines = head(job, tasks);
    lines.push(String::new());
    lines.extend(table::lines(&task_rows(tasks)));
    lines.push(String::new());
    lines.extend(table::lines(&attempt_rows(attempts)));
    lines.iter().for_each(|line| console.data(&without_controls(line).replace('\n', " ")));
}

fn head(job: &Job, tasks: &[Task]) -> Vec<String> {
    let mut rows = vec![pair("job", job.id.to_string())];
    let idle = !job.state.is_terminal() && !is_worked_on(tasks);
    let state = job.state.as_str();
    rows.push(pair("state", if idle { format!("{state}; nobody works on it") } else { state.to_owned() }));
    if idle {
        rows.push(pair("", "run its command again to go on".into()));
    }
    rows.extend(work::stage(job.state, tasks).map(|stage| pair("stage", stage.to_owned())));
    if let Some(done) = work::follow(job.state, tasks) {
        rows.push(pair("done", format!("{:.1} %", done * 100.0)));
    }
    rows.push(pair("verb", format!("{} (version {})", job.pipeline, job.version)));
    rows.push(pair("made", ago(job.created_at)));
    rows.extend(job.ended_at.map(|at| pair("ended", ago(at))));
    rows.extend(job.sources.iter().map(|source| pair("input", shown(&source_path(source)))));
    rows.extend(params_rows(job));
    for output in &job.outputs {
        rows.push(pair("result", format!("{}, sha256 {}", bytes(output.size_bytes), output.sha256)));
    }
    for gap in &job.gaps {
        rows.push(pair(
            "missing",
            format!("{:.2} s to {:.2} s ({})", gap.start_secs, gap.end_secs, gap.reason),
        ));
    }
    if let Some(failure) = &job.failure {
        rows.push(pair("error", format!("{} ({})", failure.message, failure.kind.as_str())));
        rows.extend(failure.hint.iter().map(|hint| pair("hint", hint.clone())));
    }
    table::lines(&rows)
}

fn params_rows(job: &Job) -> Vec<Vec<String>> {
    let chosen = job.params.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    chosen.map(|(name, value)| pair("", format!("{name} = {value}"))).collect()
}

fn task_rows(tasks: &[Task]) -> Vec<Vec<String>> {
    let mut rows = vec![
        ["TASK", "STATE", "DONE", "CLASS", "THREADS", "TRIES", "FAILURES", "REASON"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for task in tasks {
        let done = match (task.state, task.progress.total) {
            (TaskState::Done, _) => "100 %".to_owned(),
            (_, 0) => String::new(),
            (_, total) => format!("{:.0} %", task.progress.done as f64 / total as f64 * 100.0),
        };
        rows.push(vec![
            task.id.within_job(),
            task.state.as_str().to_owned(),
            done,
            task.spec.class.as_str().to_owned(),
            task.spec.threads.to_string(),
            task.epoch.to_string(),
            task.failures.to_string(),
            task.failure.as_ref().map_or_else(String::new, |failure| failure.message.clone()),
        ]);
    }
    rows
}

fn attempt_rows(attempts: &[Attempt]) -> Vec<Vec<String>> {
    let mut rows = vec![["ATTEMPT", "OUTCOME", "TOOK", "WORKER", "REASON"].map(str::to_owned).to_vec()];
    for attempt in attempts {
        let took = attempt.ended_at.map(|ended_at| duration((ended_at - attempt.started_at) as f64 / 1000.0));
        let running = attempt.outcome == AttemptOutcome::Running;
        rows.push(vec![
            format!("{}/{}", attempt.task.within_job(), attempt.epoch),
            attempt.outcome.as_str().to_owned(),
            took.unwrap_or_else(|| if running { ago(attempt.started_at) } else { String::new() }),
            attempt.worker.to_string(),
            attempt.reason.clone().unwrap_or_default(),
        ]);
    }
    rows
}

fn pair(name: &str, value: String) -> Vec<String> {
    vec![name.to_owned(), value]
}
