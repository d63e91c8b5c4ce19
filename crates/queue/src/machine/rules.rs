//! The rules that make the machine sound, each by name, so that a test can break one and see it caught.

/// Consulted at the one place where each matters. Outside the contract suite there is only [`Rules::SOUND`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rules {
    /// A finish counts only under the epoch of the lease.
    pub(crate) finish_checks_epoch: bool,
    /// A heartbeat extends only the lease of its own epoch.
    pub(crate) heartbeat_checks_epoch: bool,
    /// What waits is released by a call of its own, which sees the commit; else inside the finish, before it.
    pub(crate) release_after_commit: bool,
    /// A rescued task keeps its epoch, so the next claim gets a new one; else the next claim gets the same again.
    pub(crate) rescue_keeps_epoch: bool,
    /// A cancel also takes running leases away.
    pub(crate) cancel_fences_leases: bool,
    /// Only a waiting assemble is released; else also one that is done.
    pub(crate) assemble_once: bool,
}

impl Rules {
    /// All hold.
    pub(crate) const SOUND: Self = Self {
        finish_checks_epoch: true,
        heartbeat_checks_epoch: true,
        release_after_commit: true,
        rescue_keeps_epoch: true,
        cancel_fences_leases: true,
        assemble_once: true,
    };
}
