//! What is done for an input before any work: look at it, look at the output, find or make its job.

use reel_engine::submit::{job_key, local_source};
use reel_engine::{Engine, Submission};
use reel_queue::JobFilter;
use reel_types::{Artifact, Job, JobId, JobKey, JobState, Source, TenantId};

use super::finish::{delivered_before, internal, remove_objects};
use super::{HandOver, Open, Request, follow};
use crate::delivery::{self, Folder, Standing};
use crate::problem::Problem;
use crate::records::{ResultRecord, Status};
use crate::settings::Settings;
use crate::targets::Target;

/// How an input stands after the look.
pub(super) enum Begun {
    /// Its job is made or found; there is something to do.
    Open(Open),
    /// There is nothing to do.
    Ended(ResultRecord),
}

/// Two processes that forget and make the same job meet at most so often.
const TRIES: usize = 3;

pub(super) async fn begin(
    engine: &Engine,
    request: &Request,
    settings: &Settings,
    target: &Target,
    folders: &mut Vec<Folder>,
) -> Result<Begun, (Status, Problem)> {
    let refused = |problem: Problem| (Status::Refused, problem);
    let sources = target.sources.iter().map(|path| local_source(path)).collect::<Result<Vec<_>, _>>();
    let sources = sources.map_err(|failure| refused(failure.into()))?;
    let in_the_way = request.hand_over.standing_in_the_way(&target.output);
    if let Some(one) = in_the_way.first() {
        let key = key_of(engine, request, &sources);
        let finished = finished_job(engine, &key).await.map_err(refused)?;
        let there = match &finished {
            Some(job) => already_there(request.hand_over, target, job).await?,
            None => There::Other,
        };
        let undelivered = finished.filter(|job| has_result(engine, job));
        match (there, undelivered) {
            (There::All(result), _) => return Ok(Begun::Ended(*result)),
            // A command before this one was ended while it put them in place.
            (There::Some(count), Some(_)) if count == in_the_way.len() => {}
            (_, undelivered) if !settings.force => {
                return Err((Status::Exists, delivery::exists(one, undelivered.as_ref().map(|job| &job.id))));
            }
            _ => {}
        }
    }
    if request.hand_over != HandOver::Finding {
        folders.push(Folder::prepare(&target.output).map_err(refused)?);
    }
    let job = job_to_do(engine, request, &sources).await.map_err(refused)?;
    Ok(Begun::Open(Open { target: target.clone(), job, pace: follow::Pace::default() }))
}

fn key_of(engine: &Engine, request: &Request, sources: &[Source]) -> JobKey {
    let version = engine.registry.info(request.pipeline).map_or(0, |info| info.version);
    job_key(request.pipeline, version, &request.params, sources)
}

/// The completed job of this key.
async fn finished_job(engine: &Engine, key: &JobKey) -> Result<Option<Job>, Problem> {
    let filter = JobFilter {
        tenant: Some(TenantId::local()),
        states: vec![JobState::Completed],
        key: Some(key.clone()),
        ..JobFilter::default()
    };
    Ok(engine.queue.jobs(filter).await?.pop())
}

/// How what a job made stands at its place.
enum There {
    /// All of it.
    All(Box<ResultRecord>),
    /// So many of its files, and nothing else where the others go.
    Some(usize),
    /// Something else, or nothing.
    Other,
}

/// Looks whether the outputs are what the job made. Reads them on another thread, so that Ctrl-C is heard.
async fn already_there(becomes: HandOver, target: &Target, job: &Job) -> Result<There, (Status, Problem)> {
    let places = becomes.places(&target.output, job.outputs.len());
    let expected: Vec<_> = places.into_iter().zip(job.outputs.clone()).collect();
    if expected.is_empty() {
        return Ok(There::Other);
    }
    let looking = tokio::task::spawn_blocking(move || {
        expected
            .iter()
            .map(|(output, artifact)| delivery::standing(output, artifact))
            .collect::<Result<Vec<_>, _>>()
    });
    let standing = looking.await.map_err(|error| (Status::Failed, internal(error.to_string())))?;
    let standing = standing.map_err(|problem| (Status::Failed, problem))?;
    let equal = standing.iter().filter(|&&one| one == Standing::Equal).count();
    Ok(match () {
        () if equal == standing.len() => There::All(Box::new(delivered_before(becomes, target, job))),
        () if standing.contains(&Standing::Different) => There::Other,
        () => There::Some(equal),
    })
}

/// Finds or makes the job. One that failed is tried again; one whose result was delivered and is gone since is made
/// anew.
async fn job_to_do(engine: &Engine, request: &Request, sources: &[Source]) -> Result<JobId, Problem> {
    for _ in 0..TRIES {
        let submission = Submission {
            pipeline: request.pipeline.to_owned(),
            params: request.params.clone(),
            sources: sources.to_vec(),
            priority: 0,
        };
        let submitted = engine.submit(submission).await?;
        if submitted.created {
            return Ok(submitted.id);
        }
        let is_tidied =
            submitted.state == JobState::Failed && has_lost_objects(engine, &submitted.id).await?;
        if submitted.state != JobState::Completed && !is_tidied {
            engine.queue.retry(&submitted.id).await?;
            return Ok(submitted.id);
        }
        let Some(job) = engine.queue.job(&submitted.id).await? else { continue };
        if has_result(engine, &job) {
            return Ok(job.id);
        }
        remove_objects(engine, &job.id).await;
        engine.queue.forget(&job.id).await?;
    }
    Err(internal("a job that is made again and again by others".into()))
}

/// Whether something that a task of the job wrote is gone: it failed for good, and was tidied up.
async fn has_lost_objects(engine: &Engine, job: &JobId) -> Result<bool, Problem> {
    let tasks = engine.queue.tasks(job).await?;
    let mut written = tasks.iter().flat_map(|task| &task.outputs);
    Ok(written.any(|artifact| !engine.state.objects().join(&artifact.key).is_file()))
}

/// Whether the result still lies in the state folder.
fn has_result(engine: &Engine, job: &Job) -> bool {
    let is_there = |artifact: &Artifact| engine.state.objects().join(&artifact.key).is_file();
    !job.outputs.is_empty() && job.outputs.iter().all(is_there)
}
