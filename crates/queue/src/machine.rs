//! The truth: a pure function from a state and a command to a reply.
