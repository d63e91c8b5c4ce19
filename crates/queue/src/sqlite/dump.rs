//! Everything in the file, as the step machine would have it; for the contract suite.
