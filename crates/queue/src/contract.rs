//! The suite that every backend passes.
//!
//! A backend implements [`Subject`] and calls [`sequences::compare`] for a range of seeds. The step machine itself is
//! judged by [`simulate`] and [`history`]; [`mutants`] shows that neither of the two sleeps.

mod chunk_gen;
mod dump;
mod generate;
pub mod history;
pub mod mutants;
mod reads;
pub mod sequences;
pub mod simulate;
mod subject;

pub use dump::Dump;
pub use subject::{MemorySubject, Subject, ask};
