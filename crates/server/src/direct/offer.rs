//! What counts of a report, and what one side is told of the other. FLOATER/1.0 §8.3

use floater_proto::Id;
use floater_proto::body::{PathOffer, PathReport, Problem};
use floater_punch::limits::{PORTS_MAX, PRIVATE_MAX};
use floater_punch::{Rules, start_delay};
use std::net::{IpAddr, SocketAddr};

/// Leaves of a report the ports that a reflector sees right now.
///
/// # Errors
/// [`floater_proto::body::Fault::Invalid`] if nothing counts.
pub fn count_seen(
    report: &mut PathReport,
    is_seen: impl Fn(SocketAddr) -> bool,
) -> Result<(), Problem> {
    let ports = &mut report.ports;
    ports.truncate(PORTS_MAX);
    ports.retain(|port| is_seen(port.observed));
    for port in &mut *ports {
        port.private.truncate(PRIVATE_MAX);
    }
    if ports.is_empty() {
        let told = "an endpoint that a reflector sees now, on a connection that is open";
        return Err(Problem::invalid("ports", told));
    }
    Ok(())
}

/// The offers to both, in the order of the reports. Where nothing of one side may be dialled by the
/// other both are told of no ports: the conversation stays on the relay.
#[must_use]
pub fn offers(match_id: Id, number: u32, [a, b]: [&PathReport; 2], rules: Rules) -> [PathOffer; 2] {
    let offer = |own: &PathReport, peer: &PathReport| PathOffer {
        r#match: match_id,
        number,
        delay: start_delay(own.rtt, peer.rtt),
        peer: seen_by(own, peer, rules),
    };
    let mut both = [offer(a, b), offer(b, a)];
    if both.iter().any(|offer| offer.peer.ports.is_empty()) {
        both.iter_mut().for_each(|offer| offer.peer.ports.clear());
    }
    both
}

/// What of the peer's report this side may dial.
fn seen_by(own: &PathReport, peer: &PathReport, rules: Rules) -> PathReport {
    let mut told = peer.clone();
    let of_family = |v4: bool| {
        let mut own = own.ports.iter().map(|port| port.observed.ip());
        own.find(|ip| ip.is_ipv4() == v4)
    };
    told.ports.retain_mut(|port| {
        let Some(here) = of_family(port.observed.is_ipv4()) else {
            return false;
        };
        let there: IpAddr = port.observed.ip();
        port.mapped = port.mapped.filter(|mapped| rules.claimed_port(*mapped));
        port.private
            .retain(|claimed| rules.private(*claimed, there, here));
        rules.observed(port.observed, here)
    });
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use floater_proto::Binary;
    use floater_proto::body::PathPort;

    fn report(observed: &str, private: &[&str], rtt: u64) -> PathReport {
        let port = PathPort {
            slot: 1,
            observed: observed.parse().unwrap(),
            mapped: Some(80),
            private: private.iter().map(|it| it.parse().unwrap()).collect(),
        };
        PathReport {
            ports: vec![port],
            mapping: Default::default(),
            pattern: Default::default(),
            filtering: Default::default(),
            rtt,
        }
    }

    fn told(a: &PathReport, b: &PathReport) -> [PathOffer; 2] {
        offers(Binary([1; 16]), 1, [a, b], Rules::default())
    }

    #[test]
    fn private_endpoints_are_told_behind_one_address_only() {
        let a = report("5.6.7.8:4000", &["192.168.1.2:4000", "8.8.8.8:53"], 10);
        let near = report("5.6.7.8:4001", &["192.168.1.3:4000"], 10);
        let far = report("9.8.7.6:4001", &["192.168.1.3:4000"], 10);
        let [_, to_near] = told(&a, &near);
        let private = &to_near.peer.ports[0].private;
        assert_eq!(*private, ["192.168.1.2:4000".parse().unwrap()]);
        let [_, to_far] = told(&a, &far);
        assert!(to_far.peer.ports[0].private.is_empty());
        assert_eq!(
            to_far.peer.ports[0].mapped, None,
            "80 is a port of services"
        );
    }

    #[test]
    fn who_is_nearer_to_the_server_waits() {
        let [to_a, to_b] = told(
            &report("5.6.7.8:1", &[], 20),
            &report("9.8.7.6:1", &[], 100),
        );
        assert_eq!((to_a.delay, to_b.delay), (45, 5));
    }

    /// P25: nobody can be attacked through the server.
    #[test]
    fn p25_what_may_not_be_dialled_is_not_offered() {
        let own = report("5.6.7.8:4000", &[], 10);
        for evil in [
            "127.0.0.1:80",
            "10.0.0.1:80",
            "169.254.1.1:80",
            "224.0.0.1:80",
            "0.0.0.0:80",
        ] {
            assert!(is_nothing(&told(&own, &report(evil, &[], 10))), "{evil}");
        }
        let foreign = told(&own, &report("[2a00::1]:4000", &[], 10));
        assert!(is_nothing(&foreign), "no common family");
    }

    fn is_nothing(both: &[PathOffer; 2]) -> bool {
        both.iter().all(|offer| offer.peer.ports.is_empty())
    }
}
