//! What keys and menus do with the window.

use crate::closing;
use crate::zoom::{self, Step};
use tauri::WebviewWindow;

/// One of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// As the window's own button does.
    Close,
    /// Asks first in a conversation.
    Quit,
    Zoom(Step),
    FullScreen,
}

impl Action {
    /// Does it. What the system refuses stays as it was.
    pub(crate) fn run(self, window: &WebviewWindow) {
        match self {
            Self::Close => drop(window.close()),
            Self::Quit => closing::quit(window),
            Self::Zoom(step) => zoom::change(window, step),
            Self::FullScreen => {
                let fills = window.is_fullscreen().unwrap_or(false);
                drop(window.set_fullscreen(!fills));
            }
        }
    }
}
