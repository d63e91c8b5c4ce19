//! What is done for an input before its job runs: look at the output, send the sources, make or join the job.

use std::path::Path;

use reel_engine::submit::job_key;
use reel_types::{Job, JobId, JobState, Source};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::answer::{Accepted, ArtifactAnswer, JobAnswer, UploadAnswer};
use super::client::{API, Client, Refusal};
use super::note::Place;
use super::upload::{self, Measured};
use crate::delivery::{self, Folder, Standing};
use crate::problem::Problem;
use crate::records::{ResultRecord, Status};
use crate::settings::Settings;
use crate::targets::Target;
use crate::work::{HandOver, Request, delivered_before};

/// How an input stands after the look.
pub(super) enum Begun {
    /// Its job is made or found.
    Open { job: JobId, media_secs: Option<f64> },
    /// There is nothing to do.
    Ended(Box<ResultRecord>),
}

/// What belongs to the whole command.
pub(super) struct Desk<'a> {
    pub(super) client: &'a Client,
    pub(super) request: &'a Request,
    pub(super) settings: &'a Settings,
    /// Tells a person something in passing.
    pub(super) note: &'a dyn Fn(String),
    /// Keeps a folder until the end.
    pub(super) keep: &'a dyn Fn(Folder),
}

pub(super) fn begin(desk: &Desk<'_>, target: &Target) -> Result<Begun, (Status, Problem)> {
    let refused = |problem: Problem| (Status::Refused, problem);
    let params = params_over_http(desk.request).map_err(refused)?;
    let mut sources = Vec::new();
    for path in &target.sources {
        let measured = upload::measure(path).map_err(refused)?;
        let place = Place::new(&desk.settings.state, desk.client.url(), &measured.sha256, &measured.filename);
        sources.push((path, measured, place));
    }
    let in_the_way = desk.request.hand_over.standing_in_the_way(&target.output);
    if let Some(one) = in_the_way.first().filter(|_| !desk.settings.force) {
        if let [(_, measured, place)] = sources.as_slice()
            && let Some(result) = already_there(desk, target, measured, place)?
        {
            return Ok(Begun::Ended(Box::new(result)));
        }
        return Err((Status::Exists, delivery::exists(one, None)));
    }
    if desk.request.hand_over != HandOver::Finding {
        (desk.keep)(Folder::prepare(&target.output).map_err(refused)?);
    }
    let mut uploads = Vec::new();
    for (path, measured, place) in &sources {
        uploads.push(uploaded(desk, path, measured, place).map_err(refused)?);
    }
    let job = job_to_do(desk, &params, &uploads, &sources).map_err(refused)?;
    let media_secs = uploads.first().and_then(|upload| upload.metadata["duration"].as_f64());
    Ok(Begun::Open { job, media_secs })
}

/// What a server may be told: never a path, never a key.
fn params_over_http(request: &Request) -> Result<Map<String, Value>, Problem> {
    let mut params = request.params.as_object().cloned().unwrap_or_default();
    params.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    if params.contains_key("seal") {
        return Err(Problem::usage("a server encrypts nothing: it would need the key")
            .with_hint("leave --server away; this machine packs it"));
    }
    if params.contains_key("entries") {
        return Err(Problem::usage("a server packs one file, not a folder or several files")
            .with_hint("pack a tar archive of them, or leave --server away"));
    }
    Ok(params)
}

fn uploaded(
    desk: &Desk<'_>,
    path: &Path,
    measured: &Measured,
    place: &Place,
) -> Result<UploadAnswer, Problem> {
    match upload::known(desk.client, place, measured)? {
        Some(upload) => Ok(upload),
        None => upload::send(desk.client, place, path, measured, |said| (desk.note)(said)),
    }
}

/// The result of an earlier command, when what is at the output is what a job made of this very file.
fn already_there(
    desk: &Desk<'_>,
    target: &Target,
    measured: &Measured,
    place: &Place,
) -> Result<Option<ResultRecord>, (Status, Problem)> {
    let failed = |problem: Problem| (Status::Failed, problem);
    let Some(upload) = upload::known(desk.client, place, measured).map_err(failed)? else { return Ok(None) };
    if desk.request.hand_over != HandOver::File {
        return Ok(None);
    }
    let path = format!("{API}/videos/{}/outputs", upload.id);
    let made: Vec<ArtifactAnswer> = desk.client.get(&path).map_err(|refusal| failed(refusal.into()))?;
    let size = std::fs::metadata(&target.output).map_or(0, |meta| meta.len());
    for artifact in made.into_iter().filter(|artifact| artifact.size == size) {
        let (job, sha256) = (artifact.job_id.clone(), artifact.sha256.clone());
        let job = desk.client.get::<JobAnswer>(&format!("{API}/jobs/{job}"));
        let job = Job::from(job.map_err(|refusal| failed(refusal.into()))?);
        let Some(output) = job.outputs.iter().find(|output| output.sha256 == sha256) else { continue };
        if job.pipeline == desk.request.pipeline
            && job.sources.len() == 1
            && delivery::standing(&target.output, output).map_err(failed)? == Standing::Equal
        {
            return Ok(Some(delivered_before(desk.request.hand_over, target, &job)));
        }
    }
    Ok(None)
}

/// Makes the job or joins it. The same command has the same name for its request, so that a repeat makes no second job.
fn job_to_do(
    desk: &Desk<'_>,
    params: &Map<String, Value>,
    uploads: &[UploadAnswer],
    sources: &[(&std::path::PathBuf, Measured, Place)],
) -> Result<JobId, Problem> {
    let named: Vec<Value> = uploads.iter().map(|upload| json!({"upload": upload.id})).collect();
    let body = json!({"pipeline": desk.request.pipeline, "sources": named, "params": params});
    let as_sources: Vec<Source> = uploads
        .iter()
        .zip(sources)
        .map(|(upload, (_, measured, _))| Source::Object {
            key: upload.id.clone(),
            sha256: measured.sha256.clone(),
            size_bytes: measured.size_bytes,
            filename: measured.filename.clone(),
        })
        .collect();
    let key = job_key(desk.request.pipeline, 0, &Value::Object(params.clone()), &as_sources);
    let name = ("idempotency-key", key.as_str());
    let accepted: Accepted = desk.client.post(&format!("{API}/jobs"), &[name], &body)?;
    let job = match desk.client.get::<JobAnswer>(&format!("{API}/jobs/{}", accepted.id)) {
        Ok(job) => Job::from(job),
        // The name stands for a job that somebody has deleted since.
        Err(Refusal { status: Some(404), .. }) => {
            let accepted: Accepted = desk.client.post(&format!("{API}/jobs"), &[], &body)?;
            return Ok(JobId::new(accepted.id));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    if matches!(job.state, JobState::Failed | JobState::Cancelled) {
        retry(desk.client, &job.id)?;
    }
    Ok(job.id)
}

/// Queues a job again. One that somebody else has queued meanwhile is as good.
fn retry(client: &Client, job: &JobId) -> Result<(), Problem> {
    match client.send_again(&Method::POST, &format!("{API}/jobs/{job}/retry"), &[], Some(&[])) {
        Ok(_) | Err(Refusal { status: Some(409), .. }) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}
