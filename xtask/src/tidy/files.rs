//! What the house is made of: names and sizes of files.

use std::path::Path;

use anyhow::Result;

use super::Findings;
use crate::shell::{output, program, root};

/// A file has at most so many lines of logic.
const LINES: usize = 500;
/// Where everything lands that belongs nowhere.
const NAMES: &[&str] = &[
    "util", "utils", "common", "misc", "helper", "helpers", "manager", "managers",
];
const KINDS: &[&str] = &["rs", "ts", "mjs", "js", "svelte", "css"];

/// A source file of ours.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root of the repository.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written by a machine for a machine.
    fn is_generated(&self) -> bool {
        self.text.starts_with("// Written by ")
    }
}

/// All source files that are, or could be, committed.
pub(super) fn sources() -> Result<Vec<Source>> {
    let words = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = output(&mut program("git", &words))?;
    let mut sources = Vec::new();
    for path in listed.lines().filter(|path| is_source(path)) {
        // A file that was deleted is still listed until that is committed.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            sources.push(Source {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(sources)
}

/// Holds names and sizes.
pub(super) fn check(findings: &mut Findings, sources: &[Source]) {
    for source in sources {
        check_name(findings, &source.path);
        if !source.is_rust() && !source.is_generated() {
            check_lines(
                findings,
                &source.path,
                source.text.lines().filter(|it| is_logic(it)).count(),
            );
        }
    }
}

/// Tells of a file that is too long.
pub(super) fn check_lines(findings: &mut Findings, path: &str, lines: usize) {
    if lines > LINES {
        findings.add(format!("{path}: {lines} lines of logic, at most {LINES}"));
    }
}

/// Neither empty nor a comment.
pub(super) fn is_logic(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//") && !line.starts_with('*') && !line.starts_with("/*")
}

fn check_name(findings: &mut Findings, path: &str) {
    let parts = Path::new(path).components();
    for part in parts.filter_map(|part| Path::new(part.as_os_str()).file_stem()) {
        let stem = part.to_string_lossy().to_lowercase();
        if NAMES.contains(&stem.split(['.', '-']).next().unwrap_or_default()) {
            findings.add(format!("{path}: nothing is called {stem}"));
        }
    }
}

fn is_source(path: &str) -> bool {
    let kind = Path::new(path).extension().unwrap_or_default();
    KINDS.iter().any(|it| kind == *it)
}
