//! `floater-window`: FLOATER in a window of its own. The page is that of the browser, in the
//! system's WebKit; the engine is the native client, and the page reaches it by IPC.
#![cfg_attr(windows, windows_subsystem = "windows")]

mod engine;
mod frame;
mod ipc;
mod options;
mod platform;
mod size;
mod unfinished;
mod window;

use anyhow::Context;
use clap::Parser;
use engine::Engine;
use floater_client::{Profile, ProfileError, data_directory};
use options::Options;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let data = match &options.data {
        Some(data) => data.clone(),
        None => data_directory()?.join("window"),
    };
    let server = options.server(&data)?;
    let profile = match Profile::open(&data, &server) {
        Ok(profile) => profile,
        // The one that runs comes to the front.
        Err(ProfileError::InUse(folder)) => {
            return platform::call(&folder).context("another program uses this data directory");
        }
        Err(error) => return Err(error.into()),
    };
    let web_data = profile.folder().join("web");
    let engine = Engine::new(server, profile);
    tauri::Builder::default()
        .manage(engine)
        .invoke_handler(tauri::generate_handler![
            ipc::command,
            ipc::connect,
            ipc::offer,
            ipc::online
        ])
        .setup(|app| Ok(window::open(app, web_data)?))
        .run(tauri::generate_context!())
        .context("the window")
}
