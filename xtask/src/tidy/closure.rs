//! What comes along with a crate.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Findings;
use crate::shell::{output, program};

/// Crates that decide and do nothing else.
pub(crate) const PURE: &[&str] = &["proto", "evidence", "e2e", "core", "lobby", "punch"];

/// What reads clocks, opens files or sockets, or runs tasks.
const DOES: &[&str] = &[
    "async-io",
    "async-std",
    "chrono",
    "futures-executor",
    "getrandom",
    "hyper",
    "lettre",
    "libc",
    "memmap2",
    "mio",
    "nix",
    "rand",
    "reqwest",
    "rusqlite",
    "rustix",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "time",
    "tokio",
    "tracing-subscriber",
    "tungstenite",
    "ureq",
    "windows-sys",
];

/// A second provider of cryptography for TLS, and the library that nobody wants to patch.
const NOWHERE: &[&str] = &["native-tls", "openssl", "openssl-sys", "ring"];

/// I1: no server code can open a record. I2: pure crates do nothing by themselves.
pub(super) fn check(findings: &mut Findings) -> Result<()> {
    for name in PURE {
        let closure = closure(
            &format!("floater-{name}"),
            &["--target", "wasm32-unknown-unknown"],
        )?;
        for other in DOES.iter().filter(|it| closure.contains(**it)) {
            findings.add(format!(
                "floater-{name}: is pure, but {other} comes along (I2)"
            ));
        }
    }
    let server = closure("floater-server", &[])?;
    for other in ["floater-e2e", "floater-core"] {
        if server.contains(other) {
            findings.add(format!("floater-server: {other} comes along (I1)"));
        }
    }
    for other in NOWHERE.iter().filter(|it| server.contains(**it)) {
        findings.add(format!("floater-server: {other} comes along"));
    }
    Ok(())
}

fn closure(package: &str, more: &[&str]) -> Result<BTreeSet<String>> {
    let words = [
        "tree",
        "--quiet",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--package",
        package,
    ];
    let tree = output(program("cargo", &words).args(more))?;
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    Ok(names
        .filter(|name| *name != package)
        .map(str::to_owned)
        .collect())
}
