//! The tables of the specification say what the code says: statuses, faults, framing errors.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use floater_proto::body::Fault;
use floater_proto::{DecodeError, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The cells of each row of `1-messages.md`.
fn rows() -> Vec<Vec<String>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/1-messages.md");
    let text = std::fs::read_to_string(page).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
    text.lines()
        .filter_map(|line| line.strip_prefix('|'))
        .map(cells)
        .collect()
}

/// The words in backquotes.
fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_of_statuses_is_complete() {
    let printed: BTreeMap<u16, String> = rows()
        .iter()
        .filter_map(|row| Some((row.first()?.parse().ok()?, row.get(1)?.clone())))
        .collect();
    let known: BTreeMap<u16, String> = Status::ALL
        .iter()
        .map(|status| (status.code(), status.words().to_owned()))
        .collect();
    assert_eq!(printed, known);
}

#[test]
fn every_fault_stands_beside_its_status() {
    let mut faults = BTreeSet::new();
    for row in rows() {
        let Some(code) = row.first().and_then(|cell| cell.parse::<u16>().ok()) else {
            continue;
        };
        // The framing errors, and the range, have their own rows.
        if code == 416 || code == 431 || code == 505 {
            continue;
        }
        for word in words(row.get(2).map_or("", String::as_str)) {
            let fault: Fault = serde_json::from_str(&format!("\"{word}\"")).unwrap();
            assert_ne!(fault, Fault::Unknown, "{word}");
            assert_eq!(fault.status().code(), code, "{word}");
            faults.insert(word.to_owned());
        }
    }
    // Every variant but `Unknown`; a new one belongs into the table and into this figure.
    assert_eq!(faults.len(), 29, "{faults:?}");
}

#[test]
fn the_table_of_framing_errors_is_complete() {
    let errors = [
        DecodeError::BadByte,
        DecodeError::BadField,
        DecodeError::BadStart,
        DecodeError::UnknownMethod,
        DecodeError::UnknownVersion,
        DecodeError::NoResource,
        DecodeError::BadStatus,
        DecodeError::Duplicate,
        DecodeError::BadNumber,
        DecodeError::LineTooLong,
        DecodeError::TooManyFields,
        DecodeError::HeadTooLong,
        DecodeError::MessageTooLong { max: 1 },
    ];
    let name = |error: &DecodeError| format!("{error:?}").split(' ').next().map(str::to_owned);
    let known: BTreeMap<String, u16> = errors
        .iter()
        .filter_map(|e| Some((name(e)?, e.status().code())))
        .collect();
    let printed: BTreeMap<String, u16> = rows()
        .iter()
        .filter_map(|row| {
            let error = words(row.first()?).next()?.to_owned();
            let capital = error.starts_with(|c: char| c.is_ascii_uppercase());
            let status = row.get(2)?.parse().ok()?;
            capital.then_some((error, status))
        })
        .collect();
    assert_eq!(printed, known);
}
