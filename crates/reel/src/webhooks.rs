//! `reel webhooks`: who is told by the server of this state folder what becomes of jobs.

mod show;
mod verify;

use std::time::Duration;

use clap::{Args, Subcommand};
use reel_server::{
    DeliveryFilter, DeliveryState, NewWebhook, WebhookChange, WebhookError, WebhookKind, Webhooks,
};
use reel_types::{FailureKind, TenantId};

use crate::console::Console;
use crate::exit;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::units::parse_time;
use crate::wiring::open_archive;
use verify::VerifyArgs;

/// `reel webhooks …`.
#[derive(Subcommand, Clone, Debug)]
pub enum WebhooksVerb {
    /// Make a webhook and print its secret, this once
    Create(CreateArgs),
    /// List webhooks, newest first, without their secrets
    List {
        /// Only webhooks of this tenant
        #[arg(long, value_name = "TENANT")]
        tenant: Option<TenantId>,
    },
    /// Remove webhooks, with all that they were not told yet
    Delete {
        /// The webhooks, by the id that `reel webhooks list` shows
        #[arg(required = true, value_name = "WEBHOOK")]
        webhooks: Vec<String>,
    },
    /// Switch webhooks off: nothing is noted for them, and what waits rests
    Disable {
        /// The webhooks, by the id that `reel webhooks list` shows
        #[arg(required = true, value_name = "WEBHOOK")]
        webhooks: Vec<String>,
    },
    /// Switch webhooks on again
    Enable {
        /// The webhooks, by the id that `reel webhooks list` shows
        #[arg(required = true, value_name = "WEBHOOK")]
        webhooks: Vec<String>,
    },
    /// Make another secret and print it; for a while both sign
    Rotate {
        /// The webhook, by the id that `reel webhooks list` shows
        #[arg(value_name = "WEBHOOK")]
        webhook: String,
        /// How long the old one signs as well, like 30m, 12h or 7d; at most 30d
        #[arg(long, value_name = "TIME", default_value = "1d", value_parser = parse_time)]
        overlap: Duration,
    },
    /// Have a running server send a ping, to see whether it arrives
    Ping {
        /// The webhook, by the id that `reel webhooks list` shows
        #[arg(value_name = "WEBHOOK")]
        webhook: String,
    },
    /// List what webhooks were told and what they are still to be told, newest first
    Deliveries(DeliveriesArgs),
    /// Tell something again, under the same event id
    Replay(ReplayArgs),
    /// Look whether the signature of a message on stdin is right
    ///
    /// The secret is in REEL_WEBHOOK_SECRET or a file; there is no flag for it, since others could read it in the list of
    /// processes.
    Verify(VerifyArgs),
}

/// `reel webhooks create`.
#[derive(Args, Clone, Debug)]
pub struct CreateArgs {
    /// Where it hears: http or https, on the open network or where `reel serve --allow-private` lets it
    #[arg(value_name = "URL")]
    pub url: String,
    /// What it wants to hear of, separated by commas: job.started, job.completed, job.failed, job.cancelled
    #[arg(
        long,
        value_name = "EVENTS",
        value_delimiter = ',',
        default_value = "job.completed,job.failed,job.cancelled"
    )]
    pub events: Vec<WebhookKind>,
    /// What you say of it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub description: String,
    /// Whose jobs it hears of
    #[arg(long, value_name = "TENANT", default_value = "local")]
    pub tenant: TenantId,
}

/// `reel webhooks deliveries`.
#[derive(Args, Clone, Debug)]
pub struct DeliveriesArgs {
    /// Only those to this webhook
    #[arg(long, value_name = "WEBHOOK")]
    pub webhook: Option<String>,
    /// Only those that are pending, delivered or dead
    #[arg(long, value_name = "STATE")]
    pub only: Option<DeliveryState>,
    /// Whose
    #[arg(long, value_name = "TENANT", default_value = "local")]
    pub tenant: TenantId,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
}

/// `reel webhooks replay`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// The deliveries, by the id that `reel webhooks deliveries` shows
    #[arg(required_unless_present = "dead", value_name = "DELIVERY")]
    pub deliveries: Vec<String>,
    /// Everything that was given up for this webhook
    #[arg(long, value_name = "WEBHOOK", conflicts_with = "deliveries")]
    pub dead: Option<String>,
    /// Whose
    #[arg(long, value_name = "TENANT", default_value = "local")]
    pub tenant: TenantId,
}

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// A usage problem for a webhook that cannot be or is not there; a storage problem when the state folder cannot be used;
/// an input problem for a signature that is not right.
pub async fn run(console: &Console, settings: &Settings, verb: WebhooksVerb) -> Result<u8, Problem> {
    // Who receives has no state folder of ours.
    if let WebhooksVerb::Verify(args) = &verb {
        return verify::run(console, settings, args);
    }
    if settings.server.is_some() {
        return Err(Problem::usage("a server elsewhere keeps its webhooks itself")
            .with_hint("run this on its machine, or use POST /api/v1/webhooks with an admin key"));
    }
    let webhooks = open(settings).await?;
    do_verb(console, settings, &webhooks, verb).await.map_err(refused)?;
    Ok(exit::DONE)
}

async fn do_verb(
    console: &Console,
    settings: &Settings,
    webhooks: &Webhooks,
    verb: WebhooksVerb,
) -> Result<(), WebhookError> {
    match verb {
        WebhooksVerb::Create(args) => {
            let CreateArgs { url, events, description, tenant } = args;
            let made = webhooks.create(NewWebhook { tenant, url, events, description }).await?;
            show::made(console, settings, &made);
        }
        WebhooksVerb::Rotate { webhook, overlap } => {
            show::made(console, settings, &webhooks.rotate(&webhook, None, overlap).await?);
        }
        WebhooksVerb::List { tenant } => {
            show::webhooks(console, settings, &webhooks.list(tenant.as_ref()).await?);
        }
        WebhooksVerb::Delete { webhooks: ids } => {
            for id in ids {
                webhooks.remove(&id, None).await?;
                show::done(console, settings, &id, "removed");
            }
        }
        WebhooksVerb::Disable { webhooks: ids } => switch(console, settings, webhooks, ids, false).await?,
        WebhooksVerb::Enable { webhooks: ids } => switch(console, settings, webhooks, ids, true).await?,
        WebhooksVerb::Ping { webhook } => {
            show::deliveries(console, settings, &[webhooks.ping(&webhook, None).await?]);
        }
        WebhooksVerb::Deliveries(args) => {
            let DeliveriesArgs { webhook, only, tenant, limit } = args;
            let filter = DeliveryFilter { webhook, state: only, before: None, limit };
            show::deliveries(console, settings, &webhooks.deliveries(&tenant, &filter).await?);
        }
        WebhooksVerb::Replay(args) => replay(console, settings, webhooks, args).await?,
        // Done before.
        WebhooksVerb::Verify(_) => {}
    }
    Ok(())
}

async fn switch(
    console: &Console,
    settings: &Settings,
    webhooks: &Webhooks,
    ids: Vec<String>,
    enabled: bool,
) -> Result<(), WebhookError> {
    for id in ids {
        let change = WebhookChange { enabled: Some(enabled), ..WebhookChange::default() };
        webhooks.change(&id, None, change).await?;
        show::done(console, settings, &id, if enabled { "on" } else { "off" });
    }
    Ok(())
}

async fn replay(
    console: &Console,
    settings: &Settings,
    webhooks: &Webhooks,
    args: ReplayArgs,
) -> Result<(), WebhookError> {
    if let Some(webhook) = args.dead {
        let count = webhooks.replay_dead(&webhook, None).await?;
        show::done(console, settings, &webhook, &format!("{count} to be told again"));
        return Ok(());
    }
    let mut replayed = Vec::new();
    for id in args.deliveries {
        replayed.push(webhooks.replay(&id, &args.tenant).await?);
    }
    show::deliveries(console, settings, &replayed);
    Ok(())
}

async fn open(settings: &Settings) -> Result<Webhooks, Problem> {
    let archive = open_archive(settings).await?;
    Webhooks::open(&archive.state.database()).await.map_err(|error| refused(error.into()))
}

fn refused(error: WebhookError) -> Problem {
    match &error {
        WebhookError::Catalog(_) | WebhookError::Random(_) => {
            let kind = ProblemKind::Failure(FailureKind::Storage);
            Problem::new(kind, "cannot use the webhooks").caused_by(&error)
        }
        WebhookError::NotFound { .. } => {
            Problem::usage(error.to_string()).with_hint("reel webhooks list shows those that are there")
        }
        WebhookError::NoDelivery { .. } => Problem::usage(error.to_string())
            .with_hint("reel webhooks deliveries shows those that are there; --tenant says whose"),
        WebhookError::Off { id } => {
            Problem::usage(error.to_string()).with_hint(format!("switch it on: reel webhooks enable {id}"))
        }
        WebhookError::Url(_)
        | WebhookError::Events
        | WebhookError::Description
        | WebhookError::TooMany { .. } => Problem::usage(error.to_string()),
    }
}
