//! All showings of one picture, laid over each other.

use super::measure::measure;
use super::pattern::level_from_bits;
use super::picture::Picture;
use super::placement::Placement;
use super::reader::Reader;
use super::soften::{DEGREE_MEAN, Judge, Verdicts, degree_from_variances};

/// Times that the noise around each cell is judged anew by what it was found to be.
const UNREST_ROUNDS: usize = 2;

/// All showings of one picture so far.
#[derive(Debug)]
pub(super) struct Exposure {
    pub(super) picture_count: u32,
    /// For each pattern and cell, the sum over the pictures of how strong it stood.
    sums: Vec<Vec<f32>>,
    /// For each cell, in how many pictures it was seen.
    seen: Vec<u16>,
}

impl Exposure {
    pub(super) fn new(reader: &Reader) -> Self {
        let cells = reader.cells.len();
        Self {
            picture_count: 0,
            sums: vec![vec![0.0; cells]; reader.patterns.waves.len()],
            seen: vec![0; cells],
        }
    }

    pub(super) fn add(&mut self, reader: &Reader, picture: &Picture<'_>, placement: &Placement) {
        let layout = &reader.layout;
        let luma = placement.straighten(picture, layout);
        measure(&reader.measuring, &luma, reader.patterns.cell_px, &mut self.sums);
        for (cell, seen) in reader.cells.iter().zip(&mut self.seen) {
            *seen = seen.saturating_add(u16::from(placement.shows(layout, picture, *cell, layout.cell_px)));
        }
        self.picture_count += 1;
    }

    /// Fills in how likely each bit of the cells that were seen is, above 0 where 0 is likelier. `known` are the bits that
    /// are known already.
    pub(super) fn soften(&self, reader: &Reader, known: &[Option<bool>], soft: &mut [f32]) {
        let strengths: Vec<Vec<f32>> = self.sums.iter().map(|sums| self.means(sums)).collect();
        let judges = self.judges(reader, &strengths, known);
        let degrees = self.degrees(reader, &strengths, &judges);
        let verdicts: Vec<Option<Verdicts<'_>>> =
            judges.iter().map(|judge| judge.as_ref().map(Judge::verdicts)).collect();
        let bits = usize::from(reader.layout.level_bits);
        let cells = soft.chunks_mut(bits * self.sums.len()).zip(known.chunks(bits * self.sums.len()));
        for (cell, (places, known)) in cells.enumerate() {
            if self.seen.get(cell).is_none_or(|seen| *seen == 0) {
                continue;
            }
            let degree = degrees.get(cell).copied().unwrap_or(DEGREE_MEAN);
            let places = places.chunks_mut(bits).zip(known.chunks(bits));
            for ((places, known), (verdicts, strengths)) in places.zip(verdicts.iter().zip(&strengths)) {
                if let (Some(verdicts), Some(strength)) = (verdicts, strengths.get(cell)) {
                    verdicts.fill(*strength, degree, known, places);
                }
            }
        }
    }

    /// What the levels that are known say of each pattern: the pilots', and those of parts that were read before.
    fn judges(&self, reader: &Reader, strengths: &[Vec<f32>], known: &[Option<bool>]) -> Vec<Option<Judge>> {
        let mut pairs: Vec<Vec<(usize, f32)>> = vec![Vec::new(); strengths.len()];
        let bits = usize::from(reader.layout.level_bits);
        for (cell, known) in known.chunks(bits * strengths.len()).enumerate() {
            if self.seen.get(cell).is_none_or(|seen| *seen == 0) {
                continue;
            }
            for (known, (pairs, strengths)) in known.chunks(bits).zip(pairs.iter_mut().zip(strengths)) {
                let value = known.iter().try_fold(0, |bits, bit| bit.map(|bit| bits << 1 | usize::from(bit)));
                if let (Some(value), Some(strength)) = (value, strengths.get(cell)) {
                    pairs.push((level_from_bits(value), *strength));
                }
            }
        }
        let patterns = strengths.iter().zip(&reader.patterns.levels).zip(&pairs);
        patterns.map(|((strengths, levels), pairs)| Judge::new(strengths, levels, pairs)).collect()
    }

    fn means(&self, sums: &[f32]) -> Vec<f32> {
        sums.iter().zip(&self.seen).map(|(sum, seen)| sum / f32::from((*seen).max(1))).collect()
    }

    /// The degree of noise of each cell, from its own patterns and those of the cells around it: a codec leaves whole
    /// blocks out, and a bit that is wrong and sure is worse than one that is missing.
    fn degrees(&self, reader: &Reader, strengths: &[Vec<f32>], judges: &[Option<Judge>]) -> Vec<usize> {
        let mut degrees = vec![DEGREE_MEAN; self.seen.len()];
        for _ in 0..UNREST_ROUNDS {
            let of_cell = |(cell, degree): (usize, &usize)| {
                let of_pattern = |(judge, strengths): (&Option<Judge>, &Vec<f32>)| {
                    judge
                        .as_ref()
                        .zip(strengths.get(cell))
                        .map_or(1.0, |(judge, strength)| judge.unrest(*strength, *degree))
                };
                judges.iter().zip(strengths).map(of_pattern).sum::<f32>() / judges.len().max(1) as f32
            };
            let mut unrest: Vec<f32> = degrees.iter().enumerate().map(of_cell).collect();
            let mean = unrest.iter().sum::<f32>() / unrest.len().max(1) as f32;
            unrest.iter_mut().for_each(|unrest| *unrest /= mean.max(1e-3));
            degrees = reader
                .around
                .iter()
                .map(|around| {
                    let seen = around
                        .iter()
                        .filter(|cell| self.seen.get(**cell as usize).is_some_and(|seen| *seen > 0));
                    let (count, sum) = seen.fold((0, 0.0), |(count, sum), cell| {
                        (count + 1, sum + unrest.get(*cell as usize).copied().unwrap_or(1.0))
                    });
                    if count == 0 { DEGREE_MEAN } else { degree_from_variances(sum / count as f32) }
                })
                .collect();
        }
        degrees
    }
}
