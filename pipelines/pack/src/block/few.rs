//! A few missing source symbols, without solving the whole code.
//!
//! The code is linear. Repair symbols made with zeros in place of what is missing differ from those that arrived by the
//! share of the missing symbols alone; which share that is, is found by coding unit vectors in their place. What is
//! left is a system of as many unknowns as symbols are missing. Coding follows a plan that is kept from block to block,
//! so this takes about half as long as a decoder that works out its plan anew.

use super::collect::Candidate;
use super::gf256::{LANES, Multiples, inverse, product};
use super::repair::repair_symbols;

/// With more unknowns the system itself costs more than it saves.
const MISSING_MAX: usize = 96;
/// Equations beyond the unknowns; two fail once in 256^3.
const SPARE: usize = 2;

/// Writes the missing source symbols to their places; `None` when they are too many or the repair symbols that were
/// looked at do not determine them.
pub(super) fn restore_few(candidate: &mut Candidate) -> Option<()> {
    let size = candidate.symbol_bytes;
    let missing: Vec<usize> =
        candidate.present.iter().enumerate().filter(|(_, here)| !**here).map(|(at, _)| at).collect();
    if missing.len() > MISSING_MAX {
        return None;
    }
    let repair: Vec<(u32, &[u8])> = candidate.repair.iter().map(|(esi, bytes)| (*esi, &bytes[..])).collect();
    let repair = &repair[..repair.len().min(missing.len() + SPARE)];
    let esis: Vec<u32> = repair.iter().map(|(esi, _)| *esi).collect();

    let width = missing.len().next_multiple_of(8);
    let mut units = vec![0; candidate.source_count() * width];
    for (unknown, &at) in missing.iter().enumerate() {
        *units.get_mut(at * width + unknown)? = 1;
    }
    let shares = repair_symbols(&units, u16::try_from(width).ok()?, &esis)?;
    let solution =
        solve(shares.chunks_exact(width).map(|row| row[..missing.len()].to_vec()).collect(), missing.len())?;

    for &at in &missing {
        candidate.source.get_mut(at * size..(at + 1) * size)?.fill(0);
    }
    let mut differences = repair_symbols(&candidate.source, u16::try_from(size).ok()?, &esis)?;
    for (difference, (_, arrived)) in differences.chunks_exact_mut(size).zip(repair) {
        difference.iter_mut().zip(*arrived).for_each(|(difference, arrived)| *difference ^= arrived);
    }
    combine(&solution, &differences, &missing, candidate);
    Some(())
}

/// For each unknown the factors with which the equations' right sides add up to it.
///
/// `rows` are the equations; `None` when they do not determine the unknowns.
fn solve(mut rows: Vec<Vec<u8>>, unknown_count: usize) -> Option<Vec<Vec<u8>>> {
    let row_count = rows.len();
    for (at, row) in rows.iter_mut().enumerate() {
        row.extend((0..row_count).map(|other| u8::from(other == at)));
    }
    for unknown in 0..unknown_count {
        let pivot = (unknown..row_count).find(|&at| rows[at][unknown] != 0)?;
        rows.swap(unknown, pivot);
        let scale = inverse(rows[unknown][unknown]);
        rows[unknown].iter_mut().for_each(|byte| *byte = product(*byte, scale));
        let pivot = std::mem::take(&mut rows[unknown]);
        for row in rows.iter_mut().filter(|row| row.get(unknown).is_some_and(|&factor| factor != 0)) {
            let factor = row[unknown];
            row.iter_mut().zip(&pivot).for_each(|(byte, pivot)| *byte ^= product(*pivot, factor));
        }
        rows[unknown] = pivot;
    }
    rows.truncate(unknown_count);
    rows.iter_mut().for_each(|row| drop(row.drain(..unknown_count)));
    Some(rows)
}

/// Adds the differences up to the missing symbols, some columns at a time so that all sums stay in the cache.
fn combine(solution: &[Vec<u8>], differences: &[u8], missing: &[usize], candidate: &mut Candidate) {
    let size = candidate.symbol_bytes;
    let mut multiples = Box::new(Multiples::new());
    let mut sums = vec![[0; LANES]; missing.len()];
    for from in (0..size).step_by(LANES) {
        let columns = from..size.min(from + LANES);
        sums.fill([0; LANES]);
        for (equation, difference) in differences.chunks_exact(size).enumerate() {
            let mut lanes = [0; LANES];
            lanes[..columns.len()].copy_from_slice(&difference[columns.clone()]);
            multiples.set(&lanes);
            for (sum, factors) in sums.iter_mut().zip(solution) {
                match factors.get(equation) {
                    None | Some(0) => {}
                    Some(&factor) => multiples.add_product(factor, sum),
                }
            }
        }
        for (&at, sum) in missing.iter().zip(&sums) {
            let begin = at * size;
            if let Some(place) = candidate.source.get_mut(begin + columns.start..begin + columns.end) {
                place.copy_from_slice(&sum[..columns.len()]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_when_its_equations_determine_it() {
        let rows = vec![vec![0, 3], vec![5, 7], vec![5, 4]];
        let unknowns = [0x1f, 0xa0];
        let right: Vec<u8> =
            rows.iter().map(|row| product(row[0], unknowns[0]) ^ product(row[1], unknowns[1])).collect();
        let solution = solve(rows, 2).unwrap();
        let found = solution
            .iter()
            .map(|row| row.iter().zip(&right).fold(0, |sum, (factor, right)| sum ^ product(*factor, *right)));
        assert_eq!(found.collect::<Vec<_>>(), unknowns);
        assert_eq!(solve(vec![vec![1, 2], vec![2, 4]], 2), None);
        assert_eq!(solve(vec![vec![1, 2]], 2), None);
    }
}
