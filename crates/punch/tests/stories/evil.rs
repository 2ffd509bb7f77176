//! P25: nobody is attacked through what a peer says. Evil addresses in every place of a report,
//! and not one dial.

use crate::pair::{A, B, World};
use floater_punch::{Mapping, PortReport, Ports, Report, Rules, Slot, candidates};
use floater_sim::APDF;
use std::net::{IpAddr, SocketAddr};

const EVIL: [&str; 48] = [
    // This machine, in every notation that an address has.
    "127.0.0.1:7000",
    "127.255.255.254:7000",
    "0.0.0.0:7000",
    "0.1.2.3:7000",
    "[::1]:7000",
    "[::]:7000",
    "[::ffff:127.0.0.1]:7000",
    "[::ffff:7f00:1]:7000",
    "[::127.0.0.1]:7000",
    "[64:ff9b::127.0.0.1]:7000",
    "[64:ff9b:1::7f00:1]:7000",
    "[2002:7f00:1::1]:7000",
    // A router, by embedding.
    "[::ffff:192.168.1.1]:7000",
    "[::ffff:0:192.168.1.1]:7000",
    "[64:ff9b::192.168.1.1]:7000",
    "[2002:c0a8:101::1]:7000",
    "[2001:0:c0a8:101::1]:7000",
    // The link, and what answers there for a cloud's machines.
    "169.254.169.254:7000",
    "169.254.0.1:7000",
    "[fe80::1]:7000",
    "[febf::1]:7000",
    "[::ffff:169.254.169.254]:7000",
    // Everybody.
    "255.255.255.255:7000",
    "224.0.0.1:7000",
    "239.255.255.250:7000",
    "[ff02::1]:7000",
    "[ff05::2]:7000",
    // Nobody.
    "192.0.2.1:7000",
    "198.51.100.1:7000",
    "203.0.113.1:7000",
    "198.18.0.1:7000",
    "198.19.255.255:7000",
    "[2001:db8::1]:7000",
    "[3fff::1]:7000",
    "[2001:2::1]:7000",
    "[2001:10::1]:7000",
    "[100::1]:7000",
    "192.0.0.1:7000",
    "192.88.99.1:7000",
    "240.0.0.1:7000",
    "254.1.2.3:7000",
    "[fec0::1]:7000",
    "[4000::1]:7000",
    "[::5]:7000",
    // A carrier's inside, which is not ours.
    "100.64.0.1:7000",
    "100.127.255.254:7000",
    // No port.
    "9.9.9.9:0",
    "[2a09::9]:0",
];

fn evil() -> Vec<SocketAddr> {
    EVIL.iter().map(|it| it.parse().unwrap()).collect()
}

fn report(observed: &str, private: Vec<SocketAddr>) -> Report {
    Report {
        ports: vec![PortReport {
            slot: Slot::First,
            observed: observed.parse().unwrap(),
            mapped: None,
            private,
        }],
        ..Report::default()
    }
}

#[test]
fn p25_no_evil_address_is_dialled_as_observed_or_private() {
    let rules = Rules::default();
    for own in ["5.1.0.1:4000", "[2a01::9]:4000"] {
        for evil in evil() {
            let peer = report(&evil.to_string(), Vec::new());
            let found = candidates(&report(own, Vec::new()), &peer, rules);
            assert_eq!(found, [], "{evil} as observed");
            // Behind the same address, where private ones are believed.
            let peer = report(own, vec![evil]);
            let found = candidates(&report(own, Vec::new()), &peer, rules);
            assert_eq!(found, [], "{evil} as private");
        }
    }
}

#[test]
fn private_endpoints_are_believed_behind_the_same_address_only() {
    let private: Vec<SocketAddr> = ["10.0.0.8:7000", "172.16.3.8:7000", "192.168.1.8:7000"]
        .map(|it| it.parse().unwrap())
        .to_vec();
    let found = |own: &str, peer: &str| {
        let peer = report(peer, private.clone());
        let found = candidates(&report(own, Vec::new()), &peer, Rules::default());
        found.iter().filter(|it| private.contains(&it.to)).count()
    };
    assert_eq!(found("5.1.0.1:4000", "5.1.0.1:5000"), 3);
    assert_eq!(found("5.1.0.1:4000", "5.1.0.2:5000"), 0);
    let ula = "[fd00::8]:7000".parse().unwrap();
    let found = |own: &str, peer: &str| {
        candidates(
            &report(own, Vec::new()),
            &report(peer, vec![ula]),
            Rules::default(),
        )
        .iter()
        .any(|it| it.to == ula)
    };
    assert!(found("[2a01::9]:4000", "[2a01::8]:5000"));
    assert!(!found("[2a01::9]:4000", "[2a01:0:0:1::8]:5000"));
}

#[test]
fn caps_hold() {
    let private = (1..=200).map(|it| SocketAddr::from(([192, 168, 1, it], 7_000)));
    let peer = report("5.1.0.1:5000", private.collect());
    let found = candidates(&report("5.1.0.1:4000", Vec::new()), &peer, Rules::default());
    assert_eq!(found.len(), 8 + 1, "8 private ones and the observed");
    let port = peer.ports[0].clone();
    let peer = Report {
        ports: vec![port; 500],
        ..peer
    };
    let found = candidates(&report("5.1.0.1:4000", Vec::new()), &peer, Rules::default());
    assert_eq!(found.len(), 8 + 1);
}

#[test]
fn well_known_ports_and_ones_own_are_not_dialled() {
    let own = report("5.1.0.1:4000", vec!["192.168.1.7:4000".parse().unwrap()]);
    let private = ["192.168.1.7:4000", "192.168.1.8:25", "192.168.1.8:1023"];
    let mut peer = report(
        "5.1.0.1:4000",
        private.map(|it| it.parse().unwrap()).to_vec(),
    );
    peer.ports[0].mapped = Some(443);
    assert_eq!(candidates(&own, &peer, Rules::default()), []);
}

#[test]
fn p25_a_forged_report_makes_no_dial_anywhere_else() {
    let mut w = World::pair(&[APDF], &[APDF], 1);
    w.forge = Some(|side, report| {
        let home: IpAddr = report.ports[0].observed.ip();
        if side == B {
            for port in &mut report.ports {
                port.private = evil();
                port.mapped = Some(22);
            }
            report.mapping = Mapping {
                class: floater_punch::Class::AddressAndPort,
                ports: Ports::Sequential {
                    step: 16,
                    last: u16::MAX - 20,
                },
            };
            assert_eq!(home, "5.2.0.1".parse::<IpAddr>().unwrap());
        }
    });
    w.meet();
    w.run(10_000);
    let allowed: [IpAddr; 3] = ["5.2.0.1", "6.0.0.1", "6.0.0.2"].map(|it| it.parse().unwrap());
    for to in &w.net.hosts[A].dialled {
        assert!(allowed.contains(&to.ip()) && to.port() >= 1_024, "{to}");
    }
}

#[test]
fn a_server_in_a_private_network_introduces_there() {
    let rules = Rules::default();
    let peer = "192.168.1.8:7000".parse().unwrap();
    assert!(rules.observed(peer, "192.168.1.7".parse().unwrap()));
    assert!(!rules.observed(peer, "5.1.0.1".parse().unwrap()));
    let carrier = "100.64.0.8:7000".parse().unwrap();
    assert!(rules.observed(carrier, "100.64.0.7".parse().unwrap()));
    assert!(!rules.observed(carrier, "192.168.1.7".parse().unwrap()));
}
