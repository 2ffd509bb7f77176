//! The house rules that a machine can hold. There is no list of exceptions.

mod arrows;
mod closure;
mod code;
mod files;
mod links;
mod papers;

pub(crate) use closure::PURE;
pub(crate) use code::is_pure;

use anyhow::{Result, bail};

/// What was found against the rules.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, finding: impl Into<String>) {
        self.0.push(finding.into());
    }
}

/// Holds all rules, and tells everything that breaks one.
pub(crate) fn tidy() -> Result<()> {
    let mut findings = Findings::default();
    let sources = files::sources()?;
    arrows::check(&mut findings)?;
    closure::check(&mut findings)?;
    files::check(&mut findings, &sources);
    code::check(&mut findings, &sources);
    papers::check(&mut findings, &sources)?;
    links::check(&mut findings)?;
    for finding in &findings.0 {
        println!("{finding}");
    }
    match findings.0.len() {
        0 => println!("tidy: {} files, nothing found", sources.len()),
        found => bail!("tidy: {found} found"),
    }
    Ok(())
}
