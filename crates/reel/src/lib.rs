//! The command line of reel, and the wiring: the only place where a backend is chosen.
//!
//! Start reading at [`run`].

pub mod args;
pub mod batch;
pub mod config;
pub mod console;
pub mod delivery;
pub mod doctor;
pub mod exit;
pub mod generate;
pub mod gpu;
pub mod interrupt;
pub mod jobs;
pub mod keys;
pub mod log;
pub mod matte;
pub mod models;
pub mod pack;
pub mod problem;
pub mod records;
pub mod remote;
pub mod run;
pub mod screen;
pub mod secret;
pub mod serve;
pub mod settings;
pub mod table;
pub mod targets;
pub mod text;
pub mod transcode;
pub mod units;
pub mod unpack;
pub mod webhooks;
pub mod wiring;
pub mod work;
