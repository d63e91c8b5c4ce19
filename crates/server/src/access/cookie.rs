//! The cookie of a session.

use axum::http::{HeaderMap, header};

/// What it is called.
pub(crate) const SESSION_COOKIE: &str = "reel_session";

/// The value of a cookie, the first of its name.
pub(crate) fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; xreel_session=2".parse().unwrap());
        assert_eq!(cookie_of(&headers, SESSION_COOKIE), None);
        headers.append(header::COOKIE, "b; reel_session=3=4;reel_session=5".parse().unwrap());
        assert_eq!(cookie_of(&headers, SESSION_COOKIE), Some("3=4"));
    }
}
