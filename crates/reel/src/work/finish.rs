//! What is done for an input whose job has ended: deliver, or say why not.

use std::path::PathBuf;

use reel_engine::Engine;
use reel_types::{Artifact, FailureKind, Job, JobId, JobState, Source};

use super::{HandOver, Open};
use crate::delivery::{Delivered, Delivery, deliver, deliver_tree};
use crate::problem::{Problem, ProblemKind};
use crate::records::{InputPath, OutputRecord, ResultRecord, Status};
use crate::settings::Settings;
use crate::targets::Target;

/// The result of a job that has ended.
pub(super) async fn finish(
    engine: &Engine,
    settings: &Settings,
    becomes: HandOver,
    open: &Open,
    job: &Job,
) -> ResultRecord {
    match hand_over(engine, settings, becomes, open, job).await {
        Ok(result) => result,
        Err(problem) => {
            let problem =
                job.sources.iter().zip(&open.target.sources).fold(problem, |problem, known| match known {
                    (Source::Local { path, .. }, typed) => problem.calling(path, typed),
                    _ => problem,
                });
            let status = Status::of(&problem);
            let record =
                ResultRecord::from_problem(&open.target.input, Some(job.id.clone()), status, problem);
            ResultRecord { metadata: job.metadata.clone(), gaps: job.gaps.clone(), ..record }
        }
    }
}

async fn hand_over(
    engine: &Engine,
    settings: &Settings,
    becomes: HandOver,
    open: &Open,
    job: &Job,
) -> Result<ResultRecord, Problem> {
    if let Some(problem) = ended_badly(job) {
        return Err(problem);
    }
    if becomes == HandOver::Finding {
        return Ok(found(&open.target, job));
    }
    let places = becomes.places(&open.target.output, job.outputs.len());
    if job.outputs.is_empty() || places.len() != job.outputs.len() {
        return Err(internal(format!("job {} has {} results, not one", job.id, job.outputs.len())));
    }
    let (mut left_out, mut already_there) = (Vec::new(), true);
    for (artifact, place) in job.outputs.iter().zip(places) {
        let (delivered, said) = deliver_one(engine, settings, becomes, job, artifact, place).await?;
        left_out.extend(said);
        already_there &= delivered == Delivered::AlreadyThere;
        if delivered == Delivered::ObjectGone {
            return Err(Problem::new(
                ProblemKind::Failure(FailureKind::Storage),
                format!("another command has delivered job {} elsewhere meanwhile", job.id),
            )
            .with_hint("run the same command again to make it anew"));
        }
    }
    Ok(and_said(completed(becomes, &open.target, job, already_there), left_out))
}

/// Why a job that has ended has no result; nothing when it has one.
pub(crate) fn ended_badly(job: &Job) -> Option<Problem> {
    match (job.state, &job.failure) {
        (JobState::Completed, _) => None,
        (JobState::Cancelled, _) => Some(
            Problem::new(ProblemKind::Cancelled, format!("job {} was cancelled", job.id))
                .with_hint("run the same command again to go on with it"),
        ),
        (_, Some(failure)) => Some(failure.clone().into()),
        _ => Some(internal(format!("job {} failed and does not say why", job.id))),
    }
}

/// What a job found that writes nothing.
pub(crate) fn found(target: &Target, job: &Job) -> ResultRecord {
    let result = completed(HandOver::Finding, target, job, false);
    if job.metadata["exact"] == true {
        return result;
    }
    let holes = job.metadata["holes"].as_array().map_or(&[][..], Vec::as_slice);
    let bytes = |hole: &serde_json::Value| {
        hole["end"].as_u64().unwrap_or(0).saturating_sub(hole["begin"].as_u64().unwrap_or(0))
    };
    let message = match holes {
        [] => "the whole has another SHA-256 than the video names".to_owned(),
        holes => {
            let lost: u64 = holes.iter().map(bytes).sum();
            format!("{lost} of {} bytes cannot be recovered", job.metadata["content_bytes"])
        }
    };
    let problem = Problem::new(ProblemKind::Failure(FailureKind::Damaged), message)
        .with_hint("give further copies, or the missing parts, in the same command");
    let stage = Status::Failed.stage();
    ResultRecord {
        status: Status::Failed,
        stage,
        exit_code: problem.kind.exit_code(),
        error: Some(problem),
        ..result
    }
}

async fn deliver_one(
    engine: &Engine,
    settings: &Settings,
    becomes: HandOver,
    job: &Job,
    artifact: &Artifact,
    output: PathBuf,
) -> Result<(Delivered, Vec<String>), Problem> {
    let object = engine.store.local_path(&artifact.key, &engine.state.scratch()).await;
    let delivery = Delivery {
        job: job.id.clone(),
        // One that is gone is told apart under the lock.
        object: object.unwrap_or_else(|_| engine.state.objects().join(&artifact.key)),
        artifact: artifact.clone(),
        output,
        force: settings.force,
    };
    let delivered = tokio::task::spawn_blocking(move || match becomes {
        HandOver::File | HandOver::Numbered => deliver(&delivery).map(|delivered| (delivered, Vec::new())),
        HandOver::Folder => deliver_tree(&delivery),
        HandOver::Finding => Ok((Delivered::AlreadyThere, Vec::new())),
    });
    delivered.await.map_err(|error| internal(error.to_string()))?
}

/// The result of an output that was there before.
pub(crate) fn delivered_before(becomes: HandOver, target: &Target, job: &Job) -> ResultRecord {
    completed(becomes, target, job, true)
}

/// Removes what a job's tasks wrote. Its row keeps size and digest of the result, so that an output can still be
/// compared with it.
pub(super) async fn remove_objects(engine: &Engine, job: &JobId) {
    if let Err(error) = engine.store.remove(&format!("jobs/{job}/")).await {
        tracing::warn!(%job, %error, "cannot remove what the job left");
    }
}

/// The problem of a job that is not there any more.
pub(super) fn forgotten(job: &JobId) -> Problem {
    Problem::new(ProblemKind::Cancelled, format!("job {job} was forgotten by another command"))
        .with_hint("run the same command again")
}

/// The result of a job whose outputs are in place.
pub(crate) fn completed(becomes: HandOver, target: &Target, job: &Job, already_there: bool) -> ResultRecord {
    let places = becomes.places(&target.output, job.outputs.len());
    let output = |(place, artifact): (PathBuf, &Artifact)| {
        OutputRecord::new(&place, &artifact.sha256, artifact.size_bytes)
    };
    ResultRecord {
        job: Some(job.id.clone()),
        input: InputPath::new(&target.input),
        status: Status::Completed,
        stage: Status::Completed.stage(),
        already_there,
        outputs: places.into_iter().zip(&job.outputs).map(output).collect(),
        metadata: job.metadata.clone(),
        gaps: job.gaps.clone(),
        error: None,
        exit_code: crate::exit::DONE,
    }
}

/// The same with what delivery had to say.
pub(crate) fn and_said(mut result: ResultRecord, said: Vec<String>) -> ResultRecord {
    if let Some(decisions) = result.metadata.get_mut("decisions").and_then(serde_json::Value::as_array_mut) {
        decisions.extend(said.into_iter().map(Into::into));
    }
    result
}

/// The problem of a bug of ours.
pub(crate) fn internal(message: String) -> Problem {
    Problem::new(ProblemKind::Failure(FailureKind::Internal), format!("a bug in reel: {message}"))
        .with_hint("please report it with the output of `reel doctor`")
}
