//! What came of the runs: kept in a file, and drawn as a table.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::cell::{Bars, Cell, Expected};

/// One run, as a line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) cell: String,
    pub(super) outcome: Outcome,
    /// Milliseconds from the match to the end of the handshake, where two met.
    #[serde(default)]
    pub(super) secured: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// Milliseconds from the first offer until both knew, and how it was found.
    Direct {
        ms: u32,
        by: String,
    },
    Relay,
    /// What the doctor said, which was right.
    Told(String),
    /// A false direct, or anything else that must not happen.
    Broken(String),
}

/// From so many runs on a cell's times are held to its bars.
const TIMED_FROM: usize = 50;
/// So many runs tell a path that is not found from one that was missed once.
pub(super) const JUDGED_FROM: usize = 5;

/// All runs so far.
pub(super) struct Tally {
    file: File,
    runs: BTreeMap<String, Vec<Run>>,
}

impl Tally {
    /// Goes on with the file, or begins it anew.
    pub(super) fn open(path: &Path, resumes: bool) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).create(true).append(true);
        let mut file = options
            .open(path)
            .with_context(|| path.display().to_string())?;
        let mut runs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        if resumes {
            let text = std::io::read_to_string(&file)?;
            // A line that was cut off by the end of a run is that run's loss.
            for run in text
                .lines()
                .filter_map(|it| serde_json::from_str::<Run>(it).ok())
            {
                runs.entry(run.cell.clone()).or_default().push(run);
            }
            if !text.is_empty() && !text.ends_with('\n') {
                file.write_all(b"\n")?;
            }
        } else {
            file.set_len(0)?;
        }
        Ok(Self { file, runs })
    }

    pub(super) fn count(&self, cell: &Cell) -> usize {
        self.runs.get(&cell.name).map_or(0, Vec::len)
    }

    pub(super) fn add(&mut self, run: Run) -> Result<()> {
        let line = serde_json::to_string(&run)? + "\n";
        self.file.write_all(line.as_bytes())?;
        self.runs.entry(run.cell.clone()).or_default().push(run);
        Ok(())
    }

    pub(super) fn sum(&self, cell: &Cell) -> Sum {
        let none = Vec::new();
        let runs = self.runs.get(&cell.name).unwrap_or(&none);
        let mut sum = Sum::default();
        for run in runs {
            sum.secured.extend(run.secured);
            match &run.outcome {
                Outcome::Direct { ms, by } => {
                    sum.spans.push(*ms);
                    *sum.by.entry(by.clone()).or_default() += 1;
                }
                Outcome::Relay => sum.relayed += 1,
                Outcome::Told(words) => *sum.told.entry(words.clone()).or_default() += 1,
                Outcome::Broken(_) => sum.broken += 1,
            }
        }
        sum.spans.sort_unstable();
        sum.secured.sort_unstable();
        sum
    }
}

/// The runs of one cell.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// Sorted, as are those of the handshakes.
    spans: Vec<u32>,
    secured: Vec<u32>,
    by: BTreeMap<String, usize>,
    relayed: usize,
    told: BTreeMap<String, usize>,
    broken: usize,
}

impl Sum {
    /// P19: of 50 runs one may miss, by chance three; of fewer as large a part, but at least one from
    /// [`JUDGED_FROM`] on. A false direct never happens.
    pub(super) fn holds(&self, cell: &Cell) -> bool {
        self.is_right(cell.expected) && cell.bars.is_none_or(|it| self.is_in_time(it))
    }

    fn is_right(&self, expected: Expected) -> bool {
        let missed = |of_50: usize| match self.runs() {
            ..JUDGED_FROM => self.relayed == 0,
            runs => self.relayed <= (of_50 * runs / 50).max(1),
        };
        let is_right = match expected {
            Expected::Direct => missed(1),
            Expected::ByChance => missed(3),
            Expected::Relay => self.spans.is_empty(),
            Expected::Told => true,
        };
        is_right && self.broken == 0 && self.runs() > 0
    }

    /// Whether it missed in so few runs that this may be the one miss of many.
    pub(super) fn is_in_doubt(&self, cell: &Cell) -> bool {
        self.relayed > 0 && self.broken == 0 && self.runs() < JUDGED_FROM && !self.holds(cell)
    }

    /// Fewer runs say nothing of the slow ones.
    fn is_in_time(&self, bars: Bars) -> bool {
        let within = |sorted: &[u32], percent, bar| nth(sorted, percent).is_none_or(|it| it <= bar);
        self.runs() < TIMED_FROM
            || within(&self.spans, 50, bars.p50)
                && within(&self.spans, 95, bars.p95)
                && within(&self.secured, 95, bars.secured)
    }

    fn runs(&self) -> usize {
        self.spans.len() + self.relayed + self.told.values().sum::<usize>() + self.broken
    }

    fn row(&self, cell: &Cell) -> String {
        let is_right = if self.holds(cell) { "" } else { " **missed**" };
        let broken = match self.broken {
            0 => String::new(),
            n => format!(", {n} broken"),
        };
        let expected = match cell.expected {
            Expected::Direct => "direct",
            Expected::ByChance => "direct, by chance",
            Expected::Relay => "relay",
            Expected::Told => {
                let told = counted(&self.told);
                return format!("| {}{is_right} | {told}{broken} |", cell.name);
            }
        };
        format!(
            "| {} | {expected}{is_right} | {} | {}{broken} | {} | {} | {} | {} |",
            cell.name,
            self.spans.len(),
            self.relayed,
            percentile(&self.spans, 50),
            percentile(&self.spans, 95),
            percentile(&self.secured, 95),
            counted(&self.by)
        )
    }
}

/// So many of a hundred were not slower.
fn nth(sorted: &[u32], percent: usize) -> Option<u32> {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied()
}

fn percentile(sorted: &[u32], percent: usize) -> String {
    nth(sorted, percent).map_or("–".into(), |it| it.to_string())
}

fn counted(words: &BTreeMap<String, usize>) -> String {
    let each: Vec<String> = words
        .iter()
        .map(|(word, n)| format!("{word} {n}"))
        .collect();
    each.join(", ")
}

/// Tables of Markdown: one of those who met, one of what the doctor said.
pub(super) fn tables(tally: &Tally, cells: &[Cell]) -> String {
    let (told, met): (Vec<&Cell>, Vec<&Cell>) =
        cells.iter().partition(|it| it.expected == Expected::Told);
    let met = table(
        "| cell | expected | direct | relay | p50 ms | p95 ms | encrypted p95 ms | found as |\n\
         |---|---|---|---|---|---|---|---|\n",
        tally,
        &met,
    );
    met + &table("| cell | told, and how often |\n|---|---|\n", tally, &told)
}

fn table(head: &str, tally: &Tally, cells: &[&Cell]) -> String {
    if cells.is_empty() {
        return String::new();
    }
    let rows = cells.iter().map(|cell| tally.sum(cell).row(cell) + "\n");
    rows.fold(format!("\n{head}"), |table, row| table + &row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::cell::matrix;

    fn direct(ms: u32) -> Outcome {
        Outcome::Direct {
            ms,
            by: "observed".into(),
        }
    }

    fn sum(outcomes: &[(usize, Outcome)]) -> Sum {
        let cell = &matrix()[0];
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut tally = Tally::open(file.path(), false).unwrap();
        for (times, outcome) in outcomes {
            for _ in 0..*times {
                add(&mut tally, cell, outcome.clone());
            }
        }
        tally.sum(cell)
    }

    fn add(tally: &mut Tally, cell: &Cell, outcome: Outcome) {
        let cell = cell.name.clone();
        let secured = Some(140);
        let run = Run {
            cell,
            outcome,
            secured,
        };
        tally.add(run).unwrap();
    }

    #[test]
    fn of_50_one_may_miss_and_by_chance_three_but_nothing_may_be_false() {
        let missed = |n| sum(&[(50 - n, direct(1)), (n, Outcome::Relay)]);
        assert!(missed(1).is_right(Expected::Direct) && !missed(2).is_right(Expected::Direct));
        assert!(missed(3).is_right(Expected::ByChance) && !missed(4).is_right(Expected::ByChance));
        assert!(missed(50).is_right(Expected::Relay) && !missed(49).is_right(Expected::Relay));
        let false_one = sum(&[(49, direct(1)), (1, Outcome::Broken("false".into()))]);
        assert!(!false_one.is_right(Expected::Direct) && !false_one.is_right(Expected::ByChance));
        assert!(!sum(&[]).is_right(Expected::Relay), "nothing was run");
    }

    #[test]
    fn one_of_five_may_miss_but_one_of_one_is_in_doubt() {
        let cell = &matrix()[0];
        let missed = |n, of| sum(&[(of - n, direct(1)), (n, Outcome::Relay)]);
        assert!(missed(1, 1).is_in_doubt(cell) && !missed(1, 1).holds(cell));
        assert!(missed(1, 5).holds(cell) && !missed(2, 5).holds(cell));
        assert!(missed(1, 49).holds(cell) && !missed(2, 49).holds(cell));
        assert!(!missed(2, 99).holds(cell) && missed(2, 100).holds(cell));
        let is_clear = [
            missed(0, 1),
            missed(2, 5),
            sum(&[(1, Outcome::Broken("false".into()))]),
        ];
        assert!(is_clear.iter().all(|it| !it.is_in_doubt(cell)));
    }

    #[test]
    fn what_is_slow_misses() {
        let cell = &matrix()[0];
        let holds = |slow, ms| sum(&[(50 - slow, direct(200)), (slow, direct(ms))]).holds(cell);
        assert!(holds(25, 420) && holds(2, 5_000));
        assert!(!holds(26, 271), "half of them");
        assert!(!holds(3, 421), "one in twenty");
        assert!(sum(&[(5, direct(5_000))]).holds(cell), "too few to say so");
    }

    #[test]
    fn percentiles_are_spans_that_were_measured() {
        let sum = sum(&[(47, direct(200)), (2, direct(300)), (1, direct(900))]);
        let told = [50, 95].map(|it| percentile(&sum.spans, it));
        assert_eq!(told, ["200", "300"]);
        assert_eq!(percentile(&[], 50), "–");
    }

    #[test]
    fn what_was_run_is_not_run_again_but_what_was_cut_off_is() {
        let cell = &matrix()[0];
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut tally = Tally::open(file.path(), false).unwrap();
        add(&mut tally, cell, direct(1));
        drop(tally);
        let mut raw = OpenOptions::new().append(true).open(file.path()).unwrap();
        raw.write_all(b"{\"cell\":\"public+pub").unwrap();
        let mut tally = Tally::open(file.path(), true).unwrap();
        assert_eq!(tally.count(cell), 1);
        add(&mut tally, cell, direct(1));
        assert_eq!(Tally::open(file.path(), true).unwrap().count(cell), 2);
        assert_eq!(Tally::open(file.path(), false).unwrap().count(cell), 0);
    }
}
