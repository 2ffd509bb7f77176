//! What was proved, when, and on which commit: a file with a line for each run of a proof.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::table::{PROOFS, Proof, What};
use crate::shell::state;

/// What is proved now.
pub(super) struct State {
    /// With a `+` where the tree differs from it.
    pub(super) commit: String,
    pub(super) date: String,
}

impl State {
    pub(super) fn now() -> Result<Self> {
        let (commit, date) = state()?;
        Ok(Self { commit, date })
    }

    /// What a changed tree is made of is not known later.
    fn is_known(&self) -> bool {
        !self.commit.ends_with('+')
    }
}

/// One run of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) proof: String,
    pub(super) passed: bool,
    pub(super) tests: u64,
    pub(super) seconds: u64,
    pub(super) commit: String,
    pub(super) date: String,
}

impl Entry {
    fn line(&self) -> String {
        let line = json!({
            "proof": self.proof, "passed": self.passed, "tests": self.tests,
            "seconds": self.seconds, "commit": self.commit, "date": self.date,
        });
        format!("{line}\n")
    }

    /// `None` for a line that was cut off.
    fn parse(line: &str) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| line.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| line.get(name)?.as_u64();
        Some(Self {
            proof: text("proof")?,
            passed: line.get("passed")?.as_bool()?,
            tests: number("tests")?,
            seconds: number("seconds")?,
            commit: text("commit")?,
            date: text("date")?,
        })
    }
}

/// All runs so far.
pub(super) struct Ledger {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            text => text.with_context(|| path.display().to_string())?,
        };
        Ok(Self {
            path: path.to_owned(),
            entries: text.lines().filter_map(Entry::parse).collect(),
        })
    }

    pub(super) fn add(&mut self, entry: Entry) -> Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        file.write_all(entry.line().as_bytes())?;
        self.remember(entry);
        Ok(())
    }

    /// What is kept elsewhere.
    pub(super) fn remember(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    fn latest(&self, proof: &Proof) -> Option<&Entry> {
        let name = proof.to_string();
        self.entries.iter().rfind(|it| it.proof == name)
    }

    pub(super) fn has_passed(&self, proof: &Proof, state: &State) -> bool {
        let is_it = |it: &Entry| it.passed && it.commit == state.commit;
        state.is_known() && self.latest(proof).is_some_and(is_it)
    }

    pub(super) fn has_failed(&self, proof: &Proof) -> bool {
        self.latest(proof).is_some_and(|it| !it.passed)
    }

    /// The latest run of each proof, as a table of Markdown.
    pub(super) fn table(&self) -> String {
        let head =
            "| P | what | count | result | s | commit | date |\n|---|---|---|---|---|---|---|\n";
        let rows = PROOFS.iter().map(|proof| {
            let start = format!("| {} | {} | {} |", proof.promise, proof.name, proof.count);
            match self.latest(proof) {
                None => format!("{start} not run | | | |\n"),
                Some(it) => {
                    let seconds = it.seconds.to_string();
                    let (result, seconds) = match (&proof.what, it.passed) {
                        (What::Figures(_), true) => ("held", ""),
                        (What::Figures(_), false) => ("**missed**", ""),
                        (_, true) => ("passed", seconds.as_str()),
                        (_, false) => ("**failed**", seconds.as_str()),
                    };
                    format!(
                        "{start} {result} | {seconds} | {} | {} |\n",
                        it.commit, it.date
                    )
                }
            }
        });
        rows.fold(head.to_owned(), |table, row| table + &row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(passed: bool) -> Entry {
        Entry {
            proof: PROOFS[0].to_string(),
            passed,
            tests: 5,
            seconds: 323,
            commit: "0123456789".into(),
            date: "2026-01-01".into(),
        }
    }

    fn ledger(entries: &[Entry]) -> Ledger {
        Ledger {
            path: PathBuf::new(),
            entries: entries.to_vec(),
        }
    }

    fn state(commit: &str) -> State {
        State {
            commit: commit.into(),
            date: String::new(),
        }
    }

    #[test]
    fn a_line_says_what_was_run_and_half_a_line_says_nothing() {
        let line = entry(true).line();
        assert_eq!(Entry::parse(&line), Some(entry(true)));
        assert_eq!(Entry::parse(&line[..line.len() / 2]), None);
    }

    #[test]
    fn what_passed_is_not_run_again_but_on_another_or_a_changed_tree() {
        let ledger = ledger(&[entry(false), entry(true)]);
        assert!(ledger.has_passed(&PROOFS[0], &state("0123456789")));
        assert!(!ledger.has_passed(&PROOFS[0], &state("9876543210")));
        assert!(!ledger.has_passed(&PROOFS[1], &state("0123456789")));
        let mut changed = entry(true);
        changed.commit += "+";
        let ledger = self::ledger(&[changed]);
        assert!(!ledger.has_passed(&PROOFS[0], &state("0123456789+")));
    }

    #[test]
    fn the_latest_run_counts() {
        let ledger = ledger(&[entry(true), entry(false)]);
        assert!(ledger.has_failed(&PROOFS[0]) && !ledger.has_failed(&PROOFS[1]));
        assert!(
            ledger
                .table()
                .contains("**failed** | 323 | 0123456789 | 2026-01-01 |")
        );
        assert!(ledger.table().contains("not run"));
    }
}
