//! What keys and menus do with the window.

use crate::zoom::{self, Step};
use tauri::WebviewWindow;

/// One of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Asks first in a conversation, as every wish to close does.
    Close,
    Zoom(Step),
    FullScreen,
}

impl Action {
    /// Does it. What the system refuses stays as it was.
    pub(crate) fn run(self, window: &WebviewWindow) {
        match self {
            Self::Close => drop(window.close()),
            Self::Zoom(step) => zoom::change(window, step),
            Self::FullScreen => {
                let fills = window.is_fullscreen().unwrap_or(false);
                drop(window.set_fullscreen(!fills));
            }
        }
    }
}
