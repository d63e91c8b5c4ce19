//! The models that reel knows: which there are, where their files lie, under which licence, and whether they are whole.

mod builtin;
mod card;
mod contract;
mod error;
mod registry;
mod trial;

pub use card::Card;
pub use contract::Contract;
pub use error::ModelError;
pub use registry::{Model, NewModel, Registry};
pub use trial::Trial;
