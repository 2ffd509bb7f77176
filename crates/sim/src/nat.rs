//! NATs, in the terms of RFC 4787 and RFC 5382.

use rand_chacha::ChaCha8Rng;
use rand_core::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// How a NAT maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// To the same port, if it is free.
    Preserving,
    /// To some port, whatever the destination.
    Moving,
    /// To some port for each address.
    AddressDependent,
    /// To the port so far from the last one, for each endpoint.
    Sequential(u16),
    /// To some port for each endpoint.
    Random,
}

/// Whom a NAT lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Everybody.
    Independent,
    /// Any port of an address that was sent to.
    Address,
    /// The endpoint that was sent to.
    AddressAndPort,
}

/// What a NAT answers to a SYN that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Drop,
    /// RST.
    Rst,
    /// That there is no such port.
    Icmp,
}

/// A NAT.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    pub(crate) map: Map,
    pub(crate) filter: Filter,
    pub(crate) answer: Answer,
    pub(crate) hairpin: bool,
}

const fn nat(map: Map, filter: Filter) -> Spec {
    Spec {
        map,
        filter,
        answer: Answer::Drop,
        hairpin: false,
    }
}

/// Endpoint-independent in both.
pub const FULL_CONE: Spec = nat(Map::Moving, Filter::Independent);
/// Address-dependent filtering.
pub const ADF: Spec = nat(Map::Moving, Filter::Address);
/// Port-preserving, address-and-port-dependent filtering: most homes.
pub const APDF: Spec = nat(Map::Preserving, Filter::AddressAndPort);
/// The same with other ports.
pub const APDF_MOVED: Spec = nat(Map::Moving, Filter::AddressAndPort);
/// Address-dependent mapping.
pub const ADM: Spec = nat(Map::AddressDependent, Filter::AddressAndPort);
/// Symmetric, with the next port for each endpoint.
pub const SEQUENTIAL: Spec = nat(Map::Sequential(1), Filter::AddressAndPort);
/// Symmetric.
pub const RANDOM: Spec = nat(Map::Random, Filter::AddressAndPort);

impl Spec {
    /// The same that answers so.
    #[must_use]
    pub const fn answering(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    /// The same that leads back what is sent to its own address.
    #[must_use]
    pub const fn hairpinning(self) -> Self {
        Self {
            hairpin: true,
            ..self
        }
    }
}

struct Entry {
    inside: SocketAddr,
    key: Option<(IpAddr, u16)>,
    outside: u16,
    sent_to: BTreeSet<SocketAddr>,
}

pub(crate) struct Nat {
    pub(crate) spec: Spec,
    pub(crate) wan: IpAddr,
    entries: Vec<Entry>,
    pub(crate) forwarded: BTreeMap<u16, SocketAddr>,
    /// Flows that began outside: what answers them leaves where they came in.
    came: BTreeMap<(SocketAddr, SocketAddr), u16>,
    last: u16,
}

impl Nat {
    pub(crate) fn new(spec: Spec, wan: IpAddr, rng: &mut ChaCha8Rng) -> Self {
        Self {
            spec,
            wan,
            entries: Vec::new(),
            forwarded: BTreeMap::new(),
            came: BTreeMap::new(),
            last: 20_000 + (rng.next_u32() % 20_000) as u16,
        }
    }

    /// Every mapping is lost.
    pub(crate) fn restart(&mut self) {
        self.entries.clear();
        self.came.clear();
    }

    /// As what a packet leaves. Only a SYN opens a flow: what else is of none goes nowhere, as
    /// behind `nf_conntrack_tcp_loose=0`.
    pub(crate) fn out(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        is_syn: bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<SocketAddr> {
        if let Some(outside) = self.came.get(&(from, to)) {
            return Some(SocketAddr::new(self.wan, *outside));
        }
        let key = match self.spec.map {
            Map::Preserving | Map::Moving => None,
            Map::AddressDependent => Some((to.ip(), 0)),
            Map::Sequential(_) | Map::Random => Some((to.ip(), to.port())),
        };
        let is_it = |it: &&mut Entry| it.inside == from && it.key == key;
        let known = self.entries.iter_mut().find(is_it);
        if let Some(entry) = known {
            if is_syn {
                entry.sent_to.insert(to);
            }
            let flows = entry.sent_to.contains(&to) || self.spec.filter == Filter::Independent;
            return flows.then(|| SocketAddr::new(self.wan, entry.outside));
        }
        if !is_syn {
            return None;
        }
        let outside = self.draw(from.port(), rng);
        self.entries.push(Entry {
            inside: from,
            key,
            outside,
            sent_to: BTreeSet::from([to]),
        });
        Some(SocketAddr::new(self.wan, outside))
    }

    fn draw(&mut self, inside: u16, rng: &mut ChaCha8Rng) -> u16 {
        match self.spec.map {
            Map::Preserving if !self.entries.iter().any(|it| it.outside == inside) => inside,
            Map::Sequential(step) => {
                self.last = self.last.wrapping_add(step).max(1_024);
                self.last
            }
            _ => 1_024 + (rng.next_u32() % 64_512) as u16,
        }
    }

    /// To whom a packet that came in is.
    pub(crate) fn back(&mut self, port: u16, from: SocketAddr) -> Option<SocketAddr> {
        if let Some(to) = self.forwarded.get(&port) {
            self.came.insert((*to, from), port);
            return Some(*to);
        }
        let filter = self.spec.filter;
        let lets_in = |it: &&mut Entry| match filter {
            Filter::Independent => true,
            Filter::Address => it.sent_to.iter().any(|to| to.ip() == from.ip()),
            Filter::AddressAndPort => it.sent_to.contains(&from),
        };
        let mut entries = self.entries.iter_mut().filter(|it| it.outside == port);
        let entry = entries.find(lets_in)?;
        // Let in, it is a flow: what answers it goes out.
        entry.sent_to.insert(from);
        Some(entry.inside)
    }

    /// An RST ends the flow, and the mapping with the last one.
    pub(crate) fn reset(&mut self, inside: SocketAddr, outside: SocketAddr) {
        for entry in self.entries.iter_mut().filter(|it| it.inside == inside) {
            entry.sent_to.remove(&outside);
        }
        self.entries.retain(|it| !it.sent_to.is_empty());
    }
}
