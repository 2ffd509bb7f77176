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
#[cfg(any(windows, target_os = "macos"))]
mod rfd;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret;
#[cfg(all(unix, not(target_os = "macos")))]
mod tray;
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
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use rfd::place;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use secret::Keyring;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use tray::{Tray, wanted};
#[cfg(unix)]
pub(crate) use unix::{answer, call, private, readable};
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use untrayed::{Tray, wanted};

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
