//! What is done for an input before its job runs: look at the output, send the sources, make or join the job.

use reel_engine::submit::job_key;
use reel_pack::stream::tar::Entry;
use reel_types::{Job, JobId, JobState, Source};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::answer::{Accepted, ArtifactAnswer, JobAnswer, UploadAnswer};
use super::client::{API, Client, Refusal};
use super::gauge::{Doing, Gauge};
use super::note::Place;
use super::parcel::Parcel;
use super::upload::{self, Measured};
use crate::delivery::{self, Folder, Standing};
use crate::problem::Problem;
use crate::records::{ProgressRecord, ResultRecord, Status};
use crate::settings::Settings;
use crate::targets::Target;
use crate::work::{HandOver, Request, delivered_before, internal};

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
    /// Tells how far an input is, by its number.
    pub(super) progress: &'a dyn Fn(usize, ProgressRecord),
    /// Keeps a folder until the end.
    pub(super) keep: &'a dyn Fn(Folder),
}

pub(super) fn begin(desk: &Desk<'_>, index: usize, target: &Target) -> Result<Begun, (Status, Problem)> {
    let refused = |problem: Problem| (Status::Refused, problem);
    let (params, parcels) = over_http(desk.request, target).map_err(refused)?;
    let progress = |record| (desk.progress)(index, record);
    let sources = measure(desk, target, parcels, &progress).map_err(refused)?;
    let in_the_way = desk.request.hand_over.standing_in_the_way(&target.output);
    if let Some(one) = in_the_way.first().filter(|_| !desk.settings.force) {
        if let [measured] = sources.as_slice()
            && let Some(result) = already_there(desk, target, measured)?
        {
            return Ok(Begun::Ended(Box::new(result)));
        }
        return Err((Status::Exists, delivery::exists(one, None)));
    }
    if desk.request.hand_over != HandOver::Finding {
        (desk.keep)(Folder::prepare(&target.output).map_err(refused)?);
    }
    let uploads = send(desk, target, &sources, &progress).map_err(refused)?;
    let job = job_to_do(desk, &params, &uploads, &sources).map_err(refused)?;
    let media_secs = uploads.first().and_then(|upload| upload.metadata["duration"].as_f64());
    Ok(Begun::Open { job, media_secs })
}

/// What a server is told, never a path, and the files that go there: those that are read, or one tar stream of them.
fn over_http(request: &Request, target: &Target) -> Result<(Map<String, Value>, Vec<Parcel>), Problem> {
    let mut params = request.params.as_object().cloned().unwrap_or_default();
    params.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    let Some(entries) = params.remove("entries") else {
        let parcels = target.sources.iter().map(|path| Parcel::of_file(path)).collect::<Result<_, _>>()?;
        return Ok((params, parcels));
    };
    let entries: Vec<Entry> = serde_json::from_value(entries).map_err(|error| internal(error.to_string()))?;
    let name = params.get("name").and_then(Value::as_str).unwrap_or("packed").to_owned();
    params.insert("tar".to_owned(), true.into());
    Ok((params, vec![Parcel::of_entries(&target.input, &name, entries, &target.sources)?]))
}

/// Reads what is sent once, for its digest: what the server has already is not sent again.
fn measure(
    desk: &Desk<'_>,
    target: &Target,
    parcels: Vec<Parcel>,
    progress: &dyn Fn(ProgressRecord),
) -> Result<Vec<Measured>, Problem> {
    let total_bytes = parcels.iter().map(|parcel| parcel.size_bytes).sum();
    let mut before_bytes = 0;
    let mut measured = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let gauge = Gauge::new(&target.input, Doing::Reading, (before_bytes, total_bytes), progress);
        let sha256 = parcel.sha256(&|at| gauge.tell(at))?;
        let place = Place::new(&desk.settings.state, desk.client.url(), &sha256, &parcel.filename);
        before_bytes += parcel.size_bytes;
        measured.push(Measured { parcel, sha256, place });
    }
    Ok(measured)
}

fn send(
    desk: &Desk<'_>,
    target: &Target,
    sources: &[Measured],
    progress: &dyn Fn(ProgressRecord),
) -> Result<Vec<UploadAnswer>, Problem> {
    let total_bytes = sources.iter().map(|measured| measured.parcel.size_bytes).sum();
    let mut before_bytes = 0;
    let mut uploads = Vec::with_capacity(sources.len());
    for measured in sources {
        let gauge = Gauge::new(&target.input, Doing::Sending, (before_bytes, total_bytes), progress);
        uploads.push(match upload::known(desk.client, measured)? {
            Some(upload) => upload,
            None => upload::send(desk.client, measured, &gauge, |said| (desk.note)(said))?,
        });
        before_bytes += measured.parcel.size_bytes;
    }
    Ok(uploads)
}

/// The result of an earlier command, when what is at the output is what a job made of this very file.
fn already_there(
    desk: &Desk<'_>,
    target: &Target,
    measured: &Measured,
) -> Result<Option<ResultRecord>, (Status, Problem)> {
    let failed = |problem: Problem| (Status::Failed, problem);
    let Some(upload) = upload::known(desk.client, measured).map_err(failed)? else { return Ok(None) };
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
    sources: &[Measured],
) -> Result<JobId, Problem> {
    let named: Vec<Value> = uploads.iter().map(|upload| json!({"upload": upload.id})).collect();
    let body = json!({"pipeline": desk.request.pipeline, "sources": named, "params": params});
    let as_sources: Vec<Source> = uploads
        .iter()
        .zip(sources)
        .map(|(upload, measured)| Source::Object {
            key: upload.id.clone(),
            sha256: measured.sha256.clone(),
            size_bytes: measured.parcel.size_bytes,
            filename: measured.parcel.filename.clone(),
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
