//! The GPUs of this machine: looking, probing, choosing, lending.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reel_types::CancelToken;

use crate::choice::{Choice, Standing};
use crate::clock::Clock;
use crate::encoder::{EncoderProbe, NVENC_ENCODERS};
use crate::fault::{DeviceFault, FaultClass};
use crate::inventory::{Gpu, GpuAbsent, GpuInventory, GpuSource};
use crate::lease::Lease;
use crate::probe_cache::{DECODER, ProbeCache, ProbeKey};
use crate::quarantine::Quarantine;
use crate::slots::{Slot, Slots};
use crate::status::GpuStatus;
use crate::wish::DeviceWish;

/// An inventory that is younger is not asked for again.
/// What is asked for where no encoder is.
const COMPUTE: &str = "compute";
const INVENTORY_AGE_MAX: Duration = Duration::from_secs(1);
/// How long a device rests that is full although we hold but one lease on it: others use it.
const FULL_OF_OTHERS_SECS: u32 = 30;
/// How often somebody who waits looks for slots that other processes gave back.
const WAIT_SLICE: Duration = Duration::from_millis(200);

/// One for a process; shared by all who use GPUs. Everything blocks, nothing is async.
pub struct Devices {
    source: Arc<dyn GpuSource>,
    probe: Option<Arc<dyn EncoderProbe>>,
    probes: ProbeCache,
    clock: Clock,
    inventory: Mutex<Option<Looked>>,
    state: Mutex<State>,
    given_back: Condvar,
}

struct Looked {
    at: Duration,
    found: Result<Arc<GpuInventory>, GpuAbsent>,
}

struct State {
    slots: Slots,
    quarantine: Quarantine,
}

impl Devices {
    /// Asks nobody yet. `probe` tries encoders: without one no encoder counts as working. What it shows is kept in
    /// `cache_dir`; leases are shared with the other processes of this machine through lock files in `lease_dir`.
    /// Without a folder each is kept in this process alone.
    pub fn new(
        source: Arc<dyn GpuSource>,
        probe: Option<Arc<dyn EncoderProbe>>,
        cache_dir: Option<PathBuf>,
        lease_dir: Option<PathBuf>,
    ) -> Arc<Self> {
        Self::with_clock(source, probe, cache_dir, lease_dir, Clock::system())
    }

    /// The same with a clock of one's own.
    pub fn with_clock(
        source: Arc<dyn GpuSource>,
        probe: Option<Arc<dyn EncoderProbe>>,
        cache_dir: Option<PathBuf>,
        lease_dir: Option<PathBuf>,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self {
            source,
            probe,
            probes: ProbeCache::open(cache_dir.as_deref(), clock.clone()),
            clock,
            inventory: Mutex::new(None),
            state: Mutex::new(State { slots: Slots::new(lease_dir), quarantine: Quarantine::default() }),
            given_back: Condvar::new(),
        })
    }

    /// What is there, at most a second old.
    ///
    /// # Errors
    /// Why there is no GPU.
    pub fn inventory(&self) -> Result<Arc<GpuInventory>, GpuAbsent> {
        let mut looked = lock(&self.inventory);
        let now = self.clock.elapsed();
        if let Some(last) = looked.as_ref().filter(|last| now.saturating_sub(last.at) < INVENTORY_AGE_MAX) {
            return last.found.clone();
        }
        let found = self.source.snapshot().map(Arc::new);
        *looked = Some(Looked { at: now, found: found.clone() });
        found
    }

    /// Whether there is a GPU. Says nothing about what it can do.
    pub fn gpu_present(&self) -> bool {
        self.inventory().is_ok()
    }

    /// The GPUs of this wish on which the encoder works, by trying, best first. Takes no lease and does not ask
    /// whether they are busy.
    ///
    /// # Errors
    /// Why there is none.
    pub fn working_encoder(&self, encoder: &str, wish: &DeviceWish) -> Result<Vec<Gpu>, DeviceFault> {
        let choice = self.explain(encoder, wish);
        let works = |candidate: &&crate::Candidate| {
            use crate::Verdict::{NotAskedFor, Probed};
            !matches!(candidate.verdict, NotAskedFor | Probed { .. })
        };
        let gpus: Vec<Gpu> =
            choice.candidates.iter().filter(works).map(|candidate| candidate.gpu.clone()).collect();
        if gpus.is_empty() { Err(choice.fault()) } else { Ok(gpus) }
    }

    /// Every GPU and what is thought of it for this encoder now. Probes what was not probed yet.
    pub fn explain(&self, encoder: &str, wish: &DeviceWish) -> Choice {
        match self.probed(encoder, wish) {
            Ok(probed) => {
                let state = lock(&self.state);
                let _gate = state.slots.gate();
                self.choose(&state, encoder, wish, probed, None)
            }
            Err(absent) => absent,
        }
    }

    /// Takes a slot of the best GPU, at once or not at all.
    ///
    /// # Errors
    /// [`FaultClass::Busy`] when waiting may help, else why no GPU does it.
    pub fn lease(self: &Arc<Self>, encoder: &str, wish: &DeviceWish) -> Result<Lease, DeviceFault> {
        self.lease_except(encoder, wish, None)
    }

    /// Like [`lease`](Self::lease), but never the GPU with this UUID: the caller has tried it.
    ///
    /// # Errors
    /// As [`lease`](Self::lease); [`FaultClass::Absent`] when there is no other GPU.
    pub fn lease_other(
        self: &Arc<Self>,
        encoder: &str,
        wish: &DeviceWish,
        tried_uuid: &str,
    ) -> Result<Lease, DeviceFault> {
        self.lease_except(encoder, wish, Some(tried_uuid))
    }

    fn lease_except(
        self: &Arc<Self>,
        encoder: &str,
        wish: &DeviceWish,
        tried_uuid: Option<&str>,
    ) -> Result<Lease, DeviceFault> {
        let probed = self.probed(encoder, wish).map_err(|absent| absent.fault())?;
        let mut state = lock(&self.state);
        let _gate = state.slots.gate();
        let choice = self.choose(&state, encoder, wish, probed, tried_uuid);
        let Some(best) = choice.best() else { return Err(choice.fault()) };
        let gpu = best.gpu.clone();
        match state.slots.take(&gpu.uuid, self.clock.elapsed()) {
            Some(slot) => Ok(Lease { gpu, choice, slot: Some(slot), devices: Arc::clone(self) }),
            None => Err(DeviceFault::new(FaultClass::Busy, Some(&gpu.uuid), "its last slot was just taken")),
        }
    }

    /// Like [`lease`](Self::lease), but waits up to `patience` while the GPUs are merely busy.
    ///
    /// # Errors
    /// The last answer, when the time is over, `cancel` is set or waiting would not help.
    pub fn lease_within(
        self: &Arc<Self>,
        encoder: &str,
        wish: &DeviceWish,
        patience: Duration,
        cancel: &CancelToken,
    ) -> Result<Lease, DeviceFault> {
        let end = Instant::now() + patience;
        loop {
            let fault = match self.lease(encoder, wish) {
                Ok(lease) => return Ok(lease),
                Err(fault) => fault,
            };
            let left = end.saturating_duration_since(Instant::now());
            if fault.class != FaultClass::Busy || left.is_zero() || cancel.is_cancelled() {
                return Err(fault);
            }
            let state = lock(&self.state);
            drop(self.given_back.wait_timeout(state, left.min(WAIT_SLICE)));
        }
    }

    /// Takes a slot of the best GPU for work that is no encoder's: networks, kernels. Nothing is tried on it before. Waits up to
    /// `patience` while all are merely busy.
    ///
    /// # Errors
    /// As [`lease_within`](Self::lease_within).
    pub fn lease_compute(
        self: &Arc<Self>,
        wish: &DeviceWish,
        patience: Duration,
        cancel: &CancelToken,
    ) -> Result<Lease, DeviceFault> {
        self.lease_within(COMPUTE, wish, patience, cancel)
    }

    /// Whether a GPU decodes films of this sort to the samples that the CPU gives, by trying once.
    ///
    /// # Errors
    /// Why not.
    pub fn decodes(&self, decoder: &str, gpu: &Gpu) -> Result<(), DeviceFault> {
        let inventory = self
            .inventory()
            .map_err(|absent| DeviceFault::new(FaultClass::Absent, Some(&gpu.uuid), absent.to_string()))?;
        self.ask(&format!("{DECODER}{decoder}"), gpu, &inventory.driver_version)
    }

    /// Takes in what went wrong on a device: a broken or hung one is left alone for a while, one that is full takes
    /// fewer leases. Other classes change nothing here: they are about what was asked, not about the device.
    pub fn report(&self, gpu_uuid: &str, fault: &DeviceFault) {
        let mut state = lock(&self.state);
        let now = self.clock.elapsed();
        let quarantine_secs = match fault.class {
            FaultClass::Busy if state.slots.learn_full(gpu_uuid, now) => 0,
            FaultClass::Busy => FULL_OF_OTHERS_SECS,
            class => class.advice().quarantine_secs,
        };
        if quarantine_secs > 0 {
            state.quarantine.add(gpu_uuid, &fault.to_string(), quarantine_secs, now);
        }
        drop(state);
        if matches!(fault.class, FaultClass::Broken | FaultClass::Hung) {
            self.probes.forget(gpu_uuid);
        }
    }

    /// Sets how many leases a device takes.
    pub fn set_slots(&self, gpu_uuid: &str, count: u32) {
        lock(&self.state).slots.configure(gpu_uuid, count);
    }

    /// What `GET /system/gpu/status` says. Probes what was not probed yet.
    pub fn status(&self) -> GpuStatus {
        let inventory = self.inventory();
        let working = |gpu: &Gpu, driver: &str| {
            let works = |encoder: &&&str| self.ask(encoder, gpu, driver).is_ok();
            NVENC_ENCODERS.iter().filter(works).map(|encoder| (*encoder).to_owned()).collect()
        };
        GpuStatus::new(inventory.as_deref().map_err(Clone::clone), working)
    }

    pub(crate) fn give_back(&self, gpu_uuid: &str, slot: Slot) {
        lock(&self.state).slots.free(gpu_uuid, slot);
        self.given_back.notify_all();
    }

    /// The GPUs with what probing the asked ones showed; a choice that says why not, when there is none.
    fn probed(&self, encoder: &str, wish: &DeviceWish) -> Result<Vec<(Gpu, Option<DeviceFault>)>, Choice> {
        if !wish.allows_gpu() {
            return Err(Choice::absent(encoder, *wish, "the CPU was asked for"));
        }
        let inventory = self.inventory().map_err(|absent| Choice::absent(encoder, *wish, absent))?;
        let ask = |gpu: &Gpu| {
            let asked = wish.allows_index(gpu.index) && encoder != COMPUTE;
            asked.then(|| self.ask(encoder, gpu, &inventory.driver_version).err()).flatten()
        };
        Ok(inventory.gpus.iter().map(|gpu| (gpu.clone(), ask(gpu))).collect())
    }

    fn ask(&self, encoder: &str, gpu: &Gpu, driver_version: &str) -> Result<(), DeviceFault> {
        let Some(probe) = &self.probe else {
            let said = format!("{encoder} was not tried: there is no FFmpeg to try it with");
            return Err(DeviceFault::new(FaultClass::Cannot, Some(&gpu.uuid), said));
        };
        let key = ProbeKey {
            binary: probe.binary_identity(),
            driver_version: driver_version.to_owned(),
            encoder: encoder.to_owned(),
            gpu_uuid: gpu.uuid.clone(),
        };
        self.probes.ask(&key, probe.as_ref())
    }

    fn choose(
        &self,
        state: &State,
        encoder: &str,
        wish: &DeviceWish,
        probed: Vec<(Gpu, Option<DeviceFault>)>,
        tried_uuid: Option<&str>,
    ) -> Choice {
        let now = self.clock.elapsed();
        let standing = |(gpu, probed): (Gpu, Option<DeviceFault>)| {
            let quarantined = state.quarantine.of(&gpu.uuid, now).map(|(secs, said)| (secs, said.to_owned()));
            let leases = state.slots.held_by_all(&gpu.uuid, now);
            let slots = state.slots.count(&gpu.uuid, now);
            let tried = tried_uuid == Some(gpu.uuid.as_str());
            (gpu, Standing { probed, tried, quarantined, leases, slots })
        };
        Choice::new(encoder, *wish, probed.into_iter().map(standing).collect())
    }
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Devices").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
