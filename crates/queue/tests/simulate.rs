//! Random schedules of everything that can go wrong, on the step machine.

#![allow(clippy::print_stdout, reason = "the figures are worth a line")]

use reel_queue::contract::mutants::Mutant;
use reel_queue::contract::simulate::{self, Schedule};

const SCHEDULES: u64 = 100_000;
const SEEDS_TO_CATCH: u64 = 5_000;

#[test]
fn no_promise_is_broken_in_100_000_schedules() {
    let mut all = Schedule::default();
    for seed in 0..SCHEDULES {
        match simulate::run(seed) {
            Ok(one) => {
                all.commands += one.commands;
                all.crashes += one.crashes;
                all.rescues += one.rescues;
                all.commits += one.commits;
                all.refused += one.refused;
                all.completed += one.completed;
                all.ended_badly += one.ended_badly;
                all.rounds += one.rounds;
            }
            Err(violation) => panic!("seed {seed}: {violation:?}"),
        }
    }
    println!("{SCHEDULES} schedules: {all:?}");
    // A schedule in which nothing goes wrong shows nothing.
    assert!(all.crashes > 10_000 && all.rescues > 10_000 && all.refused > 10_000, "{all:?}");
    assert!(all.completed > 50_000 && all.ended_badly > 10_000 && all.rounds > 10_000, "{all:?}");
}

#[test]
fn each_mutant_is_caught() {
    for mutant in Mutant::ALL {
        let (seed, violation) =
            mutant.caught_within(SEEDS_TO_CATCH).unwrap_or_else(|| panic!("{mutant:?} was not caught"));
        println!("{mutant:?} is caught by seed {seed}: {violation:?}");
    }
}
