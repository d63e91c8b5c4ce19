//! Webhooks, told to a real listener.

mod again;
mod managed;
mod receiver;
mod restart;
mod told;

use std::sync::Arc;
use std::time::Duration;

use reel_server::{Clock, ServerOptions};
use serde_json::{Value, json};

use super::client::{Answer, Request};
use super::scene::{Keyed, Scene, text};
use receiver::Receiver;

const WEBHOOKS: &str = "/api/v1/webhooks";

/// A server that may tell listeners on `127.0.0.1`, on this clock.
fn options(clock: &Clock) -> ServerOptions {
    ServerOptions {
        allow_private: vec!["127.0.0.1".parse().unwrap()],
        look_every: Duration::from_millis(20),
        clock: clock.clone(),
        rate: None,
        ..ServerOptions::default()
    }
}

/// Whoever asks: anybody on this machine, or with a key.
trait Asks {
    async fn ask(&self, request: Request) -> Answer;

    async fn make(&self, body: &Value) -> (String, String) {
        let made = self.ask(Request::post(WEBHOOKS).json(body)).await.expect(201).json();
        (text(&made["id"]), text(&made["secret"]))
    }

    /// A webhook for this receiver that wants to hear of all that ends; its id and its secret.
    async fn webhook(&self, receiver: &Receiver) -> (String, String) {
        self.make(&json!({"url": receiver.url("/hook")})).await
    }

    async fn ping(&self, webhook: &str) -> Value {
        let ping = Request::post(&format!("{WEBHOOKS}/{webhook}/ping"));
        self.ask(ping).await.expect(202).json()
    }

    async fn change(&self, webhook: &str, change: &Value) -> Value {
        let request = Request::new("PATCH", &format!("{WEBHOOKS}/{webhook}")).json(change);
        self.ask(request).await.expect(200).json()
    }

    async fn deliveries(&self, query: &str) -> Vec<Value> {
        let page = self.ask(Request::get(&format!("{WEBHOOKS}/deliveries?{query}"))).await.expect(200).json();
        page["items"].as_array().unwrap().clone()
    }

    /// The newest delivery, once it is so.
    async fn newest(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self.deliveries("limit=1").await;
            if let Some(newest) = found.into_iter().find(|newest| is_so(newest)) {
                return newest;
            }
        }
    }
}

impl Asks for Scene {
    async fn ask(&self, request: Request) -> Answer {
        self.send(request).await
    }
}

impl Asks for Keyed<'_> {
    async fn ask(&self, request: Request) -> Answer {
        self.send(request).await
    }
}

async fn scene(clock: &Clock) -> Scene {
    Scene::with(options(clock)).await
}

/// The same folder, in which nobody works on jobs.
async fn idle(folder: Arc<tempfile::TempDir>, clock: &Clock) -> Scene {
    Scene::on(folder, options(clock), false).await
}
