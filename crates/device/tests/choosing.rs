//! Which GPU is taken, and what is said about the others.

use std::sync::Arc;
use std::time::Duration;

use reel_device::{Clock, DeviceFault, DeviceWish, Devices, FaultClass, Gpu, QUARANTINE_SECS, Verdict};
use reel_testkit::{FakeNvml, FakeProbe, fake_nvml};

const ENCODER: &str = "h264_nvenc";

struct Scene {
    nvml: Arc<FakeNvml>,
    probe: Arc<FakeProbe>,
    clock: Clock,
    devices: Arc<Devices>,
}

fn scene(cards: Vec<Gpu>, probe: FakeProbe) -> Scene {
    let (nvml, probe, clock) = (Arc::new(FakeNvml::new(cards)), Arc::new(probe), Clock::system());
    let devices = Devices::with_clock(nvml.clone(), Some(probe.clone()), None, None, clock.clone());
    Scene { nvml, probe, clock, devices }
}

impl Scene {
    fn fault(&self, wish: DeviceWish) -> DeviceFault {
        self.devices.lease(ENCODER, &wish).expect_err("no GPU fits")
    }

    /// The GPU that a job would get now; it gives it back at once.
    fn next(&self) -> Option<u32> {
        self.devices.lease(ENCODER, &DeviceWish::Auto).ok().map(|lease| lease.gpu.index)
    }
}

#[test]
fn a_gpu_without_an_encoder_is_never_taken_however_large_its_score() {
    let (h200, l4) = (fake_nvml::h200(0), fake_nvml::l4(1));
    assert!(h200.seed_score() > l4.seed_score());
    let scene = scene(vec![h200.clone(), l4], FakeProbe::new().without(ENCODER, &h200.uuid));
    assert_eq!(scene.next(), Some(1));
    let working = scene.devices.working_encoder(ENCODER, &DeviceWish::Auto).unwrap();
    assert_eq!(working.iter().map(|gpu| gpu.index).collect::<Vec<_>>(), [1]);
    let refused = scene.fault(DeviceWish::GpuIndex(0));
    assert_eq!(refused.class, FaultClass::Cannot);
    assert!(refused.said.contains("unsupported device (2)"), "{refused}");
}

#[test]
fn each_gpu_that_is_passed_over_says_why() {
    let cards = vec![
        fake_nvml::l4(0),
        fake_nvml::low_memory(1),
        fake_nvml::hot(2),
        fake_nvml::h200(3),
        fake_nvml::l4(4),
    ];
    let uuids: Vec<String> = cards.iter().map(|card| card.uuid.clone()).collect();
    let scene = scene(cards, FakeProbe::new().without(ENCODER, &uuids[3]));
    scene.devices.report(&uuids[4], &DeviceFault::new(FaultClass::Hung, Some(&uuids[4]), "no progress"));
    let choice = scene.devices.explain(ENCODER, &DeviceWish::Auto);
    let verdict =
        |index: u32| choice.candidates.iter().find(|c| c.gpu.index == index).map(|c| c.verdict.clone());
    assert_eq!(choice.best().map(|best| best.gpu.index), Some(0));
    assert_eq!(verdict(1), Some(Verdict::LowMemory { free_bytes: 400_000_000 }));
    assert_eq!(verdict(2), Some(Verdict::Hot { celsius: 95, celsius_max: 92 }));
    assert!(matches!(verdict(3), Some(Verdict::Probed { fault }) if fault.class == FaultClass::Cannot));
    assert!(
        matches!(verdict(4), Some(Verdict::Quarantined { secs_left: 300, said }) if said == "hung: no progress")
    );
    let other = scene.devices.explain(ENCODER, &DeviceWish::GpuIndex(0));
    assert_eq!(other.candidates.iter().filter(|c| c.verdict == Verdict::NotAskedFor).count(), 4);
}

#[test]
fn own_leases_come_before_encoder_load_and_that_before_the_seeds_score() {
    let scene = scene(vec![fake_nvml::rtx_3080(0), fake_nvml::l4(1)], FakeProbe::new());
    let first = scene.devices.lease(ENCODER, &DeviceWish::Auto).unwrap();
    assert_eq!(first.gpu.index, 1, "same leases, same load: the score decides");
    assert_eq!(scene.next(), Some(0), "fewer leases");
    drop(first);
    scene.nvml.set(&fake_nvml::l4(1).uuid, |gpu| gpu.encoder_utilization_percent = Some(80));
    scene.clock.push(Duration::from_secs(1));
    assert_eq!(scene.next(), Some(0), "less encoder load");
}

#[test]
fn a_broken_gpu_is_left_alone_for_five_minutes_and_then_probed_anew() {
    let scene = scene(vec![fake_nvml::l4(0)], FakeProbe::new());
    assert_eq!(scene.next(), Some(0));
    let uuid = fake_nvml::l4(0).uuid;
    scene.devices.report(&uuid, &DeviceFault::new(FaultClass::Broken, Some(&uuid), "xid 79"));
    assert_eq!(scene.fault(DeviceWish::Auto).class, FaultClass::Broken);
    scene.clock.push(Duration::from_secs(u64::from(QUARANTINE_SECS) - 2));
    assert_eq!(scene.next(), None);
    scene.clock.push(Duration::from_secs(2));
    assert_eq!(scene.next(), Some(0));
    assert_eq!(scene.probe.tried().len(), 2, "what a broken GPU could do before is not believed");
}

#[test]
fn a_gpu_that_said_it_was_full_takes_one_lease_fewer_for_a_while() {
    let scene = scene(vec![fake_nvml::l4(0)], FakeProbe::new());
    let lease = || scene.devices.lease(ENCODER, &DeviceWish::Auto);
    let (_first, _second, third) = (lease().unwrap(), lease().unwrap(), lease().unwrap());
    third.report(&DeviceFault::new(FaultClass::Busy, Some(&third.gpu.uuid), "out of memory (10)"));
    drop(third);
    assert_eq!(lease().unwrap_err().class, FaultClass::Busy, "two are held, two is the bound now");
    scene.clock.push(Duration::from_secs(600));
    lease().unwrap();
}

#[test]
fn a_gpu_that_others_have_filled_rests_half_a_minute() {
    let scene = scene(vec![fake_nvml::l4(0)], FakeProbe::new());
    let only = scene.devices.lease(ENCODER, &DeviceWish::Auto).unwrap();
    only.report(&DeviceFault::new(FaultClass::Busy, Some(&only.gpu.uuid), "out of memory (10)"));
    drop(only);
    assert_eq!(scene.next(), None);
    scene.clock.push(Duration::from_secs(30));
    assert_eq!(scene.next(), Some(0));
}

#[test]
fn a_fault_of_what_was_asked_does_not_blame_the_gpu() {
    let scene = scene(vec![fake_nvml::l4(0)], FakeProbe::new());
    let uuid = fake_nvml::l4(0).uuid;
    for class in [FaultClass::Cannot, FaultClass::Absent] {
        scene.devices.report(&uuid, &DeviceFault::new(class, Some(&uuid), "10 bit encode not supported"));
    }
    assert_eq!(scene.next(), Some(0));
}

#[test]
fn nothing_is_probed_for_the_cpu_nor_on_a_gpu_that_was_not_asked_for() {
    let scene = scene(vec![fake_nvml::l4(0), fake_nvml::l4(1)], FakeProbe::new());
    assert_eq!(scene.fault(DeviceWish::Cpu).class, FaultClass::Absent);
    assert_eq!(scene.nvml.snapshot_count(), 0);
    assert_eq!(scene.devices.lease(ENCODER, &DeviceWish::GpuIndex(1)).unwrap().gpu.index, 1);
    assert_eq!(scene.probe.tried(), [(ENCODER.to_owned(), Some(fake_nvml::l4(1).uuid))]);
    let refused = scene.fault(DeviceWish::GpuIndex(7));
    assert_eq!((refused.class, refused.said.as_str()), (FaultClass::Absent, "there is no device gpu:7"));
}

#[test]
fn the_driver_is_asked_at_most_once_a_second_and_a_vanished_card_is_gone_after_that() {
    let scene = scene(vec![fake_nvml::l4(0), fake_nvml::l4(1)], FakeProbe::new());
    for _ in 0..10 {
        assert!(scene.devices.gpu_present());
    }
    assert_eq!(scene.nvml.snapshot_count(), 1);
    let first = scene.next().unwrap();
    scene.nvml.vanish(&fake_nvml::l4(first).uuid);
    scene.clock.push(Duration::from_secs(1));
    assert_eq!(scene.next(), Some(1 - first));
    scene.nvml.vanish(&fake_nvml::l4(1 - first).uuid);
    scene.clock.push(Duration::from_secs(1));
    assert_eq!(scene.fault(DeviceWish::Auto).class, FaultClass::Absent);
    assert!(!scene.devices.gpu_present());
}

#[test]
fn another_driver_is_probed_anew() {
    let scene = scene(vec![fake_nvml::l4(0)], FakeProbe::new());
    assert_eq!((scene.next(), scene.next()), (Some(0), Some(0)));
    assert_eq!(scene.probe.tried().len(), 1);
    scene.nvml.set_driver("580.1");
    scene.clock.push(Duration::from_secs(1));
    assert_eq!(scene.next(), Some(0));
    assert_eq!(scene.probe.tried().len(), 2);
}

#[test]
fn without_a_driver_or_a_probe_the_reason_is_named() {
    let devices = Devices::new(Arc::new(FakeNvml::without_driver()), None, None, None);
    let absent = devices.lease(ENCODER, &DeviceWish::Auto).unwrap_err();
    assert_eq!(absent.class, FaultClass::Absent);
    assert!(absent.said.contains("libnvidia-ml.so.1"), "{absent}");
    let devices = Devices::new(Arc::new(FakeNvml::new(vec![fake_nvml::l4(0)])), None, None, None);
    let untried = devices.lease(ENCODER, &DeviceWish::Auto).unwrap_err();
    assert_eq!(untried.class, FaultClass::Cannot);
    assert!(untried.said.contains("was not tried"), "{untried}");
}
