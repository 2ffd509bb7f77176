//! Two sides and the wire between them, in virtual time.

use super::*;
use crate::MatchKeys;
use floater_proto::body::{PictureKind, Policy};
use floater_proto::{Binary, Role};

const RELAY: PathId = PathId(1);

struct Pair {
    now: u64,
    sides: [Conversation; 2],
    events: [Vec<Event>; 2],
}

impl Pair {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let (a_keys, a) = MatchKeys::generate(Role::A, Policy::Direct, &mut rng);
        let (b_keys, b) = MatchKeys::generate(Role::B, Policy::Hidden, &mut rng);
        let side = |role, keys, own: &_, peer: &_, seed| {
            let setup = Setup {
                match_id: Binary([9; 16]),
                role,
                keys,
                own: Clone::clone(own),
                peer: Clone::clone(peer),
                seed,
            };
            Conversation::new(0, setup).unwrap()
        };
        let sides = [
            side(Role::A, a_keys, &a, &b, [1; 32]),
            side(Role::B, b_keys, &b, &a, [2; 32]),
        ];
        let mut pair = Self {
            now: 0,
            sides,
            events: [Vec::new(), Vec::new()],
        };
        for side in &mut pair.sides {
            side.handle_path_up(0, RELAY, PathKind::Relay);
            side.handle_room(0, RELAY, usize::MAX / 2);
        }
        pair
    }

    /// Carries frames both ways until nothing is under way; `keep` says which arrive.
    fn drive(&mut self, mut keep: impl FnMut() -> bool) {
        loop {
            let mut moved = false;
            for from in 0..2 {
                while let Some(output) = self.sides[from].poll() {
                    moved = true;
                    match output {
                        Output::Event(event) => self.events[from].push(event),
                        Output::Send { path, bytes } if keep() => {
                            self.sides[1 - from].handle_bytes(self.now, path, &bytes);
                        }
                        Output::Send { .. } | Output::Close { .. } => {}
                    }
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Lets time pass to the next moment that a side waits for.
    fn pass(&mut self, keep: impl FnMut() -> bool) {
        let next = self.sides.iter().filter_map(Conversation::wake_at).min();
        self.now = next.unwrap_or(self.now + 1000).max(self.now);
        for side in &mut self.sides {
            if side.wake_at().is_some_and(|at| at <= self.now) {
                side.handle_wake(self.now);
            }
        }
        self.drive(keep);
    }

    fn greeted() -> Self {
        let mut pair = Self::new();
        pair.drive(|| true);
        pair.sides[0].greet(0).unwrap();
        pair.sides[1].greet(0).unwrap();
        pair.drive(|| true);
        pair
    }

    fn texts(&self, side: usize) -> Vec<&str> {
        let text = |event: &'_ Event| matches!(event, Event::Text { .. });
        let of = self.events[side].iter().filter(|event| text(event));
        of.filter_map(|event| match event {
            Event::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
    }
}

#[test]
fn both_have_the_same_keys_and_the_same_safety_code() {
    let mut pair = Pair::new();
    pair.drive(|| true);
    assert!(pair.sides.iter().all(Conversation::is_secured));
    let [a, b] = pair.sides.each_ref().map(Conversation::safety_code);
    assert!(a.is_some());
    assert_eq!(a, b);
}

#[test]
fn nothing_passes_before_both_have_greeted() {
    let mut pair = Pair::new();
    pair.drive(|| true);
    assert_eq!(pair.sides[0].say(0, "早", None), Err(Misuse::GreetFirst));
    assert!(!pair.sides[0].has_greeted());
    pair.sides[0].greet(0).unwrap();
    pair.drive(|| true);
    let greeted = pair.sides.each_ref().map(Conversation::has_greeted);
    assert_eq!(greeted, [true, false]);
    assert_eq!(pair.sides[0].say(0, "早", None), Err(Misuse::GreetFirst));
    pair.sides[1].greet(0).unwrap();
    pair.drive(|| true);
    assert!(pair.sides.iter().all(Conversation::is_gate_open));
    pair.sides[0].say(0, "早", None).unwrap();
    pair.drive(|| true);
    assert_eq!(pair.texts(1), ["早"]);
}

#[test]
fn a_text_is_ticked_and_quoted() {
    let mut pair = Pair::greeted();
    let of = pair.sides[0].say(0, "今天海上有雾", None).unwrap();
    pair.drive(|| true);
    pair.sides[1].say(0, "嗯", Some(of)).unwrap();
    pair.drive(|| true);
    assert!(pair.events[0].contains(&Event::Delivered { number: 1 }));
    let quoted = pair.events[0]
        .iter()
        .any(|event| matches!(event, Event::Text { quote, .. } if *quote == Some(of)));
    assert!(quoted);
    let evidence = pair.sides[1].evidence(of).unwrap();
    assert_eq!(evidence.body, "今天海上有雾");
}

#[test]
fn a_picture_comes_whole() {
    let mut pair = Pair::greeted();
    let mut bytes = vec![0xff, 0xd8, 0xff];
    bytes.extend((0..1_000_000_u32).map(|i| (i % 251) as u8));
    let picture = NewPicture {
        kind: PictureKind::Jpeg,
        width: 1000,
        height: 800,
        thumbhash: "AAAA".into(),
        still: false,
        quote: None,
        bytes: bytes.clone().into(),
    };
    let (_, offer) = pair.sides[0].offer_picture(0, picture).unwrap();
    pair.drive(|| true);
    for _ in 0..50 {
        pair.pass(|| true);
    }
    assert!(pair.events[1].contains(&Event::PictureComplete { id: offer.id }));
    assert_eq!(pair.sides[1].open_picture(0, offer.id).unwrap(), bytes);
}

#[test]
fn the_end_is_told() {
    let mut pair = Pair::greeted();
    pair.sides[1].end(0, Reason::Left).unwrap();
    pair.drive(|| true);
    let ended = Event::Ended {
        reason: Reason::Left,
        by_peer: true,
    };
    assert!(pair.events[0].contains(&ended));
    assert_eq!(pair.sides[0].say(0, "喂", None), Err(Misuse::Over));
}

#[test]
fn no_common_secret_within_twenty_seconds_fails() {
    let mut pair = Pair::new();
    while pair.now < 20_000 {
        pair.pass(|| false);
    }
    pair.drive(|| false);
    assert!(pair.events[0].contains(&Event::Failed));
    assert_eq!(pair.sides[0].wake_at(), None);
}

#[test]
fn p1_a_wire_that_loses_half_loses_nothing_of_what_is_said() {
    let seeds = std::env::var("FLOATER_SEEDS").map_or(60, |n| n.parse().unwrap());
    let mut failed = 0;
    for seed in 0..seeds {
        let mut state = seed * 2 + 1_u64;
        let mut coin = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) & 1 == 0
        };
        let mut pair = Pair::new();
        pair.drive(&mut coin);
        pair.sides[0].greet(0).unwrap();
        pair.sides[1].greet(0).unwrap();
        let mut said = [0, 0];
        for _ in 0..5000 {
            for (side, count) in said.iter_mut().enumerate() {
                let now = pair.now;
                if *count < 20 && pair.sides[side].say(now, &count.to_string(), None).is_ok() {
                    *count += 1;
                }
            }
            pair.pass(&mut coin);
            if said == [20, 20] && (0..2).all(|side| pair.texts(side).len() == 20) {
                break;
            }
        }
        if pair
            .events
            .iter()
            .flatten()
            .any(|one| *one == Event::Failed)
        {
            // FLOATER/1.0 §4.5, 3: who is not secured after 20 s gives up, and then nobody has said anything.
            assert_eq!(said, [0, 0], "seed {seed}");
            failed += 1;
            continue;
        }
        let expected: Vec<_> = (0..20).map(|n| n.to_string()).collect();
        assert_eq!(pair.texts(0), expected, "seed {seed}");
        assert_eq!(pair.texts(1), expected, "seed {seed}");
    }
    assert!(failed * 100 <= seeds, "{failed} of {seeds} failed");
}

#[test]
fn room_is_asked_for_the_longest_answer_with_picture_bytes() {
    let mut pair = Pair::greeted();
    let mut bytes = vec![0xff, 0xd8, 0xff];
    bytes.resize(2 * floater_proto::limits::CHUNK_MAX, 1);
    let picture = NewPicture {
        kind: PictureKind::Jpeg,
        width: 4096,
        height: 4096,
        thumbhash: String::new(),
        still: false,
        quote: None,
        bytes: bytes.into(),
    };
    let (_, offer) = pair.sides[0].offer_picture(0, picture).unwrap();
    let talk = &mut pair.sides[0].talk;
    let ask = talk
        .shelf
        .ask(u64::MAX, offer.id, Some("bytes=32767-65534"));
    ask.unwrap();
    let chunk = talk.next_chunk(u64::from(u32::MAX) * 1_000).unwrap();
    assert!(chunk.len() > floater_proto::limits::CHUNK_MAX);
    assert!(chunk.len() <= CHUNK_ANSWER, "{} bytes", chunk.len());
}
