//! What the page may call, and nothing else: each command gets a permission of its own, and
//! `capabilities/page.json` grants them.

/// The commands of `src/ipc.rs`.
const COMMANDS: &[&str] = &[
    "attract",
    "choose",
    "command",
    "connect",
    "copied",
    "invited",
    "kept",
    "notify",
    "offer",
    "online",
    "save",
    "server",
    "show_tray",
    "stay",
    "tray",
];

fn main() {
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        // Cargo shows it.
        std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{error:#}\n")).ok();
        std::process::exit(1);
    }
}
