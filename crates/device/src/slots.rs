//! How much may run on a device at once: slots, counted here and locked across the processes of this machine.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

/// Slots of a device that never said it was full.
pub const SLOTS_DEFAULT: u32 = 3;

/// How long a learned bound holds: others' encoder sessions that made it may be gone.
const LEARNED_SECS: u64 = 600;

/// The slots of all devices.
#[derive(Debug)]
pub(crate) struct Slots {
    folder: Option<PathBuf>,
    default_count: u32,
    by_uuid: BTreeMap<String, DeviceSlots>,
}

#[derive(Default, Debug)]
struct DeviceSlots {
    /// Which slots this process holds.
    held: Vec<u32>,
    /// A lower bound than the default, and until when it holds.
    learned: Option<(u32, Duration)>,
    /// A bound that was set, above or below the default.
    configured: Option<u32>,
}

/// One slot, held. Closing the file frees the lock, also when this process is killed.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) number: u32,
    _lock: Option<File>,
}

impl Slots {
    /// Locks live in `folder`; without one, only this process is counted.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let folder = folder.filter(|folder| match std::fs::create_dir_all(folder) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "leases are not shared with other processes");
                false
            }
        });
        Self { folder, default_count: SLOTS_DEFAULT, by_uuid: BTreeMap::new() }
    }

    /// Keeps other processes from looking and taking while this one does; held for microseconds.
    pub(crate) fn gate(&self) -> Option<File> {
        let path = self.folder.as_ref()?.join("gate");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        opened.and_then(|file| file.lock().map(|()| file)).ok()
    }

    /// How many leases this process holds on the device.
    pub(crate) fn held_here(&self, uuid: &str) -> u32 {
        self.by_uuid.get(uuid).map_or(0, |slots| slots.held.len() as u32)
    }

    /// How many may be held on the device now.
    pub(crate) fn count(&self, uuid: &str, now: Duration) -> u32 {
        let Some(slots) = self.by_uuid.get(uuid) else { return self.default_count };
        let most = slots.configured.unwrap_or(self.default_count);
        slots.learned.filter(|(_, until)| *until > now).map_or(most, |(count, _)| count.min(most))
    }

    /// Sets the bound.
    pub(crate) fn configure(&mut self, uuid: &str, count: u32) {
        self.by_uuid.entry(uuid.to_owned()).or_default().configured = Some(count);
    }

    /// A lease of this process was told that the device is full: one fewer than are held, at least one. Says whether
    /// the bound fell below what is held now.
    pub(crate) fn learn_full(&mut self, uuid: &str, now: Duration) -> bool {
        let (held, count) = (self.held_here(uuid), self.count(uuid, now));
        let learned = held.saturating_sub(1).clamp(1, count.max(1));
        let until = now + Duration::from_secs(LEARNED_SECS);
        self.by_uuid.entry(uuid.to_owned()).or_default().learned = Some((learned, until));
        held > learned
    }

    /// Takes the lowest free slot, if there is one here and nobody else on this machine holds it.
    pub(crate) fn take(&mut self, uuid: &str, now: Duration) -> Option<Slot> {
        let count = self.count(uuid, now);
        let held = self.by_uuid.get(uuid).map(|slots| slots.held.clone()).unwrap_or_default();
        // Slots held above a bound that fell since count too.
        if held.len() as u32 >= count {
            return None;
        }
        let slot =
            (0..count).filter(|number| !held.contains(number)).find_map(|number| self.lock(uuid, number))?;
        self.by_uuid.entry(uuid.to_owned()).or_default().held.push(slot.number);
        Some(slot)
    }

    /// Gives a slot back.
    pub(crate) fn free(&mut self, uuid: &str, slot: Slot) {
        if let Some(slots) = self.by_uuid.get_mut(uuid) {
            slots.held.retain(|number| *number != slot.number);
        }
    }

    /// How many slots are held on the device by anybody on this machine.
    pub(crate) fn held_by_all(&self, uuid: &str, now: Duration) -> u32 {
        let here = self.by_uuid.get(uuid).map(|slots| slots.held.as_slice()).unwrap_or_default();
        let elsewhere = (0..self.count(uuid, now))
            .filter(|number| !here.contains(number))
            .filter(|number| self.folder.is_some() && self.lock(uuid, *number).is_none());
        here.len() as u32 + elsewhere.count() as u32
    }

    fn lock(&self, uuid: &str, number: u32) -> Option<Slot> {
        let Some(folder) = &self.folder else { return Some(Slot { number, _lock: None }) };
        let path = folder.join(format!("{}.{number}", file_name_from_uuid(uuid)));
        let file = match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "this lease is not shared with other processes");
                return Some(Slot { number, _lock: None });
            }
        };
        match file.try_lock() {
            Ok(()) => Some(Slot { number, _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => {
                tracing::warn!(path = %path.display(), %error, "this lease is not shared with other processes");
                Some(Slot { number, _lock: None })
            }
        }
    }
}

/// Driver text becomes a file name: nothing but letters, digits and `-`.
fn file_name_from_uuid(uuid: &str) -> String {
    uuid.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn slots_held_above_a_bound_that_fell_count_too() {
        let mut slots = Slots::new(None);
        let mut held: Vec<Slot> = (0..3).filter_map(|_| slots.take("GPU-1", NOW)).collect();
        slots.configure("GPU-1", 2);
        slots.free("GPU-1", held.remove(0));
        assert_eq!(held.iter().map(|slot| slot.number).collect::<Vec<_>>(), [1, 2]);
        assert!(slots.take("GPU-1", NOW).is_none(), "slot 0 is free, but two are held");
    }

    #[test]
    fn a_learned_bound_is_one_below_what_is_held_and_never_zero() {
        let mut slots = Slots::new(None);
        let _held: Vec<Slot> = (0..3).filter_map(|_| slots.take("GPU-1", NOW)).collect();
        assert!(slots.learn_full("GPU-1", NOW));
        assert_eq!(slots.count("GPU-1", NOW), 2);
        assert!(slots.learn_full("GPU-1", NOW));
        assert_eq!(slots.count("GPU-1", NOW), 2, "three are held still");
        assert_eq!(slots.count("GPU-1", Duration::from_secs(LEARNED_SECS)), SLOTS_DEFAULT);
        assert!(!slots.learn_full("GPU-2", NOW));
        assert_eq!(slots.count("GPU-2", NOW), 1);
    }

    #[test]
    fn what_another_process_holds_is_counted_and_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut here = Slots::new(Some(folder.path().to_owned()));
        let mut there = Slots::new(Some(folder.path().to_owned()));
        let theirs: Vec<Slot> = (0..2).filter_map(|_| there.take("GPU-1", NOW)).collect();
        assert_eq!((here.held_here("GPU-1"), here.held_by_all("GPU-1", NOW)), (0, 2));
        assert_eq!(here.take("GPU-1", NOW).map(|slot| slot.number), Some(2));
        assert!(here.take("GPU-1", NOW).is_none());
        drop(theirs);
        assert_eq!(here.take("GPU-1", NOW).map(|slot| slot.number), Some(0));
    }

    #[test]
    fn a_uuid_cannot_lead_out_of_the_folder() {
        assert_eq!(file_name_from_uuid("../GPU-1/x"), "___GPU-1_x");
    }
}
