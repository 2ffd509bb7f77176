//! The dialogs of macOS and Windows.

use std::path::PathBuf;
use tauri::WebviewWindow;

/// Asks where a file goes. Nothing where the person cancels.
pub(crate) async fn place(window: &WebviewWindow, name: String) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_parent(window)
        .set_file_name(name);
    dialog.save_file().await.map(|it| it.path().to_owned())
}
