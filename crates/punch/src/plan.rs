use crate::candidate::{Candidate, Kind, candidates};
use crate::report::{Report, Slot};
use crate::{Config, Filtering};
use core::net::IpAddr;
use core::net::SocketAddr;

/// What to dial when in one round. Both sides make theirs from the same two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Dials, each so many milliseconds after the start.
    pub dials: Vec<(u64, Candidate)>,
    /// One's own part of a birthday.
    pub birthday: Option<Part>,
    /// Whether the other one may come in though nothing is dialled.
    pub is_passive: bool,
    /// How long the round lasts, from its start.
    pub lasts: u64,
}

/// One's own part of a birthday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Opens mappings: dials the stable mapping of the other side from many local ports.
    Opens {
        /// After the start.
        at: u64,
        /// The other side's mapping.
        to: SocketAddr,
    },
    /// Dials random ports of the other side's address from the first port.
    Sprays {
        /// After the start.
        at: u64,
        /// The other side's address.
        to: IpAddr,
    },
}

impl Plan {
    /// The plan of one side.
    #[must_use]
    pub fn new(own: &Report, peer: &Report, config: &Config) -> Self {
        let hedge = hedge(own, peer, config);
        let is_hopeless = is_hopeless(own, peer);
        let may_dial = |it: &Candidate| {
            let is_public = matches!(it.kind, Kind::Observed | Kind::Predicted);
            !(is_public && it.to.is_ipv4() && is_hopeless)
        };
        let begins = |slot| match slot {
            Slot::First => 0,
            Slot::Second => hedge,
        };
        let all = candidates(own, peer, config.rules).into_iter();
        let dials: Vec<_> = all
            .filter(may_dial)
            .map(|it| (begins(it.slot), it))
            .collect();
        let birthday = birthday(own, peer, config, hedge);
        let lasts = match birthday {
            Some(_) => config.birthday.round.max(config.timers.round),
            None => config.timers.round,
        };
        let is_mapped = own.bounded_ports().any(|it| it.mapped.is_some());
        Self {
            is_passive: dials.is_empty() && is_mapped,
            dials,
            birthday,
            lasts,
        }
    }

    /// Whether there is nothing to try: the conversation stays on its relay.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dials.is_empty() && self.birthday.is_none() && !self.is_passive
    }
}

/// How long a side waits from the offer until it begins, so that both begin together: the one
/// with the shorter way to the server hears of it earlier.
#[must_use]
pub fn start_delay(own_rtt: u64, peer_rtt: u64) -> u64 {
    /// A scheduler may be a little late.
    const MARGIN: u64 = 5;
    let longer = own_rtt.max(peer_rtt);
    (longer.saturating_sub(own_rtt) / 2).saturating_add(MARGIN)
}

/// The round trip between the two is not known yet; the way over the server bounds it well enough.
pub(crate) fn round_trip(own: &Report, peer: &Report) -> u64 {
    /// A peer that claims more is not believed.
    const LONGEST: u64 = 2_000;
    own.rtt.min(LONGEST).saturating_add(peer.rtt.min(LONGEST))
}

fn hedge(own: &Report, peer: &Report, config: &Config) -> u64 {
    let timers = &config.timers;
    let trips = round_trip(own, peer).saturating_mul(timers.hedge_round_trips);
    trips.max(timers.hedge_min).min(timers.round)
}

/// Both mappings depend on the endpoint, and one at least is random: no port is known that the
/// other's filter would let in.
fn is_hopeless(own: &Report, peer: &Report) -> bool {
    let is_closed = |random: &Report, other: &Report| {
        random.mapping.is_random() && !other.mapping.is_stable() && !other.filtering.lets_in()
    };
    is_closed(own, peer) || is_closed(peer, own)
}

fn birthday(own: &Report, peer: &Report, config: &Config, hedge: u64) -> Option<Part> {
    // A filter that lets the random side in needs no birthday.
    let meets = |random: &Report, stable: &Report| {
        random.mapping.is_random()
            && stable.mapping.is_stable()
            && matches!(
                stable.filtering,
                Filtering::Unknown | Filtering::AddressAndPort
            )
    };
    let here = own.port(Slot::First, true)?.observed;
    let there = peer.port(Slot::First, true)?.observed;
    let is_outside = here.ip() != there.ip() && config.rules.observed(there, here.ip());
    if !is_outside {
        None
    } else if meets(own, peer) {
        Some(Part::Opens {
            at: hedge,
            to: there,
        })
    } else if meets(peer, own) {
        Some(Part::Sprays {
            at: hedge,
            to: there.ip(),
        })
    } else {
        None
    }
}
