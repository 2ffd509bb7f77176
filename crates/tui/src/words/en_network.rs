//! `floater doctor`, in English.

use super::en_faults::dial;
use crate::note::NetworkNote;
use floater_client::{Class, ExamineError, Filtering, Network, Ports, Reach, Untested};

pub(super) fn network(note: &NetworkNote) -> String {
    match note {
        NetworkNote::Looking => "Looking at this network; twenty seconds at most…".into(),
        NetworkNote::Found(network) => found(network),
        NetworkNote::Fault(error) => fault(error),
    }
}

fn fault(error: &ExamineError) -> String {
    match error {
        ExamineError::Dial(error) => dial(error),
        ExamineError::NoReflectors => "This server does not help with direct connections: every conversation is passed on by it. What the network is like cannot be told.".into(),
        ExamineError::TooOften => "The server was asked too often from here. Try again in a few minutes.".into(),
        ExamineError::Late => "The server did not answer in time. Try again later.".into(),
        ExamineError::Unseen => "None of the server's reflectors answered: this network may let few ports through. Conversations will be passed on by the server.".into(),
        _ => "The server's answer cannot be understood. Check --server, or update this program.".into(),
    }
}

fn found(network: &Network) -> String {
    let lines = [
        format!("Round trip: {} ms", network.rtt),
        format!("Mapping (RFC 4787): {}", mapping(network)),
        format!("Ports: {}", ports(network)),
        format!("Filtering (RFC 4787): {}", filtering(network)),
        format!("Port mapping (PCP, NAT-PMP, UPnP): {}", mapped(network)),
        format!("IPv6: {}", ipv6(network)),
        format!("Direct with: {}", reach(network.reach())),
    ];
    lines.join("\n")
}

const fn mapping(network: &Network) -> &'static str {
    match network.class {
        Class::Open => "no NAT, the address is seen as it is",
        Class::Independent => "endpoint-independent (EIM)",
        Class::IndependentOrAddress => {
            "endpoint-independent (EIM) or address-dependent (ADM): with one address of the server it cannot be told"
        }
        Class::Address => "address-dependent (ADM)",
        Class::AddressAndPort => "address- and port-dependent (APDM)",
        Class::Dependent => {
            "address-dependent (ADM) or address- and port-dependent (APDM): it cannot be told"
        }
        _ => "unknown: fewer than two reflectors answered",
    }
}

fn ports(network: &Network) -> String {
    match network.ports {
        Ports::Preserved => "those of this machine".into(),
        Ports::Sequential { step, .. } => format!("predictable, {step} more each time"),
        _ if network.class == Class::Open => "those of this machine".into(),
        _ => "no pattern seen".into(),
    }
}

const fn filtering(network: &Network) -> &'static str {
    match (network.filtering, network.class) {
        (Ok(Filtering::Independent), Class::Open) => {
            "endpoint-independent (EIF): no firewall is in the way"
        }
        (Ok(Filtering::Independent), _) => "endpoint-independent (EIF)",
        (Ok(Filtering::IndependentOrAddress), _) => {
            "endpoint-independent (EIF) or address-dependent (ADF): with one address of the server it cannot be told"
        }
        (Ok(Filtering::Address), Class::Open) => "address-dependent (ADF), by a firewall",
        (Ok(Filtering::Address), _) => "address-dependent (ADF)",
        (Ok(Filtering::AddressAndPort), Class::Open) => {
            "address- and port-dependent (APDF), by a firewall"
        }
        (Ok(Filtering::AddressAndPort), _) => "address- and port-dependent (APDF)",
        (Err(Untested::Unknown), _) => {
            "unknown: only a connection from outside could tell, and this server makes none"
        }
        (Err(Untested::Undialled), _) => {
            "unknown: the server made no connection from outside this time; try again in a few minutes"
        }
        _ => "unknown: the server's reflector did not answer",
    }
}

const fn mapped(network: &Network) -> &'static str {
    match (network.mapped, network.class) {
        (true, _) => "a router has opened a port",
        (false, Class::Open) => "not needed",
        (false, _) => "no router has agreed",
    }
}

const fn ipv6(network: &Network) -> &'static str {
    match network.ipv6 {
        Some(true) => "a global address",
        Some(false) => "none",
        None => "unknown: the server has no IPv6 address",
    }
}

const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Everybody => {
            "everybody who allows it; where the other's ports have no pattern it takes a second or two, and luck"
        }
        Reach::Predictable => "everybody who allows it, but those whose ports have no pattern",
        Reach::Stable => {
            "those with endpoint-independent mapping or no NAT, in a second or two, with luck; all others through the server"
        }
        Reach::Unknown => "it cannot be told",
    }
}
