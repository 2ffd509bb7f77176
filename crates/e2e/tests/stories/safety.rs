//! The seven words, computed a second time from the page and its table. FLOATER/1.0 §6.7

use crate::noise::{hash, hkdf};
use crate::stranger::{CONTROL, Stranger, decode};
use data_encoding::HEXLOWER;
use expect_test::expect_file;
use floater_proto::body::Safety;
use floater_proto::{Binary, Resource};
use serde_json::json;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/protocol/6-conversation.md");

/// Emoji, 中文, English of each number, as the page prints them.
fn table() -> Vec<[&'static str; 3]> {
    let mut words = vec![[""; 3]; 64];
    for line in PAGE.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, first, e1, z1, n1, second, e2, z2, n2, _] = cells[..] else {
            continue;
        };
        if let (Ok(first), Ok(second)) = (first.parse::<usize>(), second.parse::<usize>()) {
            words[first] = [e1, z1, n1];
            words[second] = [e2, z2, n2];
        }
    }
    words
}

#[test]
fn the_page_prints_sixty_four_different_words() {
    for column in 0..3 {
        let words: BTreeSet<_> = table().into_iter().map(|word| word[column]).collect();
        assert_eq!(words.len(), 64);
        assert!(!words.contains(""));
    }
}

fn steps(stranger: &mut Stranger) -> Vec<Safety> {
    let read = stranger.read();
    let records = read.iter().filter(|(n, _)| *n < CONTROL);
    let bodies = records.map(|(_, plain)| decode(plain).body.to_vec());
    bodies
        .filter_map(|body| serde_json::from_slice(&body).ok())
        .collect()
}

#[test]
fn both_see_the_words_that_the_page_says() {
    let mut stranger = Stranger::beginning();
    let [Safety::Commit { commitment }] = steps(&mut stranger)[..] else {
        panic!("A commits by itself, and says nothing else");
    };
    let own = Binary([0xb5; 32]);
    let body = serde_json::to_vec(&Safety::Nonce { nonce: own }).unwrap();
    stranger.post(Resource::Safety, "application/json", &body);
    let [Safety::Reveal { nonce }] = steps(&mut stranger)[..] else {
        panic!("A reveals");
    };
    let label = b"FLOATER/1.0 safety commitment";
    assert_eq!(hash(&[label, &nonce.0]), commitment.0);
    let nonces = [nonce.0, own.0].concat();
    let seven: [u8; 7] = hkdf(
        Some(&stranger.transcript.hash),
        &nonces,
        b"FLOATER/1.0 safety code",
    );
    let expected = seven.map(|byte| table()[usize::from(byte & 63)]);
    let shown = stranger
        .side
        .safety_code()
        .unwrap()
        .map(|word| [word.emoji, word.zh, word.en]);
    assert_eq!(shown, expected);
    let written = json!({
        "handshake_hash": HEXLOWER.encode(&stranger.transcript.hash),
        "nonce_a": HEXLOWER.encode(&nonce.0),
        "nonce_b": HEXLOWER.encode(&own.0),
        "commitment": HEXLOWER.encode(&commitment.0),
        "seven_bytes": HEXLOWER.encode(&seven),
        "words": shown.map(|[emoji, ..]| emoji),
    });
    let written = serde_json::to_string_pretty(&written).unwrap() + "\n";
    expect_file!["../../../../docs/protocol/vectors/handshake/safety.json"].assert_eq(&written);
}
