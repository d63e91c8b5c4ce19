//! The pictures that a person sees: title card, calibration, sync.
