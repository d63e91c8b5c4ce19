//! AVI with OpenDML: segments written on their own, an index that a reader does without.
