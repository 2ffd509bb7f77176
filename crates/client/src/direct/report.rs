//! What the protocol says of ports and NATs in the hole puncher's words, and back.

use crate::Offer;
use crate::proto::Role;
use crate::proto::body::{Filtering, Mapping, PathPort, PathReport, PortPattern};
use floater_punch as punch;
use floater_punch::{Class, PathKey, PortReport, Ports, Slot};

/// An offer, for the hole puncher.
#[must_use]
pub fn offer(offer: &Offer) -> punch::Offer {
    punch::Offer {
        role: match offer.role {
            Role::A => punch::Role::Initiator,
            Role::B => punch::Role::Responder,
        },
        number: offer.number,
        peer: read(&offer.peer),
        delay: offer.delay,
        key: PathKey(offer.key.expose().0),
    }
}

/// What was prepared, for the server.
#[must_use]
pub fn told(report: &punch::Report) -> PathReport {
    let port = |port: &PortReport| PathPort {
        slot: match port.slot {
            Slot::First => 1,
            Slot::Second => 2,
        },
        observed: port.observed,
        mapped: port.mapped,
        private: port.private.clone(),
    };
    PathReport {
        ports: report.ports.iter().map(port).collect(),
        mapping: mapping(report.mapping.class),
        pattern: pattern(report.mapping.ports),
        filtering: filtering(report.filtering),
        rtt: report.rtt,
    }
}

fn read(report: &PathReport) -> punch::Report {
    let port = |port: &PathPort| PortReport {
        slot: if port.slot == 1 {
            Slot::First
        } else {
            Slot::Second
        },
        observed: port.observed,
        mapped: port.mapped,
        private: port.private.clone(),
    };
    punch::Report {
        ports: report.ports.iter().map(port).collect(),
        mapping: punch::Mapping {
            class: class(report.mapping),
            ports: ports(report.pattern),
        },
        filtering: match report.filtering {
            Filtering::Independent => punch::Filtering::Independent,
            Filtering::Address => punch::Filtering::Address,
            Filtering::AddressAndPort => punch::Filtering::AddressAndPort,
            Filtering::Unknown => punch::Filtering::Unknown,
        },
        rtt: report.rtt,
    }
}

fn mapping(class: Class) -> Mapping {
    match class {
        Class::Open => Mapping::Open,
        Class::Independent => Mapping::Independent,
        Class::IndependentOrAddress => Mapping::IndependentOrAddress,
        Class::Address => Mapping::Address,
        Class::AddressAndPort => Mapping::AddressAndPort,
        Class::Dependent => Mapping::Dependent,
        _ => Mapping::Unknown,
    }
}

const fn class(mapping: Mapping) -> Class {
    match mapping {
        Mapping::Open => Class::Open,
        Mapping::Independent => Class::Independent,
        Mapping::IndependentOrAddress => Class::IndependentOrAddress,
        Mapping::Address => Class::Address,
        Mapping::AddressAndPort => Class::AddressAndPort,
        Mapping::Dependent => Class::Dependent,
        Mapping::Unknown => Class::Unknown,
    }
}

fn pattern(ports: Ports) -> PortPattern {
    match ports {
        Ports::Preserved => PortPattern::Preserved,
        Ports::Sequential { step, last } => PortPattern::Sequential { step, last },
        _ => PortPattern::Scattered,
    }
}

const fn ports(pattern: PortPattern) -> Ports {
    match pattern {
        PortPattern::Preserved => Ports::Preserved,
        PortPattern::Sequential { step, last } => Ports::Sequential { step, last },
        PortPattern::Scattered => Ports::Scattered,
    }
}

/// Where it cannot be told whether other addresses come in, too, the protocol has no word for
/// that: what is certain is said.
fn filtering(filtering: punch::Filtering) -> Filtering {
    match filtering {
        punch::Filtering::Independent => Filtering::Independent,
        punch::Filtering::Address | punch::Filtering::IndependentOrAddress => Filtering::Address,
        punch::Filtering::AddressAndPort => Filtering::AddressAndPort,
        _ => Filtering::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(class: Class, ports: Ports, filtering: punch::Filtering) -> punch::Report {
        let port = |slot, number| PortReport {
            slot,
            observed: ([203, 0, 113, 5], number).into(),
            mapped: Some(number),
            private: vec![([192, 168, 1, 2], number).into()],
        };
        punch::Report {
            ports: vec![port(Slot::First, 4000), port(Slot::Second, 4001)],
            mapping: punch::Mapping { class, ports },
            filtering,
            rtt: 45,
        }
    }

    #[test]
    fn what_is_told_is_read_as_it_was_meant() {
        let classes = [
            Class::Unknown,
            Class::Open,
            Class::Independent,
            Class::IndependentOrAddress,
            Class::Address,
            Class::AddressAndPort,
            Class::Dependent,
        ];
        let all_ports = [
            Ports::Scattered,
            Ports::Preserved,
            Ports::Sequential { step: 2, last: 9 },
        ];
        let filterings = [
            punch::Filtering::Unknown,
            punch::Filtering::Independent,
            punch::Filtering::Address,
            punch::Filtering::AddressAndPort,
        ];
        for class in classes {
            for ports in all_ports {
                for filtering in filterings {
                    let meant = report(class, ports, filtering);
                    assert_eq!(read(&told(&meant)), meant);
                }
            }
        }
    }

    #[test]
    fn what_is_not_certain_is_not_said() {
        let meant = report(
            Class::Unknown,
            Ports::Scattered,
            punch::Filtering::IndependentOrAddress,
        );
        assert_eq!(told(&meant).filtering, Filtering::Address);
    }
}
