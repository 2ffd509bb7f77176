//! What somebody who looks on sees of records, and when they are acknowledged. FLOATER/1.0 §5.3

use crate::pair::{A, B, Pair};
use crate::stranger::{CONTROL, SECOND, Stranger, decode, pad, split};
use floater_proto::{Method, Resource, encode, field};

fn typing() -> Vec<u8> {
    let mut out = Vec::new();
    let request = encode::request(&mut out, Method::Post, Resource::Typing);
    request
        .content_type("application/json")
        .finish(br#"{"typing":true}"#)
        .unwrap();
    pad(&mut out);
    out
}

fn acknowledgements(stranger: &mut Stranger) -> Vec<u64> {
    let read = stranger.read();
    let acks = read
        .iter()
        .filter(|(n, plain)| *n >= CONTROL && plain[0] == 1);
    acks.map(|(_, plain)| u64::from_be_bytes(plain[1..].try_into().unwrap()))
        .collect()
}

#[test]
fn a_record_is_acknowledged_after_200_ms_and_thirty_two_at_once() {
    let mut stranger = Stranger::greeted();
    stranger.pass(1_000);
    stranger.read();
    let first = stranger.next;
    for _ in 0..31 {
        stranger.record(&typing());
    }
    stranger.pass(199);
    assert!(acknowledgements(&mut stranger).is_empty());
    stranger.pass(1);
    assert_eq!(acknowledgements(&mut stranger), [first + 31]);
    for _ in 0..32 {
        stranger.record(&typing());
    }
    assert_eq!(acknowledgements(&mut stranger), [first + 63]);
}

#[test]
fn two_records_of_the_largest_size_are_acknowledged_at_once() {
    let mut stranger = Stranger::greeted();
    stranger.pass(1_000);
    stranger.read();
    let first = stranger.next;
    for _ in 0..2 {
        stranger.record(&vec![0; 40_960]);
    }
    assert_eq!(acknowledgements(&mut stranger), [first + 2]);
}

#[test]
fn a_record_that_was_had_is_acknowledged_again_at_once() {
    let mut stranger = Stranger::greeted();
    stranger.pass(1_000);
    stranger.read();
    let old = stranger.sealed(1, &typing());
    stranger.give(&old);
    assert_eq!(acknowledgements(&mut stranger), [stranger.next]);
}

/// The wait doubles from one second to eight.
#[test]
fn questions_come_less_and_less_often() {
    let mut stranger = Stranger::greeted();
    stranger.pass(60_000);
    stranger.acknowledge(1_000);
    let last = stranger
        .read()
        .iter()
        .filter(|(n, _)| *n < CONTROL)
        .map(|(n, _)| *n)
        .max();
    stranger.acknowledge(last.map_or(4, |n| n + 1));
    stranger.side.say(stranger.now, "喂", None).unwrap();
    stranger.give(&[]);
    stranger.read();
    let began = stranger.now;
    let mut asked = Vec::new();
    while stranger.now < began + 40_000 {
        stranger.pass(100);
        if stranger
            .read()
            .iter()
            .any(|(n, plain)| *n >= CONTROL && plain[..2] == [2, 2])
        {
            asked.push((stranger.now - began) / 1_000);
        }
    }
    assert_eq!(asked, [1, 3, 7, 15, 23, 31, 39]);
}

#[test]
fn lengths_tell_no_more_than_multiples_of_256() {
    let mut pair = Pair::greeted();
    for length in [1, 10, 100, 200, 300, 1_000, 16_000] {
        pair.say(A, &"a".repeat(length));
    }
    for side in [A, B] {
        let data = pair.sent[side]
            .iter()
            .filter(|frame| (1..CONTROL).contains(&split(frame).0));
        for frame in data {
            assert_eq!(frame.len() % 256, 10 + 16);
        }
    }
}

/// No program's name and no clock go to the stranger.
#[test]
fn heads_tell_nothing_of_who_one_is() {
    let mut stranger = Stranger::greeted();
    stranger.pass(5_000);
    stranger.read();
    let statement = stranger.statement(b"hm");
    stranger.say(&statement);
    stranger.side.say(stranger.now, "嗯", None).unwrap();
    stranger.side.typing(stranger.now, true);
    stranger.give(&[]);
    let read = stranger.read();
    let records: Vec<_> = read
        .iter()
        .filter(|(n, _)| *n < CONTROL.min(SECOND))
        .collect();
    assert!(records.len() >= 3);
    for (_, plain) in records {
        let message = decode(plain);
        assert_eq!(message.field(field::USER_AGENT), Some("FLOATER/1.0"));
        let date = message.field(field::DATE);
        assert!(
            date.is_none_or(|date| date == "Thu, 01 Jan 1970 00:00:05 GMT"),
            "{date:?}"
        );
        for name in [field::HOST, field::CACHE_CONTROL, field::LAST_MODIFIED] {
            assert_eq!(message.field(name), None);
        }
    }
}
