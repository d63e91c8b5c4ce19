//! Random command sequences on every backend, judged by the step machine.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends where it fails")]

use std::ops::Range;
use std::path::Path;

use reel_queue::contract::mutants::Mutant;
use reel_queue::contract::{MemorySubject, Subject, sequences};
use reel_queue::sqlite::{SqliteOptions, SqliteQueue, Sync, TimeSource};

async fn check<S: Subject>(subject: &S, seeds: Range<u64>) {
    for seed in seeds {
        if let Err(divergence) = sequences::compare(subject, seed).await {
            panic!("{divergence}");
        }
    }
}

async fn open(folder: &Path, sync: Sync) -> SqliteQueue {
    let options = SqliteOptions { sync, time: TimeSource::Table, ..SqliteOptions::default() };
    SqliteQueue::open(&folder.join("queue.db"), options).await.unwrap()
}

async fn check_sqlite(sync: Sync, seeds: Range<u64>) {
    let folder = tempfile::tempdir().unwrap();
    check(&open(folder.path(), sync).await, seeds).await;
}

#[tokio::test]
async fn the_memory_queue_is_the_step_machine() {
    check(&MemorySubject::default(), 0..2_000).await;
}

#[tokio::test]
async fn sqlite_does_as_the_step_machine_does_seeds_0_to_499() {
    check_sqlite(Sync::Off, 0..500).await;
}

#[tokio::test]
async fn sqlite_does_as_the_step_machine_does_seeds_500_to_999() {
    check_sqlite(Sync::Off, 500..1_000).await;
}

#[tokio::test]
async fn sqlite_does_as_the_step_machine_does_seeds_1000_to_1499() {
    check_sqlite(Sync::Off, 1_000..1_500).await;
}

#[tokio::test]
async fn sqlite_does_as_the_step_machine_does_seeds_1500_to_1999() {
    check_sqlite(Sync::Off, 1_500..2_000).await;
}

#[tokio::test]
async fn sqlite_does_as_the_step_machine_does_with_full_sync() {
    check_sqlite(Sync::Full, 2_000..2_005).await;
}

#[tokio::test]
async fn each_mutant_of_sql_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let queue = open(folder.path(), Sync::Off).await;
    let mutants = Mutant::ALL.into_iter().filter(|mutant| mutant.is_of_sql());
    let mut caught = 0;
    for mutant in mutants {
        let divergence = mutant.caught_in_sqlite_within(&queue, 5_000).await;
        let divergence = divergence.unwrap_or_else(|| panic!("{mutant:?} was not caught"));
        println!("{mutant:?} in SQL is caught by seed {}, command {}", divergence.seed, divergence.place);
        caught += 1;
    }
    assert_eq!(caught, 6);
}
