//! `--server URL`: the same verbs, done by a reel server. Files go there and results come back; no path of this machine does.

mod answer;
mod begin;
mod client;
mod download;
mod follow;
mod gauge;
mod jobs;
mod note;
mod parcel;
mod upload;
mod work;

pub use client::Server;
pub use jobs::run as jobs;
pub use work::do_request;
