//! The handshake binds everything that both must agree on: whoever changes one byte of it, on the
//! way or at one side, prevents a common secret. FLOATER/1.0 §4.7

use crate::pair::{A, B, Pair, Side, begin, role, side};
use floater_e2e::{Conversation, Output, PathId, PathKind};
use floater_proto::Role;
use floater_proto::body::Policy;

const RELAY: PathId = PathId(1);

fn flip(bytes: &mut [u8], at: usize) {
    bytes[at] ^= 1 << (at % 8);
}

fn frames(side: &mut Conversation) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some(output) = side.poll() {
        if let Output::Send { bytes, .. } = output {
            frames.push(bytes.into());
        }
    }
    frames
}

fn up(mut side: Conversation) -> Conversation {
    side.handle_path_up(0, RELAY, PathKind::Relay);
    side
}

/// Gives a side each mutation of a frame, then the frame itself: only that one is answered.
fn only_the_honest_frame_counts(to: &mut Conversation, honest: &[u8], what: &str) {
    frames(to);
    for at in 0..honest.len() {
        let mut frame = honest.to_vec();
        flip(&mut frame, at);
        to.handle_bytes(0, RELAY, &frame);
        assert!(frames(to).is_empty(), "{what}, byte {at}");
        assert!(!to.is_secured(), "{what}, byte {at}");
    }
    to.handle_bytes(0, RELAY, honest);
    assert!(!frames(to).is_empty(), "{what}");
}

#[test]
fn p28_each_mutated_byte_fails_in_a_handshake_frame() {
    let [mut a, mut b] = [A, B].map(|which| up(begin(which, &side(which)).unwrap()));
    let first = frames(&mut a).remove(0);
    let mut reply = b;
    only_the_honest_frame_counts(&mut reply, &first, "message 1");
    // The helper took the answers: B repeats them, as it does each second.
    reply.handle_wake(1_000);
    let answers = frames(&mut reply);
    let [second, hello_b] = answers.as_slice() else {
        panic!("message 2 and /hello");
    };
    only_the_honest_frame_counts(&mut a, second, "message 2");
    a.handle_wake(1_000);
    let hello_a = frames(&mut a).remove(1);
    only_the_honest_frame_counts(&mut a, hello_b, "hello of B");
    only_the_honest_frame_counts(&mut reply, &hello_a, "hello of A");
    a.handle_wake(2_000);
    b = reply;
    b.handle_wake(2_000);
    let mut pair = Pair::of([a, b]);
    pair.drive();
    assert!(
        pair.sides.iter().all(Conversation::is_secured),
        "and the honest ones still do"
    );
}

/// One side was told something else than the other. Whether refused at once or in the handshake:
/// there is no common secret.
fn fails(which: usize, told: &Side, what: &str) {
    let Ok(tampered) = begin(which, told) else {
        return;
    };
    let honest = begin(1 - which, &side(1 - which)).unwrap();
    let sides = if which == A {
        [tampered, honest]
    } else {
        [honest, tampered]
    };
    let mut pair = Pair::of(sides);
    pair.drive();
    pair.pass(1_500);
    assert!(!pair.sides.iter().any(Conversation::is_secured), "{what}");
    assert!(pair.sent[B].is_empty(), "B answers nothing: {what}");
}

#[test]
fn p28_each_mutated_byte_fails_in_the_match_id() {
    for which in [A, B] {
        for at in 0..16 {
            let mut told = side(which);
            flip(&mut told.match_id.0, at);
            fails(
                which,
                &told,
                &format!("match id at {:?}, byte {at}", role(which)),
            );
        }
    }
}

#[test]
fn p28_each_mutated_byte_fails_in_a_public_key() {
    for which in [A, B] {
        for at in 0..32 {
            let mut told = side(which);
            flip(&mut told.peer.x25519.0, at);
            fails(
                which,
                &told,
                &format!("x25519 told to {:?}, byte {at}", role(which)),
            );
            let mut told = side(which);
            flip(&mut told.peer.ed25519.0, at);
            fails(
                which,
                &told,
                &format!("ed25519 told to {:?}, byte {at}", role(which)),
            );
        }
    }
}

/// Some mutations of an Ed25519 key are no point and are refused before the handshake. Another
/// honest key is refused by the handshake alone.
#[test]
fn p28_another_verification_key_fails() {
    for which in [A, B] {
        let mut told = side(which);
        told.peer.ed25519 = floater_evidence::Signer::from_seed([77; 32]).public();
        fails(which, &told, "another person's ed25519");
    }
}

#[test]
fn p28_each_mutated_byte_fails_in_the_ml_kem_key() {
    let mut b = up(begin(B, &side(B)).unwrap());
    for at in 0..1184 {
        let mut told = side(A);
        flip(&mut told.peer.ek.as_mut().unwrap().0, at);
        let Ok(tampered) = begin(A, &told) else {
            continue;
        };
        let first = frames(&mut up(tampered)).remove(0);
        b.handle_bytes(0, RELAY, &first);
        assert!(frames(&mut b).is_empty(), "byte {at}");
    }
    let honest = frames(&mut up(begin(A, &side(A)).unwrap())).remove(0);
    b.handle_bytes(0, RELAY, &honest);
    assert_eq!(frames(&mut b).len(), 2, "and the honest one still does");
}

#[test]
fn p28_each_mutated_policy_fails() {
    for which in [A, B] {
        let mut told = side(which);
        told.peer.policy = other(told.peer.policy);
        fails(which, &told, "the peer's policy");
        let mut told = side(which);
        told.own.policy = other(told.own.policy);
        fails(which, &told, "one's own policy");
    }
}

fn other(policy: Policy) -> Policy {
    if policy == Policy::Direct {
        Policy::Hidden
    } else {
        Policy::Direct
    }
}

#[test]
fn p28_swapped_roles_fail() {
    assert_eq!(role(A), Role::A);
    let swapped = Side {
        own: side(B).own,
        peer: side(A).own,
        ..side(A)
    };
    assert!(begin(A, &swapped).is_err());
    assert!(
        begin(
            B,
            &Side {
                own: side(A).own,
                peer: side(B).own,
                ..side(B)
            }
        )
        .is_err()
    );
}
