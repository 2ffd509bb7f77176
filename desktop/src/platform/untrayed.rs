//! macOS and Windows show a window that is away in a place of their own.

use crate::language::Language;
use crate::tray::Shown;
use std::path::Path;
use tauri::WebviewWindow;

/// No icon.
#[derive(Default)]
pub(crate) struct Tray;

#[expect(
    clippy::unused_async,
    reason = "elsewhere there is something to wait for"
)]
impl Tray {
    /// Never.
    pub(crate) const fn is_shown(&self) -> bool {
        false
    }

    /// There is nothing to choose.
    pub(crate) async fn state(&self) -> Option<Shown> {
        None
    }

    /// Nothing comes of it.
    pub(crate) async fn choose(&self, _: &WebviewWindow, _: Option<Language>) -> Option<Shown> {
        None
    }

    /// Nothing begins.
    pub(crate) async fn begin(&self, _: &WebviewWindow, _: Language) {}
}

/// Nobody could want one.
pub(crate) const fn wanted(_: &Path) -> Option<Language> {
    None
}
