//! From inputs to blocks: tar, compression, encryption.

pub mod compress;
pub mod names;
pub mod seal;
pub mod tar;
