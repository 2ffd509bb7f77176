//! `floater-window`: FLOATER in a window of its own. The page is that of the browser, in the
//! system's WebKit; the engine is the native client, and the page reaches it by IPC.
#![cfg_attr(windows, windows_subsystem = "windows")]

mod action;
mod closing;
mod engine;
mod frame;
mod home;
mod ipc;
mod kept;
mod language;
mod notice;
mod options;
mod platform;
mod save;
mod size;
mod start;
mod tray;
mod trouble;
mod unfinished;
mod window;
mod zoom;

use anyhow::Context;
use clap::Parser;
use closing::Closing;
use engine::Engine;
use floater_client::{ProfileError, data_directory};
use home::{Home, HomeError};
use notice::Notices;
use options::Options;
use save::Saving;
use start::Start;
use trouble::Failure;

fn main() -> anyhow::Result<()> {
    let start = match begin(&Options::parse()) {
        // The one that runs comes to the front.
        Err(Stop::Runs) => return Ok(()),
        Err(Stop::Failed(failure)) => Start::without_home(failure),
        Ok(start) => start,
    };
    tauri::Builder::default()
        .manage(Engine::new(start))
        .manage(Closing::default())
        .manage(Notices::default())
        .manage(Saving::default())
        .manage(platform::Tray::default())
        .invoke_handler(tauri::generate_handler![
            ipc::attract,
            ipc::choose,
            ipc::command,
            ipc::connect,
            ipc::copied,
            ipc::invited,
            ipc::kept,
            ipc::notify,
            ipc::offer,
            ipc::online,
            ipc::save,
            ipc::server,
            ipc::show_tray,
            ipc::tray
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

fn begin(options: &Options) -> Result<Start, Stop> {
    let folder = match &options.data {
        Some(data) => data.clone(),
        None => data_directory()?.join("window"),
    };
    let named = options.server.as_deref();
    let home = match Home::open(&folder) {
        Ok(home) => home,
        Err(HomeError::InUse) if platform::call(&folder, named).is_ok() => return Err(Stop::Runs),
        Err(HomeError::InUse) => return Err(ProfileError::InUse(folder).into()),
        Err(HomeError::Failed(failure)) => return Err(failure.into()),
    };
    let server = match named {
        Some(named) => home::parse(named),
        None => home.server(),
    };
    Ok(Start::of(home, server))
}
