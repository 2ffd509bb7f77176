//! How the window comes to its end.

use crate::engine::Engine;
use crate::platform::{Notices, Tray};
use crate::window::keep_size;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tauri::{Manager, WebviewWindow, WindowEvent};

/// The page hears by it that somebody who talks wants to close: `web/src/engine/tauri.ts`.
const CLOSING: &str = "floater-closing";
/// Wishes that are no further apart are one: a double click, a key that is held.
const ONE_WISH: Duration = Duration::from_secs(1);

/// What was wished, and whether it is being done.
#[derive(Default)]
pub(crate) struct Closing {
    /// When somebody who was asked, and has not answered yet, wished last.
    wished: Mutex<Option<Instant>>,
    ending: AtomicBool,
}

/// What a wish in a conversation says.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// The person is to be asked.
    First,
    /// Nothing new.
    Same,
    /// Who was asked wishes again.
    Meant,
}

impl Closing {
    fn wish(&self, now: Instant) -> Wish {
        match self.wished().replace(now) {
            None => Wish::First,
            Some(last) if now.saturating_duration_since(last) < ONE_WISH => Wish::Same,
            Some(_) => Wish::Meant,
        }
    }

    /// Who was asked stays: the next wish is the first one.
    pub(crate) fn stay(&self) {
        *self.wished() = None;
    }

    fn wished(&self) -> MutexGuard<'_, Option<Instant>> {
        self.wished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From now on the window is closed by [`close`].
pub(crate) fn watch(window: &WebviewWindow) {
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            close(&closing);
        }
    });
}

/// Behind an icon in the panel the window only goes away.
fn close(window: &WebviewWindow) {
    if window.state::<Tray>().is_shown() {
        keep_size(window);
        drop(window.hide());
    } else {
        quit(window);
    }
}

/// In a conversation the page asks at the first wish; another one, while it asks, ends the program.
/// The other one hears at once that one has left.
#[expect(
    clippy::disallowed_methods,
    reason = "a person's two wishes are apart by the clock"
)]
pub(crate) fn quit(window: &WebviewWindow) {
    let closing = window.state::<Closing>();
    let engine = window.state::<Engine>();
    if engine.talks() {
        match closing.wish(Instant::now()) {
            Wish::First => {
                drop(window.eval(format!("dispatchEvent(new Event('{CLOSING}'))")));
                return;
            }
            Wish::Same => return,
            Wish::Meant => {}
        }
    }
    if closing.ending.swap(true, Ordering::Relaxed) {
        return;
    }
    engine.start().hush();
    keep_size(window);
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        window.state::<Engine>().end().await;
        window.state::<Notices>().withdraw().await;
        drop(window.destroy());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn who_was_asked_and_wishes_again_means_it() {
        let closing = Closing::default();
        let begin = Instant::now();
        let wish = |tenths: u64| closing.wish(begin + Duration::from_millis(100 * tenths));
        assert_eq!(wish(0), Wish::First);
        // A key that is held.
        for tenths in 5..30 {
            assert_eq!(wish(tenths), Wish::Same);
        }
        assert_eq!(wish(40), Wish::Meant);
        closing.stay();
        assert_eq!(wish(60), Wish::First);
        assert_eq!(wish(6000), Wish::Meant);
    }
}
