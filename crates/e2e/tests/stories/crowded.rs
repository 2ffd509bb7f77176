//! Much waits for the window: who was heard is told so all the same, the end gets out, and a
//! stranger cannot make it more than it may be. FLOATER/1.0 §5.3, §6.1

use crate::pair::{A, B, Pair};
use crate::pictures::jpeg;
use crate::pulls::{offered, put};
use crate::stranger::{CONTROL, Stranger, decode};
use floater_e2e::{Event, Misuse};
use floater_proto::body::Reason;
use floater_proto::{Binary, Start, Status, encode};

/// A text of the largest size.
fn long() -> String {
    "a".repeat(16 * 1024)
}

/// Says long texts until the composer has to wait; how many.
fn fill(pair: &mut Pair, side: usize) -> usize {
    let mut said = 0;
    while pair.sides[side].say(pair.now, &long(), None).is_ok() {
        said += 1;
    }
    said
}

#[test]
fn who_has_much_to_say_still_tells_that_a_line_arrived() {
    let mut pair = Pair::greeted();
    pair.cut();
    let said = fill(&mut pair, A);
    assert!(said > 16, "{said} texts of 16 KiB wait");
    for _ in 0..128 {
        pair.sides[B].say(pair.now, "在吗", None).unwrap();
    }
    assert_eq!(pair.sides[B].say(0, "在吗", None), Err(Misuse::WindowFull));
    pair.join();
    pair.pass(60_000);
    assert_eq!(pair.texts(A).len(), 128);
    assert_eq!(pair.texts(B).len(), said);
    for number in 1..=128 {
        assert!(pair.heard(B, &Event::Delivered { number }), "{number}");
    }
    assert!(pair.sides[B].can_say());
}

/// The messages among what our side has sent, as far as they are in one sequence from 1.
fn stream(stranger: &mut Stranger) -> Vec<Vec<u8>> {
    let records = stranger.read().into_iter().filter(|(n, _)| *n < CONTROL);
    let records: Vec<_> = records.collect();
    let next = records.first().map_or(0, |(n, _)| *n);
    for (at, (n, _)) in records.iter().enumerate() {
        assert_eq!(*n, next + at as u64, "no gap");
    }
    records.into_iter().map(|(_, plain)| plain).collect()
}

#[test]
fn the_end_waits_for_no_room() {
    let mut stranger = Stranger::greeted();
    while stranger.side.say(0, &long(), None).is_ok() {}
    stranger.side.end(0, Reason::Left).unwrap();
    stranger.give(&[]);
    let sent = stream(&mut stranger);
    let last = decode(sent.last().unwrap());
    assert!(
        matches!(
            last.start,
            Start::Request {
                resource: "/end",
                ..
            }
        ),
        "{:?}",
        last.start
    );
    let bytes: usize = sent.iter().map(|plain| plain.len() + 26).sum();
    assert!(bytes <= 128 * 1024, "within the window: {bytes}");
}

/// Offers without end, each spoilt at its first range, and nothing acknowledged.
#[test]
fn pictures_that_fail_leave_nothing_behind() {
    let mut stranger = Stranger::greeted();
    let offer = offered(&jpeg(300_000, 3));
    // 1 was the greeting; eight ranges are asked for at once.
    let mut first = 2;
    for number in 0..1_000_u64 {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let mut again = offer.clone();
        again.id = Binary(id);
        put(&mut stranger, &again);
        refuse(&mut stranger, first);
        first += 8;
    }
    let mut total = 0;
    loop {
        let records = stranger.read();
        let last = records
            .iter()
            .filter(|(n, _)| *n < CONTROL)
            .map(|(n, _)| *n);
        let (count, last) = (last.clone().count(), last.max());
        total += count;
        let Some(last) = last else { break };
        stranger.acknowledge(last + 1);
    }
    // 128 KiB of the window, 256 KiB that wait, 512 answers.
    assert!(total <= 464 + 256 * 1024 / 128 + 512, "{total}");
}

fn refuse(stranger: &mut Stranger, id: u64) {
    let mut out = Vec::new();
    encode::response(&mut out, Status::NOT_FOUND)
        .request_id(id)
        .finish(b"{}")
        .unwrap();
    stranger.message(out);
}
