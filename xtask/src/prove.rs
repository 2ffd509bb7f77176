//! The promises with their full counts, in parts that can be resumed.

mod bugs;
mod ledger;
mod table;

use std::fs::File;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::bench;
use crate::ci::BUILD;
use crate::count::Count;
use crate::shell::{program, root, run, succeeds};
use crate::watch::{Ending, watch};
use ledger::{Entry, Ledger, State};
use table::{PROOFS, Proof, What};

const USAGE: &str = "\
cargo xtask prove [--again | --list] [P ...]

  P        only these promises: 1, P1, 2 ...; `bugs` for the bugs put in by hand; or one row of the
           table, `P1 worlds`
  --again  also what has passed on this commit
  --list   runs nothing

Each result is kept in target/prove.jsonl, what was printed in target/prove/. Promises of speed and
size are measured by `make bench`: of these it is told what was measured last.";

/// Where a network, a disk or a crash of one's own cannot be had nothing is proved.
const REQUIRED: (&str, &str) = ("NATLAB", "require");
/// What a proof prints.
const PRINTED: &str = "target/prove";

/// What is asked for.
#[derive(Default)]
struct Wish {
    again: bool,
    lists: bool,
    /// Promises; all if there is none.
    only: Vec<String>,
}

/// Proves what is asked for and not proved yet on this commit, and tells how all promises stand.
pub(crate) fn prove(words: &[&str]) -> Result<()> {
    let wish = Wish::parse(words)?;
    let state = State::now()?;
    let mut ledger = Ledger::open(&root().join("target/prove.jsonl"))?;
    let wanted: Vec<&Proof> = PROOFS.iter().filter(|it| wish.wants(it)).collect();
    if wanted.is_empty() {
        bail!("no such promise\n\n{USAGE}");
    }
    for proof in PROOFS {
        if let Some(entry) = measured(proof, !wish.lists && wish.wants(proof))? {
            ledger.remember(entry);
        }
    }
    let is_due = |it: &&&Proof| {
        !matches!(it.what, What::Figures(_)) && (wish.again || !ledger.has_passed(it, &state))
    };
    let due: Vec<&Proof> = wanted.iter().filter(is_due).copied().collect();
    if !wish.lists && !due.is_empty() {
        std::fs::create_dir_all(root().join(PRINTED))?;
        if due.iter().any(|it| matches!(it.what, What::Program { .. })) {
            prepare()?;
        }
        for proof in due {
            ledger.add(perform(proof, &state)?)?;
        }
    }
    println!("\n{}", ledger.table());
    let failed = wanted.iter().filter(|it| ledger.has_failed(it)).count();
    if failed > 0 {
        bail!("{failed} of {} did not pass", wanted.len());
    }
    Ok(())
}

impl Wish {
    fn parse(words: &[&str]) -> Result<Self> {
        let mut wish = Self::default();
        for word in words {
            match *word {
                "--again" => wish.again = true,
                "--list" => wish.lists = true,
                it if it.starts_with('-') => bail!("{USAGE}"),
                it if it.starts_with(|it: char| it.is_ascii_digit()) => {
                    wish.only.push(format!("P{it}"));
                }
                it => wish.only.push(it.to_owned()),
            }
        }
        Ok(wish)
    }

    fn wants(&self, proof: &Proof) -> bool {
        self.only.is_empty() || {
            let row = proof.to_string();
            let names = |it: &String| it == proof.promise || *it == row;
            self.only.iter().any(names)
        }
    }
}

fn prepare() -> Result<()> {
    if !succeeds(&mut program("cargo", &["nextest", "--version"])) {
        run(&mut program(
            "cargo",
            &["install", "--locked", "cargo-nextest"],
        ))?;
    }
    // With the programs that some proofs start.
    run(&mut program("cargo", BUILD))
}

/// What `make bench` said of a promise that it holds. Nothing is measured here: that wants a quiet machine.
fn measured(proof: &Proof, is_told: bool) -> Result<Option<Entry>> {
    let What::Figures(parts) = proof.what else {
        return Ok(None);
    };
    let told = bench::told(proof.promise, parts)?;
    if is_told {
        let only = parts.join(" ");
        let says = told.as_ref().map_or_else(
            || "not measured yet\n".to_owned(),
            |it| format!("measured on {}, {}\n\n{}", it.commit, it.day, it.table),
        );
        println!("\n== {proof}: {says}It is measured by `make bench ONLY=\"{only}\"`.");
    }
    Ok(told.map(|told| Entry {
        proof: proof.to_string(),
        passed: told.missed == 0,
        tests: (told.held + told.missed) as u64,
        seconds: 0,
        commit: told.commit,
        date: told.day,
    }))
}

/// A proof that runs nothing proves nothing: a test that was given another name fails.
#[expect(
    clippy::disallowed_methods,
    reason = "a person wants to know how long it took"
)]
fn perform(proof: &Proof, state: &State) -> Result<Entry> {
    println!("\n== {proof}");
    let began = Instant::now();
    let count = match proof.what {
        What::Program { env, words } => {
            let mut command = program("cargo", words);
            watched(proof, command.envs(env.iter().copied().chain([REQUIRED])))?
        }
        What::Page(words) => watched(proof, &mut program("npm", words))?,
        What::Figures(_) => bail!("{proof} is measured by `make bench`"),
        What::Bugs => bugs::all_are_caught()?,
    };
    let seconds = began.elapsed().as_secs();
    let passed = count.failed == 0 && count.passed > 0;
    let how = if passed { "passed" } else { "FAILED" };
    println!("== {proof}: {how} in {seconds} s");
    Ok(Entry {
        proof: proof.to_string(),
        passed,
        tests: count.passed,
        seconds,
        commit: state.commit.clone(),
        date: state.date.clone(),
    })
}

fn watched(proof: &Proof, command: &mut Command) -> Result<Count> {
    command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never");
    let name = proof.to_string().replace([' ', ',', ':'], "-");
    let mut printed = File::create(root().join(PRINTED).join(name + ".log"))?;
    let mut count = Count::default();
    let mut kept = Ok(());
    let limit = Duration::from_secs(60 * proof.minutes);
    let ending = watch(command, limit, |line| {
        println!("{line}");
        count.see(line);
        if kept.is_ok() {
            kept = writeln!(printed, "{line}");
        }
    })?;
    kept?;
    if ending != Ending::Succeeded {
        count.failed = count.failed.max(1);
    }
    Ok(count)
}
