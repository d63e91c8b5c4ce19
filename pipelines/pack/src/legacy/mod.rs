//! Cells of colour in ordinary JPEGs: the parameters of the old converter.
//!
//! [`Grid`] says where cells stand, [`PictureWriter`] makes a JPEG of bytes, [`PictureReader`] gives them back from that
//! JPEG or from decoded pixels, and finds out by itself how many colours there are. `docs/reference/legacy.md` says it to
//! the byte.

mod cells;
mod codes;
mod colours;
mod device;
mod draw;
mod error;
mod grid;
mod inverse;
mod known;
mod patterns;
mod planes;
mod read;
mod recognise;
mod rows;
mod scan;
mod scheme;
mod source;
mod tiles;
mod transform;
mod write;

#[cfg(test)]
mod tests;

pub use cells::{bytes_of, cells_of};
pub use colours::{COLOURS_MAX, COLOURS_MIN, Colours, ycbcr_of};
pub use draw::{MEAN_PARTS, average, draw};
pub use error::DrawError;
pub use grid::Grid;
pub use planes::planes_of;
pub use read::PictureReader;
pub use write::PictureWriter;
