//! Notifications by freedesktop.org's specification: the next one takes the place of the last.

use crate::language::Language;
use crate::notice::{Call, SHOWN_WITHIN, notice};
use crate::platform::{APPLICATION, TITLE};
use crate::window::come_to_the_front;
use std::sync::{Mutex, PoisonError};
use tauri::WebviewWindow;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::time::timeout;

/// A click on a notification.
const CLICK: &str = "default";

/// The notification of now.
#[derive(Default)]
pub(crate) struct Notices {
    last: Mutex<Option<Shown>>,
}

struct Shown {
    id: u32,
    click: JoinHandle<()>,
}

impl Notices {
    /// Shows a notification, and says whether the system could. A click on it brings the window to
    /// the front.
    pub(crate) async fn show(&self, window: WebviewWindow, call: Call, language: Language) -> bool {
        let Some(mut notice) = notice(call, language) else {
            return false;
        };
        notice
            .icon(APPLICATION)
            .hint(notify_rust::Hint::DesktopEntry(APPLICATION.to_owned()))
            .action(CLICK, TITLE);
        if let Some(id) = self.last() {
            notice.id(id);
        }
        let Ok(Ok(shown)) = timeout(SHOWN_WITHIN, notice.show_async()).await else {
            return false;
        };
        let id = shown.id();
        let click = spawn(async move {
            let clicked = |answer: &notify_rust::NotificationResponse| {
                if answer.is_default_action() {
                    come_to_the_front(&window);
                }
            };
            shown.wait_for_action_async(clicked).await;
        });
        self.replace(Shown { id, click });
        true
    }

    fn last(&self) -> Option<u32> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map(|shown| shown.id)
    }

    /// Of two notifications with one number only the last listens.
    fn replace(&self, shown: Shown) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = last.replace(shown) {
            before.click.abort();
        }
    }
}
