//! The real worker loop in paused time: 2 000 seeded schedules of crashes, pauses, drains, lost replies and cancels,
//! each judged by what the queue and the store hold afterwards.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod executor;
mod full;
mod judge;
mod network;
mod objects;
mod retire;
mod schedule;

/// `REEL_SEEDS=N` runs more or fewer.
fn seed_count() -> u64 {
    std::env::var("REEL_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

#[test]
fn no_schedule_breaks_a_promise() {
    let mut tally = schedule::Tally::default();
    for seed in 0..seed_count() {
        let outcome = schedule::run(seed, objects::KeyRule::WithEpoch);
        assert!(outcome.violations.is_empty(), "seed {seed}: {:#?}", outcome.violations);
        tally.add(&outcome.tally);
    }
    eprintln!("{} seeds: {tally:?}", seed_count());
    assert!(tally.completed > 0 && tally.crashes > 0 && tally.late_replies_lost > 0 && tally.cancelled > 0);
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    let story = |seed| format!("{:?}", schedule::run(seed, objects::KeyRule::WithEpoch).tally);
    for seed in 0..20 {
        assert_eq!(story(seed), story(seed), "seed {seed}");
    }
}

#[test]
fn keys_without_the_epoch_are_caught() {
    let caught =
        (0..5_000).find(|seed| !schedule::run(*seed, objects::KeyRule::WithoutEpoch).violations.is_empty());
    eprintln!("caught at seed {caught:?}");
    assert!(caught.is_some(), "a key rule without the epoch passed 5 000 schedules");
}
