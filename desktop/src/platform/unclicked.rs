//! Notifications of macOS and Windows: a click on one does what the system does.

use crate::language::Language;
use crate::notice::{Call, SHOWN_WITHIN, notice};
use tauri::WebviewWindow;
use tokio::time::timeout;

/// The system keeps those that were shown.
#[derive(Default)]
pub(crate) struct Notices;

impl Notices {
    /// Shows a notification, and says whether the system could.
    pub(crate) async fn show(&self, _: WebviewWindow, call: Call, language: Language) -> bool {
        let Some(notice) = notice(call, language) else {
            return false;
        };
        let shown = tauri::async_runtime::spawn_blocking(move || notice.show().is_ok());
        matches!(timeout(SHOWN_WITHIN, shown).await, Ok(Ok(true)))
    }

    /// The system does it.
    #[expect(
        clippy::unused_async,
        reason = "elsewhere there is something to wait for"
    )]
    pub(crate) async fn withdraw(&self) {}
}
