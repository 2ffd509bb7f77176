//! Other programs, run from the root of the repository.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// A program, to be run at the root.
pub(crate) fn program(name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(words).current_dir(root());
    command
}

/// Says what it runs, runs it, and fails where it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        bail!("{} failed: {status}", shown(command))
    }
}

/// What a program prints. Its complaints go to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", shown(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether it runs and succeeds, without a word.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// What is measured or proved: the commit, with a `+` where the tree differs from it, and the day.
/// Figures that were just written down are no difference.
pub(crate) fn state() -> Result<(String, String)> {
    let told = |name: &str, words: &[&str]| output(&mut program(name, words));
    let commit = told("git", &["rev-parse", "--short=10", "HEAD"])?;
    let tracked = ["status", "--porcelain", "--untracked-files=no"];
    let changed = told(
        "git",
        &[&tracked[..], &["--", ".", ":!docs/figures"]].concat(),
    )?;
    let mark = if changed.is_empty() { "" } else { "+" };
    let day = told("date", &["--utc", "+%F"])?;
    Ok((commit.trim().to_owned() + mark, day.trim().to_owned()))
}

/// This program again, with a part of it that is not always compiled.
#[cfg_attr(
    all(feature = "types", feature = "bindgen", feature = "plots"),
    expect(dead_code, reason = "all is here")
)]
pub(crate) fn xtask(feature: &str, words: &[&str]) -> Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = program(
        &cargo,
        &["run", "--quiet", "--profile", "ci", "--package", "xtask"],
    );
    run(command.args(["--features", feature, "--"]).args(words))
}

/// The NAT lab, which lies beside this program when all is built: its dependencies would keep
/// everyone waiting here.
pub(crate) fn natlab(options: &[&str]) -> Result<Command> {
    let natlab = std::env::current_exe()?.with_file_name("natlab");
    Ok(program(&natlab.to_string_lossy(), options))
}

/// Cargo for the window, which is a workspace of its own.
pub(crate) fn window(verb: &str, profile: &str) -> Command {
    let mut command = program("cargo", &[verb, "--profile", profile]);
    command.args(["--manifest-path", "desktop/Cargo.toml"]);
    command.args(["--target-dir", "target/desktop"]);
    command
}

fn shown(command: &Command) -> String {
    let mut shown = command.get_program().to_string_lossy().into_owned();
    for word in command.get_args() {
        shown.push(' ');
        shown.push_str(&word.to_string_lossy());
    }
    shown
}
