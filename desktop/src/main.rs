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
use options::Options;
use save::Saving;
use start::Start;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};
use trouble::Failure;

/// A program that is ending has left its directory by then: for its server and for what shows
/// notifications it waits 3 s each.
const LEFT_WITHIN: Duration = Duration::from_secs(8);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

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
        .manage(platform::Notices::default())
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
            ipc::stay,
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
    let home = enter(&folder, named)?;
    Ok(Start::of(home, named))
}

/// Calls the program that runs with a directory. One that is ending leaves it to this one.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing says when another program is over"
)]
fn enter(folder: &Path, named: Option<&str>) -> Result<Home, Stop> {
    let last = Instant::now() + LEFT_WITHIN;
    loop {
        match Home::open(folder) {
            Ok(home) => return Ok(home),
            Err(HomeError::Failed(failure)) => return Err(failure.into()),
            Err(HomeError::InUse) => {}
        }
        match platform::call(folder, named) {
            Ok(()) => return Err(Stop::Runs),
            Err(error) if error.kind() != ErrorKind::Unsupported && Instant::now() < last => {
                std::thread::sleep(LOOK);
            }
            Err(_) => return Err(ProfileError::InUse(folder.to_owned()).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_calls_the_program_that_runs_and_waits_for_one_that_ends() {
        let folder = std::env::temp_dir().join(format!("floater-starts-{}", std::process::id()));
        let first = Start::of(enter(&folder, None).ok().unwrap(), None);
        assert!(matches!(enter(&folder, None), Err(Stop::Runs)));
        first.hush();
        let (began, begins) = std::sync::mpsc::channel();
        let second = std::thread::spawn({
            let folder = folder.clone();
            move || {
                assert!(matches!(Home::open(&folder), Err(HomeError::InUse)));
                began.send(()).unwrap();
                enter(&folder, None).is_ok()
            }
        });
        begins.recv().unwrap();
        drop(first);
        assert!(second.join().unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn another_server_than_the_last_one_is_asked_about() {
        let folder = std::env::temp_dir().join(format!("floater-links-{}", std::process::id()));
        let [sea, river] = ["floater://sea.example:7575", "floater://river.example:7575"];
        let start = |named| {
            let start = Start::of(Home::open(&folder).ok().unwrap(), named);
            let [here, invited] = [
                start.place().ok().map(|(here, _)| here.link()),
                start.take_invitation().map(|it| it.link()),
            ];
            (here, invited)
        };
        let [sea_link, river_link] =
            [sea, river].map(|it| Some(home::parse(it).ok().unwrap().link()));
        assert_eq!(start(None), (None, None));
        assert_eq!(start(Some(sea)), (sea_link.clone(), None));
        assert_eq!(start(None), (sea_link.clone(), None));
        assert_eq!(start(Some(sea)), (sea_link.clone(), None));
        assert_eq!(start(Some(river)), (sea_link.clone(), river_link));
        assert_eq!(start(None), (sea_link, None));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
