//! The protocol's headers, read and written.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::{HeaderMap, header};

use crate::problem::{Problem, ProblemKind};

/// The version of the protocol.
pub(crate) const VERSION: &str = "1.0.0";
/// The media type of bytes of an upload.
pub(crate) const OFFSET_BYTES: &str = "application/offset+octet-stream";
/// More digits than any length that a file can have.
const DIGITS_MAX: usize = 18;

/// Whether the client speaks this version.
pub(crate) fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    let said = text(headers, "tus-resumable")?;
    if said == Some(VERSION) {
        return Ok(());
    }
    let detail = match said {
        Some(said) => format!("the client speaks tus {said:?}, and this server {VERSION}"),
        None => "there is no header Tus-Resumable".to_owned(),
    };
    Err(Problem::new(ProblemKind::PreconditionFailed, detail)
        .with_hint(format!("send Tus-Resumable: {VERSION}")))
}

/// One header as text; nothing when it is not there.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::new(ProblemKind::BadRequest, format!("there are two headers {name}")));
    }
    let refused = |_| Problem::new(ProblemKind::BadRequest, format!("the header {name} is not plain text"));
    value.to_str().map(|text| Some(text.trim())).map_err(refused)
}

/// One header as a number of bytes; nothing when it is not there.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Result<Option<u64>, Problem> {
    let Some(text) = text(headers, name)? else { return Ok(None) };
    let is_number = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse().ok()).flatten();
    let refused = || {
        Problem::new(ProblemKind::BadRequest, format!("{name} is {text:?}, and must be a number of bytes"))
    };
    number.map(Some).ok_or_else(refused)
}

/// Whether the body is said to be bytes of an upload.
pub(crate) fn has_offset_bytes(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(OFFSET_BYTES)
}

/// A time, milliseconds since 1970, as HTTP writes it.
pub(crate) fn http_date(millis: i64) -> String {
    let since_1970 = Duration::from_millis(millis.max(0) as u64);
    httpdate::fmt_http_date(UNIX_EPOCH + since_1970)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_number_of_bytes_is_digits_and_nothing_else() {
        let check = |said: &[&str], expected: Option<Option<u64>>| {
            let mut headers = HeaderMap::new();
            for said in said {
                headers.append("upload-offset", HeaderValue::from_str(said).unwrap());
            }
            assert_eq!(number(&headers, "upload-offset").ok(), expected, "{said:?}");
        };
        check(&[], Some(None));
        check(&["0"], Some(Some(0)));
        check(&["0123"], Some(Some(123)));
        for bad in ["", "-1", "+1", "1.0", "0x1", "1e3", "1,1", "9999999999999999999", "ü"] {
            check(&[bad], None);
        }
        check(&["1", "1"], None);
    }

    #[test]
    fn a_time_is_written_as_http_does() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
