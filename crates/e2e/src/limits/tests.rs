//! The tables of the pages 5 and 6 print these constants, all of them, and no other number.

use super::*;
use floater_proto::limits::{
    CHUNK_MAX, GREET_WITHIN, HANDSHAKE_WITHIN, PICTURES_UNOPENED_MAX, TEXT_MAX,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// A constant as a table prints it.
trait Printed {
    fn printed(self) -> u64;
}

impl Printed for u64 {
    fn printed(self) -> u64 {
        self
    }
}

impl Printed for u32 {
    fn printed(self) -> u64 {
        self.into()
    }
}

impl Printed for usize {
    fn printed(self) -> u64 {
        self as u64
    }
}

impl Printed for Duration {
    fn printed(self) -> u64 {
        self.as_secs()
    }
}

/// Each row of a table: what it is about, and the constants whose values stand in it, in order.
macro_rules! table {
    ($($about:literal: $($name:ident)*;)*) => {
        vec![$(($about, vec![$((stringify!($name), $name.printed())),*])),*]
    };
}

/// What a row is about, and its constants.
type Row = (&'static str, Vec<(&'static str, u64)>);

fn records() -> Vec<Row> {
    /// The round trips of silence that make a direct path suspect.
    const ROUND_TRIPS: u64 = 4;
    table! {
        "padding": PAD;
        "window": WINDOW_RELAY WINDOW_DIRECT;
        "left to text": WINDOW_TEXT;
        "left to the end": WINDOW_END;
        "look-ahead": AHEAD_MAX;
        "control window": CONTROL_WINDOW;
        "repeat": REPEAT_EVERY;
        "acknowledgement": ACK_DELAY ACK_RECORDS ACK_BYTES_RELAY ACK_BYTES_DIRECT;
        "question": PROBE_FIRST PROBE_MAX;
        "questions apart": PROBE_APART;
        "sign of life": PING_EVERY;
        "suspect": ROUND_TRIPS SUSPECT_AFTER SUSPECT_UNKNOWN;
        "longest round trip": ROUND_TRIP_MAX;
        "dropped": SUSPECT_FOR;
        "choice": SELECT_WITHIN;
    }
}

fn conversation() -> Vec<Row> {
    table! {
        "text": TEXT_MAX;
        "range": CHUNK_MAX;
        "open ranges": REQUESTS_OPEN_MAX;
        "signed and unanswered": SIGNED_OPEN_MAX;
        "answers waiting for the window": ANSWERS_MAX;
        "waiting for the window": LANE_BYTES_MAX;
        "range answered": RANGE_WITHIN;
        "unopened pictures": PICTURES_WAITING_MAX PICTURES_UNOPENED_MAX;
        "offered pictures": PICTURES_OFFERED_MAX PICTURES_OFFERED_BYTES_MAX;
        "kept for a report": ARCHIVE_MESSAGES_MAX ARCHIVE_BYTES_MAX;
        "typing told": TYPING_EVERY;
        "typing believed": TYPING_FOR;
        "handshake": HANDSHAKE_WITHIN;
        "greeting": GREET_WITHIN;
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The rows of the table of limits: what each is about, and the numbers of its value.
fn printed(page: &str) -> Vec<(String, Vec<u64>)> {
    let page = read(&format!("../../docs/protocol/{page}.md"));
    let (_, section) = page.split_once("Limits and timers\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter(|row| !row.starts_with('|'))
        .map(|row| {
            let mut cells = row.split('|').map(str::trim);
            let about = cells.next().unwrap().to_owned();
            (about, numbers(&cells.next().unwrap().replace(',', "")))
        })
        .collect()
}

fn numbers(text: &str) -> Vec<u64> {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    digits.filter_map(|number| number.parse().ok()).collect()
}

fn values(table: &[Row]) -> Vec<(String, Vec<u64>)> {
    let row = |(about, constants): &Row| {
        let values = constants.iter().map(|(_, value)| *value).collect();
        ((*about).to_owned(), values)
    };
    table.iter().map(row).collect()
}

#[test]
fn the_pages_print_what_the_constants_say() {
    assert_eq!(printed("5-records"), values(&records()));
    assert_eq!(printed("6-conversation"), values(&conversation()));
}

#[test]
fn every_constant_stands_in_a_table() {
    let source = read("src/limits.rs");
    let constants = source.lines().filter_map(|line| {
        let name = line.strip_prefix("pub(crate) const ")?;
        Some(name.split(':').next()?.to_owned())
    });
    let tables = [records(), conversation()].concat();
    let printed: BTreeSet<&str> = tables
        .iter()
        .flat_map(|(_, constants)| constants.iter().map(|(name, _)| *name))
        .collect();
    for name in constants {
        assert!(printed.contains(name.as_str()), "{name} is in no table");
    }
}
