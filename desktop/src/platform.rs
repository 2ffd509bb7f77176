//! What differs between systems.

#[cfg(all(unix, not(target_os = "macos")))]
mod clipboard;
#[cfg(all(unix, not(target_os = "macos")))]
mod gtk;
#[cfg(all(unix, not(target_os = "macos")))]
mod keys;
#[cfg(target_os = "macos")]
mod menu;
#[cfg(any(windows, target_os = "macos"))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod notices;
#[cfg(any(windows, target_os = "macos"))]
mod rfd;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret;
#[cfg(all(unix, not(target_os = "macos")))]
mod tray;
#[cfg(windows)]
mod uncalled;
#[cfg(any(windows, target_os = "macos"))]
mod unclicked;
#[cfg(unix)]
mod unix;
#[cfg(any(windows, target_os = "macos"))]
mod untrayed;

#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use clipboard::copied;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use gtk::place;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use keys::bind;
#[cfg(target_os = "macos")]
pub(crate) use menu::bind;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use native::Keyring;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use notices::Notices;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use rfd::place;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use secret::Keyring;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use tray::{Tray, wanted};
#[cfg(windows)]
pub(crate) use uncalled::{Calls, call, hush, readable};
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use unclicked::Notices;
#[cfg(unix)]
pub(crate) use unix::{Calls, call, hush, readable};
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use untrayed::{Tray, wanted};

/// The name of the program to the system: desktop entry, icon, and what the keyring has of it.
pub(crate) const APPLICATION: &str = "org.floater.Floater";
/// Its name to people.
pub(crate) const TITLE: &str = "FLOATER";

/// Windows has keys of its own for a window, and its WebKit for the zoom.
#[cfg(windows)]
pub(crate) const fn bind(_: &tauri::WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// There the page is handed what is pasted.
#[cfg(any(windows, target_os = "macos"))]
pub(crate) async fn copied(_: &tauri::WebviewWindow) -> Option<Vec<u8>> {
    None
}
