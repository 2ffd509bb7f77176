//! The chores of the house: `cargo xtask VERB`.
#![expect(clippy::print_stdout, reason = "a chore tells what it does")]

mod bench;
#[cfg(feature = "bindgen")]
mod bindgen;
mod ci;
mod count;
mod cover;
mod machine;
mod mutants;
mod package;
mod prove;
mod setup;
mod shell;
mod tidy;
#[cfg(feature = "types")]
mod types;
mod wasm;
mod watch;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask VERB

  setup [run|desktop|bench] install what is missing: for tests too, only for running, for the
                    window, or for benchmarks
  codegen [--check] write the page's types from the Rust types, or prove them current
  wasm              build the engine for the browser
  web               build the page (after `wasm`)
  deb [PROFILE]     the window as a package of Debian's: target/floater-window.deb
  deb try           that package in a root of its own: installed, used, removed
  natlab [OPTIONS]  hole punching through real NATs, in network namespaces (`--help`)
  prove [P ...]     hold the promises with their full counts, all or those (`--help`)
  bench [PART ...]  the figures beside other programs, in one table (`--help`)
  cover [missed]    which lines of the pure crates are reached by tests, and which are not
  mutants [CRATE ...]  what no test notices when it is changed, in those or in the usual ones
  tidy              hold the house rules
  ci                everything that `make test` runs, in order
";

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a backtrace: it is a command that failed, not the house.
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["setup"] => setup::setup(setup::For::Tests),
        ["setup", "run"] => setup::setup(setup::For::Running),
        ["setup", "desktop"] => setup::setup(setup::For::Window),
        ["setup", "bench"] => setup::setup(setup::For::Benchmarks),
        ["codegen"] => codegen(false),
        ["codegen", "--check"] => codegen(true),
        ["wasm"] => wasm::build(),
        ["bindgen", input] => bindgen(input),
        ["web"] => web::build(),
        ["deb"] => package::package("release"),
        ["deb", "try"] => package::clean::prove(),
        ["deb", profile] => package::package(profile),
        ["natlab", options @ ..] => {
            shell::run(&mut shell::program("cargo", ci::BUILD))?;
            shell::run(&mut shell::natlab(options)?)
        }
        ["prove", words @ ..] => prove::prove(words),
        ["bench", words @ ..] => bench::bench(words),
        ["figures"] => bench::show(),
        ["cover"] => cover::cover(false),
        ["cover", "missed"] => cover::cover(true),
        ["mutants", crates @ ..] => mutants::mutants(crates),
        ["tidy"] => tidy::tidy(),
        ["ci"] => ci::ci(),
        _ => bail!("{USAGE}"),
    }
}

#[cfg(feature = "types")]
fn codegen(check: bool) -> Result<()> {
    types::write(check)
}

#[cfg(not(feature = "types"))]
fn codegen(check: bool) -> Result<()> {
    let verb: &[&str] = if check {
        &["codegen", "--check"]
    } else {
        &["codegen"]
    };
    shell::xtask("types", verb)
}

#[cfg(feature = "bindgen")]
fn bindgen(input: &str) -> Result<()> {
    bindgen::generate(input.as_ref())
}

#[cfg(not(feature = "bindgen"))]
fn bindgen(input: &str) -> Result<()> {
    shell::xtask("bindgen", &["bindgen", input])
}
