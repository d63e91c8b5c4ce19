//! Bytes by key, written so that nothing partial is ever seen.

mod digest;
mod error;
mod folder;
mod store;

pub use digest::{Sha256Reader, sha256_of_file};
pub use error::StoreError;
pub use folder::FolderStore;
pub use store::{ObjectInfo, Store, Stored};
