//! How many tests a run told of.

/// So many tests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    has_summary: bool,
}

/// Nextest's own line about all tests, after which it only tells once more what failed.
pub(crate) fn is_nextest_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

impl Count {
    /// Adds what a line says, if it is a runner's summary. That of nextest stands for all: each test
    /// is a process of its own, whose summary may be printed too, before it and after it.
    pub(crate) fn see(&mut self, line: &str) {
        if is_nextest_summary(line) {
            *self = Self {
                has_summary: true,
                ..Self::default()
            };
        } else if self.has_summary {
            return;
        }
        self.passed += told(line, "passed", "pass");
        self.failed += told(line, "failed", "fail");
    }
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
    use super::{Count, told};

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

    #[test]
    fn a_test_that_nextest_runs_is_counted_once() {
        let of_the_test = "    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured";
        let of_another = "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured";
        let of_all = "     Summary [  23.0s] 2 tests run: 1 passed, 1 failed, 900 skipped";
        let mut count = Count::default();
        for line in [of_the_test, of_another, of_all, of_another] {
            count.see(line);
        }
        assert_eq!((count.passed, count.failed), (1, 1));
    }
}
