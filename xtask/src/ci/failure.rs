//! What failed, told once more after all is run: of a long log only the end is read.

use std::collections::VecDeque;

use crate::count::is_nextest_summary;

/// So many of a part's last lines are told again.
const LINES_MAX: usize = 60;
/// So many of a part's failed tests are named.
const NAMES_MAX: usize = 40;

/// What is told of a part that failed.
#[derive(Debug, Default)]
pub(super) struct Failure {
    verdict: String,
    last_lines: VecDeque<String>,
    names: Vec<String>,
    has_summary: bool,
}

impl Failure {
    pub(super) fn see(&mut self, line: &str) {
        if self.last_lines.len() == LINES_MAX {
            self.last_lines.pop_front();
        }
        self.last_lines.push_back(line.to_owned());
        if is_nextest_summary(line) {
            // Nextest names each once more, after what the tests themselves have said of it.
            self.names.clear();
            self.has_summary = true;
        }
        let name = match self.has_summary {
            true => by_nextest(line.trim()),
            false => failed_test(line.trim()),
        };
        if let Some(name) = name
            && self.names.len() < NAMES_MAX
            && !self.names.iter().any(|it| it == name)
        {
            self.names.push(name.to_owned());
        }
    }

    /// `verdict`: its name, and how it ended.
    pub(super) fn ended(self, verdict: String) -> Self {
        Self { verdict, ..self }
    }
}

/// The last lines of all parts, and then the names, which are read first.
pub(super) fn tell(failures: &[Failure]) {
    for failure in failures {
        println!("\n{}: at the end it said", failure.verdict);
        for line in &failure.last_lines {
            println!("{line}");
        }
    }
    for failure in failures {
        println!("\n{}", failure.verdict);
        for name in &failure.names {
            println!("   {name}");
        }
    }
}

/// The name in a line by which nextest, cargo, vitest or node says that a test failed.
fn failed_test(line: &str) -> Option<&str> {
    if let Some(test) = line.strip_prefix("✖ ") {
        let name = test.rsplit_once(" (").map_or(test, |(name, _)| name);
        return (name != "failing tests:").then_some(name);
    }
    if let Some(test) = line.strip_prefix("test ") {
        return test.strip_suffix(" ... FAILED");
    }
    line.strip_prefix("FAIL  ").or_else(|| by_nextest(line))
}

/// The name in a line of nextest's: how the test ended, how long it took in brackets, which it is.
fn by_nextest(line: &str) -> Option<&str> {
    let (ending, rest) = line.split_once(" [")?;
    let (span, test) = rest.split_once("] ")?;
    let is_ending = |it: char| it.is_ascii_uppercase() || " +-0123456789".contains(it);
    let is_bad = !["PASS", "SLOW", "LEAK", "SKIP", "Summary"].contains(&ending);
    let is_told = ending.chars().all(is_ending) && span.ends_with('s');
    (is_bad && is_told).then(|| without_place(test.trim()))
}

/// Nextest says of a test which of how many it was.
fn without_place(test: &str) -> &str {
    match test.split_once(") ") {
        Some((place, name)) if place.starts_with('(') => name,
        _ => test,
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, LINES_MAX, failed_test};

    #[test]
    fn each_runner_names_what_failed() {
        for (line, name) in [
            (
                "FAIL [   0.004s] ( 12/963) floater-proto::limits all_agree",
                "floater-proto::limits all_agree",
            ),
            (
                "TIMEOUT [ 180.012s] floater-sim worlds",
                "floater-sim worlds",
            ),
            (
                "SIGKILL [   1.200s] (1/2) floater-e2e p28",
                "floater-e2e p28",
            ),
            ("FAIL + LEAK [   1.200s] floater-e2e p28", "floater-e2e p28"),
            (
                "test core/src/lib.rs - (line 5) ... FAILED",
                "core/src/lib.rs - (line 5)",
            ),
            (
                "FAIL  src/ui/Door.test.ts > asks",
                "src/ui/Door.test.ts > asks",
            ),
            ("✖ the two talk (12.3ms)", "the two talk"),
        ] {
            assert_eq!(failed_test(line), Some(name));
        }
        for line in [
            "PASS [   0.004s] floater-proto::limits all_agree",
            "SLOW [> 60.000s] floater-sim worlds",
            "Summary [  23.0s] 2 tests run: 1 passed, 1 failed",
            "✖ failing tests:",
            "test one ... ok",
            "a line of FAIL [ or so",
            "FAIL [or] so",
        ] {
            assert_eq!(failed_test(line), None, "{line}");
        }
    }

    #[test]
    fn a_name_is_told_once_and_only_the_last_lines_are_kept() {
        let mut failure = Failure::default();
        for line in [
            "        FAIL [ 0.1s] (1/3) proto::all one",
            "    test one ... FAILED",
            "     Summary [  23.0s] 3 tests run: 1 passed, 2 failed",
            "        FAIL [ 0.1s] (1/3) proto::all one",
            "    test one ... FAILED",
            "     TIMEOUT [ 180.1s] (2/3) sim::all worlds",
        ] {
            failure.see(line);
        }
        assert_eq!(failure.names, ["proto::all one", "sim::all worlds"]);
        for _ in 0..LINES_MAX {
            failure.see("the end");
        }
        assert_eq!(failure.last_lines.len(), LINES_MAX);
        assert_eq!(failure.last_lines[0], "the end");
    }
}
