//! A baseline JPEG whose entropy-coded bytes are the payload.
