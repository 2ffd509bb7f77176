//! The engine for the browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::{output, program, run, succeeds};

const TARGET: &str = "wasm32-unknown-unknown";
const FILE: &str = "floater_wasm.wasm";

/// The compiler that knows the browser.
pub(crate) enum Compiler {
    /// The one that compiles all else; the target was added to it.
    Own,
    /// Debian's second one, which compiles the standard library itself.
    Debian,
}

impl Compiler {
    /// The one that is here, if any.
    pub(crate) fn here() -> Option<Self> {
        if own_has_target() {
            Some(Self::Own)
        } else if debian_is_here() {
            Some(Self::Debian)
        } else {
            None
        }
    }
}

/// Builds `crates/wasm` and what the page imports of it.
pub(crate) fn build() -> Result<()> {
    let built = match Compiler::here() {
        Some(Compiler::Own) => own()?,
        Some(Compiler::Debian) => debian()?,
        None => bail!("no compiler for {TARGET}: run `cargo xtask setup`"),
    };
    crate::bindgen(&built.to_string_lossy())
}

fn own_has_target() -> bool {
    let libraries = program("rustc", &["--print", "target-libdir", "--target", TARGET])
        .output()
        .ok()
        .and_then(|printed| String::from_utf8(printed.stdout).ok());
    libraries.is_some_and(|path| Path::new(path.trim()).is_dir())
}

fn debian_is_here() -> bool {
    succeeds(&mut program("dpkg-query", &["--show", "rust-web-src"]))
        && succeeds(&mut program("/usr/bin/cargo", &["--version"]))
        && succeeds(&mut program("wasm-ld-19", &["--version"]))
}

fn words(command: &mut Command) -> &mut Command {
    command.args([
        "build",
        "--package",
        "floater-wasm",
        "--profile",
        "wasm",
        "--target",
        TARGET,
    ])
}

fn own() -> Result<PathBuf> {
    run(words(&mut program("cargo", &[])))?;
    Ok(target_directory()?.join(TARGET).join("wasm").join(FILE))
}

fn debian() -> Result<PathBuf> {
    let target = target_directory()?.join("debian");
    let mut command = program("/usr/bin/cargo", &[]);
    words(&mut command)
        .args(["-Z", "build-std=std,panic_abort", "--target-dir"])
        .arg(&target);
    for left_by_rustup in [
        "CARGO",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTUP_TOOLCHAIN",
        "RUSTUP_HOME",
    ] {
        command.env_remove(left_by_rustup);
    }
    command
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-C linker=wasm-ld-19");
    run(&mut command)?;
    Ok(target.join(TARGET).join("wasm").join(FILE))
}

fn target_directory() -> Result<PathBuf> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&output(&mut program("cargo", &words))?)?;
    let path = metadata.get("target_directory").and_then(Value::as_str);
    Ok(path.context("cargo names no target directory")?.into())
}
