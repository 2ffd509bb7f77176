//! Bugs put in by hand, one at a time: a test that says nothing of them holds nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::count::Count;
use crate::shell::{program, root, run, succeeds};
use crate::watch::{Ending, watch};

/// A tree of its own, and what is built of it.
const TREE: &str = "target/bugs/tree";
const BUILT: &str = "target/bugs/built";
/// What takes longer than this hangs: the bug is caught, or the crate is not built.
const BUILD_MINUTES: u64 = 20;
const TEST_MINUTES: u64 = 5;

/// A change for the worse, and the tests that must fail.
struct Bug {
    name: &'static str,
    file: &'static str,
    /// What stands there once, and what stands there instead.
    edits: &'static [(&'static str, &'static str)],
    held_by: Tests,
}

/// Of the package `floater-…`, the tests whose name holds this.
type Tests = (&'static str, &'static str);

const BUGS: &[Bug] = &[
    Bug {
        name: "a record that came twice is delivered twice",
        file: "crates/e2e/src/incoming.rs",
        edits: &[
            (
                "if n < self.next || self.held.contains_key(&n) {",
                "if self.held.contains_key(&n) {",
            ),
            (
                "let held = self.held.remove(&self.next)?;",
                "let n = *self.held.keys().find(|n| **n <= self.next)?;\n\
                 let held = self.held.remove(&n)?;",
            ),
            (
                "self.next = self.next.saturating_add(1);",
                "self.next = self.next.max(n.saturating_add(1));",
            ),
        ],
        held_by: ("e2e", "records::"),
    },
    Bug {
        name: "records are delivered out of order",
        file: "crates/e2e/src/incoming.rs",
        edits: &[(
            "let held = self.held.remove(&self.next)?;",
            "let (_, held) = self.held.pop_first()?;",
        )],
        held_by: ("e2e", "p1_"),
    },
    Bug {
        name: "nobody resumes",
        file: "crates/e2e/src/link.rs",
        edits: &[(
            "self.handle_resume(now, path, why, number);",
            "let _ = (why, number);",
        )],
        held_by: ("e2e", "p1_"),
    },
    Bug {
        name: "a nonce is used twice",
        file: "crates/e2e/src/link.rs",
        edits: &[(
            "self.controls_sent = self.controls_sent.saturating_add(1);",
            "self.controls_sent += u64::from(self.transmissions % 16 > 0);",
        )],
        held_by: ("e2e", "p1_"),
    },
    Bug {
        name: "a path that is lost loses what was on the way",
        file: "crates/e2e/src/outgoing.rs",
        edits: &[(
            "if (1..=mark).contains(&record.mark) {",
            "if mark == 0 && record.mark > 0 {",
        )],
        held_by: ("e2e", "p1_"),
    },
    Bug {
        name: "a text is shown before both have greeted",
        file: "crates/e2e/src/hear.rs",
        edits: &[(
            "if gated && !self.is_gate_open() {",
            "if gated && self.over {",
        )],
        held_by: ("e2e", "gate"),
    },
    Bug {
        name: "two winners are accepted",
        file: "crates/punch/src/attempt/election.rs",
        edits: &[(
            "Election::Elected { .. } => false,",
            "Election::Elected { .. } => true,",
        )],
        held_by: ("punch", "election::"),
    },
    Bug {
        name: "this machine may be dialled",
        file: "crates/punch/src/address.rs",
        edits: &[(
            "Scope::Loopback => self.loopback,",
            "Scope::Loopback => true,",
        )],
        held_by: ("punch", "p25_"),
    },
    Bug {
        name: "addresses are shown before both have greeted",
        file: "crates/core/src/directs.rs",
        edits: &[(
            "talk.gate_open && talk.policy == Policy::Direct",
            "talk.policy == Policy::Direct",
        )],
        held_by: ("core", "p24_"),
    },
    Bug {
        name: "an offer counts twice",
        file: "crates/core/src/directs.rs",
        edits: &[(
            "talk.id == offer.r#match && offer.number > self.directs.tries.offered;",
            "talk.id == offer.r#match;",
        )],
        held_by: ("core", "p25_"),
    },
    Bug {
        name: "who was proposed to somebody still waits",
        file: "crates/lobby/src/propose.rs",
        edits: &[("        self.pool.remove(index);\n", "")],
        held_by: ("lobby", "p2_"),
    },
];

/// As many tests as bugs that were caught, and as many failed ones as were not.
pub(super) fn all_are_caught() -> Result<Count> {
    let tree = root().join(TREE);
    plant(&tree)?;
    // First what holds without them: whatever is changed is built anew.
    let mut passing = BTreeSet::new();
    for bug in BUGS {
        if passing.insert(bug.held_by) && passes(&tree, bug.held_by)? != Some(true) {
            bail!("{:?} do not pass without any bug", bug.held_by);
        }
    }
    let mut count = Count::default();
    for bug in BUGS {
        let verdict = bug.is_caught(&tree)?;
        println!("{:<56} {verdict:?}", bug.name);
        match verdict {
            Verdict::Caught => count.passed += 1,
            Verdict::Escaped | Verdict::NotBuilt => count.failed += 1,
        }
    }
    Ok(count)
}

#[derive(Debug)]
enum Verdict {
    Caught,
    /// Its tests pass all the same.
    Escaped,
    NotBuilt,
}

/// The commit of now, in a tree of its own.
fn plant(tree: &Path) -> Result<()> {
    let at = tree.display().to_string();
    if succeeds(&mut program("git", &["-C", &at, "rev-parse"])) && tree.exists() {
        let head = ["rev-parse", "HEAD"];
        let head = crate::shell::output(&mut program("git", &head))?;
        let words = [
            "-C",
            &at,
            "checkout",
            "--quiet",
            "--force",
            "--detach",
            head.trim(),
        ];
        return run(&mut program("git", &words));
    }
    run(&mut program("git", &["worktree", "prune"]))?;
    let words = ["worktree", "add", "--quiet", "--detach", &at, "HEAD"];
    run(&mut program("git", &words))
}

impl Bug {
    fn is_caught(&self, tree: &Path) -> Result<Verdict> {
        let file = tree.join(self.file);
        let text = std::fs::read_to_string(&file).context(self.file)?;
        let buggy = self.put_into(&text)?;
        std::fs::write(&file, buggy)?;
        let passes = passes(tree, self.held_by);
        std::fs::write(&file, text)?;
        Ok(match passes? {
            None => Verdict::NotBuilt,
            Some(true) => Verdict::Escaped,
            Some(false) => Verdict::Caught,
        })
    }

    fn put_into(&self, text: &str) -> Result<String> {
        let mut text = text.to_owned();
        for (before, after) in self.edits {
            if text.matches(before).count() != 1 {
                bail!("{}: not once in it: {before}", self.file);
            }
            text = text.replacen(before, after, 1);
        }
        Ok(text)
    }
}

/// Whether the tests pass; `None` where they cannot be built. What hangs does not pass.
fn passes(tree: &Path, (package, tests): Tests) -> Result<Option<bool>> {
    let package = format!("floater-{package}");
    let words = [
        "test",
        "--quiet",
        "--profile",
        "ci",
        "--package",
        &package,
        "--tests",
    ];
    let mut build = within(tree, &words);
    build.arg("--no-run");
    let silent = |_: &str| ();
    if watch(&mut build, minutes(BUILD_MINUTES), silent)? != Ending::Succeeded {
        return Ok(None);
    }
    let mut count = Count::default();
    let mut test = within(tree, &words);
    test.arg(tests);
    let ending = watch(&mut test, minutes(TEST_MINUTES), |line| count.see(line))?;
    Ok(Some(ending == Ending::Succeeded && count.passed > 0))
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn within(tree: &Path, words: &[&str]) -> Command {
    let built: PathBuf = root().join(BUILT);
    let mut command = program("cargo", words);
    command.current_dir(tree).env("CARGO_TARGET_DIR", built);
    command
}

#[cfg(test)]
mod tests {
    use super::BUGS;
    use crate::shell::root;

    #[test]
    fn each_bug_can_still_be_put_in() {
        for bug in BUGS {
            let text = std::fs::read_to_string(root().join(bug.file)).unwrap();
            let buggy = bug.put_into(&text).unwrap();
            assert_ne!(buggy, text, "{}", bug.name);
        }
    }
}
