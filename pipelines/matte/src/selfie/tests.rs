//! Scenes for the tracker, with a segmenter that knows one colour.
