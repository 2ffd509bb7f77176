//! How the window comes to its end.

use crate::engine::Engine;
use crate::platform::Tray;
use crate::window::keep_size;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tauri::{Manager, WebviewWindow, WindowEvent};

/// The page hears by it that somebody who talks wants to close: `web/src/engine/tauri.ts`.
const CLOSING: &str = "floater-closing";
/// Who wishes again within this time means it. Later, one has forgotten that one was asked.
const MEANT_WITHIN: Duration = Duration::from_secs(10);

/// What was wished, and whether it is being done.
#[derive(Default)]
pub(crate) struct Closing {
    asked: Mutex<Option<Instant>>,
    ending: AtomicBool,
}

impl Closing {
    /// Whether somebody who talks is to be asked first.
    fn asks(&self, now: Instant) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let last = asked.replace(now);
        last.is_none_or(|last| now.saturating_duration_since(last) > MEANT_WITHIN)
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

/// In a conversation the page asks at the first wish; the second one ends the program. The other one
/// hears at once that one has left.
#[expect(
    clippy::disallowed_methods,
    reason = "a person's two wishes are apart by the clock"
)]
pub(crate) fn quit(window: &WebviewWindow) {
    let closing = window.state::<Closing>();
    if window.state::<Engine>().talks() && closing.asks(Instant::now()) {
        drop(window.eval(format!("dispatchEvent(new Event('{CLOSING}'))")));
        return;
    }
    if closing.ending.swap(true, Ordering::Relaxed) {
        return;
    }
    keep_size(window);
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        window.state::<Engine>().end().await;
        drop(window.destroy());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn who_wishes_twice_in_a_row_means_it() {
        let closing = Closing::default();
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert!(closing.asks(at(0)));
        assert!(!closing.asks(at(3)));
        assert!(closing.asks(at(60)));
        assert!(!closing.asks(at(61)));
    }
}
