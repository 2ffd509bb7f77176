use crate::limits::{CANDIDATES_MAX, PREDICTED_MAX};
use crate::report::{PortReport, Report, Slot};
use crate::{Class, Rules};
use core::net::SocketAddr;

/// Where to dial, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// How it is known.
    pub kind: Kind,
    /// From which of one's own ports.
    pub slot: Slot,
    /// Where to.
    pub to: SocketAddr,
}

/// How a candidate is known, the most preferred first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A global IPv6 address.
    Ipv6,
    /// An address of the network that both are in.
    Lan,
    /// There is no NAT, or its port was mapped by a protocol.
    Open,
    /// Where a reflector saw it.
    Observed,
    /// Where a sequential NAT will map next.
    Predicted,
    /// Where a reflector saw it, through the NAT that both are behind.
    Hairpin,
    /// A port that may be hit by chance.
    Birthday,
}

/// All candidates of one round from one's own report and the peer's, in order of preference
/// within each slot, at most [`CANDIDATES_MAX`]. What the rules forbid is left out.
#[must_use]
pub fn candidates(own: &Report, peer: &Report, rules: Rules) -> Vec<Candidate> {
    let mut all = Vec::new();
    for slot in [Slot::First, Slot::Second] {
        for is_v4 in [false, true] {
            if let (Some(here), Some(there)) = (own.port(slot, is_v4), peer.port(slot, is_v4)) {
                let sides = Sides {
                    own,
                    peer,
                    here,
                    there,
                    rules,
                };
                all.extend(sides.candidates(slot));
            }
        }
    }
    all.sort_by_key(|it| (it.slot, it.kind));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let is_new = !kept
            .iter()
            .any(|it| (it.slot, it.to) == (candidate.slot, candidate.to));
        if is_new && kept.len() < CANDIDATES_MAX {
            kept.push(candidate);
        }
    }
    kept
}

struct Sides<'a> {
    own: &'a Report,
    peer: &'a Report,
    here: &'a PortReport,
    there: &'a PortReport,
    rules: Rules,
}

impl Sides<'_> {
    fn candidates(&self, slot: Slot) -> Vec<Candidate> {
        let mut found = self.lan();
        if self
            .rules
            .observed(self.there.observed, self.here.observed.ip())
        {
            found.extend(self.open());
            found.extend(self.observed());
            found.extend(self.predicted(slot));
        }
        let is_own = |to: &SocketAddr| *to == self.here.observed || self.here.private.contains(to);
        let candidates = found.into_iter().filter(|(_, to)| !is_own(to));
        candidates
            .map(|(kind, to)| Candidate { kind, slot, to })
            .collect()
    }

    fn lan(&self) -> Vec<(Kind, SocketAddr)> {
        let (peer, own) = (self.there.observed.ip(), self.here.observed.ip());
        let is_allowed =
            |to: &SocketAddr| to.is_ipv4() == own.is_ipv4() && self.rules.private(*to, peer, own);
        let private = self.there.bounded_private().filter(is_allowed);
        private.map(|to| (Kind::Lan, to)).collect()
    }

    fn open(&self) -> Option<(Kind, SocketAddr)> {
        let port = self.there.mapped?;
        let to = SocketAddr::new(self.there.observed.ip(), port);
        let is_allowed = self.there.observed.is_ipv4() && self.rules.claimed_port(port);
        is_allowed.then_some((Kind::Open, to))
    }

    /// The observed endpoint of a random NAT is dialled too: it opens one's own filter for that
    /// address. That of a sequential NAT is not: nothing goes before what is predicted, since
    /// each dial of a sequential NAT takes a port.
    fn observed(&self) -> Option<(Kind, SocketAddr)> {
        let to = self.there.observed;
        let kind = if to.is_ipv6() {
            Kind::Ipv6
        } else if to.ip() == self.here.observed.ip() {
            Kind::Hairpin
        } else if self.peer.mapping.class == Class::Open {
            Kind::Open
        } else {
            Kind::Observed
        };
        (!self.is_predicted()).then_some((kind, to))
    }

    fn is_predicted(&self) -> bool {
        self.there.observed.is_ipv4() && self.peer.mapping.predicted(1).is_some()
    }

    /// Two sequential sides dial in step: their n-th dials meet. Another side's dials take no
    /// port of such a NAT, so both its ports look at the same few.
    fn predicted(&self, slot: Slot) -> Vec<(Kind, SocketAddr)> {
        if !self.is_predicted() {
            return Vec::new();
        }
        let is_in_step = self.own.mapping.predicted(1).is_some();
        let before = match slot {
            Slot::Second if is_in_step => PREDICTED_MAX,
            _ => 0,
        };
        let is_allowed = |port: &u16| self.rules.claimed_port(*port);
        let nth = (1..=PREDICTED_MAX).map(|nth| nth.saturating_add(before));
        let ports = nth.filter_map(|nth| self.peer.mapping.predicted(nth));
        let to = |port| SocketAddr::new(self.there.observed.ip(), port);
        ports
            .filter(is_allowed)
            .map(|port| (Kind::Predicted, to(port)))
            .collect()
    }
}
