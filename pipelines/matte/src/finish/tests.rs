//! Drawn figures whose alpha is known.
