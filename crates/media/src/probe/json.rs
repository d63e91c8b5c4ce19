//! What `ffprobe -of json` writes, as it writes it.
