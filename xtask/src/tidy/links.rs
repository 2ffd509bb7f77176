//! What the papers link to: files that are there, and tests that are in them.

use std::path::Path;

use anyhow::{Context, Result};

use super::Findings;
use crate::shell::{output, program, root};

/// The heading of a column that names the tests of its row.
const TESTS: &str = "shown by";

/// A link of Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link<'a> {
    text: &'a str,
    to: &'a str,
}

impl<'a> Link<'a> {
    /// Words of code that are no path name a test. Where it links to is the file that has it.
    fn test(self) -> Option<&'a str> {
        let name = self.text.strip_prefix('`')?.strip_suffix('`')?;
        let is_path = !name.contains(' ') && name.contains(['/', '.']);
        (!is_path).then_some(name)
    }
}

/// Each link of a paper leads somewhere in this repository, or away from it.
pub(super) fn check(findings: &mut Findings) -> Result<()> {
    let words = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.md",
    ];
    let listed = output(&mut program("git", &words))?;
    for paper in listed.lines() {
        // A file that was deleted is still listed until that is committed.
        if let Ok(text) = std::fs::read_to_string(root().join(paper)) {
            check_paper(findings, paper, &text).with_context(|| paper.to_owned())?;
        }
    }
    Ok(())
}

fn check_paper(findings: &mut Findings, paper: &str, text: &str) -> Result<()> {
    let folder = root().join(paper);
    let folder = folder.parent().context("a paper is in a folder")?;
    for link in links(text) {
        if let Some(wrong) = wrong(folder, link) {
            findings.add(format!("{paper}: {wrong}"));
        }
    }
    for row in unproved(text) {
        findings.add(format!("{paper}: no test shows {row}"));
    }
    Ok(())
}

fn wrong(folder: &Path, link: Link<'_>) -> Option<String> {
    let file = link.to.split('#').next().unwrap_or_default();
    if file.is_empty() || file.contains("://") {
        return None;
    }
    let path = folder.join(file);
    if !path.exists() {
        return Some(format!("{file} is not there"));
    }
    let test = link.test()?;
    let text = std::fs::read_to_string(path).ok()?;
    (!has_test(&text, test)).then(|| format!("no test `{test}` is in {file}"))
}

fn links(text: &str) -> impl Iterator<Item = Link<'_>> {
    text.split("](")
        .zip(text.split("](").skip(1))
        .filter_map(|(before, behind)| {
            let text = before.get(before.rfind('[')? + 1..)?;
            let to = behind.get(..behind.find(')')?)?;
            Some(Link { text, to })
        })
}

/// A function with the attribute of a test, or a story by its title.
fn has_test(file: &str, name: &str) -> bool {
    let told = |quote: char| {
        let escaped = name.replace(quote, &format!("\\{quote}"));
        file.contains(&format!("test({quote}{escaped}{quote}"))
    };
    is_function(file, name) || ['\'', '"', '`'].into_iter().any(told)
}

fn is_function(file: &str, name: &str) -> bool {
    let mut before = false;
    for line in file.lines().map(str::trim) {
        if line.contains(&format!("fn {name}(")) {
            return before;
        }
        let belongs = line.starts_with('#') || line.starts_with("//");
        let begins = line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        before = begins || (before && belongs);
    }
    false
}

/// The first cells of rows whose column of tests names none.
fn unproved(text: &str) -> Vec<String> {
    let mut column = None;
    let mut unproved = Vec::new();
    for line in text.lines() {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let heading = cells.iter().position(|cell| *cell == TESTS);
        if !line.starts_with('|') {
            column = None;
        } else if heading.is_some() {
            column = heading;
        } else if let Some(column) = column.filter(|_| !line.starts_with("|---")) {
            let cell = cells.get(column).copied().unwrap_or_default();
            if !links(cell).any(|link| link.test().is_some()) {
                unproved.push(cells.first().copied().unwrap_or_default().to_owned());
            }
        }
    }
    unproved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_is_no_path_names_a_test() {
        let text = "a [`src/a.rs`](a) b [`.b`](b) c [`it_holds`](c.rs) d [`a. b`](d.ts) e [f](g)";
        let named: Vec<_> = links(text).map(|link| (link.test(), link.to)).collect();
        assert_eq!(
            named,
            [
                (None, "a"),
                (None, "b"),
                (Some("it_holds"), "c.rs"),
                (Some("a. b"), "d.ts"),
                (None, "g")
            ]
        );
    }

    #[test]
    fn a_test_has_its_attribute_and_a_story_its_title() {
        let rust = "#[tokio::test]\n/// Why.\nasync fn holds() {}\nfn helps() {}\n";
        assert!(has_test(rust, "holds"));
        assert!(!has_test(rust, "helps") && !has_test(rust, "hold"));
        let story = "test('the mail\\'s link', async () => {";
        assert!(has_test(story, "the mail's link") && !has_test(story, "the mail"));
    }

    #[test]
    fn a_row_without_a_test_is_told() {
        let table = "| what | shown by |\n|---|---|\n| one | [`it`](a.rs) |\n| two | [`a.rs`](a.rs) |\n\n| three | |\n";
        assert_eq!(unproved(table), ["two"]);
    }
}
