//! The engine for the browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::{output, program, root, run, succeeds};

const TARGET: &str = "wasm32-unknown-unknown";
const FILE: &str = "floater_wasm.wasm";
/// What the page loads.
const SHIPPED: &str = "web/src/engine/pkg/floater_bg.wasm";

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
    crate::bindgen(&built.to_string_lossy())?;
    let shipped = std::fs::read(root().join(SHIPPED))?;
    for (path, _) in places()? {
        if holds(&shipped, &path) {
            bail!("{SHIPPED} holds a path of this machine: {}", path.display());
        }
    }
    Ok(())
}

/// Where sources lie on this machine, and how messages of a panic name it instead.
fn places() -> Result<[(PathBuf, &'static str); 2]> {
    let cargo = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&std::env::var_os("HOME").context("no HOME")?).join(".cargo"),
    };
    Ok([(root(), "floater"), (cargo, "cargo")])
}

/// Flags for the compiler: nobody who gets the engine learns where it was built.
fn without_places(flags: &[&str]) -> Result<String> {
    let mut flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    for (path, name) in places()? {
        flags.push(format!("--remap-path-prefix={}={name}", path.display()));
    }
    Ok(flags.join("\x1f"))
}

fn holds(bytes: &[u8], path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    bytes.windows(path.len()).any(|window| window == path)
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
    let mut command = program("cargo", &[]);
    command.env("CARGO_ENCODED_RUSTFLAGS", without_places(&[])?);
    run(words(&mut command))?;
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
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            without_places(&["-Clinker=wasm-ld-19"])?,
        );
    run(&mut command)?;
    Ok(target.join(TARGET).join("wasm").join(FILE))
}

fn target_directory() -> Result<PathBuf> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&output(&mut program("cargo", &words))?)?;
    let path = metadata.get("target_directory").and_then(Value::as_str);
    Ok(path.context("cargo names no target directory")?.into())
}

#[cfg(test)]
mod tests {
    use super::{holds, without_places};
    use std::path::Path;

    #[test]
    fn a_path_is_found_wherever_it_stands() {
        let path = Path::new("/home/ming/.cargo");
        assert!(holds(b"\0at /home/ming/.cargo/registry/x.rs", path));
        assert!(!holds(b"at cargo/registry/x.rs", path));
        assert!(!holds(b"", path));
    }

    #[test]
    fn flags_come_one_by_one() {
        let flags = without_places(&["-Clinker=wasm-ld-19"]).unwrap();
        let flags: Vec<&str> = flags.split('\x1f').collect();
        assert_eq!(flags[0], "-Clinker=wasm-ld-19");
        assert!(flags[1].ends_with("=floater") && flags[2].ends_with("=cargo"));
        assert!(
            flags[1..]
                .iter()
                .all(|it| it.starts_with("--remap-path-prefix=/"))
        );
    }
}
