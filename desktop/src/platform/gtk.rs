//! The dialogs of GTK, which belong to the window and follow the system's choice of portal.

use gtk::prelude::*;
use gtk::{FileChooserAction, FileChooserNative, ResponseType};
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use tauri::{Manager, WebviewWindow};
use tokio::sync::oneshot;

/// Asks where a file goes. Nothing where the person cancels.
pub(crate) async fn place(window: &WebviewWindow, name: String) -> Option<PathBuf> {
    let (answer, chosen) = oneshot::channel();
    let parent = window.clone();
    let ask = move || show(&parent, &name, answer);
    window.run_on_main_thread(ask).ok()?;
    chosen.await.ok().flatten()
}

fn show(window: &WebviewWindow, name: &str, answer: oneshot::Sender<Option<PathBuf>>) {
    let parent = window.gtk_window().ok();
    let action = FileChooserAction::Save;
    // Without labels it says what GTK says in the person's language.
    let dialog = FileChooserNative::new(None, parent.as_ref(), action, None, None);
    dialog.set_modal(true);
    dialog.set_do_overwrite_confirmation(true);
    dialog.set_current_name(name);
    if let Ok(downloads) = window.path().download_dir() {
        dialog.set_current_folder(downloads);
    }
    // It lives until it is answered.
    let asked = Rc::new(RefCell::new(Some((answer, dialog.clone()))));
    dialog.connect_response(move |_, response| {
        if let Some((answer, dialog)) = asked.take() {
            let accepted = response == ResponseType::Accept;
            let chosen = dialog.filename().filter(|_| accepted);
            // Whoever asked may be gone.
            drop(answer.send(chosen));
            dialog.destroy();
        }
    });
    dialog.show();
}
