//! The examples of the pages 4 and 5: real keys, real frames, and the client that made one half
//! of them was written from the pages. FLOATER/1.0 §4.6, FLOATER/1.0 §5.8

use crate::noise::public;
use crate::pair::{A, B, KEY_SEEDS, MATCH, SEEDS, begin, side};
use crate::stranger::{CONTROL, Stranger, shake, split};
use data_encoding::HEXLOWER;
use expect_test::expect_file;
use floater_e2e::{Event, Output};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn draw(rng: &mut ChaCha20Rng) -> [u8; 32] {
    let mut out = [0; 32];
    rng.fill_bytes(&mut out);
    out
}

/// Our own B, given the same frames, sends the same bytes as the client of the pages.
fn our_b_sends(frames: &[Vec<u8>; 4]) {
    let mut ours = begin(B, &side(B)).unwrap();
    let path = floater_e2e::PathId(1);
    ours.handle_path_up(0, path, floater_e2e::PathKind::Relay);
    ours.handle_bytes(0, path, &frames[0]);
    let mut sent = Vec::new();
    while let Some(output) = ours.poll() {
        if let Output::Send { bytes, .. } = output {
            sent.push(bytes);
        }
    }
    assert_eq!(sent, [frames[1].clone(), frames[3].clone()]);
}

#[test]
fn the_handshake_is_what_the_page_gives() {
    let mut ours = begin(A, &side(A)).unwrap();
    let t = shake(&mut ours, &mut Vec::new());
    our_b_sends(&t.frames);
    let mut keys = ChaCha20Rng::from_seed(KEY_SEEDS[A]);
    let (x25519, ed25519) = (draw(&mut keys), draw(&mut keys));
    let ephemeral = draw(&mut ChaCha20Rng::from_seed(draw(
        &mut ChaCha20Rng::from_seed(SEEDS[A]),
    )));
    assert_eq!(
        public(ephemeral),
        split(&t.frames[0]).1[..32],
        "A's ephemeral key"
    );
    let (a, b) = (side(A).own, side(B).own);
    assert_eq!((public(x25519), public(t.x25519)), (a.x25519.0, b.x25519.0));
    let written = json!({
        "match": hex(&MATCH.0),
        "a": {
            "x25519_secret": hex(&x25519), "x25519": hex(&a.x25519.0),
            "ed25519_seed": hex(&ed25519), "ed25519": hex(&a.ed25519.0),
            "policy": a.policy, "ephemeral_secret": hex(&ephemeral), "hello": hex(&t.randoms[A]),
        },
        "b": {
            "x25519_secret": hex(&t.x25519), "x25519": hex(&b.x25519.0),
            "ed25519_seed": hex(&t.ed25519), "ed25519": hex(&b.ed25519.0),
            "ml_kem_seed": hex(&t.kem), "ek": hex(&b.ek.unwrap().0),
            "policy": b.policy, "ephemeral_secret": hex(&t.ephemeral), "hello": hex(&t.randoms[B]),
        },
        "ciphertext": hex(&t.ciphertext),
        "shared_secret": hex(&t.shared),
        "prologue": hex(&t.prologue),
        "psk": hex(&t.psk),
        "handshake_hash": hex(&t.hash),
        "noise_transport": { "a": hex(&t.transport[A]), "b": hex(&t.transport[B]) },
        "s": hex(&t.secret),
        "path_key": hex(&t.path_key),
        "record_keys": { "a": hex(&t.records[A]), "b": hex(&t.records[B]) },
        "frames": {
            "message_1": hex(&t.frames[0]), "message_2": hex(&t.frames[1]),
            "hello_a": hex(&t.frames[2]), "hello_b": hex(&t.frames[3]),
        },
    });
    let written = serde_json::to_string_pretty(&written).unwrap() + "\n";
    expect_file!["../../../../docs/protocol/vectors/handshake/handshake.json"].assert_eq(&written);
}

/// Plaintexts of control frames, with their names.
fn controls() -> Vec<(&'static str, Vec<u8>)> {
    let eight = |n: u64| n.to_be_bytes().to_vec();
    vec![
        ("ACK: 3 is expected next", [vec![1], eight(3)].concat()),
        (
            "RESUME, answers question 1",
            [vec![2, 0], eight(1), eight(3)].concat(),
        ),
        (
            "RESUME, a path was joined",
            [vec![2, 1], eight(2), eight(3)].concat(),
        ),
        (
            "RESUME, records wait",
            [vec![2, 2], eight(3), eight(3)].concat(),
        ),
        ("PING 7", [vec![3], eight(7)].concat()),
        ("PONG 7", [vec![4], eight(7)].concat()),
        ("SELECT", [vec![5], (0..32).collect()].concat()),
        ("SELECTED", [vec![6], (0..32).collect()].concat()),
    ]
}

/// A typing sign, padded to 256, and a greeting that needs no zero.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let mut greeting = b"Request-Method: POST\r\nResource: /greeting\r\nRequest-Id: 1\r\n".to_vec();
    greeting.extend_from_slice(b"Content-type: text/plain; charset=utf-8\r\n");
    let end = "Content-length: 6\r\n\r\n你好".as_bytes();
    let filler = 256 - greeting.len() - end.len() - "X-Filler: \r\n".len();
    greeting.extend_from_slice(format!("X-Filler: {}\r\n", "x".repeat(filler)).as_bytes());
    greeting.extend_from_slice(end);
    let mut typing = b"Request-Method: POST\r\nResource: /typing\r\n".to_vec();
    typing.extend_from_slice(b"Content-type: application/json\r\nContent-length: 15\r\n\r\n");
    typing.extend_from_slice(br#"{"typing":true}"#);
    typing.resize(256, 0);
    assert_eq!((greeting.len(), typing.len()), (256, 256));
    vec![
        ("256 bytes, no padding", greeting),
        ("shorter, with padding", typing),
    ]
}

#[test]
fn the_records_are_what_the_page_gives() {
    let mut stranger = Stranger::secured();
    stranger.side.greet(0).unwrap();
    let mut written = Vec::new();
    for (says, plain) in messages() {
        let (n, frame) = (stranger.next, stranger.sealed(stranger.next, &plain));
        stranger.record(&plain);
        written.push(json!({"says": says, "n": n, "plaintext": hex(&plain), "frame": hex(&frame)}));
    }
    assert!(stranger.side.is_gate_open());
    assert_eq!(stranger.events.last(), Some(&Event::Typing(true)));
    stranger.read();
    for (says, plain) in controls() {
        let n = CONTROL + stranger.controls;
        let frame = stranger.sealed(n, &plain);
        stranger.control(&plain);
        written.push(json!({"says": says, "n": n, "plaintext": hex(&plain), "frame": hex(&frame)}));
    }
    let kinds: Vec<_> = stranger
        .read()
        .iter()
        .filter(|(n, _)| *n >= CONTROL)
        .map(|r| r.1[0])
        .collect();
    assert!(
        kinds.ends_with(&[4]),
        "the PING was answered last: {kinds:?}"
    );
    let refused = refused(&stranger);
    let before = stranger.events.len();
    for (says, frame) in &refused {
        stranger.give(frame);
        assert_eq!(stranger.events.len(), before, "{says}");
    }
    let refused: Vec<_> = refused
        .iter()
        .map(|(says, frame)| json!({"says": says, "frame": hex(frame)}))
        .collect();
    let key = hex(&stranger.transcript.records[B]);
    let written = json!({"key": key, "frames": written, "refused": refused});
    let written = serde_json::to_string_pretty(&written).unwrap() + "\n";
    expect_file!["../../../../docs/protocol/vectors/records/records.json"].assert_eq(&written);
}

fn refused(stranger: &Stranger) -> Vec<(&'static str, Vec<u8>)> {
    let typing = &messages()[1].1;
    let next = stranger.next;
    let honest = stranger.sealed(next, typing);
    let mut tag = honest.clone();
    *tag.last_mut().unwrap() ^= 1;
    let mut renumbered = honest.clone();
    renumbered[9] ^= 1;
    let mut dirty = typing.clone();
    *dirty.last_mut().unwrap() = 1;
    let wide = [typing.as_slice(), &[0; 256]].concat();
    let mut short = honest.clone();
    short[..2].copy_from_slice(&23_u16.to_be_bytes());
    vec![
        ("the tag was changed", tag),
        ("the number was changed", renumbered),
        ("a length of 23", short),
        ("had already: n is 1", stranger.sealed(1, typing)),
        ("too far ahead", stranger.sealed(next + 32_768, typing)),
        (
            "the padding is not zero (delivered as nothing)",
            stranger.sealed(next, &dirty),
        ),
        (
            "more padding than needed (delivered as nothing)",
            stranger.sealed(next + 1, &wide),
        ),
    ]
}
