//! What failed, told once more after all is run: of a long log only the end is read.

use std::collections::VecDeque;

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
}

impl Failure {
    pub(super) fn see(&mut self, line: &str) {
        if self.last_lines.len() == LINES_MAX {
            self.last_lines.pop_front();
        }
        self.last_lines.push_back(line.to_owned());
        if let Some(name) = failed_test(line)
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
    let line = line.trim();
    if let Some(test) = line.strip_prefix("✖ ") {
        let name = test.rsplit_once(" (").map_or(test, |(name, _)| name);
        return (name != "failing tests:").then_some(name);
    }
    if let Some(test) = line.strip_prefix("test ") {
        return test.strip_suffix(" ... FAILED");
    }
    if let Some(test) = line.strip_prefix("FAIL  ") {
        return Some(test);
    }
    let (word, rest) = line.split_once(" [")?;
    let is_failure =
        ["FAIL", "TIMEOUT", "ABORT", "LEAK-FAIL"].contains(&word) || word.starts_with("SIG");
    let (_, test) = rest.split_once("] ")?;
    is_failure.then(|| without_place(test.trim()))
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
                "        FAIL [   0.004s] ( 12/963) floater-proto::limits all_agree",
                "floater-proto::limits all_agree",
            ),
            (
                "     TIMEOUT [ 180.012s] floater-sim worlds",
                "floater-sim worlds",
            ),
            (
                "     SIGKILL [   1.200s] floater-e2e p28",
                "floater-e2e p28",
            ),
            (
                "test core/src/lib.rs - (line 5) ... FAILED",
                "core/src/lib.rs - (line 5)",
            ),
            (
                " FAIL  src/ui/Door.test.ts > asks",
                "src/ui/Door.test.ts > asks",
            ),
            ("  ✖ the two talk (12.3ms)", "the two talk"),
        ] {
            assert_eq!(failed_test(line), Some(name));
        }
        for line in [
            "        PASS [   0.004s] floater-proto::limits all_agree",
            "✖ failing tests:",
            "test one ... ok",
            "a line of FAIL [ or so",
        ] {
            assert_eq!(failed_test(line), None, "{line}");
        }
    }

    #[test]
    fn a_name_is_told_once_and_only_the_last_lines_are_kept() {
        let mut failure = Failure::default();
        failure.see("FAIL [ 0.1s] one two");
        for _ in 0..LINES_MAX {
            failure.see("FAIL [ 0.2s] one two");
        }
        assert_eq!(failure.names, ["one two"]);
        assert_eq!(failure.last_lines.len(), LINES_MAX);
        assert_eq!(failure.last_lines[0], "FAIL [ 0.2s] one two");
    }
}
