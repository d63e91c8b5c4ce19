//! The OpenAPI document says what the server does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client::Request;
use super::scene::Scene;

fn document() -> Value {
    serde_json::to_value(reel_server::document()).unwrap()
}

/// Method and path of every operation, names filled in, and of what is not in the document.
pub fn routes() -> Vec<(String, String)> {
    let document = document();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = ["{id}", "{name}", "{path}", "{index}"]
                .iter()
                .fold(path.clone(), |path, name| path.replace(name, "x"));
            routes.push((method.to_uppercase(), path));
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    for path in ["/", "/livez", "/readyz", "/api/v1/openapi.json", "/none", "/api/v1/none"] {
        routes.push(("GET".to_owned(), path.to_owned()));
    }
    routes.push(("POST".to_owned(), "/none".to_owned()));
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_as_it_is_generated() {
    let scene = Scene::idle().await;
    let served = scene.get("/api/v1/openapi.json").await.expect(200).json();
    assert_eq!(served, document());
    assert_eq!(served["openapi"], "3.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_what_it_declares() {
    let scene = Scene::idle().await;
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if path == "/api/v1/events" {
                continue;
            }
            let asked = ["{id}", "{name}", "{path}", "{index}"]
                .iter()
                .fold(path.clone(), |path, name| path.replace(name, "x"));
            let request = Request::new(&method.to_uppercase(), &asked);
            let requests = [
                request.clone(),
                request.clone().with("Content-Type", "application/json").bytes("{"),
                request.clone().with("Content-Type", "application/json").bytes("{}"),
                request.with("Host", "evil.org"),
            ];
            for request in requests {
                let status = scene.send(request).await.status;
                let declared = operation["responses"].as_object().unwrap();
                assert!(declared.contains_key(&status.to_string()), "{method} {path}: {status}");
                assert!(status != 405 && status < 500, "{method} {path}: {status}");
            }
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_tells_its_problems() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "403", "405", "421", "429", "500", "503"] {
                let content = &responses[status]["content"]["application/problem+json"];
                assert_eq!(
                    content["schema"]["$ref"], "#/components/schemas/Problem",
                    "{method} {path} {status}"
                );
            }
            assert_eq!(path.contains("{"), responses.contains_key("404"), "{method} {path}");
            let takes_body = operation.get("requestBody").is_some();
            assert_eq!(takes_body, responses.contains_key("415"), "{method} {path}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    found.insert(reference.clone());
                }
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn bytes_of_any_sort_are_not_said_to_be_of_one() {
    for path in ["/jobs/{id}/artifacts/{path}", "/jobs/{id}/sources/{index}", "/videos/{id}/content"] {
        let responses = &document()["paths"][format!("/api/v1{path}")]["get"]["responses"];
        for status in ["200", "206"] {
            let said: Vec<&String> = responses[status]["content"].as_object().unwrap().keys().collect();
            assert_eq!(said, ["*/*"], "{path} {status}");
        }
    }
}
