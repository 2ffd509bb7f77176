//! What connects with what: the 36 pairs of the eight kinds of NAT, and what is beside them.

use crate::pair::{A, B, World};
use floater_punch::{Class, Event, Kind, Ports};
use floater_sim::{
    ADF, ADM, APDF, APDF_MOVED, Answer, FULL_CONE, Network, RANDOM, SEQUENTIAL, Spec,
};

/// The eight kinds of side.
const SIDES: [(&str, &[Spec]); 8] = [
    ("public", &[]),
    ("full cone", &[FULL_CONE]),
    ("address-dependent filter", &[ADF]),
    ("preserving", &[APDF]),
    ("not preserving", &[APDF_MOVED]),
    ("sequential", &[SEQUENTIAL]),
    ("random", &[RANDOM]),
    ("carrier grade", &[APDF, APDF]),
];

const RTT: u64 = 84;

#[test]
fn thirty_four_of_thirty_six_pairs_are_direct_and_two_stay_on_the_relay() {
    let mut direct = 0;
    for (at, (a_name, a)) in SIDES.into_iter().enumerate() {
        for (b_name, b) in &SIDES[at..] {
            let mut w = World::pair(a, b, 1);
            w.meet();
            let names = [a_name, *b_name];
            let is_hopeless = names.contains(&"random")
                && names.iter().all(|it| ["random", "sequential"].contains(it));
            if is_hopeless {
                w.relayed();
                assert_eq!(w.round, 1, "{names:?}: the relay at once");
                continue;
            }
            let (after, kind) = w.direct();
            direct += 1;
            let is_birthday = names.contains(&"random")
                && names
                    .iter()
                    .any(|it| ["preserving", "not preserving", "carrier grade"].contains(it));
            let most = if is_birthday { 3_000 } else { 270 };
            assert!(after <= most, "{names:?}: {after} ms by {kind:?}");
            assert_eq!(w.round, 1, "{names:?}: at the first try");
        }
    }
    assert_eq!(direct, 34);
}

#[test]
fn the_first_round_takes_two_and_a_half_round_trips() {
    let mut w = World::pair(&[APDF], &[APDF_MOVED], 2);
    w.meet();
    let (after, kind) = w.direct();
    // Offers travel 22 ms; crossing SYNs 1 RTT, proof ½, SELECT and SELECTED 1.
    assert!(
        (22 + RTT * 5 / 2..=22 + RTT * 5 / 2 + 12).contains(&after),
        "{after}"
    );
    assert_eq!(kind, Kind::Observed);
    for side in [A, B] {
        assert_eq!(w.sides[side].puncher.cancelled, [], "no SYN is taken back");
    }
}

#[test]
fn a_birthday_meets_in_about_250_dials_nearly_always() {
    let mut dials = Vec::new();
    for seed in 0..40 {
        let mut w = World::pair(&[RANDOM], &[APDF], seed);
        w.meet();
        let (after, kind) = w.direct();
        assert!(after < 6_000, "{after}");
        if w.round == 1 {
            assert_eq!(kind, Kind::Birthday);
            dials.push(w.net.hosts[B].dialled.len());
        }
    }
    assert!(
        dials.len() >= 37,
        "{} of 40 in the first round",
        dials.len()
    );
    let mean = dials.iter().sum::<usize>() / dials.len();
    assert!((150..=400).contains(&mean), "{mean} dials");
}

#[test]
fn a_birthday_is_reversed_where_a_nat_answers_rst() {
    let mut took = Vec::new();
    for seed in 0..40 {
        let mut w = World::pair(&[RANDOM], &[APDF.answering(Answer::Rst)], seed);
        w.meet();
        took.push(w.direct().0);
        // What was opened at once is gone after a round trip: what met was opened later.
        let opened = w.net.hosts[A].dialled.len();
        assert!(opened > 384 || w.direct().0 < 600, "{opened}");
    }
    took.sort_unstable();
    // 400 dials a second against 500 sprays a second more: half meet within 0.7 s of 64,512 ports.
    assert!(took[20] <= 1_500 && took[37] <= 2_500, "{took:?}");
}

#[test]
fn an_answer_of_rst_or_icmp_is_outlived_by_random_redials() {
    for answer in [Answer::Rst, Answer::Icmp] {
        for (a_late, b_late) in [(0, 0), (100, 0), (0, 150)] {
            for seed in 0..5 {
                let nat = APDF.answering(answer);
                let mut w = World::pair(&[nat], &[nat], seed);
                w.late = [a_late, b_late];
                w.meet();
                let (after, _) = w.direct();
                assert!(
                    after <= 650 + a_late + b_late,
                    "{after} {answer:?} {a_late} {b_late}"
                );
            }
        }
    }
}

#[test]
fn a_skew_of_150_ms_costs_no_more_than_itself() {
    for seed in 0..5 {
        let mut w = World::pair(&[APDF], &[ADF], seed);
        w.late = [150, 0];
        w.meet();
        // Only one SYN passes, so the other end is certain half a round trip later.
        assert!(w.direct().0 <= 270 + 150 + RTT / 2);
    }
}

#[test]
fn what_is_lost_is_repeated_by_the_system_or_overtaken_by_the_hedge() {
    let mut took = Vec::new();
    for seed in 0..40 {
        let mut w = World::pair(&[APDF], &[APDF], seed);
        w.prepare();
        w.net.loss = 10;
        w.meet();
        took.push(w.direct().0);
    }
    took.sort_unstable();
    assert!(
        took[20] <= 500 && took[35] <= 1_200 && took[39] <= 4_500,
        "{took:?}"
    );
}

#[test]
fn two_in_one_network_meet_there() {
    let mut net = Network::new(3);
    let lan = net.behind(0, APDF, "5.1.0.1", 20);
    net.host(lan, &["192.168.1.7"], 0);
    net.host(lan, &["192.168.1.8"], 0);
    let mut w = World::with(net, 3);
    w.meet();
    let (after, kind) = w.direct();
    assert_eq!(kind, Kind::Lan);
    assert!(after <= 22 + 5 + 5, "{after}");
}

#[test]
fn two_behind_one_nat_meet_by_its_hairpin_where_it_has_one() {
    let street = |spec: Spec| {
        let mut net = Network::new(4);
        let street = net.behind(0, spec, "5.1.0.1", 15);
        let a = net.behind(street, APDF, "100.64.0.1", 5);
        let b = net.behind(street, APDF, "100.64.0.2", 5);
        net.host(a, &["192.168.1.7"], 1);
        net.host(b, &["192.168.9.7"], 1);
        World::with(net, 4)
    };
    let mut w = street(FULL_CONE.hairpinning());
    w.meet();
    assert_eq!(w.direct().1, Kind::Hairpin);
    let mut w = street(FULL_CONE);
    w.meet();
    w.relayed();
}

#[test]
fn a_mapped_port_makes_two_random_nats_direct() {
    let mut w = World::pair(&[RANDOM], &[RANDOM], 5);
    w.prepare();
    let (port, inside) = w.sides[A]
        .puncher
        .listened
        .iter()
        .next()
        .map(|(a, b)| (*a, *b))
        .unwrap();
    w.net.forward(1, 55_555, inside);
    let mapped = floater_punch::Input::Mapped(port, "5.1.0.1:55555".parse().unwrap());
    w.give(A, mapped);
    w.run(100);
    w.meet();
    let (after, kind) = w.direct();
    assert!(after <= 270, "{after}");
    // A waits and accepts what B dials.
    assert_eq!(w.sides[B].direct.unwrap().2, Kind::Open);
    assert_eq!(kind, Kind::Observed);
}

#[test]
fn a_mapping_of_another_router_counts_for_nothing() {
    let mut w = World::pair(&[RANDOM], &[RANDOM], 6);
    w.prepare();
    let port = *w.sides[A].puncher.listened.keys().next().unwrap();
    let mapped = floater_punch::Input::Mapped(port, "100.64.0.9:55555".parse().unwrap());
    w.give(A, mapped);
    assert!(w.report(A).ports.iter().all(|it| it.mapped.is_none()));
}

#[test]
fn it_is_known_when_no_router_maps_a_port() {
    let mut w = World::pair(&[RANDOM], &[RANDOM], 6);
    w.prepare();
    let is_told = |w: &World| !w.sides[A].times(|it| *it == Event::NotMapped).is_empty();
    let port = *w.sides[A].puncher.listened.keys().next().unwrap();
    assert!(w.sides[A].puncher.punch.is_mapping() && !is_told(&w));
    w.give(A, floater_punch::Input::NotMapped(port));
    w.run(1);
    assert!(!w.sides[A].puncher.punch.is_mapping() && is_told(&w));
}

#[test]
fn ipv6_is_preferred_where_both_have_it() {
    let mut w = World::of_both_families(7);
    w.meet();
    let (after, kind) = w.direct();
    assert_eq!(kind, Kind::Ipv6);
    assert!(after <= 270, "{after}");
}

#[test]
fn each_nat_is_told_for_what_it_is() {
    let told = |nats: &[Spec]| {
        let mut w = World::pair(nats, &[], 8);
        w.prepare();
        w.report(A).mapping
    };
    assert_eq!(told(&[]).class, Class::Open);
    assert_eq!(told(&[FULL_CONE]).class, Class::Independent);
    assert_eq!(told(&[APDF]).ports, Ports::Preserved);
    assert_eq!(told(&[APDF_MOVED]).ports, Ports::Scattered);
    assert_eq!(told(&[ADM]).class, Class::Address);
    assert_eq!(told(&[SEQUENTIAL]).class, Class::AddressAndPort);
    assert!(matches!(
        told(&[SEQUENTIAL]).ports,
        Ports::Sequential { step: 1, .. }
    ));
    assert!(told(&[RANDOM]).is_random());
    assert_eq!(told(&[APDF, APDF]).class, Class::Independent);
}
