//! Several inputs as one tar stream, any byte of which can be had without the rest; and back into a folder.

mod about;
mod extract;
mod layout;
mod name;
#[cfg(test)]
mod tests;

pub use extract::{ExtractError, Report, Skipped, extract, links_that_lead_out};
pub use layout::{Entry, EntryKind, LayoutError, TarLayout, TarReadError};
pub use name::RawName;
