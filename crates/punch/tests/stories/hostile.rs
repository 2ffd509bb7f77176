//! Whoever connects without the key gets nothing, and stops nothing.

use crate::pair::{A, B, World};
use floater_punch::{ConnId, Event, Input, Output, PortId};
use floater_sim::APDF;

/// A world whose attempt has begun at A but not at B, and A's first port.
fn waiting() -> (World, PortId) {
    let mut w = World::pair(&[APDF], &[APDF], 1);
    w.late = [0, 200];
    w.meet();
    w.run_until("the offer", |w| w.sides[A].puncher.punch.report().is_none());
    let port = *w.sides[A].puncher.listened.keys().next().unwrap();
    (w, port)
}

fn knock(w: &mut World, port: PortId, number: u32) -> Vec<Output> {
    let now = w.net.now;
    let from = format!("9.9.9.9:{}", 10_000 + number).parse().unwrap();
    let conn = ConnId::Accepted(100_000 + number);
    let outputs = w.sides[A]
        .puncher
        .punch
        .handle(now, Input::Accepted(port, conn, from));
    outputs.collect()
}

fn closed(outputs: &[Output]) -> Vec<ConnId> {
    let closed = |it: &Output| match it {
        Output::Close(conn) => Some(*conn),
        _ => None,
    };
    outputs.iter().filter_map(closed).collect()
}

#[test]
fn noise_is_closed_and_the_right_one_still_wins() {
    let (mut w, port) = waiting();
    for number in 0..20 {
        knock(&mut w, port, number);
        let conn = ConnId::Accepted(100_000 + number);
        let now = w.net.now;
        let outputs: Vec<_> = w.sides[A]
            .puncher
            .punch
            .handle(now, Input::Bytes(conn, &[9; 48]))
            .collect();
        assert_eq!(closed(&outputs), [conn]);
        assert!(
            !outputs.iter().any(|it| matches!(it, Output::Event(_))),
            "nothing is shown"
        );
    }
    w.direct();
}

#[test]
fn a_proof_that_is_sent_back_proves_nothing() {
    let (mut w, port) = waiting();
    let proof = knock(&mut w, port, 1)
        .into_iter()
        .find_map(|it| match it {
            Output::Send(_, bytes) => Some(bytes),
            _ => None,
        })
        .unwrap();
    let now = w.net.now;
    let conn = ConnId::Accepted(100_001);
    let outputs: Vec<_> = w.sides[A]
        .puncher
        .punch
        .handle(now, Input::Bytes(conn, &proof))
        .collect();
    assert_eq!(closed(&outputs), [conn]);
    w.direct();
}

#[test]
fn a_proof_counts_once() {
    let (mut w, port) = waiting();
    let key = floater_punch::PathKey([7; 32]);
    let proof = floater_punch::prove(&key, floater_punch::Role::Responder, 1, [1; 16]);
    let now = w.net.now;
    for (number, is_right) in [(1, true), (2, false)] {
        knock(&mut w, port, number);
        let conn = ConnId::Accepted(100_000 + number);
        let outputs: Vec<_> = w.sides[A]
            .puncher
            .punch
            .handle(now, Input::Bytes(conn, &proof))
            .collect();
        let is_it = |it: &Output| matches!(it, Output::Event(Event::Proven { conn: of, .. }) if *of == conn);
        let is_proven = outputs.iter().any(is_it);
        assert_eq!(is_proven, is_right);
        assert_eq!(closed(&outputs).is_empty(), is_right);
    }
}

#[test]
fn the_silent_are_closed_after_2_s() {
    let (mut w, port) = waiting();
    let at = w.net.now;
    w.late = [0, 0];
    knock(&mut w, port, 1);
    let mut gone = Vec::new();
    let mut now = at;
    while gone.is_empty() {
        now += 10;
        assert!(now <= at + 2_000, "never closed");
        let outputs: Vec<_> = w.sides[A].puncher.punch.handle(now, Input::Wake).collect();
        gone = closed(&outputs);
        gone.retain(|it| *it == ConnId::Accepted(100_001));
    }
    assert_eq!(now, at + 2_000);
}

#[test]
fn a_flood_of_the_silent_is_bounded_and_keeps_nobody_out() {
    let (mut w, port) = waiting();
    let mut open = 0_usize;
    for number in 0..5_000 {
        let outputs = knock(&mut w, port, number);
        open = open + 1 - closed(&outputs).len();
        assert!(open <= 32, "{open}");
    }
    assert_eq!(open, 32);
    w.direct();
}

#[test]
fn before_the_offer_few_wait_and_not_for_long() {
    let mut w = World::pair(&[APDF], &[APDF], 2);
    w.prepare();
    let port = *w.sides[A].puncher.listened.keys().next().unwrap();
    let outputs: Vec<_> = (0..100).flat_map(|it| knock(&mut w, port, it)).collect();
    assert_eq!(closed(&outputs).len(), 100 - 32);
    let now = w.net.now + 2_000;
    let outputs: Vec<_> = w.sides[A].puncher.punch.handle(now, Input::Wake).collect();
    assert_eq!(closed(&outputs).len(), 32);
}

#[test]
fn a_proven_side_that_babbles_is_cut() {
    let mut w = World::pair(&[APDF], &[APDF], 3);
    w.is_deaf = true;
    w.meet();
    let is_proven = |it: &Event| matches!(it, Event::Proven { .. });
    w.run_until("a proof", |w| !w.sides[B].times(is_proven).is_empty());
    let (_, Event::Proven { conn, .. }) = *w.sides[B].events.last().unwrap() else {
        panic!("a proof is the last event");
    };
    let now = w.net.now;
    let mut heard = 0;
    loop {
        let outputs: Vec<_> = w.sides[B]
            .puncher
            .punch
            .handle(now, Input::Bytes(conn, &[1; 1_000]))
            .collect();
        if !closed(&outputs).is_empty() {
            assert!(outputs.contains(&Output::Event(Event::Lost(conn))));
            break;
        }
        heard += 1_000;
        assert!(heard <= 16 * 1_024, "{heard}");
    }
}

#[test]
fn a_false_reflector_is_not_believed() {
    let mut w = World::pair(&[APDF], &[APDF], 4);
    w.configure(|it| it.reflect_key = floater_punch::reflect::ReflectKey([4; 32]));
    w.is_false = true;
    let outputs: Vec<_> = w.sides[A].puncher.punch.prepare(0).collect();
    w.obey(A, outputs);
    w.run(10_000);
    assert!(w.sides[A].puncher.punch.report().is_none());
    assert!(!w.sides[A].times(|it| *it == Event::Unseen).is_empty());
}
