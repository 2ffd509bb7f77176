//! Rounds, attempts, quiet tries, and the end of them all.

use crate::pair::{A, B, World};
use floater_punch::{Event, Input};
use floater_sim::{APDF, FULL_CONE, Network, RANDOM};

/// Two behind one NAT without a hairpin: it looks well and never works.
fn walled() -> World {
    let mut net = Network::new(1);
    let street = net.behind(0, FULL_CONE, "5.1.0.1", 15);
    for side in 1..=2 {
        let lan = net.behind(street, APDF, &format!("100.64.0.{side}"), 5);
        net.host(lan, &[&format!("192.168.{side}.7")], 1);
    }
    World::with(net, 1)
}

#[test]
fn fresh_ports_at_2_s_the_end_at_6_s_and_quiet_tries_15_and_60_s_later() {
    let mut w = walled();
    w.meet();
    let began = w.net.now + 22 + 5;
    w.relayed();
    for side in [A, B] {
        let ends = w.sides[side].times(|it| matches!(it, Event::NoPath { .. }));
        assert_eq!(ends.len(), 3);
        assert_eq!(ends[0], began + 6_000);
        let reports = w.sides[side].times(|it| matches!(it, Event::Report(_)));
        let second = reports[1];
        assert_eq!(second, began + 2_000);
        let first_after = |at: u64| reports.iter().copied().find(|it| *it > at).unwrap();
        assert!((15_000..16_000).contains(&(first_after(ends[0]) - ends[0])));
        assert!((60_000..61_000).contains(&(first_after(ends[1]) - ends[1])));
    }
}

#[test]
fn no_syn_in_flight_is_taken_back_before_the_attempt_ends() {
    let mut w = walled();
    w.meet();
    let began = w.net.now + 22 + 5;
    w.run(5_999);
    for side in [A, B] {
        assert_eq!(w.sides[side].puncher.cancelled, []);
        assert!(w.sides[side].puncher.flights.len() >= 4);
    }
    w.run(1_000);
    for side in [A, B] {
        assert!(
            w.sides[side]
                .puncher
                .cancelled
                .iter()
                .all(|it| it.0 == began + 6_000)
        );
        assert!(!w.sides[side].puncher.cancelled.is_empty());
    }
}

#[test]
fn another_network_is_tried_at_once_after_all_was_given_up() {
    let mut w = walled();
    w.meet();
    w.relayed();
    for side in [A, B] {
        w.sides[side].events.clear();
        w.give(side, Input::Network);
    }
    let began = w.net.now;
    w.run_until("reports", |w| {
        let reported = |it: usize| {
            !w.sides[it]
                .times(|it| matches!(it, Event::Report(_)))
                .is_empty()
        };
        reported(A) && reported(B)
    });
    assert!(w.net.now - began < 500);
    w.relayed();
}

#[test]
fn a_hedge_begins_after_three_round_trips() {
    let mut w = walled();
    w.meet();
    let (dialled, began) = (w.net.hosts[A].dialled.len(), w.net.now + 22 + 5);
    let public = |w: &World| {
        let dials = w.net.hosts[A].dialled[dialled..].iter();
        dials.filter(|it| it.ip().to_string() == "5.1.0.1").count()
    };
    w.run_until("the hedge", |w| public(w) == 2);
    assert_eq!(w.net.now - began, 300, "3 RTT of 88 ms are less than 300");
}

#[test]
fn hopeless_pairs_stay_on_the_relay_and_dial_nothing() {
    let mut w = World::pair(&[RANDOM], &[RANDOM], 2);
    w.prepare();
    let dialled = w.net.hosts[A].dialled.len();
    w.meet();
    w.relayed();
    assert_eq!(w.net.hosts[A].dialled.len(), dialled);
}

#[test]
fn what_was_prepared_is_kept_alive_and_prepared_anew_after_4_minutes() {
    let mut w = World::pair(&[APDF], &[APDF], 3);
    w.prepare();
    let first = w.report(A);
    w.run(235_000);
    assert_eq!(w.report(A), first);
    w.run(10_000);
    let ports = w.report(A).ports;
    assert!(ports != first.ports, "fresh ports");
    assert_eq!(w.net.listening(A), 2, "the old ones are closed");
    w.meet();
    w.direct();
}

#[test]
fn a_reflector_that_dies_is_looked_for_again_with_longer_and_longer_waits() {
    let mut w = World::pair(&[APDF], &[APDF], 4);
    w.configure(|it| it.reflectors = vec!["6.0.0.1:9".parse().unwrap()]);
    let outputs: Vec<_> = w.sides[A].puncher.punch.prepare(0).collect();
    w.obey(A, outputs);
    w.run(300_000);
    let unseen = w.sides[A].times(|it| *it == Event::Unseen);
    let waits: Vec<_> = unseen
        .windows(2)
        .map(|it| (it[1] - it[0]) / 1_000)
        .collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn stopping_closes_everything_whenever_it_comes() {
    for span in [0, 10, 60, 150, 230, 300, 700, 2_300, 6_100, 21_100] {
        let mut w = walled();
        w.meet();
        w.run(span);
        for side in [A, B] {
            let now = w.net.now;
            let outputs: Vec<_> = w.sides[side].puncher.punch.stop(now).collect();
            w.obey(side, outputs);
            assert_eq!(w.net.listening(side), 0, "after {span} ms");
        }
        w.is_open = false;
        w.run(100_000);
        for side in [A, B] {
            assert_eq!(w.net.open_sockets(side), 0, "after {span} ms");
        }
    }
}
