//! From inputs to blocks: tar, compression, encryption.
