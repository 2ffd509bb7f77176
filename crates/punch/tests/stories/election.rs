//! One connection is chosen, by the initiator, and the losers are closed last.

use crate::pair::{A, B, World};
use floater_punch::{Event, Kind, Misuse, Offer, PathKey, Report, Role};
use floater_sim::{APDF, FULL_CONE, Network};

#[test]
fn a_more_preferred_one_in_flight_is_waited_for_50_ms_and_no_longer() {
    // Both in one network whose NAT has a hairpin, but the LAN keeps its stations apart: each
    // sees the other's private address fail to answer.
    let mut net = Network::new(1);
    let street = net.behind(0, FULL_CONE.hairpinning(), "5.1.0.1", 15);
    for side in 1..=2 {
        let lan = net.behind(street, APDF, &format!("100.64.0.{side}"), 5);
        net.host(lan, &[&format!("192.168.{side}.7")], 1);
    }
    let mut w = World::with(net, 1);
    w.meet();
    let (_, kind) = w.direct();
    assert_eq!(kind, Kind::Hairpin);
    let proven = w.sides[A].times(|it| matches!(it, Event::Proven { .. }))[0];
    let elected = w.sides[A].times(|it| matches!(it, Event::Elect(_)))[0];
    assert_eq!(elected - proven, 50);
}

#[test]
fn losers_are_closed_only_when_the_choice_is_known() {
    // Without NATs each dials both ways and all of it connects.
    let mut w = World::pair(&[], &[], 2);
    w.meet();
    w.run_until("a choice", |w| {
        !w.sides[A]
            .times(|it| matches!(it, Event::Elect(_)))
            .is_empty()
    });
    let (a, b) = (w.net.open_sockets(A), w.net.open_sockets(B));
    w.run_until("B confirms", |w| w.sides[B].direct.is_some());
    assert!(w.net.open_sockets(A) >= a && w.net.open_sockets(B) >= b);
    w.run_until("A knows", |w| w.sides[A].direct.is_some());
    assert_eq!(w.net.open_sockets(A), 1);
    w.direct();
}

#[test]
fn the_responder_waits_and_the_initiator_chooses() {
    let mut w = World::pair(&[APDF], &[APDF], 3);
    w.meet();
    w.direct();
    assert!(
        w.sides[B]
            .times(|it| matches!(it, Event::Elect(_)))
            .is_empty()
    );
    assert_eq!(
        w.sides[A].times(|it| matches!(it, Event::Elect(_))).len(),
        1
    );
}

#[test]
fn both_know_the_connection_by_the_same_two_proofs() {
    let mut w = World::pair(&[], &[], 8);
    w.meet();
    w.direct();
    let bindings = |side: usize| -> Vec<_> {
        let (_, chosen, _) = w.sides[side].direct.unwrap();
        let events = w.sides[side].events.iter();
        let bindings = events.filter_map(|(_, it)| match it {
            Event::Proven { conn, binding } => Some((*conn == chosen, *binding)),
            _ => None,
        });
        bindings.collect()
    };
    let chosen = [A, B].map(|side| bindings(side).into_iter().find(|it| it.0));
    assert!(chosen[A].is_some());
    assert_eq!(chosen[A], chosen[B]);
    let mut all: Vec<_> = bindings(A).into_iter().map(|it| it.1).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no two connections have the same");
}

#[test]
fn a_choice_that_the_caller_lets_go_gives_way_to_a_fresh_round() {
    let mut w = World::pair(&[APDF], &[APDF], 9);
    w.is_deaf = true;
    w.meet();
    let elected = |it: &Event| matches!(it, Event::Elect(_));
    w.run_until("a choice", |w| !w.sides[A].times(elected).is_empty());
    let events = w.sides[A].events.iter().rev();
    let conn = events.clone().find_map(|(_, it)| match it {
        Event::Elect(conn) => Some(*conn),
        _ => None,
    });
    let now = w.net.now;
    let outputs: Vec<_> = w.sides[A]
        .puncher
        .punch
        .let_go(now, conn.unwrap())
        .collect();
    assert!(outputs.contains(&floater_punch::Output::Close(conn.unwrap())));
    w.obey(A, outputs);
    w.run_until("a second round", |w| w.round == 2);
    w.is_deaf = false;
    assert!(w.net.now - now < 1_000, "no answer is waited for");
    w.direct();
}

#[test]
fn a_second_winner_is_refused_while_the_losers_are_open() {
    // IPv6 and IPv4 both connect.
    let mut w = World::of_both_families(2);
    w.meet();
    w.run_until("B confirms", |w| w.sides[B].direct.is_some());
    let (_, chosen, _) = w.sides[B].direct.unwrap();
    let losers: Vec<_> = w.sides[B]
        .events
        .iter()
        .filter_map(|(_, it)| match it {
            Event::Proven { conn, .. } if *conn != chosen => Some(*conn),
            _ => None,
        })
        .collect();
    assert!(!losers.is_empty());
    for conn in losers {
        let now = w.net.now;
        let again = w.sides[B].puncher.punch.elected(now, conn).err();
        assert_eq!(again, Some(Misuse::NotChosen));
    }
    w.direct();
}

#[test]
fn nothing_is_elected_twice_or_unproven() {
    let mut w = World::pair(&[APDF], &[APDF], 4);
    w.meet();
    w.run_until("a choice", |w| {
        !w.sides[A]
            .times(|it| matches!(it, Event::Elect(_)))
            .is_empty()
    });
    let now = w.net.now;
    let other = floater_punch::ConnId::Dialled(9_999);
    let refused = w.sides[A].puncher.punch.elected(now, other).err();
    assert_eq!(refused, Some(Misuse::NotProven));
    w.direct();
    let now = w.net.now;
    for side in [A, B] {
        let (_, conn, _) = w.sides[side].direct.unwrap();
        let again = w.sides[side].puncher.punch.elected(now, conn).err();
        assert_eq!(again, Some(Misuse::NotProven));
        let said = w.sides[side].puncher.punch.say(now, conn, vec![1]).err();
        assert_eq!(said, Some(Misuse::NotProven));
    }
}

#[test]
fn a_choice_that_nobody_confirms_gives_way_to_a_fresh_round() {
    let mut w = World::pair(&[APDF], &[APDF], 5);
    w.is_deaf = true;
    w.meet();
    w.run_until("a choice", |w| {
        !w.sides[A]
            .times(|it| matches!(it, Event::Elect(_)))
            .is_empty()
    });
    let chosen = w.net.now;
    w.run(500);
    w.is_deaf = false;
    w.run_until("a second round", |w| w.round == 2);
    assert!((1_500..2_500).contains(&(w.net.now - chosen)));
    w.direct();
}

#[test]
fn an_offer_must_fit_the_ones_before() {
    let mut w = World::pair(&[APDF], &[APDF], 6);
    let offer = |number, role| Offer {
        role,
        number,
        peer: Report::default(),
        delay: 0,
        key: PathKey([7; 32]),
    };
    let early = w.sides[A]
        .puncher
        .punch
        .offer(0, offer(1, Role::Initiator))
        .err();
    assert_eq!(early, Some(Misuse::NotPrepared));
    w.meet();
    w.run_until("the offer", |w| w.sides[A].puncher.punch.report().is_none());
    let now = w.net.now;
    let old = w.sides[A]
        .puncher
        .punch
        .offer(now, offer(1, Role::Initiator))
        .err();
    assert_eq!(old, Some(Misuse::OldNumber));
    let other = w.sides[A]
        .puncher
        .punch
        .offer(now, offer(2, Role::Responder))
        .err();
    assert_eq!(other, Some(Misuse::OtherRole));
    w.direct();
}
