//! What kind of NAT one stands behind, in the terms of RFC 4787, from what reflectors saw.

use crate::limits::STEP_MAX;
use core::net::SocketAddr;

/// One connection to a reflector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// Where it left this machine.
    pub local: SocketAddr,
    /// Where it went.
    pub reflector: SocketAddr,
    /// Whence the reflector saw it come.
    pub observed: SocketAddr,
}

/// How a NAT maps, and which ports it takes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mapping {
    /// On what a mapping depends.
    pub class: Class,
    /// Which ports are taken.
    pub ports: Ports,
}

/// On what a mapping depends (RFC 4787 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Fewer than two answers. Treated like [`Class::Independent`].
    #[default]
    Unknown,
    /// There is no NAT: one is seen as one is.
    Open,
    /// Endpoint-independent (EIM).
    Independent,
    /// All reflectors had one address: EIM or ADM, which cannot be told. Treated like EIM.
    IndependentOrAddress,
    /// Address-dependent (ADM).
    Address,
    /// Address- and port-dependent (APDM), which is called symmetric.
    AddressAndPort,
    /// No two reflectors shared an address: ADM or APDM, which cannot be told.
    Dependent,
}

/// Which ports a NAT takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum Ports {
    /// No pattern to be seen.
    #[default]
    Scattered,
    /// The local port, where it is free.
    Preserved,
    /// Each new mapping takes the last port plus a step.
    Sequential {
        /// From 1 to [`STEP_MAX`].
        step: u16,
        /// The last port that was seen.
        last: u16,
    },
}

impl Mapping {
    /// Classifies connections in the order in which they were begun. The order matters to
    /// [`Ports::Sequential`]: begin each when the one before is established.
    #[must_use]
    pub fn classify(observations: &[Observation]) -> Self {
        let class = class(observations);
        let ports = ports(class, observations);
        Self { class, ports }
    }

    /// Whether whoever dials the observed endpoint reaches the mapping.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        !matches!(
            self.class,
            Class::Address | Class::AddressAndPort | Class::Dependent
        )
    }

    /// The port of the mapping that is made as the n-th from now, counted from 1.
    #[must_use]
    pub fn predicted(&self, nth: u16) -> Option<u16> {
        match self.ports {
            Ports::Sequential { step, last } if !self.is_stable() => {
                last.checked_add(step.checked_mul(nth)?)
            }
            _ => None,
        }
    }

    /// Whether the next port can neither be known nor predicted.
    #[must_use]
    pub fn is_random(&self) -> bool {
        !self.is_stable() && !matches!(self.ports, Ports::Sequential { .. })
    }
}

fn class(all: &[Observation]) -> Class {
    let Some(first) = all.first() else {
        return Class::Unknown;
    };
    if all.iter().all(|it| it.observed == it.local) {
        return Class::Open;
    }
    let pairs = || {
        let others = |one: &Observation| {
            let one = *one;
            let same_local = all.iter().filter(move |it| it.local == one.local);
            same_local.map(move |other| (one, *other))
        };
        all.iter().flat_map(others)
    };
    let same_address = |(one, other): &(Observation, Observation)| {
        one.reflector.ip() == other.reflector.ip() && one.reflector != other.reflector
    };
    let differs = |(one, other): &(Observation, Observation)| one.observed != other.observed;
    if !pairs().any(|it| differs(&it)) {
        let was_moved = |it: &Observation| it.reflector.ip() != first.reflector.ip();
        return match (
            all.iter().any(was_moved),
            pairs().any(|it| same_address(&it)),
        ) {
            (true, _) => Class::Independent,
            (false, true) => Class::IndependentOrAddress,
            (false, false) => Class::Unknown,
        };
    }
    match (
        pairs().any(|it| same_address(&it) && differs(&it)),
        pairs().any(|it| same_address(&it)),
    ) {
        (true, _) => Class::AddressAndPort,
        (false, true) => Class::Address,
        (false, false) => Class::Dependent,
    }
}

fn ports(class: Class, all: &[Observation]) -> Ports {
    if all.iter().all(|it| it.observed.port() == it.local.port()) {
        return Ports::Preserved;
    }
    let is_dependent = !Mapping {
        class,
        ports: Ports::Scattered,
    }
    .is_stable();
    let (Some(last), true) = (all.last(), is_dependent && all.len() >= 3) else {
        return Ports::Scattered;
    };
    let mut differences = all.windows(2).map(|pair| match pair {
        [one, other] if one.observed.ip() == other.observed.ip() => {
            let (from, to) = (one.observed.port(), other.observed.port());
            to.checked_sub(from)
        }
        _ => None,
    });
    let first = differences.next().flatten();
    match first.filter(|step| (1..=STEP_MAX).contains(step)) {
        Some(step) if differences.all(|it| it == Some(step)) => Ports::Sequential {
            step,
            last: last.observed.port(),
        },
        _ => Ports::Scattered,
    }
}

/// Which connections from outside a NAT lets in (RFC 4787 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum Filtering {
    /// It was not tested. Treated like [`Filtering::AddressAndPort`].
    #[default]
    Unknown,
    /// From anywhere (EIF).
    Independent,
    /// From other ports of an address that one has sent to; from other addresses it was not
    /// tested: EIF or ADF.
    IndependentOrAddress,
    /// From any port of an address that one has sent to (ADF).
    Address,
    /// Only from endpoints that one has sent to (APDF).
    AddressAndPort,
}

impl Filtering {
    /// From two tests to a punch port: whether a dial from another port of a reflector's address
    /// came in, and one from an address that was never sent to. `None`: not tested.
    #[must_use]
    pub fn from_tests(other_port: Option<bool>, other_address: Option<bool>) -> Self {
        match (other_port, other_address) {
            (_, Some(true)) => Self::Independent,
            (Some(true), Some(false)) => Self::Address,
            (Some(true), None) => Self::IndependentOrAddress,
            (Some(false), _) => Self::AddressAndPort,
            (None, _) => Self::Unknown,
        }
    }

    /// Whether a dial from any port of an address that one has sent to comes in for certain.
    #[must_use]
    pub fn lets_in(&self) -> bool {
        !matches!(self, Self::Unknown | Self::AddressAndPort)
    }
}
