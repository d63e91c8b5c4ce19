//! Webhooks and deliveries, for people and as records.

use reel_server::{Delivery, DeliveryState, MadeWebhook, Webhook, WebhookKind};
use reel_types::Millis;
use serde::Serialize;

use crate::console::Console;
use crate::jobs::ago;
use crate::settings::Settings;
use crate::table;

/// A line of type `webhook`.
#[derive(Serialize)]
struct WebhookRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    /// Only where it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    url: &'a str,
    events: &'a [WebhookKind],
    description: &'a str,
    tenant: &'a str,
    enabled: bool,
    created_at_millis: Millis,
    old_secret_until_millis: Option<Millis>,
}

/// A line of type `delivery`.
#[derive(Serialize)]
struct DeliveryRecord<'a> {
    r#type: &'static str,
    id: String,
    webhook_id: &'a str,
    event_id: &'a str,
    event: WebhookKind,
    job_id: Option<&'a str>,
    state: DeliveryState,
    tries: u32,
    created_at_millis: Millis,
    next_try_at_millis: Option<Millis>,
    ended_at_millis: Option<Millis>,
    last_status: Option<u16>,
    last_error: Option<&'a str>,
}

/// The secret alone is data, so that a script can keep it; what to know about it is for people.
pub(super) fn made(console: &Console, settings: &Settings, made: &MadeWebhook) {
    let MadeWebhook { webhook, secret } = made;
    if settings.json {
        console.data(&line(webhook, Some(secret.reveal())));
        return;
    }
    console.data(secret.reveal());
    if !settings.quiet {
        console.say(&format!("the secret of webhook {}; it is shown this once, so keep it now", webhook.id));
    }
}

/// A table, or a record for each.
pub(super) fn webhooks(console: &Console, settings: &Settings, webhooks: &[Webhook]) {
    if settings.json {
        webhooks.iter().for_each(|webhook| console.data(&line(webhook, None)));
        return;
    }
    let mut rows = vec![["WEBHOOK", "TENANT", "STATE", "EVENTS", "URL"].map(str::to_owned).to_vec()];
    for webhook in webhooks {
        let events: Vec<&str> = webhook.events.iter().map(|kind| kind.as_str()).collect();
        rows.push(vec![
            webhook.id.clone(),
            webhook.tenant.to_string(),
            if webhook.disabled_at.is_none() { "on" } else { "off" }.to_owned(),
            events.join(","),
            webhook.url.clone(),
        ]);
    }
    table::lines(&rows).iter().for_each(|line| console.data(line));
}

/// A table, or a record for each.
pub(super) fn deliveries(console: &Console, settings: &Settings, deliveries: &[Delivery]) {
    if settings.json {
        deliveries.iter().for_each(|delivery| console.data(&record(delivery)));
        return;
    }
    let heads = ["DELIVERY", "WEBHOOK", "EVENT", "JOB", "STATE", "TRIES", "SINCE", "LAST SAID"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for delivery in deliveries {
        let said = delivery.error.clone().or(delivery.status.map(|status| status.to_string()));
        rows.push(vec![
            delivery.id.to_string(),
            delivery.webhook.clone(),
            delivery.kind.as_str().to_owned(),
            delivery.job_id.clone().unwrap_or_else(|| "-".to_owned()),
            delivery.state.as_str().to_owned(),
            delivery.tries.to_string(),
            ago(delivery.created_at),
            said.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    table::lines(&rows).iter().for_each(|line| console.data(line));
}

/// What was done to one of them.
pub(super) fn done(console: &Console, settings: &Settings, id: &str, what: &str) {
    if !settings.quiet && !settings.json {
        console.data(&format!("{id}  {what}"));
    }
}

fn line(webhook: &Webhook, secret: Option<&str>) -> String {
    let record = WebhookRecord {
        r#type: "webhook",
        id: &webhook.id,
        secret,
        url: &webhook.url,
        events: &webhook.events,
        description: &webhook.description,
        tenant: webhook.tenant.as_str(),
        enabled: webhook.disabled_at.is_none(),
        created_at_millis: webhook.created_at,
        old_secret_until_millis: webhook.old_secret_until,
    };
    // A record of texts and numbers always has a JSON form.
    serde_json::to_string(&record).unwrap_or_default()
}

fn record(delivery: &Delivery) -> String {
    let record = DeliveryRecord {
        r#type: "delivery",
        id: delivery.id.to_string(),
        webhook_id: &delivery.webhook,
        event_id: &delivery.event,
        event: delivery.kind,
        job_id: delivery.job_id.as_deref(),
        state: delivery.state,
        tries: delivery.tries,
        created_at_millis: delivery.created_at,
        next_try_at_millis: delivery.due_at,
        ended_at_millis: delivery.ended_at,
        last_status: delivery.status,
        last_error: delivery.error.as_deref(),
    };
    serde_json::to_string(&record).unwrap_or_default()
}
