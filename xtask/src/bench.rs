//! Every figure beside its peer and its bar, in parts, and one table of all at the end.

mod ledger;
#[cfg(feature = "plots")]
mod plots;

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::shell::{natlab, program, root, run, xtask};
use crate::watch::{Ending, watch};
use ledger::Ledger;

const USAGE: &str = "\
cargo xtask bench [--table | PART ...]

  PART     only these parts: see below
  --table  measures nothing: the table and the plots of what was measured last

What each part told is kept in target/bench/. The table is written to docs/figures/table.md, and
the plots beside it.";

/// What was measured, a file for each part.
const KEPT: &str = "target/bench";
/// What takes longer hangs.
const LIMIT: Duration = Duration::from_mins(45);

/// A part, and what cargo runs for it.
struct Part {
    name: &'static str,
    what: What,
}

enum What {
    Cargo(&'static [&'static str]),
    /// A part of the benchmark of a running server.
    Figures,
    /// The direct path through the NAT lab.
    Natlab,
}

const fn figures(name: &'static str) -> Part {
    let what = What::Figures;
    Part { name, what }
}

/// In the order of the promises.
const PARTS: &[Part] = &[
    figures("idle"),
    figures("session"),
    figures("relay"),
    Part {
        name: "lobby",
        what: What::Cargo(&["bench", "--package", "floater-lobby"]),
    },
    figures("match"),
    figures("transfer"),
    Part {
        name: "nat",
        what: What::Natlab,
    },
    Part {
        name: "decoder",
        what: What::Cargo(&[
            "bench",
            "--package",
            "floater-proto",
            "--bench",
            "p20_instructions",
        ]),
    },
    figures("storm"),
    figures("start"),
    figures("growth"),
];

/// Measures what is asked for, everything if nothing is, and prints the table.
pub(crate) fn bench(words: &[&str]) -> Result<()> {
    let known = |word: &&str| PARTS.iter().any(|part| part.name == *word);
    let only_table = words == ["--table"];
    if !only_table && !words.iter().all(known) {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!("{USAGE}\n\nParts: {}", names.join(", "));
    }
    let wants = |part: &&Part| !only_table && (words.is_empty() || words.contains(&part.name));
    let mut failed = Vec::new();
    for part in PARTS.iter().filter(wants) {
        println!("\n== {}", part.name);
        if !measure(part)? {
            failed.push(part.name);
        }
    }
    xtask("plots", &["figures"])?;
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    Ok(())
}

/// Whether it was measured. What it had told before stays if it was not.
fn measure(part: &Part) -> Result<bool> {
    let mut command = match part.what {
        What::Cargo(words) => program("cargo", words),
        What::Figures => {
            let words = ["bench", "--package", "floater-trial", "--bench", "figures"];
            let mut command = program("cargo", &words);
            command.args(["--", part.name]);
            command
        }
        What::Natlab => {
            run(&mut program("cargo", crate::ci::BUILD))?;
            natlab(&["--transfer", "5"])?
        }
    };
    let mut told = ledger::head()?;
    let ending = watch(quiet(&mut command), LIMIT, |line| {
        if ledger::is_kept(line) {
            told.push_str(line);
            told.push('\n');
        } else {
            println!("{line}");
        }
    })?;
    if ending != Ending::Succeeded {
        return Ok(false);
    }
    std::fs::create_dir_all(root().join(KEPT))?;
    std::fs::write(root().join(KEPT).join(part.name), told)?;
    Ok(true)
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
}

/// What was measured last of a promise.
pub(crate) struct Told {
    pub(crate) held: usize,
    pub(crate) missed: usize,
    pub(crate) commit: String,
    pub(crate) day: String,
    pub(crate) table: String,
}

/// `None` until each of these parts was measured.
pub(crate) fn told(promise: &str, parts: &[&str]) -> Result<Option<Told>> {
    let mut ledger = Ledger::read(&root().join(KEPT), parts.iter().copied())?;
    ledger.keep(promise);
    let (commits, days): (Vec<_>, Vec<_>) = ledger.measured().into_iter().unzip();
    let told = Told {
        held: ledger.count("held"),
        missed: ledger.count("MISSED"),
        commit: commits.join("; "),
        day: days.join("; "),
        table: ledger.table(),
    };
    let is_whole = ledger.parts() == parts.len() && told.held + told.missed > 0;
    Ok(is_whole.then_some(told))
}

/// Whether there is such a part.
#[cfg(test)]
pub(crate) fn is_part(name: &str) -> bool {
    PARTS.iter().any(|part| part.name == name)
}

/// The table of what was measured last, and the plots.
pub(crate) fn show() -> Result<()> {
    let names = PARTS.iter().map(|part| part.name);
    let ledger = Ledger::read(&root().join(KEPT), names)?;
    let folder = root().join("docs/figures");
    std::fs::create_dir_all(&folder)?;
    #[cfg(feature = "plots")]
    plots::draw(&folder, &ledger)?;
    let table = ledger.table();
    std::fs::write(folder.join("table.md"), ledger.page())?;
    println!("\n{table}");
    Ok(())
}
