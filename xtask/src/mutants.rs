//! Changes that no test notices: `cargo mutants` over the crates on which everything else rests.

use anyhow::Result;

use crate::setup;
use crate::shell::{program, run};

/// What is changed unless something else is named.
const CRATES: &[&str] = &["proto", "evidence", "e2e", "lobby"];
/// Of one change, in seconds: what takes longer hangs, and that is noticed too.
const TIMEOUT: &str = "30";

/// Tries them one after the other. What was noticed before is not tried again: an end half-way loses nothing.
pub(crate) fn mutants(crates: &[&str]) -> Result<()> {
    setup::cargo_verb("mutants")?;
    let crates = if crates.is_empty() { CRATES } else { crates };
    let mut mutants = program(
        "cargo",
        &["mutants", "--profile", "mutants", "--test-tool", "cargo"],
    );
    mutants.args(["--output", "target", "--timeout", TIMEOUT, "--iterate"]);
    for name in crates {
        mutants.args(["--package", &format!("floater-{name}")]);
    }
    run(&mut mutants)
}
