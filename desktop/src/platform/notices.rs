//! Notifications by freedesktop.org's specification: the next one takes the place of the last.

use crate::language::Language;
use crate::notice::{Call, SHOWN_WITHIN, notice};
use crate::platform::{APPLICATION, TITLE};
use crate::window::come_to_the_front;
use notify_rust::{Hint, NotificationHandle, NotificationResponse};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    notice: Arc<NotificationHandle>,
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
            .hint(Hint::DesktopEntry(APPLICATION.to_owned()))
            .action(CLICK, TITLE);
        if let Some(id) = self.last() {
            notice.id(id);
        }
        let Ok(Ok(shown)) = timeout(SHOWN_WITHIN, notice.show_async()).await else {
            return false;
        };
        let shown = Arc::new(shown);
        let notice = Arc::clone(&shown);
        let click = spawn(async move {
            let clicked = |answer: &NotificationResponse| {
                if answer.is_default_action() {
                    come_to_the_front(&window);
                }
            };
            shown.wait_for_action_async(clicked).await;
        });
        self.replace(Shown { notice, click });
        true
    }

    /// Whoever looks, or leaves, is called no more.
    pub(crate) async fn withdraw(&self) {
        let last = self.shown().take();
        if let Some(last) = last {
            last.click.abort();
            // Whatever shows it may be gone.
            drop(timeout(SHOWN_WITHIN, last.notice.close_async()).await);
        }
    }

    fn last(&self) -> Option<u32> {
        self.shown().as_ref().map(|shown| shown.notice.id())
    }

    /// Of two notifications with one number only the last listens.
    fn replace(&self, shown: Shown) {
        if let Some(before) = self.shown().replace(shown) {
            before.click.abort();
        }
    }

    fn shown(&self) -> MutexGuard<'_, Option<Shown>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
