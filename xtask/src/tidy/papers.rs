//! What the papers say of the code, and the code of the papers.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::Findings;
use super::files::Source;
use crate::shell::root;

const CITES: &str = "FLOATER/1.0 §";
const MAPS: &[&str] = &["README.md", "docs/architecture.md"];

/// A map names every crate and none that is gone; what is cited exists.
pub(super) fn check(findings: &mut Findings, sources: &[Source]) -> Result<()> {
    for map in MAPS {
        check_map(findings, map)?;
    }
    let sections = sections()?;
    for source in sources {
        for cited in cited(&source.text) {
            if !sections.contains(&cited) {
                findings.add(format!("{}: {CITES}{cited} does not exist", source.path));
            }
        }
    }
    Ok(())
}

fn check_map(findings: &mut Findings, path: &'static str) -> Result<()> {
    let map = std::fs::read_to_string(root().join(path)).context(path)?;
    let crates = folders("crates")?;
    for name in &crates {
        if !map.contains(&format!("`{name}`")) {
            findings.add(format!("{path}: does not name the crate `{name}`"));
        }
    }
    for rest in map.split("crates/").skip(1) {
        let named: String = rest
            .chars()
            .take_while(|it| it.is_alphanumeric() || *it == '-')
            .collect();
        if !named.is_empty() && !crates.contains(&named) {
            findings.add(format!("{path}: crates/{named} is gone"));
        }
    }
    Ok(())
}

fn folders(of: &str) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(root().join(of)).with_context(|| of.to_owned())? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// `4.2` for the heading `## 4.2 …`, or for `## 2. …` in the fourth file.
fn sections() -> Result<BTreeSet<String>> {
    let mut sections = BTreeSet::new();
    let folder = root().join("docs/protocol");
    for entry in std::fs::read_dir(&folder).context("docs/protocol")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some((number, _)) = name.split_once('-').filter(|_| name.ends_with(".md")) else {
            continue;
        };
        let text = std::fs::read_to_string(folder.join(&name))?;
        for heading in text.lines().filter(|line| line.starts_with('#')) {
            sections.extend(numbered(number, heading.trim_start_matches('#').trim()));
        }
        sections.insert(number.to_owned());
    }
    Ok(sections)
}

fn numbered(file: &str, heading: &str) -> Option<String> {
    let number = leading_number(heading.trim_start_matches('§'));
    if number.is_empty() {
        return None;
    }
    let is_whole = number == file || number.starts_with(&format!("{file}."));
    Some(if is_whole {
        number
    } else {
        format!("{file}.{number}")
    })
}

fn cited(text: &str) -> BTreeSet<String> {
    text.split(CITES)
        .skip(1)
        .map(leading_number)
        .filter(|it| !it.is_empty())
        .collect()
}

fn leading_number(text: &str) -> String {
    let number: String = text
        .chars()
        .take_while(|it| it.is_ascii_digit() || *it == '.')
        .collect();
    number.trim_end_matches('.').to_owned()
}
