use crate::limits::{PORTS_MAX, PRIVATE_MAX};
use crate::{Filtering, Mapping};
use core::net::SocketAddr;

/// What one side tells the other, through the server: the public and private endpoints of its
/// punch ports, and what its NAT is like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Its ports; more than [`PORTS_MAX`] are not looked at.
    pub ports: Vec<PortReport>,
    /// The class of its NAT for IPv4. IPv6 is filtered, not mapped.
    pub mapping: Mapping,
    /// The filtering of its NAT, where it was tested.
    pub filtering: Filtering,
    /// Its round trip to the reflectors, in milliseconds.
    pub rtt: u64,
}

/// One punch port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortReport {
    /// Which of the two. The first dials at the start, the second is the hedge.
    pub slot: Slot,
    /// Whence a reflector saw it. A server puts what it saw itself.
    pub observed: SocketAddr,
    /// The port of the observed address that is open or was mapped by a protocol.
    pub mapped: Option<u16>,
    /// Endpoints in its own network; more than [`PRIVATE_MAX`] are not looked at.
    pub private: Vec<SocketAddr>,
}

/// One of the two ports of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Dials at the start.
    First,
    /// The hedge: dials a little later.
    Second,
}

impl Report {
    pub(crate) fn bounded_ports(&self) -> impl Iterator<Item = &PortReport> {
        self.ports.iter().take(PORTS_MAX)
    }

    /// The port of this slot and family.
    pub(crate) fn port(&self, slot: Slot, is_v4: bool) -> Option<&PortReport> {
        let mut ports = self.bounded_ports();
        ports.find(|it| it.slot == slot && it.observed.is_ipv4() == is_v4)
    }
}

impl PortReport {
    pub(crate) fn bounded_private(&self) -> impl Iterator<Item = SocketAddr> {
        self.private.iter().copied().take(PRIVATE_MAX)
    }
}
