//! What every frame of the video carries, whatever carries it: its header, the metadata, runs of symbols.
