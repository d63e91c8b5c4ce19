//! Source blocks: what is stored, its digest, its symbols by RaptorQ.
