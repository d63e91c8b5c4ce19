//! Many films on two cards: when the last one ends, against films that are dealt to the cards in turns.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::Place;
use crate::run::Line;
use crate::table::Report;

/// So many orders of the same films are dealt.
const ORDERS: u32 = 10_000;

/// One film of the run.
struct Film {
    card: Option<String>,
    /// That a card worked on it; 0 of the broken one.
    secs: f64,
}

/// Runs ten unequal films on two cards that the driver tells of, and deals what each took in turns to two cards.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    let (_, told) = Line::new([place.two_cards.as_os_str()]).run()?;
    let films = told.lines().map(film).collect::<Result<Vec<Film>>>()?;
    let mut cards: BTreeMap<&str, f64> = BTreeMap::new();
    for film in &films {
        if let Some(card) = &film.card {
            *cards.entry(card).or_default() += film.secs;
        }
    }
    ensure!(cards.len() == 2, "the films ran on {} cards", cards.len());
    let ours = cards.values().copied().fold(0.0, f64::max);
    let secs: Vec<f64> = films.iter().map(|film| film.secs).collect();
    let by_name = dealt(&secs) / ours;
    let typical = median_of_orders(secs.clone()) / ours;
    let done = films.iter().filter(|film| film.card.is_some()).count();
    let best = secs.iter().sum::<f64>() / 2.0 / ours;
    report.row(
        "matte: 10 unequal films (one broken) on two cards, last film's end against films dealt in turns",
        &format!(
            "{done} results; by name **{by_name:.2}** times, median of {ORDERS} orders **{typical:.2}** times, both cards busy for \
             **{:.0}** % of it (a simulation with each film's time and card of one run; the cards are told of by a fake driver, a CPU does the work)",
            best * 100.0
        ),
        "median ≥ 1.25",
    );
    Ok(())
}

fn film(line: &str) -> Result<Film> {
    let told: Value = serde_json::from_str(line)?;
    let card = told["card"].as_str().map(str::to_owned);
    Ok(Film { card, secs: told["secs"].as_f64().context("a film without its time")? })
}

/// When the last of two cards ends that get films in turns.
fn dealt(secs: &[f64]) -> f64 {
    let of = |first: usize| secs.iter().skip(first).step_by(2).sum::<f64>();
    of(0).max(of(1))
}

/// The same for films in any order: the middle of many, the same ones each time.
fn median_of_orders(mut secs: Vec<f64>) -> f64 {
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut ends: Vec<f64> = (0..ORDERS)
        .map(|_| {
            (1..secs.len()).rev().for_each(|at| secs.swap(at, below(at + 1)));
            dealt(&secs)
        })
        .collect();
    ends.sort_by(f64::total_cmp);
    ends.get(ends.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_are_dealt_in_turns() {
        assert_eq!(dealt(&[4.0, 1.0, 3.0, 1.0]), 7.0);
        assert_eq!(median_of_orders(vec![2.0, 2.0, 2.0, 2.0]), 4.0);
    }
}
