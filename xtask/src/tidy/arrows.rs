//! Who may depend on whom, and on what.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Findings;
use crate::shell::{output, program};

/// Each crate of ours and those of ours that it may name. The table stands in
/// `docs/architecture.md`. Its tests may also name what these reach.
const ARROWS: &[(&str, &[&str])] = &[
    ("floater-proto", &[]),
    ("floater-evidence", &["floater-proto"]),
    ("floater-e2e", &["floater-proto", "floater-evidence"]),
    ("floater-core", &["floater-proto", "floater-e2e"]),
    ("floater-lobby", &["floater-proto", "floater-evidence"]),
    ("floater-punch", &[]),
    (
        "floater-server",
        &[
            "floater-proto",
            "floater-evidence",
            "floater-lobby",
            "floater-punch",
        ],
    ),
    ("floater-client", &["floater-core", "floater-punch"]),
    ("floater-tui", &["floater-client"]),
    ("floater-wasm", &["floater-core"]),
    ("floater-natlab", &["floater-trial"]),
    (
        "floater-sim",
        &["floater-punch", "floater-client", "floater-server"],
    ),
    (
        "floater-trial",
        &["floater-proto", "floater-core", "floater-client"],
    ),
    ("xtask", &["floater-core"]),
];

/// Knows addresses and packets: whatever runs on a network may be tested on it.
const NETWORK: &str = "floater-sim";

/// What the standard library has by now. Others may bring it; nobody of ours names it.
const IN_STD: &[(&str, &str)] = &[
    ("lazy_static", "std::sync::LazyLock"),
    ("once_cell", "std::sync::OnceLock"),
];

/// Holds both tables against what the manifests say.
pub(super) fn check(findings: &mut Findings) -> Result<()> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&output(&mut program("cargo", &words))?)?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    for package in packages.context("cargo names no packages")? {
        check_one(findings, package);
    }
    Ok(())
}

fn check_one(findings: &mut Findings, package: &Value) {
    let name = text(package, "name");
    let Some((_, allowed)) = ARROWS.iter().find(|(of, _)| *of == name) else {
        findings.add(format!("{name}: has no line in the table of arrows"));
        return;
    };
    let dependencies = package.get("dependencies").and_then(Value::as_array);
    for dependency in dependencies.into_iter().flatten() {
        let on = text(dependency, "name");
        let is_ours = ARROWS.iter().any(|(of, _)| *of == on);
        let is_dev = text(dependency, "kind") == "dev";
        let for_tests = is_dev && (on == NETWORK || reached(allowed, on));
        if is_ours && on != name && !allowed.contains(&on) && !for_tests {
            findings.add(format!("{name}: may not depend on {on}"));
        }
        if let Some((_, instead)) = IN_STD.iter().find(|(of, _)| *of == on) {
            findings.add(format!("{name}: names {on} instead of {instead}"));
        }
    }
}

/// Whether any of these may name it, directly or not.
fn reached(from: &[&str], wanted: &str) -> bool {
    let mut arrows = ARROWS.iter().filter(|(of, _)| from.contains(of));
    arrows.any(|(_, next)| next.contains(&wanted) || reached(next, wanted))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
