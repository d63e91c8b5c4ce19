//! The network, as this backend sees it.

/// Whatever tells people from the rest in a picture of [`SIDE`](super::SIDE) × [`SIDE`](super::SIDE).
pub trait Segment {
    /// Why it could not.
    type Error;

    /// Answers a batch. `rows` holds red, green and blue planes of each picture, 0 to 1, one picture after the other; the answer
    /// holds one plane for each, 0 (no person) to 1 (person), in the same order. A picture's answer does not depend on what
    /// else is in the batch.
    ///
    /// # Errors
    /// What the network says.
    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, Self::Error>;
}
