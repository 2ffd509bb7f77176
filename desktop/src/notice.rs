//! Calls a person who looks elsewhere. All that a notification can say stands in a file of the
//! page's words: the page chooses among them, and nothing of a conversation is ever in one.

use crate::language::Language;
use crate::window::come_to_the_front;
use notify_rust::Notification;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tauri::WebviewWindow;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::time::timeout;

/// What the page says too.
const WORDS: &str = include_str!("../../web/src/i18n/notification.json");
const TITLE: &str = "FLOATER";
/// The desktop entry and the icon of the package.
const ENTRY: &str = "org.floater.Floater";
/// A click on a notification, by freedesktop.org's name.
const CLICK: &str = "default";
/// Whatever shows notifications has answered by then, or does not.
const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// Why somebody is called: `Call` in `web/src/engine/host.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Call {
    Found,
    Message,
    Here,
    /// Somebody wants to see how one looks.
    Sample,
}

/// The notification of now; the next one takes its place.
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
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(crate) async fn show(&self, window: WebviewWindow, call: Call, language: Language) -> bool {
        let Some(mut notice) = notice(call, language) else {
            return false;
        };
        notice
            .icon(ENTRY)
            .hint(notify_rust::Hint::DesktopEntry(ENTRY.to_owned()))
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

    /// As above; a click does what the system does.
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    pub(crate) async fn show(&self, _: WebviewWindow, call: Call, language: Language) -> bool {
        let Some(notice) = notice(call, language) else {
            return false;
        };
        let shown = tauri::async_runtime::spawn_blocking(move || notice.show().is_ok());
        matches!(timeout(SHOWN_WITHIN, shown).await, Ok(Ok(true)))
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

fn notice(call: Call, language: Language) -> Option<Notification> {
    let mut all: HashMap<Language, HashMap<Call, String>> = serde_json::from_str(WORDS).ok()?;
    let words = all.remove(&language)?.remove(&call)?;
    let mut notice = Notification::new();
    notice.appname(TITLE).summary(TITLE).body(&words);
    Some(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_words_for_every_call_in_every_language() {
        for language in [Language::Chinese, Language::English] {
            for call in [Call::Found, Call::Message, Call::Here, Call::Sample] {
                assert!(!notice(call, language).unwrap().body.is_empty());
            }
        }
    }
}
