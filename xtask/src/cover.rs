//! Which lines of the pure crates their tests reach.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::shell::{program, root, run};
use crate::tidy::{PURE, is_pure};

/// Of the lines that can be reached, in percent.
const AT_LEAST: f64 = 95.0;
/// What is reached, line by line.
const REPORT: &str = "target/cover.info";
/// Where tests begin in a file: what tests is not counted.
const TESTS: &str = "#[cfg(test)]";

/// Lines of a crate.
#[derive(Default)]
struct Lines {
    all: usize,
    reached: usize,
    /// Those that were not, by file.
    missed: BTreeMap<PathBuf, Vec<usize>>,
}

impl Lines {
    fn percent(&self) -> f64 {
        100.0 * self.reached as f64 / self.all.max(1) as f64
    }
}

/// Runs the tests of the pure crates and of the world that drives them, and tells the lines. `missed`: which
/// ones are not reached, too.
pub(crate) fn cover(missed: bool) -> Result<()> {
    setup::cargo_verb("llvm-cov")?;
    let tools = setup::llvm()?;
    let mut test = program("cargo", &["llvm-cov", "nextest", "--cargo-profile", "ci"]);
    test.args(["--lcov", "--output-path", REPORT]);
    for name in PURE.iter().chain(&["sim"]) {
        test.args(["--package", &format!("floater-{name}")]);
    }
    run(test.envs(tools))?;
    let report = std::fs::read_to_string(root().join(REPORT)).context(REPORT)?;
    let crates = read(&report)?;
    let mut poor = Vec::new();
    for (name, lines) in &crates {
        let percent = lines.percent();
        println!(
            "{name:10} {:5} of {:5} lines reached: {percent:.1} %",
            lines.reached, lines.all
        );
        if percent < AT_LEAST {
            poor.push(*name);
        }
        if missed {
            for (file, lines) in &lines.missed {
                println!("    {}: {}", file.display(), runs(lines));
            }
        }
    }
    if !poor.is_empty() {
        bail!("less than {AT_LEAST} % reached: {}", poor.join(", "));
    }
    Ok(())
}

/// A report in lcov's form: `SF:` names a file, `DA:` a line of it and how often it was reached.
fn read(report: &str) -> Result<BTreeMap<&'static str, Lines>> {
    let mut crates = BTreeMap::new();
    let mut within: Option<(&'static str, PathBuf, usize)> = None;
    for line in report.lines() {
        if let Some(file) = line.strip_prefix("SF:") {
            within = place(Path::new(file))?;
        } else if let (Some((name, file, end)), Some(told)) = (&within, line.strip_prefix("DA:")) {
            let mut told = told.split(',').map(str::parse);
            let (Some(Ok(number)), Some(Ok(count))) = (told.next(), told.next()) else {
                bail!("expected DA:LINE,COUNT, found {line:?}");
            };
            let (number, count): (usize, usize) = (number, count);
            if number >= *end {
                continue;
            }
            let lines: &mut Lines = crates.entry(*name).or_default();
            lines.all += 1;
            if count > 0 {
                lines.reached += 1;
            } else {
                lines.missed.entry(file.clone()).or_default().push(number);
            }
        }
    }
    Ok(crates)
}

/// The crate of a file that is counted, its path in the repository, and the line where its tests begin.
fn place(file: &Path) -> Result<Option<(&'static str, PathBuf, usize)>> {
    let root = root();
    let short = file.strip_prefix(&root).unwrap_or(file);
    let within = |name: &&&str| short.starts_with(format!("crates/{name}"));
    let Some(name) = PURE
        .iter()
        .find(within)
        .filter(|_| is_pure(&short.to_string_lossy()))
    else {
        return Ok(None);
    };
    let text =
        std::fs::read_to_string(root.join(short)).with_context(|| file.display().to_string())?;
    let end = text.lines().position(|line| line == TESTS);
    let end = end.map_or(usize::MAX, |at| at + 1);
    Ok(Some((name, short.to_owned(), end)))
}

/// `3-5 9`
fn runs(lines: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    let told = runs.iter().map(|(from, to)| match from == to {
        true => from.to_string(),
        false => format!("{from}-{to}"),
    });
    told.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_told() {
        let report = "SF:crates/proto/src/lib.rs\nDA:1,3\nDA:2,0\nDA:3,0\nend_of_record\n\
            SF:crates/server/src/lib.rs\nDA:1,0\nend_of_record\n";
        let crates = read(report).unwrap();
        let lines = &crates["proto"];
        assert_eq!((crates.len(), lines.all, lines.reached), (1, 3, 1));
        let missed: Vec<_> = lines.missed.values().map(|it| runs(it)).collect();
        assert_eq!(missed, ["2-3"]);
        assert!(read("SF:crates/proto/src/lib.rs\nDA:x").is_err());
    }
}
