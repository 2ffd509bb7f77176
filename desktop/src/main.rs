//! `floater-window`: FLOATER in a window of its own. The page is that of the browser, in the
//! system's WebKit; the engine is the native client, and the page reaches it by IPC.
#![cfg_attr(windows, windows_subsystem = "windows")]

mod engine;
mod frame;
mod ipc;
mod notice;
mod options;
mod platform;
mod save;
mod size;
mod trouble;
mod unfinished;
mod window;

use anyhow::Context;
use clap::Parser;
use engine::Engine;
use floater_client::{Address, Profile, ProfileError, data_directory};
use notice::Notices;
use options::Options;
use save::Saving;
use trouble::Failure;

fn main() -> anyhow::Result<()> {
    let start = match begin(&Options::parse()) {
        // The one that runs comes to the front.
        Err(Stop::Runs) => return Ok(()),
        Err(Stop::Failed(failure)) => Err(failure),
        Ok(start) => Ok(start),
    };
    tauri::Builder::default()
        .manage(Engine::new(start))
        .manage(Notices::default())
        .manage(Saving::default())
        .invoke_handler(tauri::generate_handler![
            ipc::attract,
            ipc::command,
            ipc::connect,
            ipc::notify,
            ipc::offer,
            ipc::online,
            ipc::save
        ])
        .setup(|app| Ok(window::open(app)?))
        .run(tauri::generate_context!())
        .context("the window")
}

/// Why this start shows no page of its own, or one that says why.
enum Stop {
    Runs,
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

fn begin(options: &Options) -> Result<(Address, Profile), Stop> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => data_directory()?.join("window"),
    };
    let server = options.server(&data)?;
    match Profile::open(&data, &server) {
        Ok(profile) => Ok((server, profile)),
        Err(ProfileError::InUse(folder)) if platform::call(&folder).is_ok() => Err(Stop::Runs),
        Err(error) => Err(error.into()),
    }
}
