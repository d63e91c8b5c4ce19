//! The engine: claim, fetch, plan or run or assemble, put, finish. Knows no pipeline by name.
//!
//! Start reading at [`worker`].

mod context;
pub mod crash_point;
mod drain;
mod engine;
mod executor;
mod inputs;
mod leases;
mod leftovers;
mod liveness;
mod outputs;
pub mod pipeline;
mod progress;
mod registry;
mod rescue;
pub mod room;
mod site;
mod slots;
pub mod submit;
pub mod worker;

pub use context::RunContext;
pub use engine::{Engine, StateDir};
pub use executor::{BlockingExecutor, Ended, Execute, Execution};
pub use pipeline::{Assembled, Content, Digest, JobResult, Output, Part, Pipeline, Plan, RunError};
pub use progress::ProgressCell;
pub use registry::{ParamsError, PipelineInfo, Registry};
pub use site::Site;
pub use submit::{Submission, SubmitError};
pub use worker::{Drain, Worker, WorkerError, WorkerOptions};
