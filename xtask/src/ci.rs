//! Everything that `make test` runs, and how much of it passed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::shell::{program, succeeds};

/// A part that succeeds or fails. Parts go on where one failed, so that one run tells everything.
struct Step {
    name: &'static str,
    program: &'static str,
    words: &'static [&'static str],
}

const fn step(name: &'static str, program: &'static str, words: &'static [&'static str]) -> Step {
    Step {
        name,
        program,
        words,
    }
}

const BEFORE: &[Step] = &[
    step("format", "cargo", &["fmt", "--all", "--check"]),
    step("tidy", "cargo", &["xtask", "tidy"]),
    step("types", "cargo", &["xtask", "codegen", "--check"]),
    step("engine for the browser", "cargo", &["xtask", "wasm"]),
    step(
        "page: build",
        "npm",
        &["--prefix", "web", "run", "--silent", "build"],
    ),
    step(
        "page: types",
        "npm",
        &["--prefix", "web", "run", "--silent", "check"],
    ),
    step(
        "page: lint",
        "npm",
        &["--prefix", "web", "run", "--silent", "lint"],
    ),
    step(
        "page: tests",
        "npm",
        &["--prefix", "web", "run", "--silent", "test"],
    ),
    step(
        "page: every state",
        "npm",
        &["--prefix", "web", "run", "--silent", "test:gallery"],
    ),
];
/// With the features that the tests have, so that nothing is compiled twice.
const BUILD: &[&str] = &[
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
    "--no-fail-fast",
];
const CARGO_TEST: &[&str] = &["test", "--workspace", "--profile", "ci", "--no-fail-fast"];
const DOC_TESTS: &[&str] = &["test", "--workspace", "--profile", "ci", "--doc"];
const BROWSER: Step = step(
    "browser",
    "npm",
    &["--prefix", "web/e2e", "run", "--silent", "test"],
);

/// So many tests.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs all parts and tells the sum.
pub(crate) fn ci() -> Result<()> {
    let mut sum = Count::default();
    for step in BEFORE.iter().chain(rust()).chain([&BROWSER]) {
        let count = run(step)?;
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
fn rust() -> &'static [Step] {
    const WITH_NEXTEST: &[Step] = &[
        step("rust: build", "cargo", BUILD),
        step("rust", "cargo", NEXTEST),
        step("rust: examples", "cargo", DOC_TESTS),
    ];
    const WITHOUT: &[Step] = &[
        step("rust: build", "cargo", BUILD),
        step("rust", "cargo", CARGO_TEST),
    ];
    if succeeds(&mut program("cargo", &["nextest", "--version"])) {
        WITH_NEXTEST
    } else {
        WITHOUT
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person wants to know how long it took"
)]
fn run(step: &Step) -> Result<Count> {
    println!("\n== {}", step.name);
    let began = Instant::now();
    let (succeeded, mut count) = watch(&mut program(step.program, step.words))?;
    if succeeded && count.passed == 0 {
        count.passed = 1;
    }
    if !succeeded && count.failed == 0 {
        count.failed = 1;
    }
    let result = if succeeded { "passed" } else { "FAILED" };
    println!(
        "== {}: {result} in {} s",
        step.name,
        began.elapsed().as_secs()
    );
    Ok(count)
}

/// Lets all that it prints through, and counts what it says of tests.
fn watch(command: &mut Command) -> Result<(bool, Count)> {
    let (reader, writer) = std::io::pipe()?;
    command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context("cannot start")?;
    // The ends of the pipe that the command still holds would keep it open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut count = Count::default();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        count.passed += told(&line, "passed", "pass");
        count.failed += told(&line, "failed", "fail");
    }
    Ok((child.wait()?.success(), count))
}

/// The summaries of nextest and cargo (`5 passed`), vitest (`Tests  5 passed`), node (`ℹ pass 5`).
fn told(line: &str, after: &str, before: &str) -> u64 {
    let words: Vec<&str> = line
        .split([' ', ',', ';', '|', '(', ')'])
        .filter(|it| !it.is_empty())
        .collect();
    if let [mark, word, number] = words.as_slice()
        && (*mark == "ℹ" || *mark == "#")
        && *word == before
    {
        return number.parse().unwrap_or(0);
    }
    let is_summary = ["Summary", "test", "Tests"]
        .iter()
        .any(|it| words.first() == Some(it));
    let mut pairs = words.windows(2);
    let found = pairs.find_map(|pair| match pair {
        [number, word] if *word == after => number.parse().ok(),
        _ => None,
    });
    if is_summary { found.unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn each_runner_is_understood() {
        let passed = |line| told(line, "passed", "pass");
        let failed = |line| told(line, "failed", "fail");
        let nextest =
            "     Summary [   4.1s] 63 tests run: 61 passed (1 slow), 2 failed, 0 skipped";
        assert_eq!((passed(nextest), failed(nextest)), (61, 2));
        let cargo = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured";
        assert_eq!((passed(cargo), failed(cargo)), (3, 1));
        let vitest = "      Tests  1 failed | 45 passed (46)";
        assert_eq!((passed(vitest), failed(vitest)), (45, 1));
        assert_eq!((passed("ℹ pass 12"), failed("ℹ fail 3")), (12, 3));
        assert_eq!(passed(" Test Files  4 passed (4)"), 0);
        assert_eq!(passed("the 5 passed words of a log"), 0);
    }
}
