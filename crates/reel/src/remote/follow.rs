//! A job's event stream, read to its end over any number of connections.

use std::io::{BufRead, BufReader, Read};

use reel_types::{Job, JobId};
use ureq::http::Method;

use super::answer::{EventAnswer, JobAnswer};
use super::client::{API, Client, Refusal};
use crate::problem::Problem;

/// Most bytes of a line.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Tells each event once and in order, and answers with the job as it ended. Nothing when the command ends before.
pub(super) fn follow(
    client: &Client,
    job: &JobId,
    mut tell: impl FnMut(&EventAnswer),
) -> Result<Option<Job>, Problem> {
    let mut last_id: Option<String> = None;
    let mut pauses = Client::pauses();
    while !client.stop.is_cancelled() {
        let before = last_id.clone();
        let read = read_stream(client, job, &mut last_id, &mut tell);
        let now = Job::from(client.get::<JobAnswer>(&format!("{API}/jobs/{job}"))?);
        if now.state.is_terminal() {
            return Ok(Some(now));
        }
        if last_id != before {
            pauses = Client::pauses();
        }
        match read {
            Err(refusal) if !refusal.may_pass() => return Err(refusal.into()),
            Err(refusal) if !client.pause(&mut pauses) => return Err(refusal.into()),
            // A stream that ends early is begun again, but not at full speed.
            Ok(()) if last_id == before && !client.pause(&mut pauses) => pauses = Client::pauses(),
            _ => {}
        }
    }
    Ok(None)
}

/// Reads until the connection ends.
fn read_stream(
    client: &Client,
    job: &JobId,
    last_id: &mut Option<String>,
    tell: &mut impl FnMut(&EventAnswer),
) -> Result<(), Refusal> {
    let after = last_id.clone().unwrap_or_default();
    let mut headers = vec![("accept", "text/event-stream")];
    if last_id.is_some() {
        headers.push(("last-event-id", after.as_str()));
    }
    let answer = client.send(Method::GET, &format!("{API}/jobs/{job}/events"), &headers, None)?;
    let lines = BufReader::new(answer.into_body().into_reader());
    read_events(lines, |id, data| {
        if let Some(id) = id {
            *last_id = Some(id);
        }
        if let Ok(event) = serde_json::from_str(data) {
            tell(&event);
        }
    });
    Ok(())
}

/// Reads until the end, or until what comes is no stream of events.
fn read_events(mut lines: impl BufRead, mut tell: impl FnMut(Option<String>, &str)) {
    let (mut id, mut data) = (None, String::new());
    loop {
        let mut line = Vec::new();
        // A connection that breaks is one that ends: the next one goes on.
        let count = lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if count.is_err() || !line.ends_with(b"\n") {
            return;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\n', '\r']);
        match line.split_once(':').map(|(name, value)| (name, value.strip_prefix(' ').unwrap_or(value))) {
            None if line.is_empty() => {
                if !data.is_empty() {
                    tell(id.take(), &data);
                }
                (id, data) = (None, String::new());
            }
            Some(("id", value)) => id = Some(value.to_owned()),
            Some(("data", value)) if data.len() < LINE_BYTES_MAX as usize => {
                if !data.is_empty() {
                    data.push('\n');
                }
                data.push_str(value);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_whole_and_a_torn_one_is_not() {
        let stream = "event: job\nid: 7\ndata: {\"a\":\ndata: 1}\n\n: comment\n\nevent: progress\r\ndata: x\r\n\r\nid: 8\ndata: torn\n";
        let mut told = Vec::new();
        read_events(stream.as_bytes(), |id, data| told.push((id, data.to_owned())));
        assert_eq!(told, [(Some("7".to_owned()), "{\"a\":\n1}".to_owned()), (None, "x".to_owned())]);
    }
}
