//! The relay carries from the first second; a direct path takes over, fails, comes back, and
//! nothing is lost, doubled or out of order. FLOATER/1.0 §5.6

use crate::pair::{A, B};
use crate::ways::{RELAY, Ways, carriers};
use floater_e2e::{Event, NewPicture, PathKind};
use floater_proto::body::{PictureKind, Reason};

const DIRECT: Option<PathKind> = Some(PathKind::Direct);
const RELAYED: Option<PathKind> = Some(PathKind::Relay);

#[test]
fn a_chosen_path_carries_and_the_relay_rests() {
    let mut ways = Ways::greeted();
    assert_eq!(carriers(&ways), [RELAYED; 2]);
    ways.direct();
    assert_eq!(carriers(&ways), [DIRECT; 2]);
    let before = ways.sent_on(RELAY);
    ways.say(A, "直接到你那里");
    assert!(ways.until_shown(B, 1) <= 42);
    ways.say(B, "收到");
    ways.pass(60_000);
    assert_eq!(ways.texts(A), ["收到"]);
    assert_eq!(ways.sent_on(RELAY), before);
}

#[test]
fn a_picture_after_the_switch_adds_nothing_to_the_relay() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    let before = ways.sent_on(RELAY);
    let mut bytes = vec![0xff, 0xd8, 0xff];
    bytes.resize(5_000_000, 7);
    let picture = NewPicture {
        kind: PictureKind::Jpeg,
        width: 4000,
        height: 3000,
        thumbhash: "AAAA".into(),
        still: false,
        quote: None,
        bytes: bytes.into(),
    };
    let (_, offer) = ways.sides[A].offer_picture(ways.now, picture).unwrap();
    ways.pass(10_000);
    assert!(ways.events[B].contains(&Event::PictureComplete { id: offer.id }));
    assert_eq!(ways.sent_on(RELAY), before);
    assert!(ways.sent_on(direct) > 5_000_000);
}

/// P5: a dead direct path is noticed, and the relay carries, within a second.
#[test]
fn p5_both_write_on_while_the_direct_path_goes_dark() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(5_000);
    ways.darken(direct, &[A, B]);
    ways.say(A, "一");
    ways.say(B, "1");
    assert!(ways.until_shown(B, 1) <= 1_000);
    assert!(ways.until_shown(A, 1) <= 1_000);
    assert_eq!(carriers(&ways), [RELAYED; 2]);
    ways.pass(10_000);
    assert!(ways.closed.iter().all(|closed| closed.contains(&direct)));
    ways.direct();
    assert_eq!(carriers(&ways), [DIRECT; 2]);
    ways.say(A, "二");
    ways.pass(1_000);
    assert_eq!(
        (ways.texts(A), ways.texts(B)),
        (vec!["1"], vec!["一", "二"])
    );
}

/// Whatever they write, the system takes it: that is no sign of life.
#[test]
fn p5_lines_without_end_do_not_hide_that_the_direct_path_is_dark() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(5_000);
    ways.darken(direct, &[A, B]);
    for n in 1..=20 {
        ways.say(A, &n.to_string());
        ways.say(B, &n.to_string());
        ways.pass(50);
    }
    assert_eq!(carriers(&ways), [RELAYED; 2]);
    ways.pass(100);
    assert_eq!((ways.texts(A).len(), ways.texts(B).len()), (20, 20));
}

#[test]
fn who_changes_the_network_misses_a_dead_path_at_once() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(5_000);
    ways.darken(direct, &[A, B]);
    ways.pass(1_000);
    assert_eq!(ways.carrier(A), DIRECT, "nobody has written");
    ways.sides[A].handle_network(ways.now);
    ways.pass(500);
    assert_eq!(carriers(&ways), [RELAYED, DIRECT]);
}

/// The other one has nothing to say and does not know: its acknowledgements go back on the path on
/// which the lines come.
#[test]
fn one_writes_on_while_the_direct_path_goes_dark() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(1_000);
    ways.darken(direct, &[A, B]);
    for n in 1..=20 {
        ways.say(A, &n.to_string());
        ways.until_shown(B, n);
    }
    ways.pass(2_000);
    let delivered = ways.events[A]
        .iter()
        .filter(|event| matches!(event, Event::Delivered { .. }));
    assert_eq!(delivered.count(), 20);
}

#[test]
fn a_path_that_answers_again_within_five_seconds_carries_again() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(1_000);
    ways.darken(direct, &[B]);
    ways.say(A, "一");
    ways.pass(2_000);
    assert_eq!(ways.texts(B), ["一"]);
    assert_eq!(ways.carrier(A), RELAYED);
    ways.lighten(direct);
    ways.say(B, "二");
    ways.pass(1_000);
    assert_eq!(ways.texts(A), ["二"]);
    assert_eq!(ways.carrier(A), DIRECT);
    assert!(ways.closed.iter().all(|closed| closed.is_empty()));
}

#[test]
fn a_silent_path_is_asked_for_a_sign_of_life_and_dropped_without_one() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(120_000);
    assert_eq!(carriers(&ways), [DIRECT; 2]);
    ways.darken(direct, &[A, B]);
    ways.pass(20_000 + 500 + 5_000);
    assert_eq!(carriers(&ways), [RELAYED; 2]);
    assert!(ways.closed.iter().all(|closed| closed.contains(&direct)));
}

#[test]
fn a_lost_link_to_the_server_is_no_matter_while_a_direct_path_is_there() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.cut(RELAY);
    ways.say(A, "还在");
    assert!(ways.until_shown(B, 1) <= 42);
    ways.cut(direct);
    ways.say(A, "等一下");
    ways.pass(30_000);
    assert_eq!(ways.texts(B), ["还在"]);
    ways.relay_up();
    ways.pass(1_000);
    assert_eq!(ways.texts(B), ["还在", "等一下"]);
}

/// A window of a direct path holds more than the relay takes at once: it goes there piece by piece.
#[test]
fn a_full_direct_window_goes_to_the_relay_in_the_relays_own() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(1_000);
    ways.darken(direct, &[A, B]);
    let before = ways.sent_on(RELAY);
    let text = "长".repeat(5_000);
    for _ in 0..60 {
        ways.say(A, &text);
    }
    let mut most = 0;
    let mut last = before;
    for _ in 0..50 {
        ways.pass(10);
        most = most.max(ways.sent_on(RELAY) - last);
        last = ways.sent_on(RELAY);
    }
    ways.pass(20_000);
    assert_eq!(ways.texts(B).len(), 60);
    assert!(most <= 160 * 1024, "{most} bytes at once");
}

#[test]
fn only_the_choice_passes_on_a_connection_that_is_not_chosen() {
    let mut ways = Ways::greeted();
    let path = ways.prove();
    ways.say(A, "一");
    ways.pass(1_000);
    assert_eq!(ways.sent_on(path), 0);
    ways.sides[B].select(ways.now, path);
    ways.pass(1_000);
    assert_eq!(carriers(&ways), [RELAYED; 2], "B does not choose");
    ways.pass(10_000);
    assert!(ways.closed.iter().all(|closed| closed.contains(&path)));
}

#[test]
fn a_choice_with_other_proofs_is_none() {
    let mut ways = Ways::greeted();
    let path = ways.prove();
    ways.sides[B].handle_proven(ways.now, path, [8; 32]);
    ways.sides[A].select(ways.now, path);
    ways.pass(1_000);
    assert_eq!(carriers(&ways), [RELAYED; 2]);
}

#[test]
fn garbage_on_a_direct_path_closes_it_and_nothing_else() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.sides[B].handle_bytes(ways.now, direct, &[0, 1, 2, 3]);
    ways.collect();
    assert!(ways.closed[B].contains(&direct));
    ways.cut(direct);
    ways.say(A, "还在");
    ways.pass(1_000);
    assert_eq!(ways.texts(B), ["还在"]);
}

#[test]
fn hiding_drops_the_path_at_both_for_good() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.sides[B].hide(ways.now);
    ways.pass(1_000);
    assert!(ways.events[A].contains(&Event::PeerHid));
    assert!(ways.closed.iter().all(|closed| closed.contains(&direct)));
    assert_eq!(carriers(&ways), [RELAYED; 2]);
    let path = ways.prove();
    ways.sides[A].select(ways.now, path);
    ways.say(A, "好");
    ways.pass(1_000);
    assert_eq!(ways.texts(B), ["好"]);
    assert_eq!(ways.sent_on(path), 0);
    assert!(ways.closed.iter().all(|closed| closed.contains(&path)));
}

#[test]
fn a_connection_that_is_found_after_the_end_carries_nothing() {
    let mut ways = Ways::greeted();
    ways.sides[B].end(ways.now, Reason::Left).unwrap();
    ways.pass(1_000);
    let path = ways.prove();
    ways.sides[A].select(ways.now, path);
    ways.pass(1_000);
    assert_eq!(ways.sent_on(path), 0);
}

/// P1: no message lost, doubled or out of order, whatever the paths do.
#[test]
fn p1_paths_come_and_go_at_random() {
    let seeds = std::env::var("FLOATER_SEEDS").map_or(40, |n| n.parse().unwrap());
    for seed in 0..seeds {
        let mut draw = draw(seed);
        let mut ways = Ways::greeted();
        let (mut direct, mut relay, mut said) = (None, true, [0_usize; 2]);
        for _ in 0..60 {
            for side in [A, B] {
                for _ in 0..draw(3) {
                    let text = said[side].to_string();
                    if ways.sides[side].say(ways.now, &text, None).is_ok() {
                        said[side] += 1;
                    }
                }
            }
            ways.collect();
            match (draw(8), direct) {
                (0 | 1, None) => {
                    let path = ways.prove();
                    ways.sides[A].select(ways.now, path);
                    direct = Some(path);
                }
                (0, Some(path)) => {
                    ways.cut(path);
                    direct = None;
                }
                (1, Some(path)) => ways.darken(path, &[A, B]),
                (2, Some(path)) => ways.darken(path, &[A]),
                (3, Some(path)) => ways.lighten(path),
                (4, _) if relay => {
                    ways.cut(RELAY);
                    relay = false;
                }
                (4 | 5, _) if !relay => {
                    ways.relay_up();
                    relay = true;
                }
                _ => {}
            }
            ways.pass(draw(1_500) as u64);
            direct = direct.filter(|path| !ways.closed[A].contains(path));
        }
        if !relay {
            ways.relay_up();
        }
        ways.pass(60_000);
        let expected = said.map(|n| (0..n).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(ways.texts(B), expected[A], "seed {seed}");
        assert_eq!(ways.texts(A), expected[B], "seed {seed}");
    }
}

fn draw(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed * 2 + 1;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}
