//! A server that lies: it gives both the keys of its own and stands between them. What it may do
//! there, and what shows it. FLOATER/1.0 §4.7, §6.11

use crate::pair::{A, B, MATCH, Pair, SEEDS, Side, begin, keys, role, side};
use floater_e2e::{Conversation, MatchKeys, Setup};
use floater_proto::body::{Policy, PublicKeys};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// The keys that the one between has made to stand for this side.
fn false_keys(which: usize) -> (MatchKeys, PublicKeys) {
    let mut rng = ChaCha20Rng::from_seed([[0xc1; 32], [0xd1; 32]][which]);
    MatchKeys::generate(role(which), Policy::Hidden, &mut rng)
}

/// The one between, in the place of this side. It has that side's seed, and so its nonce: as if each
/// step of the safety code were passed on.
fn between(which: usize) -> Conversation {
    let (secret, own) = false_keys(which);
    let setup = Setup {
        match_id: MATCH,
        role: role(which),
        keys: secret,
        own,
        peer: keys(1 - which).1,
        seed: SEEDS[which],
    };
    Conversation::new(0, setup).unwrap()
}

/// This side, which was told of the false keys.
fn deceived(which: usize) -> Conversation {
    let peer = false_keys(1 - which).1;
    begin(
        which,
        &Side {
            peer,
            ..side(which)
        },
    )
    .unwrap()
}

#[test]
fn who_swaps_the_keys_reads_all_and_has_other_words_on_each_side() {
    let mut with_a = Pair::of([deceived(A), between(B)]);
    let mut with_b = Pair::of([between(A), deceived(B)]);
    for pair in [&mut with_a, &mut with_b] {
        pair.drive();
        for side in [A, B] {
            pair.sides[side].greet(0).unwrap();
        }
        pair.drive();
        assert!(pair.sides.iter().all(Conversation::is_gate_open));
    }
    // Neither misses anything: what one says is read, and said again as if it came from there.
    with_a.say(A, "只有你我知道");
    let read = with_a.texts(B).concat();
    with_b.say(A, &read);
    assert_eq!(with_b.texts(B), ["只有你我知道"]);

    let words = |pair: &Pair, side: usize| pair.sides[side].safety_code().unwrap();
    assert_eq!(words(&with_a, A), words(&with_a, B));
    assert_eq!(words(&with_b, A), words(&with_b, B));
    assert_ne!(words(&with_a, A), words(&with_b, B));
}
