//! The package in a root that has nothing of ours: installed, used, removed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use anyhow::{Result, ensure};

use super::DEB;
use crate::setup;
use crate::shell::{output, program, root, run};

const ROOT: &str = "target/root";
/// Starts the window in that root; the house drives it as it drives one that was just built.
const STARTER: &str = "target/floater-window-in-root";

/// Tries the package where only what it asks for is there. Needs root's rights.
pub(crate) fn prove() -> Result<()> {
    setup::clean_root()?;
    if !root().join(ROOT).exists() {
        let words = ["-c", ". /etc/os-release; echo $VERSION_CODENAME"];
        let name = output(&mut program("sh", &words))?;
        let words = ["--variant=minbase", name.trim(), ROOT];
        run(&mut program("debootstrap", &words))?;
    }
    fs::copy(
        root().join(DEB),
        root().join(ROOT).join("floater-window.deb"),
    )?;
    run(&mut within(&["apt-get", "update"]))?;
    let install = [
        "apt-get",
        "install",
        "--reinstall",
        "--yes",
        "--no-install-recommends",
    ];
    run(within(&install).args(["/floater-window.deb", "fonts-noto-cjk"]))?;
    let files = output(&mut within(&[
        "dpkg-query",
        "--listfiles",
        "floater-window",
    ]))?;
    starter()?;
    house(&[
        "--test",
        "--test-concurrency=1",
        "stories/window.test.mjs",
        "stories/window-wreck.test.mjs",
    ])?;
    house(&["figures/window.mjs"])?;
    run(&mut within(&[
        "apt-get",
        "purge",
        "--yes",
        "floater-window",
    ]))?;
    let left = files.lines().filter(|path| {
        let path = root().join(ROOT).join(path.trim_start_matches('/'));
        path.is_file()
    });
    let left: Vec<_> = left.collect();
    ensure!(left.is_empty(), "what is left of the package: {left:?}");
    Ok(())
}

fn within(words: &[&str]) -> Command {
    let mut command = program("chroot", &[ROOT]);
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// In mounts of its own, which end with the window. Folders of the house are where they are outside.
fn starter() -> Result<()> {
    let root = root().join(ROOT);
    let script = format!(
        "#!/bin/sh\n\
         export ROOT={}\n\
         exec unshare --mount sh -ec '\n\
         mount --rbind /dev \"$ROOT/dev\"\n\
         mount -t proc proc \"$ROOT/proc\"\n\
         for folder in /tmp \"$LOCPATH\"; do\n\
         mkdir -p \"$ROOT$folder\"\n\
         mount --bind \"$folder\" \"$ROOT$folder\"\n\
         done\n\
         exec chroot \"$ROOT\" /usr/bin/floater-window \"$@\"' window \"$@\"\n",
        root.display()
    );
    let path = crate::shell::root().join(STARTER);
    fs::write(&path, script)?;
    Ok(fs::set_permissions(
        &path,
        fs::Permissions::from_mode(0o755),
    )?)
}

fn house(words: &[&str]) -> Result<()> {
    let mut node = program("node", words);
    node.current_dir(root().join("web/e2e"));
    run(node.env("FLOATER_WINDOW", root().join(STARTER)))
}
