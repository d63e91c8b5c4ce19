//! Cells of grey that survive what a video site does.
