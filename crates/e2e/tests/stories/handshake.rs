//! Two clients that do not know each other find a common secret, over a wire that loses,
//! doubles and garbles. FLOATER/1.0 §4

use crate::pair::{A, B, Pair, begin, side};
use crate::stranger::{FIRST, SECOND, frame, split};
use floater_e2e::{Event, SetupError};
use floater_evidence::WeakKey;
use floater_proto::{Binary, MessageRef};

fn numbers(frames: &[Vec<u8>]) -> Vec<u64> {
    frames.iter().map(|frame| split(frame).0).collect()
}

#[test]
fn four_frames_then_one_each_under_the_secret() {
    let pair = Pair::secured();
    let a = numbers(&pair.sent[A]);
    assert_eq!(a[..2], [FIRST, 0]);
    assert_eq!(numbers(&pair.sent[B])[..2], [SECOND, 0]);
    assert!(a[2..].iter().all(|n| *n < SECOND));
    assert!(pair.heard(A, &Event::Secured) && pair.heard(B, &Event::Secured));
}

#[test]
fn both_read_the_same_seven_words() {
    let pair = Pair::secured();
    let [a, b] = pair
        .sides
        .each_ref()
        .map(floater_e2e::Conversation::safety_code);
    assert!(a.is_some());
    assert_eq!(a, b);
}

/// Each single loss among the first frames, and each pair of losses.
#[test]
fn whatever_two_frames_are_lost_the_repeats_bring_them() {
    for first in 0..6 {
        for second in 0..6 {
            let mut pair = Pair::new();
            let mut count = 0;
            for _ in 0..10 {
                pair.collect();
                for from in [A, B] {
                    while let Some(bytes) = pair.wire[from].pop_front() {
                        if count != first && count != second {
                            pair.give(1 - from, &bytes);
                        }
                        count += 1;
                    }
                }
            }
            pair.pass(4_000);
            let secured = pair.sides.iter().all(floater_e2e::Conversation::is_secured);
            assert!(secured, "without frames {first} and {second}");
        }
    }
}

#[test]
fn repeats_are_the_same_bytes_each_second() {
    let mut pair = Pair::new();
    pair.pass_deaf(5_500);
    assert_eq!(pair.sent[A].len(), 6, "at 0, 1, 2, 3, 4 and 5 s");
    assert!(pair.sent[A].iter().all(|frame| *frame == pair.sent[A][0]));
}

#[test]
fn without_a_secret_after_twenty_seconds_it_has_failed_once() {
    let mut pair = Pair::new();
    pair.pass_deaf(19_999);
    assert!(!pair.heard(A, &Event::Failed));
    pair.pass_deaf(60_000);
    for side in [A, B] {
        let failed = pair.events[side]
            .iter()
            .filter(|event| **event == Event::Failed);
        assert_eq!(failed.count(), 1);
        assert_eq!(pair.sides[side].wake_at(), None);
    }
}

#[test]
fn what_comes_after_the_failure_changes_nothing() {
    let mut pair = Pair::new();
    pair.pass_deaf(20_000);
    let frames = pair.sent.clone();
    for round in 0..3 {
        for from in [A, B] {
            for bytes in frames[from].iter().chain(&pair.sent[from].clone()) {
                pair.give(1 - from, bytes);
            }
        }
        assert!(!pair.heard(A, &Event::Secured), "round {round}");
    }
}

#[test]
fn garbage_before_between_and_after_changes_nothing() {
    let mut pair = Pair::new();
    let garbage: Vec<Vec<u8>> = (0..64_u8)
        .map(|seed| {
            (0..u32::from(seed) * 31)
                .map(|i| (i as u8).wrapping_mul(seed | 1))
                .collect()
        })
        .chain([FIRST, SECOND, 0, 1, 1 << 63, u64::MAX].map(|n| frame(n, &[0x55; 1136])))
        .chain([FIRST, SECOND, 0].map(|n| frame(n, &[0x55; 48])))
        .chain([frame(0, &[0x55; 272])])
        .collect();
    for _ in 0..8 {
        for bytes in &garbage {
            pair.give(A, bytes);
            pair.give(B, bytes);
        }
        pair.carry(A);
        pair.carry(B);
    }
    pair.drive();
    assert!(pair.sides.iter().all(floater_e2e::Conversation::is_secured));
}

/// Whoever sends a frame back to its sender is understood by nobody.
#[test]
fn a_mirror_is_no_stranger() {
    let mut pair = Pair::new();
    for _ in 0..8 {
        pair.collect();
        for side in [A, B] {
            while let Some(bytes) = pair.wire[side].pop_front() {
                pair.give(side, &bytes);
            }
        }
        pair.pass_deaf(1_000);
    }
    assert!(!pair.heard(A, &Event::Secured) && !pair.heard(B, &Event::Secured));
}

#[test]
fn what_was_wanted_before_the_secret_goes_out_with_it() {
    let mut pair = Pair::new();
    pair.sides[A].greet(0).unwrap();
    pair.sides[B].greet(0).unwrap();
    pair.drive();
    let of = pair.say(A, "早");
    assert_eq!(
        of,
        MessageRef {
            by: floater_proto::Role::A,
            number: 1
        }
    );
    assert_eq!(pair.texts(B), ["早"]);
}

#[test]
fn weak_keys_of_a_peer_and_foreign_keys_of_ones_own_begin_nothing() {
    let mut weak = side(A);
    weak.peer.x25519 = Binary([0; 32]);
    assert_eq!(
        begin(A, &weak).unwrap_err(),
        SetupError::Peer(WeakKey::X25519)
    );
    let mut weak = side(B);
    weak.peer.ed25519 = Binary([0; 32]);
    assert_eq!(
        begin(B, &weak).unwrap_err(),
        SetupError::Peer(WeakKey::Ed25519)
    );
    let mut without = side(A);
    without.peer.ek = None;
    assert_eq!(
        begin(A, &without).unwrap_err(),
        SetupError::Peer(WeakKey::EkMissing)
    );
    let mut foreign = side(A);
    foreign.own.ed25519 = side(B).own.ed25519;
    assert_eq!(begin(A, &foreign).unwrap_err(), SetupError::Own);
}
