//! Networks on ONNX Runtime, which is loaded when it is first needed; the models that reel knows.
//!
//! The only crate that knows `ort`: what it shows are plain Rust types. Start reading at [`Network`].
//!
//! ✅ CPU · 🟧 CUDA and TensorRT: loaded strictly and by the same code, not run on a card by any test here.

mod compiling;
mod error;
mod freeze;
mod models;
mod network;
mod port;
mod precision;
mod providers;
mod recurrent;
mod runtime;
mod states;
mod tensor;
mod watchdog;
mod wish;

pub use error::InferError;
pub use freeze::{Frozen, freeze};
pub use half::f16;
pub use models::{Card, Contract, Model, ModelError, NewModel, Registry, Trial};
pub use network::{Network, Source, WhyNot};
pub use port::{ElementKind, Port};
pub use recurrent::Recurrent;
pub use runtime::{OnDemand, Runtime, default_data};
pub use states::{rows_apart, rows_together};
pub use tensor::{Data, Outputs, View};
pub use watchdog::{Watch, hung_count};
pub use wish::{Provider, Wish};
