//! What the fuzz targets share: seeds, and changes that make checksums hold again so that what stands behind them is reached.

pub mod avi;
pub mod bodies;
pub mod disk;
pub mod foreign;
pub mod records;
pub mod seeds;
