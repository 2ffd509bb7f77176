//! What differs between systems.

#[cfg(all(unix, not(target_os = "macos")))]
mod gtk;
#[cfg(any(windows, target_os = "macos"))]
mod rfd;
#[cfg(unix)]
mod unix;

#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use gtk::place;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use rfd::place;
#[cfg(unix)]
pub(crate) use unix::{answer, call, private, readable};
