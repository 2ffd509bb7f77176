//! What the benchmarks told: lines of figures and of points.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::shell::state;

/// Columns of the table: those of `floater_trial::Figure`.
const HEADS: [&str; 7] = ["promise", "what", "floaterd", "beside", "ratio", "bar", ""];

/// Points of one line of a plot.
pub(super) type Series = Vec<(f64, f64)>;

/// All figures and points, part by part.
#[derive(Default)]
pub(super) struct Ledger {
    figures: Vec<Vec<String>>,
    /// Parts that were measured: from which commit, and when.
    measured: Vec<(String, String)>,
    /// By plot, then by name.
    points: BTreeMap<String, Vec<(String, Series)>>,
}

/// Whether a line is for the ledger.
pub(super) fn is_kept(line: &str) -> bool {
    line.starts_with("figure\t") || line.starts_with("point\t")
}

/// The first line of a part: the commit and the day.
pub(super) fn head() -> Result<String> {
    let (commit, day) = state()?;
    Ok(format!("measured\t{commit}, {day}\n"))
}

impl Ledger {
    /// Parts that were never measured are left out.
    pub(super) fn read<'a>(folder: &Path, parts: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut ledger = Self::default();
        for part in parts {
            let file = folder.join(part);
            if file.exists() {
                ledger.add(part, &std::fs::read_to_string(file)?);
            }
        }
        Ok(ledger)
    }

    fn add(&mut self, part: &str, told: &str) {
        for line in told.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            match words.as_slice() {
                ["measured", when] => self.measured.push((part.to_owned(), (*when).to_owned())),
                ["figure", rest @ ..] => {
                    let row = rest.iter().map(|&it| it.to_owned()).collect();
                    // What is missing in each round is missing once.
                    if !self.figures.contains(&row) {
                        self.figures.push(row);
                    }
                }
                ["point", plot, name, x, y] => {
                    if let (Ok(x), Ok(y)) = (x.parse(), y.parse()) {
                        self.add_point(plot, name, (x, y));
                    }
                }
                _ => {}
            }
        }
    }

    fn add_point(&mut self, plot: &str, name: &str, point: (f64, f64)) {
        let plot = self.points.entry(plot.to_owned()).or_default();
        match plot.iter_mut().find(|(of, _)| of == name) {
            Some((_, points)) => {
                points.push(point);
                points.sort_by(|one, other| one.0.total_cmp(&other.0));
            }
            None => plot.push((name.to_owned(), vec![point])),
        }
    }

    #[cfg_attr(not(feature = "plots"), expect(dead_code, reason = "for the plots"))]
    pub(super) fn plot(&self, name: &str) -> &[(String, Series)] {
        self.points.get(name).map_or(&[], Vec::as_slice)
    }

    /// As Markdown, in columns that also a terminal shows as such.
    pub(super) fn table(&self) -> String {
        let mut rows = vec![HEADS.map(str::to_owned).to_vec()];
        rows.extend(self.figures.iter().cloned());
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
        let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
        rows.insert(1, rule);
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<String> = cells.map(|(it, &width)| format!("{it:width$}")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let held = self.count("held");
        let missed = self.count("MISSED");
        let table: String = rows.iter().map(line).collect();
        format!("{table}\n{held} held, {missed} missed.\n")
    }

    /// The table with what is to be known about it.
    pub(super) fn page(&self) -> String {
        let measured = self.measured.iter();
        let when: Vec<_> = measured
            .map(|(part, when)| format!("`{part}` {when}"))
            .collect();
        let when = when.join("; ");
        format!(
            "<!-- Written by `make bench`. -->\n# Figures beside other programs\n\n\
             A ratio is ours divided by theirs, the median of ratios of rounds in turns. \
             Measured at: {when}.\n\n{}",
            self.table()
        )
    }

    /// Leaves the figures of one promise alone.
    pub(super) fn keep(&mut self, promise: &str) {
        let is_of_it = |row: &Vec<String>| row.first().is_some_and(|it| it == promise);
        self.figures.retain(is_of_it);
    }

    /// Commits and days, each once.
    pub(super) fn measured(&self) -> Vec<(&str, &str)> {
        let all = self.measured.iter().filter_map(|it| it.1.rsplit_once(", "));
        let mut once = Vec::new();
        all.for_each(|it| {
            if !once.contains(&it) {
                once.push(it);
            }
        });
        once
    }

    /// How many parts were measured.
    pub(super) fn parts(&self) -> usize {
        self.measured.len()
    }

    pub(super) fn count(&self, verdict: &str) -> usize {
        let is_it = |row: &&Vec<String>| row.last().is_some_and(|it| it == verdict);
        self.figures.iter().filter(is_it).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn what_was_told_stands_in_the_table() {
        let mut ledger = Ledger::default();
        let told = "measured\tabc, today\nfigure\tP12\tidle\t5 KiB\tws: 8 KiB\t0.62\t≤ 1\theld\n\
                    point\tmemory\tws\t1000\t8\npoint\tmemory\tws\t2000\t16\nnoise\n";
        ledger.add("idle", told);
        ledger.add(
            "idle",
            "figure\tP12\tidle\t5 KiB\tws: 8 KiB\t0.62\t≤ 1\theld\n",
        );
        let table = ledger.table();
        assert!(table.contains("| P12     | idle | 5 KiB    | ws: 8 KiB | 0.62  | ≤ 1 | held |"));
        assert!(table.ends_with("1 held, 0 missed.\n"));
        assert_eq!(
            ledger.points["memory"][0].1,
            [(1000.0, 8.0), (2000.0, 16.0)]
        );
        assert!(ledger.page().contains("`idle` abc, today"));
    }
}
