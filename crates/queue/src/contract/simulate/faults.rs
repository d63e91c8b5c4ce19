//! Which faults a schedule has, how likely each is, and how messages suffer from them.

use fastrand::Rng;
use reel_types::Millis;

/// Chances in percent; 0 for the faults that this schedule does not have. Schedules with few sorts of faults go
/// deeper into each of them.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Faults {
    /// A message is lost.
    pub(super) loss: u32,
    /// A message arrives twice.
    pub(super) double: u32,
    /// A message is later than a lease.
    pub(super) late: u32,
    /// Weights of what else happens.
    pub(super) pause: u32,
    pub(super) kill: u32,
    pub(super) crash: u32,
    pub(super) clock: u32,
    pub(super) cancel: u32,
    pub(super) retry: u32,
    /// Somebody lets a tenant or all rest, bounds one, hurries a job, or wants a worker to end.
    pub(super) rest: u32,
    pub(super) drain: u32,
    /// A task fails, or is given back.
    pub(super) fail: u32,
    pub(super) give_back: u32,
}

impl Faults {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut some = |chance: u32| if rng.bool() { chance } else { 0 };
        Self {
            loss: some(12),
            double: some(15),
            late: some(10),
            pause: some(4),
            kill: some(3),
            crash: some(3),
            clock: some(2),
            cancel: some(2),
            retry: some(3),
            rest: some(2),
            drain: some(2),
            fail: some(15),
            give_back: some(10),
        }
    }

    /// Whether anything but messages can go wrong.
    pub(super) fn any(&self) -> bool {
        self.pause + self.kill + self.crash + self.clock + self.cancel + self.retry + self.rest + self.drain
            > 0
    }

    /// When a message that is sent now arrives; nothing if it never does.
    pub(super) fn arrival(&self, rng: &mut Rng, now: Millis) -> Option<Millis> {
        if chance(rng, self.loss) {
            return None;
        }
        let delay = if chance(rng, self.late) { rng.i64(1_000..15_000) } else { rng.i64(1..40) };
        Some(now + delay)
    }
}

/// True in so many percent of the cases; draws nothing when it cannot be.
pub(crate) fn chance(rng: &mut Rng, percent: u32) -> bool {
    percent > 0 && rng.u32(0..100) < percent
}
