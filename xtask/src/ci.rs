//! Everything that `make test` runs, and how much of it passed.

mod stories;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::count::Count;
use crate::shell::{natlab, program, succeeds, window};
use crate::watch::{Ending, watch};
use crate::{machine, web};

/// A part that succeeds or fails. Parts go on where one failed, so that one run tells everything.
struct Step {
    name: &'static str,
    /// What takes longer hangs, and is ended: some three times what a cold and busy machine needs.
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
    cargo("format", 1, &["fmt", "--all", "--check"]),
    cargo("tidy", 2, &["xtask", "tidy"]),
    cargo("types", 4, &["xtask", "codegen", "--check"]),
    cargo("engine for the browser", 6, &["xtask", "wasm"]),
    page("page: build", 1, "build"),
    page("page: types", 2, "check"),
    page("page: lint", 2, "lint"),
    page("page: tests", 3, "test"),
    page("page: every state", 6, "test:gallery"),
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
    cargo("rust: build", 16, BUILD),
    cargo("rust", 6, NEXTEST),
    cargo("rust: examples", 3, DOC_TESTS),
];
const WITHOUT_NEXTEST: &[Step] = &[
    cargo("rust: build", 16, BUILD),
    cargo("rust", 9, CARGO_TEST),
];
const WINDOW: &[Step] = &[
    Step {
        name: "window: build",
        minutes: 12,
        what: What::Window("build"),
    },
    Step {
        name: "window: rust",
        minutes: 3,
        what: What::Window("test"),
    },
];
const NATLAB: Step = Step {
    name: "NAT lab",
    minutes: 3,
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
    minutes: 3,
    what: What::Natlab(&["--story", "brief", "--conversations", "4"]),
};
const BROWSER: Step = Step {
    name: "browser",
    minutes: 15,
    what: What::Stories,
};

/// Runs all parts and tells the sum.
pub(crate) fn ci() -> Result<()> {
    println!("\n== machine");
    if let Err(broken) = machine::check() {
        // On such a machine no failure would mean anything.
        println!("== machine: FAILED\n\n0 passed, 1 failed");
        return Err(broken);
    }
    println!("== machine: passed");
    let mut sum = Count::default();
    for step in steps() {
        let count = run(step);
        sum.passed += count.passed;
        sum.failed += count.failed;
    }
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
fn run(step: &Step) -> Count {
    println!("\n== {}", step.name);
    let began = Instant::now();
    let mut count = Count::default();
    let ending = step.command().and_then(|mut command| {
        command
            .env("NO_COLOR", "1")
            .env("CARGO_TERM_COLOR", "never");
        watch(&mut command, step.limit(), |line| {
            println!("{line}");
            count.see(line);
        })
    });
    // What was not built cannot be started; the parts after it can.
    let ending = ending.unwrap_or_else(|error| {
        println!("{error:#}");
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
    println!(
        "== {}: {} {} s",
        step.name,
        result(ending),
        began.elapsed().as_secs()
    );
    count
}

const fn result(ending: Ending) -> &'static str {
    match ending {
        Ending::Succeeded => "passed in",
        Ending::Failed => "FAILED in",
        Ending::OutOfTime => "FAILED: ran out of time, and was ended after",
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn all_limits_together_are_below_an_hour_and_a_half() {
        let minutes: u64 = steps().map(|step| step.minutes).sum();
        assert!(minutes <= 88, "{minutes}");
        assert!(steps().all(|step| step.minutes > 0));
    }
}
