//! What each route needs, in one table. A route that is not in it is for the operator alone, and a test fails.

use axum::http::Method;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

use super::cookie::SESSION_COOKIE;
use super::scope::Scope;
use crate::view::API;

/// What a route needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// Nothing.
    Public,
    /// A key of this scope, or a session of one.
    Scope(Scope),
    /// A key that may read, or a link that was signed for this very path.
    Link,
    /// A key of whoever runs the server.
    Operator,
}

const READ: Rule = Rule::Scope(Scope::Read);
const WRITE: Rule = Rule::Scope(Scope::Write);
const ADMIN: Rule = Rule::Scope(Scope::Admin);

/// Routes below `/api/v1`. `HEAD` is as `GET`.
const RULES: [(&str, &str, Rule); 62] = [
    ("POST", "/videos/upload", WRITE),
    ("GET", "/videos", READ),
    ("GET", "/videos/{id}", READ),
    ("DELETE", "/videos/{id}", WRITE),
    ("GET", "/videos/{id}/outputs", READ),
    ("GET", "/videos/{id}/content", READ),
    ("POST", "/videos/{id}/excerpt", WRITE),
    ("POST", "/videos/{id}/transcode", WRITE),
    ("OPTIONS", "/uploads", Rule::Public),
    ("POST", "/uploads", WRITE),
    ("HEAD", "/uploads/{id}", READ),
    ("GET", "/uploads/{id}", READ),
    ("PATCH", "/uploads/{id}", WRITE),
    ("POST", "/uploads/{id}", WRITE),
    ("DELETE", "/uploads/{id}", WRITE),
    ("POST", "/uploads/fetch", WRITE),
    ("GET", "/jobs", READ),
    ("POST", "/jobs", WRITE),
    ("GET", "/jobs/{id}", READ),
    ("PATCH", "/jobs/{id}", WRITE),
    ("DELETE", "/jobs/{id}", WRITE),
    ("POST", "/jobs/{id}/cancel", WRITE),
    ("POST", "/jobs/{id}/retry", WRITE),
    ("GET", "/jobs/{id}/tasks", READ),
    ("GET", "/jobs/{id}/report", READ),
    ("GET", "/jobs/{id}/log", READ),
    ("GET", "/jobs/{id}/events", READ),
    ("GET", "/jobs/{id}/sources/{index}", READ),
    ("GET", "/jobs/{id}/artifacts/{path}", Rule::Link),
    ("GET", "/jobs/{id}/pictures", READ),
    ("GET", "/jobs/{id}/pictures/{index}", READ),
    ("POST", "/jobs/{id}/links", WRITE),
    ("GET", "/events", READ),
    ("GET", "/pipelines", READ),
    ("GET", "/pipelines/{name}", READ),
    ("GET", "/models", READ),
    ("GET", "/system/gpu/status", READ),
    ("GET", "/system/doctor", Rule::Operator),
    ("GET", "/system/workers", READ),
    ("POST", "/system/workers/{id}/drain", Rule::Operator),
    ("GET", "/system/queue", READ),
    ("POST", "/system/queue/pause", Rule::Operator),
    ("POST", "/system/queue/resume", Rule::Operator),
    ("GET", "/keys", ADMIN),
    ("POST", "/keys", ADMIN),
    ("POST", "/keys/{id}/rotate", ADMIN),
    ("DELETE", "/keys/{id}", ADMIN),
    ("GET", "/webhooks", ADMIN),
    ("POST", "/webhooks", ADMIN),
    ("GET", "/webhooks/{id}", ADMIN),
    ("PATCH", "/webhooks/{id}", ADMIN),
    ("DELETE", "/webhooks/{id}", ADMIN),
    ("POST", "/webhooks/{id}/rotate", ADMIN),
    ("POST", "/webhooks/{id}/ping", ADMIN),
    ("POST", "/webhooks/{id}/replay", ADMIN),
    ("GET", "/webhooks/deliveries", ADMIN),
    ("POST", "/webhooks/deliveries/{id}/replay", ADMIN),
    ("GET", "/session", READ),
    ("POST", "/session", Rule::Public),
    ("DELETE", "/session", Rule::Public),
    ("GET", "/livez", Rule::Public),
    ("GET", "/readyz", Rule::Public),
];

/// Routes that are not in the document: they tell what every reel tells.
const BESIDE: [&str; 3] = ["/livez", "/readyz", "/api/v1/openapi.json"];

/// Where old clients listen, with whatever method.
const LISTENING: [&str; 2] = ["/socket.io", "/socket.io/"];

/// What a request needs; `matched` is the route as it was written, nothing where there is none.
pub(crate) fn rule(method: &Method, matched: Option<&str>) -> Rule {
    // Whatever is no route is the page, which holds no secret, or is not there.
    let Some(matched) = matched else { return Rule::Public };
    let name = matched.replace("{*", "{");
    let method = method.as_str();
    if BESIDE.contains(&name.as_str()) && matches!(method, "GET" | "HEAD") {
        return Rule::Public;
    }
    // Who listens there also posts, by polling; it has nothing to say.
    if LISTENING.contains(&name.as_str()) {
        return READ;
    }
    let below = name.strip_prefix(API).unwrap_or_default();
    let of = |method: &str| RULES.iter().find(|(known, path, _)| *known == method && *path == below);
    let found = of(method).or_else(|| if method == "HEAD" { of("GET") } else { None });
    found.map_or(Rule::Operator, |(_, _, rule)| *rule)
}

/// The document with what each operation needs.
pub(crate) fn with_rules(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("reel_ID_SECRET").build();
    components.add_security_scheme("key", SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.security = Some(requirements(rule(&method, Some(path))));
        }
    }
    document
}

/// Either of the list is enough.
fn requirements(rule: Rule) -> Vec<SecurityRequirement> {
    let scope = match rule {
        Rule::Public => return Vec::new(),
        Rule::Link => Scope::Read,
        Rule::Scope(scope) => scope,
        Rule::Operator => Scope::Admin,
    };
    ["key", "session"].map(|scheme| SecurityRequirement::new(scheme, [scope.as_str()])).into()
}

fn operations(item: &mut PathItem) -> Vec<(Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::OPTIONS, &mut item.options),
        (Method::HEAD, &mut item.head),
        (Method::PATCH, &mut item.patch),
        (Method::TRACE, &mut item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_document_has_a_rule_of_its_own() {
        let mut document = crate::routes::document();
        for (path, item) in &mut document.paths.paths {
            let below = path.strip_prefix(API).unwrap();
            for (method, _) in operations(item) {
                let has_rule =
                    |(known, name, _): &&(&str, &str, Rule)| *known == method.as_str() && *name == below;
                assert_eq!(RULES.iter().filter(has_rule).count(), 1, "{method} {path}");
            }
        }
    }

    #[test]
    fn what_no_rule_names_is_for_the_operator() {
        assert_eq!(rule(&Method::GET, Some("/api/v1/none")), Rule::Operator);
        assert_eq!(rule(&Method::PUT, Some("/api/v1/jobs")), Rule::Operator);
        assert_eq!(rule(&Method::POST, Some("/livez")), Rule::Operator);
        assert_eq!(rule(&Method::GET, None), Rule::Public);
        assert_eq!(rule(&Method::HEAD, Some("/api/v1/jobs/{id}/artifacts/{*path}")), Rule::Link);
        assert_eq!(rule(&Method::HEAD, Some("/api/v1/jobs")), READ);
        assert_eq!(rule(&Method::POST, Some("/socket.io/")), READ);
    }
}
