//! Many jobs at once: nobody gets a slot that is not there, and the work is spread.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use reel_device::{DeviceFault, DeviceWish, Devices, FaultClass, Gpu, GpuSource, Lease, SLOTS_DEFAULT};
use reel_testkit::{FakeNvml, FakeProbe, fake_nvml};
use reel_types::CancelToken;

const JOBS: usize = 64;
const ENCODER: &str = "h264_nvenc";

/// Four cards of different size and load, so that the seed's score always prefers the same one.
fn four_cards() -> Vec<Gpu> {
    vec![fake_nvml::l4(0), fake_nvml::rtx_3080(1), fake_nvml::l4(2), fake_nvml::rtx_3080(3)]
}

fn devices(cards: Vec<Gpu>, lease_dir: Option<&Path>) -> Arc<Devices> {
    let lease_dir = lease_dir.map(Path::to_path_buf);
    Devices::new(Arc::new(FakeNvml::new(cards)), Some(Arc::new(FakeProbe::new())), None, lease_dir)
}

/// `JOBS` threads, spread over these, ask at the same moment and keep what they got.
fn ask_all_at_once(processes: &[Arc<Devices>]) -> Vec<Result<Lease, DeviceFault>> {
    let start = Barrier::new(JOBS);
    std::thread::scope(|scope| {
        let ask = |job: usize| {
            let (devices, start) = (&processes[job % processes.len()], &start);
            scope.spawn(move || {
                start.wait();
                devices.lease(ENCODER, &DeviceWish::Auto)
            })
        };
        let asked: Vec<_> = (0..JOBS).map(ask).collect();
        asked.into_iter().map(|thread| thread.join().expect("a job that asks does not panic")).collect()
    })
}

fn count_by_gpu<'a>(gpus: impl Iterator<Item = &'a Gpu>) -> BTreeMap<String, usize> {
    gpus.fold(BTreeMap::new(), |mut counts, gpu| {
        *counts.entry(gpu.uuid.clone()).or_default() += 1;
        counts
    })
}

#[test]
fn sixty_four_jobs_of_two_processes_spread_evenly_where_the_seeds_formula_overruns_one_gpu() {
    let folder = tempfile::tempdir().unwrap();
    let cards = four_cards();
    // Room for twice the jobs, so that the choice makes the balance and not the bound.
    let (slots, fair) = (2 * JOBS / cards.len(), JOBS / cards.len());
    let processes =
        [devices(cards.clone(), Some(folder.path())), devices(cards.clone(), Some(folder.path()))];
    for (process, card) in processes.iter().flat_map(|process| cards.iter().map(move |card| (process, card)))
    {
        process.set_slots(&card.uuid, slots as u32);
    }
    let leases: Vec<Lease> = ask_all_at_once(&processes).into_iter().map(Result::unwrap).collect();
    let counts = count_by_gpu(leases.iter().map(|lease| &lease.gpu));
    for card in &cards {
        let count = counts.get(&card.uuid).copied().unwrap_or(0);
        assert!(count <= slots, "{} is overrun: {count} of {slots}", card.name);
        assert!(
            count.abs_diff(fair) * 20 <= fair,
            "{} is more than 5 % off: {count}, fair is {fair}",
            card.name
        );
    }

    // The driver's figures lag behind by about a second, so a burst sees one and the same snapshot.
    let snapshot = FakeNvml::new(cards).snapshot().unwrap();
    let best = || snapshot.gpus.iter().max_by_key(|gpu| gpu.seed_score()).unwrap();
    let by_formula = count_by_gpu((0..JOBS).map(|_| best()));
    assert!(by_formula.values().any(|count| *count > slots), "{by_formula:?}");
}

#[test]
fn with_the_default_slots_the_rest_is_told_that_all_are_busy() {
    let folder = tempfile::tempdir().unwrap();
    let processes = [devices(four_cards(), Some(folder.path())), devices(four_cards(), Some(folder.path()))];
    let answers = ask_all_at_once(&processes);
    let counts = count_by_gpu(answers.iter().flatten().map(|lease| &lease.gpu));
    assert_eq!(counts.values().copied().collect::<Vec<_>>(), [SLOTS_DEFAULT as usize; 4]);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refused.class, FaultClass::Busy, "{refused}");
    }
    drop(answers);
    let again = ask_all_at_once(&processes);
    assert_eq!(again.iter().flatten().count(), 4 * SLOTS_DEFAULT as usize, "dropped leases are free again");
}

#[test]
fn all_jobs_are_served_in_turn_and_never_more_than_there_are_slots() {
    let devices = devices(four_cards(), None);
    let running: BTreeMap<String, AtomicU32> =
        four_cards().into_iter().map(|card| (card.uuid, AtomicU32::new(0))).collect();
    let served = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                let cancel = CancelToken::new();
                let patience = Duration::from_secs(60);
                let lease = devices.lease_within(ENCODER, &DeviceWish::Auto, patience, &cancel).unwrap();
                let here = &running[&lease.gpu.uuid];
                assert!(here.fetch_add(1, Ordering::SeqCst) < SLOTS_DEFAULT, "overrun");
                std::thread::yield_now();
                here.fetch_sub(1, Ordering::SeqCst);
                drop(lease);
                *served.lock().unwrap() += 1;
            });
        }
    });
    assert_eq!(served.into_inner().unwrap(), JOBS);
}

#[test]
fn waiting_ends_with_the_last_answer_when_it_is_cancelled() {
    let devices = devices(vec![fake_nvml::l4(0)], None);
    devices.set_slots(&fake_nvml::l4(0).uuid, 1);
    let _held = devices.lease(ENCODER, &DeviceWish::Auto).unwrap();
    let cancel = CancelToken::new();
    cancel.cancel();
    let refused =
        devices.lease_within(ENCODER, &DeviceWish::Auto, Duration::from_secs(3600), &cancel).unwrap_err();
    assert_eq!(refused.class, FaultClass::Busy);
}

#[test]
fn a_lease_pins_its_process_by_uuid_and_leaves_a_lock_named_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let devices = devices(vec![fake_nvml::l4(0)], Some(folder.path()));
    let lease = devices.lease(ENCODER, &DeviceWish::Auto).unwrap();
    let uuid = fake_nvml::l4(0).uuid;
    assert_eq!(lease.env(), [("CUDA_VISIBLE_DEVICES", uuid.clone())]);
    let lock = std::fs::File::open(folder.path().join(format!("{uuid}.0"))).unwrap();
    assert!(lock.try_lock().is_err(), "held");
    drop(lease);
    assert!(lock.try_lock().is_ok(), "free");
}

#[test]
fn a_gpu_on_which_another_process_works_comes_after_an_idle_one() {
    let folder = tempfile::tempdir().unwrap();
    let processes = [devices(four_cards(), Some(folder.path())), devices(four_cards(), Some(folder.path()))];
    let taken: Vec<Lease> =
        (0..4).map(|job| processes[job % 2].lease(ENCODER, &DeviceWish::Auto).unwrap()).collect();
    assert_eq!(count_by_gpu(taken.iter().map(|lease| &lease.gpu)).len(), 4, "four jobs, four GPUs");
}

#[test]
fn a_device_that_was_tried_is_not_lent_again_however_good_it_looks() {
    let process = devices(vec![fake_nvml::l4(0), fake_nvml::rtx_3080(1)], None);
    let best = process.lease(ENCODER, &DeviceWish::Auto).unwrap().gpu.uuid.clone();
    let other = process.lease_other(ENCODER, &DeviceWish::Auto, &best).unwrap();
    assert_ne!(other.gpu.uuid, best);
    let alone = devices(vec![fake_nvml::l4(0)], None);
    let fault = alone.lease_other(ENCODER, &DeviceWish::Auto, &fake_nvml::l4(0).uuid).unwrap_err();
    assert_eq!(fault.class, FaultClass::Absent);
}
