//! Devices that are left alone for a while.

use std::collections::BTreeMap;
use std::time::Duration;

/// By UUID: until when, and what was said. Times are those of the [`Clock`](crate::Clock).
#[derive(Default, Debug)]
pub(crate) struct Quarantine {
    until: BTreeMap<String, (Duration, String)>,
}

impl Quarantine {
    /// Leaves the device alone for so long from now; never shortens.
    pub(crate) fn add(&mut self, uuid: &str, said: &str, secs: u32, now: Duration) {
        let end = now + Duration::from_secs(u64::from(secs));
        let entry = self.until.entry(uuid.to_owned()).or_insert((end, said.to_owned()));
        if end >= entry.0 {
            *entry = (end, said.to_owned());
        }
    }

    /// Seconds left (rounded up) and what was said; nothing when the device may be used.
    pub(crate) fn of(&self, uuid: &str, now: Duration) -> Option<(u64, &str)> {
        let (end, said) = self.until.get(uuid)?;
        let left = end.checked_sub(now).filter(|left| !left.is_zero())?;
        Some((left.as_secs_f64().ceil() as u64, said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_comes_back_when_its_time_is_over() {
        let mut quarantine = Quarantine::default();
        quarantine.add("a", "xid 79", 300, Duration::from_secs(10));
        assert_eq!(quarantine.of("a", Duration::from_secs(11)), Some((299, "xid 79")));
        assert_eq!(quarantine.of("a", Duration::from_secs(310)), None);
        assert_eq!(quarantine.of("b", Duration::from_secs(11)), None);
    }

    #[test]
    fn a_shorter_one_does_not_end_a_longer_one() {
        let mut quarantine = Quarantine::default();
        quarantine.add("a", "hung", 300, Duration::ZERO);
        quarantine.add("a", "busy", 30, Duration::ZERO);
        assert_eq!(quarantine.of("a", Duration::from_secs(100)), Some((200, "hung")));
    }
}
