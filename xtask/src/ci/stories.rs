//! The stories in the browser, and what they leave to be read when one fails.

use std::path::Path;
use std::process::Command;

use crate::shell::root;
use crate::web;

/// Here each file of stories notes what its server and its pages say. Where all goes well it takes
/// the notes away again.
const NOTES: &str = "target/stories";
/// So many lines of each are told.
const TOLD_MAX: usize = 120;

/// Runs them, without notes of an earlier time.
pub(super) fn command() -> Command {
    // There may be none.
    let _ = std::fs::remove_dir_all(root().join(NOTES));
    web::script("web/e2e", "test")
}

/// Tells the last lines of all notes that are left.
pub(super) fn tell() {
    let left = std::fs::read_dir(root().join(NOTES));
    let mut paths: Vec<_> = left.into_iter().flatten().flatten().collect();
    paths.sort_by_key(std::fs::DirEntry::path);
    for path in paths {
        println!("\n-- {}", path.path().display());
        for line in last_lines(&path.path()) {
            println!("{line}");
        }
    }
}

fn last_lines(path: &Path) -> Vec<String> {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(TOLD_MAX);
    lines.into_iter().skip(skipped).map(str::to_owned).collect()
}
