//! P20 by the number: the decoder is run on changed examples of the protocol as often as
//! `FLOATER_EXECUTIONS` says, on all processors. What is accepted is judged as well: a message ends within
//! what was read, is one to `httparse` too, and is the same in pieces. `FLOATER_SEED` draws other changes.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests fail, and print figures"
)]

use fastrand::Rng;
use floater_proto::{Decoder, Message, decode, limits};
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;
use std::thread;

const EXECUTIONS: u64 = 100_000;
/// Longer examples are cut to this: what is wrong in a head is wrong near its beginning.
const LONGEST: usize = 1_500;
/// Changes of one example.
const CHANGES: u32 = 4;
/// One of so many is read in pieces too.
const IN_PIECES: u64 = 16;
/// What a grammar of lines turns on, and the borders of bytes.
const TELLING: &[u8] = b"\r\n: \t\0\x7f\x80\xff,;=/-.0129aAzZ_";

fn told(name: &str, small: u64) -> u64 {
    std::env::var(name).map_or(small, |told| told.parse().unwrap())
}

/// All messages that the pages print, the wrong ones too.
fn examples() -> Vec<Vec<u8>> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/vectors");
    let mut folders = vec![pages];
    let mut examples = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let mut bytes = std::fs::read(path).unwrap();
                bytes.truncate(LONGEST);
                examples.push(bytes);
            }
        }
    }
    examples.sort();
    assert!(examples.len() > 50, "{} examples", examples.len());
    examples
}

fn part(rng: &mut Rng, length: usize) -> Range<usize> {
    let begin = rng.usize(..=length);
    begin..(begin + rng.usize(..=16)).min(length)
}

fn change(rng: &mut Rng, bytes: &mut Vec<u8>, examples: &[Vec<u8>]) {
    let at = rng.usize(..=bytes.len());
    let telling = TELLING[rng.usize(..TELLING.len())];
    match rng.u8(..7) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, telling),
        2 => drop(bytes.drain(part(rng, bytes.len()))),
        3 => {
            let other = &examples[rng.usize(..examples.len())];
            let part = part(rng, other.len());
            bytes.splice(at..at, other[part].iter().copied());
        }
        4 => {
            let part = part(rng, bytes.len());
            bytes.extend_from_within(part);
        }
        5 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = telling;
            }
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << rng.u8(..8);
            }
        }
    }
}

/// Bytes of the names, values and body of a message: every part of it is read.
fn judge(message: &Message<'_>) -> usize {
    let fields = message.head.iter();
    let fields: usize = fields.map(|(name, value)| name.len() + value.len()).sum();
    fields + message.body.len()
}

/// Bytes of the head, where `httparse` takes it for a whole one.
fn head_by_httparse(bytes: &[u8]) -> Option<usize> {
    let mut fields = [httparse::EMPTY_HEADER; limits::FIELDS_MAX];
    match httparse::parse_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete((length, _))) => Some(length),
        _ => None,
    }
}

/// How many messages there are, and what they say of themselves.
fn whole(mut bytes: &[u8]) -> (usize, usize) {
    let mut count = (0, 0);
    while let Ok(Some((message, length))) = decode(bytes, limits::MESSAGE_MAX) {
        assert!(
            0 < length && length <= bytes.len(),
            "it ends within what was read"
        );
        let said = judge(&message);
        assert!(said <= length, "it says no more than was read");
        assert_eq!(
            head_by_httparse(bytes),
            Some(length - message.body.len()),
            "httparse reads it too"
        );
        count = (count.0 + 1, count.1 + said);
        bytes = &bytes[length..];
    }
    count
}

fn in_pieces(rng: &mut Rng, bytes: &[u8]) -> (usize, usize) {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    let mut count = (0, 0);
    for piece in bytes.chunks(rng.usize(1..=64)) {
        if decoder.push(piece).is_err() {
            break;
        }
        while let Ok(Some(message)) = decoder.next() {
            count = (count.0 + 1, count.1 + judge(&message));
        }
    }
    count
}

/// Says how to draw it again when the decoder panics.
struct Drawn(u64);

impl Drop for Drawn {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("drawn by FLOATER_SEED={} FLOATER_EXECUTIONS=1", self.0);
        }
    }
}

/// How many of so many changed examples hold a message.
fn execute(examples: &[Vec<u8>], seeds: Range<u64>) -> u64 {
    let mut accepted = 0;
    let mut bytes = Vec::with_capacity(2 * LONGEST);
    for seed in seeds {
        let drawn = Drawn(seed);
        let mut rng = Rng::with_seed(seed);
        bytes.clear();
        bytes.extend_from_slice(&examples[rng.usize(..examples.len())]);
        for _ in 0..rng.u32(1..=CHANGES) {
            change(&mut rng, &mut bytes, examples);
        }
        let found = whole(&bytes);
        if seed % IN_PIECES == 0 {
            assert_eq!(in_pieces(&mut rng, &bytes), found, "the same in pieces");
        }
        accepted += u64::from(found.0 > 0);
        drop(drawn);
    }
    accepted
}

#[test]
fn p20_no_changed_example_panics() {
    let (executions, first) = (
        told("FLOATER_EXECUTIONS", EXECUTIONS),
        told("FLOATER_SEED", 0),
    );
    let examples = examples();
    let threads = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let accepted: u64 = thread::scope(|scope| {
        let border = |thread: u64| first + executions * thread / threads;
        let running: Vec<_> = (0..threads)
            .map(|it| {
                let examples = &examples;
                scope.spawn(move || execute(examples, border(it)..border(it + 1)))
            })
            .collect();
        running
            .into_iter()
            .map(|it| it.join().expect("no panic"))
            .sum()
    });
    println!("P20: {executions} executions of the decoder, {accepted} with a message, 0 panics");
    assert!(
        executions < 1000 || accepted > executions / 100,
        "most are not hopeless"
    );
}
