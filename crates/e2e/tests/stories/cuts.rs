//! A line that is cut, loses, doubles and reorders: what was said arrives once, in order.
//! FLOATER/1.0 §5
//!
//! `FLOATER_SEEDS` and `FLOATER_CUTS` say how many of each.

use crate::pair::{A, B, Pair};
use crate::pictures::{jpeg, offer};
use crate::stranger::split;
use floater_e2e::{Conversation, Event};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{HashMap, HashSet};

fn below(rng: &mut ChaCha20Rng, bound: usize) -> usize {
    (rng.next_u32() as usize) % bound
}

fn count(name: &str, few: u64) -> u64 {
    std::env::var(name).map_or(few, |count| count.parse().unwrap())
}

/// One thing that happens to a line.
fn happen(pair: &mut Pair, rng: &mut ChaCha20Rng, up: &mut bool) {
    let from = below(rng, 2);
    match below(rng, 12) {
        0 | 1 => {
            pair.cut();
            *up = false;
        }
        2 | 3 if !*up => {
            pair.join();
            *up = true;
        }
        4 => {
            pair.collect();
            pair.wire[from].pop_front();
        }
        5 => {
            pair.collect();
            let twice = pair.wire[from].front().cloned();
            pair.wire[from].extend(twice);
        }
        6 => {
            pair.collect();
            let length = pair.wire[from].len();
            if length > 1 {
                pair.wire[from].swap(below(rng, length), below(rng, length));
            }
        }
        7 => {
            let now = pair.now;
            pair.sides[from].handle_peer_back(now);
        }
        8 => pair.pass_deaf(below(rng, 1_500) as u64),
        9 => pair.pass(below(rng, 400) as u64),
        _ => {
            for _ in 0..below(rng, 6) {
                pair.carry(from);
            }
        }
    }
}

fn story(seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut pair = Pair::greeted();
    let (mut said, mut up) = ([Vec::new(), Vec::new()], true);
    let bytes = jpeg(20_000 + below(&mut rng, 200_000), seed);
    let (_, picture) = offer(&mut pair, A, &bytes);
    for _ in 0..120 {
        let side = below(&mut rng, 2);
        let text = format!(
            "{seed} {} {}",
            said[side].len(),
            "字".repeat(below(&mut rng, 900))
        );
        if below(&mut rng, 3) == 0 && pair.sides[side].say(pair.now, &text, None).is_ok() {
            said[side].push(text);
        }
        happen(&mut pair, &mut rng, &mut up);
    }
    if !up {
        pair.join();
    }
    pair.pass(60_000);
    for side in [A, B] {
        assert_eq!(pair.texts(1 - side), said[side], "seed {seed}");
        let ticks = pair.events[side]
            .iter()
            .filter(|e| matches!(e, Event::Delivered { .. }));
        let signed = said[side].len() + usize::from(side == A);
        assert_eq!(ticks.count(), signed, "seed {seed}");
    }
    assert!(
        pair.heard(B, &Event::PictureComplete { id: picture.id }),
        "seed {seed}"
    );
    let now = pair.now;
    assert_eq!(
        pair.sides[B].open_picture(now, picture.id).unwrap(),
        bytes,
        "seed {seed}"
    );
    quiet(&mut pair, seed);
    one_text_a_nonce(&pair, seed);
}

/// A number is the nonce: whatever goes out again under it is the same ciphertext.
fn one_text_a_nonce(pair: &Pair, seed: u64) {
    for sent in &pair.sent {
        let mut sealed = HashMap::new();
        for frame in sent {
            let (n, payload) = split(frame);
            let first = sealed.entry(n).or_insert(payload);
            assert!(*first == payload, "seed {seed}: nonce {n} was used twice");
        }
    }
}

/// When everything has arrived nobody goes on talking.
fn quiet(pair: &mut Pair, seed: u64) {
    let before = [A, B].map(|side| pair.sent[side].len());
    pair.pass(60_000);
    assert_eq!(
        [A, B].map(|side| pair.sent[side].len()),
        before,
        "seed {seed}"
    );
}

#[test]
fn p1_nothing_is_lost_doubled_or_reordered_by_random_cuts() {
    (0..count("FLOATER_SEEDS", 100)).for_each(story);
}

/// The frames with picture bytes that came to B: how often one had come already.
#[derive(Default)]
struct Chunks {
    came: HashSet<u64>,
    twice: usize,
}

impl Chunks {
    /// Carries one frame from a side.
    fn carry(&mut self, pair: &mut Pair, from: usize) -> bool {
        pair.collect();
        let chunk = pair.wire[from].front().filter(|frame| frame.len() > 30_000);
        if let Some((n, _)) = chunk.map(|frame| split(frame)) {
            self.twice += usize::from(!self.came.insert(n));
        }
        pair.carry(from)
    }
}

/// A picture whose path is cut ten times, each time at some byte of some frame; how many chunks
/// came twice for one cut, at most.
fn picture_with_cuts(rng: &mut ChaCha20Rng, seed: u64) -> usize {
    let mut pair = Pair::greeted();
    let bytes = jpeg(150_000 + below(rng, 850_000), seed);
    let (_, picture) = offer(&mut pair, A, &bytes);
    let (mut chunks, mut most) = (Chunks::default(), 0);
    for _ in 0..10 {
        let before = chunks.twice;
        for _ in 0..below(rng, 24) {
            let from = below(rng, 2);
            chunks.carry(&mut pair, from);
        }
        most = most.max(chunks.twice - before);
        if let Some(broken) = pair.wire[A].pop_front() {
            pair.give(B, &broken[..below(rng, broken.len())]);
        }
        pair.cut();
        pair.pass(below(rng, 2_000) as u64);
        pair.join();
    }
    let before = chunks.twice;
    while chunks.carry(&mut pair, A) || chunks.carry(&mut pair, B) {}
    most = most.max(chunks.twice - before);
    pair.pass(60_000);
    assert!(pair.heard(B, &Event::PictureComplete { id: picture.id }));
    let now = pair.now;
    let opened = pair.sides[B].open_picture(now, picture.id).unwrap();
    assert!(opened == bytes, "the picture that was sent");
    most
}

#[test]
fn p18_a_picture_goes_on_from_any_byte() {
    let cuts = count("FLOATER_CUTS", 100);
    let mut rng = ChaCha20Rng::seed_from_u64(18);
    let twice = (0..cuts.div_ceil(10)).map(|seed| picture_with_cuts(&mut rng, seed));
    let most = twice.max().unwrap();
    println!("{cuts} cuts: at most {most} chunks came twice for one of them");
    assert!(most <= 1);
}

#[test]
fn p1_a_cut_at_each_frame_loses_nothing() {
    for at in 0..40 {
        let mut pair = Pair::greeted();
        let expected: Vec<_> = (0..10).map(|n| n.to_string()).collect();
        for text in &expected {
            pair.sides[A].say(0, text, None).unwrap();
            pair.sides[B].say(0, text, None).unwrap();
        }
        for _ in 0..at {
            let _ = pair.carry(A) | pair.carry(B);
        }
        pair.cut();
        pair.pass(3_000);
        pair.join();
        pair.pass(500);
        assert_eq!(pair.texts(A), expected, "cut after {at}");
        assert_eq!(pair.texts(B), expected, "cut after {at}");
    }
}

/// The relay may throw frames away without a word; nobody is told of a cut.
#[test]
fn p1_a_loss_that_nobody_is_told_of_is_noticed() {
    let mut pair = Pair::greeted();
    pair.sides[A].say(0, "一", None).unwrap();
    pair.lose();
    pair.sides[A].say(0, "二", None).unwrap();
    pair.pass(2_000);
    assert_eq!(pair.texts(B), ["一", "二"]);
}

#[test]
fn who_hears_that_the_peer_is_back_says_at_once_what_was_lost() {
    let mut pair = Pair::greeted();
    pair.sides[A].say(pair.now, "还在", None).unwrap();
    pair.lose();
    pair.drive();
    assert!(pair.texts(B).is_empty());
    pair.sides[A].handle_peer_back(pair.now);
    pair.drive();
    assert_eq!(pair.texts(B), ["还在"]);
}

#[test]
fn old_frames_reordered_frames_and_garbled_frames_change_nothing() {
    let mut pair = Pair::greeted();
    for turn in 0..8 {
        pair.say(turn % 2, &turn.to_string());
    }
    pair.pass(5_000);
    let before = pair.events.clone();
    let sent = pair.sent.clone();
    for to in [A, B] {
        let old = &sent[1 - to];
        for frame in old.iter().chain(old.iter().rev()) {
            pair.give(to, frame);
        }
        for (at, frame) in old.iter().enumerate() {
            let mut garbled = frame.clone();
            let byte = (at * 37) % garbled.len();
            garbled[byte] ^= 0x10;
            pair.give(to, &garbled);
            pair.give(to, &frame[..frame.len() / 2]);
        }
        for frame in &sent[to] {
            pair.give(to, frame);
        }
    }
    pair.drive();
    assert_eq!(pair.events, before);
    pair.say(A, "还好");
    assert_eq!(pair.texts(B).last(), Some(&"还好"));
    assert!(pair.sides.iter().all(Conversation::is_secured));
}

#[test]
fn several_frames_in_one_relay_body_are_taken_one_by_one() {
    let mut pair = Pair::greeted();
    for text in ["一", "二", "三"] {
        pair.sides[A].say(0, text, None).unwrap();
    }
    pair.collect();
    let mut body: Vec<u8> = pair.wire[A].drain(..).flatten().collect();
    body.extend_from_slice(&[0xff; 40]);
    pair.give(B, &body);
    pair.drive();
    assert_eq!(pair.texts(B), ["一", "二", "三"]);
}

#[test]
fn a_direct_path_is_a_stream_that_may_be_cut_anywhere() {
    use floater_e2e::{PathId, PathKind};
    let mut pair = Pair::greeted();
    let direct = PathId(1_000);
    for side in &mut pair.sides {
        side.handle_path_up(0, direct, PathKind::Direct);
    }
    pair.drive();
    pair.sides[A].say(0, "一点一点", None).unwrap();
    pair.collect();
    let stream: Vec<u8> = pair.wire[A].drain(..).flatten().collect();
    for byte in stream {
        pair.sides[B].handle_bytes(0, direct, &[byte]);
    }
    pair.drive();
    assert_eq!(pair.texts(B), ["一点一点"]);
}
