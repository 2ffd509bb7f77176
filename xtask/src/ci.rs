//! Everything that `make test` runs, and how much of it passed.

mod failure;
mod stories;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use failure::Failure;

use crate::count::Count;
use crate::shell::{natlab, program, succeeds, window};
use crate::watch::{Ending, watch};
use crate::{machine, web};

/// All parts together may take so many minutes: after 90, of which the setup takes some, CI ends them,
/// and nothing is told.
const ALL_MINUTES: u64 = 80;

/// A part that succeeds or fails. Parts go on where one failed, so that one run tells everything.
struct Step {
    name: &'static str,
    /// What takes longer hangs, and is ended: some four times what a cold machine needs.
    minutes: u64,
    what: What,
}

enum What {
    Cargo(&'static [&'static str]),
    /// The NAT lab, which was built with the tests.
    Natlab(&'static [&'static str]),
    /// A verb of cargo's for the window.
    Window(&'static str),
    /// A script of the page.
    Page(&'static str),
    Stories,
}

const fn cargo(name: &'static str, minutes: u64, words: &'static [&'static str]) -> Step {
    let what = What::Cargo(words);
    Step {
        name,
        minutes,
        what,
    }
}

const fn page(name: &'static str, minutes: u64, script: &'static str) -> Step {
    let what = What::Page(script);
    Step {
        name,
        minutes,
        what,
    }
}

const BEFORE: &[Step] = &[
    cargo("format", 2, &["fmt", "--all", "--check"]),
    cargo("tidy", 4, &["xtask", "tidy"]),
    cargo("types", 10, &["xtask", "codegen", "--check"]),
    cargo("engine for the browser", 10, &["xtask", "wasm"]),
    page("page: build", 4, "build"),
    page("page: types", 4, "check"),
    page("page: lint", 4, "lint"),
    page("page: tests", 6, "test"),
    page("page: every state", 10, "test:gallery"),
];
/// With the features that the tests have, so that nothing is compiled twice.
pub(crate) const BUILD: &[&str] = &[
    "build",
    "--workspace",
    "--profile",
    "ci",
    "--bins",
    "--tests",
];
const NEXTEST: &[&str] = &[
    "nextest",
    "run",
    "--workspace",
    "--cargo-profile",
    "ci",
    "--profile",
    "ci",
];
const CARGO_TEST: &[&str] = &["test", "--workspace", "--profile", "ci", "--no-fail-fast"];
const DOC_TESTS: &[&str] = &["test", "--workspace", "--profile", "ci", "--doc"];
const WITH_NEXTEST: &[Step] = &[
    cargo("rust: build", 40, BUILD),
    cargo("rust", 15, NEXTEST),
    cargo("rust: examples", 8, DOC_TESTS),
];
const WITHOUT_NEXTEST: &[Step] = &[
    cargo("rust: build", 40, BUILD),
    cargo("rust", 20, CARGO_TEST),
];
const WINDOW: &[Step] = &[
    Step {
        name: "window: build",
        minutes: 40,
        what: What::Window("build"),
    },
    Step {
        name: "window: rust",
        minutes: 8,
        what: What::Window("test"),
    },
];
const NATLAB: Step = Step {
    name: "NAT lab",
    minutes: 8,
    what: What::Natlab(&[
        "--cells",
        "few,doctor",
        "--runs",
        "1",
        "--file",
        "target/natlab-few.jsonl",
    ]),
};
const STORY: Step = Step {
    name: "NAT lab: conversations",
    minutes: 8,
    what: What::Natlab(&["--story", "brief", "--conversations", "4"]),
};
const BROWSER: Step = Step {
    name: "browser",
    minutes: 25,
    what: What::Stories,
};

/// Runs all parts and tells the sum.
#[expect(
    clippy::disallowed_methods,
    reason = "what is left for a part is told by a clock"
)]
pub(crate) fn ci() -> Result<()> {
    let (began, all) = (Instant::now(), Duration::from_secs(60 * ALL_MINUTES));
    println!("\n== machine");
    if let Err(broken) = machine::check() {
        // On such a machine no failure would mean anything.
        println!("== machine: FAILED\n\n0 passed, 1 failed");
        return Err(broken);
    }
    println!("== machine: passed");
    let mut sum = Count::default();
    let mut failures = Vec::new();
    for step in steps() {
        let left = all.saturating_sub(began.elapsed());
        let (count, failure) = run(step, left);
        sum.passed += count.passed;
        sum.failed += count.failed;
        failures.extend(failure);
    }
    failure::tell(&failures);
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed > 0 {
        bail!("not all is well")
    } else {
        Ok(())
    }
}

/// By nextest where it is here. It leaves the examples in the documentation to cargo.
fn steps() -> impl Iterator<Item = &'static Step> {
    let has_nextest = succeeds(&mut program("cargo", &["nextest", "--version"]));
    let rust = if has_nextest {
        WITH_NEXTEST
    } else {
        WITHOUT_NEXTEST
    };
    BEFORE
        .iter()
        .chain(rust)
        .chain(WINDOW)
        .chain([&NATLAB, &STORY, &BROWSER])
}

impl Step {
    fn command(&self) -> Result<Command> {
        Ok(match self.what {
            What::Cargo(words) => program("cargo", words),
            What::Natlab(words) => natlab(words)?,
            What::Window(verb) => window(verb, "ci"),
            What::Page(script) => web::script("web", script),
            What::Stories => stories::command(),
        })
    }

    const fn limit(&self) -> Duration {
        Duration::from_secs(60 * self.minutes)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person wants to know how long it took"
)]
fn run(step: &Step, left: Duration) -> (Count, Option<Failure>) {
    println!("\n== {}", step.name);
    let began = Instant::now();
    let mut count = Count::default();
    let mut failure = Failure::default();
    if left.is_zero() {
        count.failed = 1;
        let verdict = format!("== {}: FAILED: no time was left for it", step.name);
        println!("{verdict}");
        return (count, Some(failure.ended(verdict)));
    }
    let ending = step.command().and_then(|mut command| {
        command
            .env("NO_COLOR", "1")
            .env("CARGO_TERM_COLOR", "never");
        watch(&mut command, step.limit().min(left), |line| {
            println!("{line}");
            count.see(line);
            failure.see(line);
        })
    });
    // What was not built cannot be started; the parts after it can.
    let ending = ending.unwrap_or_else(|error| {
        println!("{error:#}");
        failure.see(&format!("{error:#}"));
        Ending::Failed
    });
    if ending == Ending::Succeeded {
        count.passed = count.passed.max(1);
    } else {
        count.failed = count.failed.max(1);
        if matches!(step.what, What::Stories) {
            stories::tell();
        }
    }
    let verdict = format!(
        "== {}: {} {} s",
        step.name,
        result(ending),
        began.elapsed().as_secs()
    );
    println!("{verdict}");
    let has_failed = ending != Ending::Succeeded;
    (count, has_failed.then(|| failure.ended(verdict)))
}

const fn result(ending: Ending) -> &'static str {
    match ending {
        Ending::Succeeded => "passed in",
        Ending::Failed => "FAILED in",
        Ending::OutOfTime => "FAILED: ran out of time, and was ended after",
    }
}
