//! The window as a package of Debian's.

pub(crate) mod clean;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell::{program, root, run, window};

/// As freedesktop.org names the program's files.
const ID: &str = "org.floater.Floater";
const FOLDER: &str = "target/package";
const DEB: &str = "target/floater-window.deb";

/// Builds the window in a profile, and `target/floater-window.deb` of it.
pub(crate) fn package(profile: &str) -> Result<()> {
    run(&mut window("build", profile))?;
    let folder = root().join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let built = format!("target/desktop/{profile}/floater-window");
    let binary = put(&built, "usr/bin/floater-window", 0o755)?;
    run(&mut program("strip", &[&binary]))?;
    for (from, to) in [
        (
            format!("desktop/package/{ID}.desktop"),
            format!("usr/share/applications/{ID}.desktop"),
        ),
        (
            format!("desktop/package/{ID}.metainfo.xml"),
            format!("usr/share/metainfo/{ID}.metainfo.xml"),
        ),
        (
            "web/public/favicon.svg".to_owned(),
            format!("usr/share/icons/hicolor/scalable/apps/{ID}.svg"),
        ),
        (
            "desktop/icons/icon.png".to_owned(),
            format!("usr/share/icons/hicolor/512x512/apps/{ID}.png"),
        ),
        (
            "LICENSE".to_owned(),
            "usr/share/doc/floater-window/copyright".to_owned(),
        ),
    ] {
        put(&from, &to, 0o644)?;
    }
    control()?;
    let words = ["--root-owner-group", "--build", FOLDER, DEB];
    run(&mut program("dpkg-deb", &words))
}

/// Copies a file of the project into the package, and says where it is.
fn put(from: &str, to: &str, mode: u32) -> Result<String> {
    let target = root().join(FOLDER).join(to);
    fs::create_dir_all(target.parent().unwrap_or(Path::new("/")))?;
    fs::copy(root().join(from), &target).with_context(|| from.to_owned())?;
    fs::set_permissions(&target, fs::Permissions::from_mode(mode))?;
    Ok(target.display().to_string())
}

fn control() -> Result<()> {
    let architecture = Command::new("dpkg").arg("--print-architecture").output()?;
    let text = fs::read_to_string(root().join("desktop/package/control"))?
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace(
            "@ARCHITECTURE@",
            String::from_utf8(architecture.stdout)?.trim(),
        );
    let folder = root().join(FOLDER).join("DEBIAN");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("control"), text)?)
}
