//! What another program copied: WebKitGTK tells a page that something is pasted, and hands it no picture.

use floater_client::picture::FILE_MAX;
use gtk::Clipboard;
use gtk::gdk::{Atom, SELECTION_CLIPBOARD};
use std::time::Duration;
use tauri::WebviewWindow;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Kinds of pictures; the first one that is handed over is taken.
static KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];
/// The program that copied has handed it over by then.
const HANDED_WITHIN: Duration = Duration::from_secs(5);

/// The picture that was copied, as its program has it. Nothing where it is none.
pub(crate) async fn copied(window: &WebviewWindow) -> Option<Vec<u8>> {
    let (answer, handed) = oneshot::channel();
    window
        .run_on_main_thread(move || ask(answer, &KINDS))
        .ok()?;
    let handed = timeout(HANDED_WITHIN, handed).await.ok()?.ok()?;
    handed.filter(|picture| picture.len() <= FILE_MAX)
}

/// Asks for one kind after the other. Whoever waits for the answer may be gone.
fn ask(answer: oneshot::Sender<Option<Vec<u8>>>, kinds: &'static [&str]) {
    let Some((kind, others)) = kinds.split_first() else {
        return drop(answer.send(None));
    };
    let clipboard = Clipboard::get(&SELECTION_CLIPBOARD);
    clipboard.request_contents(&Atom::intern(kind), move |_, handed| {
        let picture = handed.data();
        if picture.is_empty() {
            ask(answer, others);
        } else {
            drop(answer.send(Some(picture)));
        }
    });
}
