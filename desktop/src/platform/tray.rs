//! An icon in the desktop's panel, by freedesktop.org's StatusNotifierItem, for who wants one: while
//! it is there, closing puts the window away.

use crate::closing::quit;
use crate::engine::Engine;
use crate::language::Language;
use crate::platform::{APPLICATION, TITLE};
use crate::tray::Shown;
use crate::window::come_to_the_front;
use ksni::menu::StandardItem;
use ksni::{Handle, MenuItem, OfflineReason, TrayMethods};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tauri::{Manager, WebviewWindow};
use tokio::sync::Mutex;
use tokio::time::timeout;

const WORDS: &str = include_str!("../../../web/src/i18n/tray.json");
/// For a panel that does not find the package's.
const PICTURE: tauri::image::Image<'_> = tauri::include_image!("icons/tray.png");
/// The file that is there while somebody wants an icon. It holds the language of its menu.
const WANTED: &str = "tray";
/// A panel has answered by then, or counts as none.
const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// The icon, if there is one.
#[derive(Default)]
pub(crate) struct Tray {
    icon: Mutex<Option<Handle<Icon>>>,
    shown: Arc<AtomicBool>,
}

/// What the menu says.
#[derive(Deserialize)]
struct Words {
    open: String,
    quit: String,
}

/// What the panel asks of the icon.
struct Icon {
    window: WebviewWindow,
    words: Words,
    shown: Arc<AtomicBool>,
}

impl Tray {
    /// Whether a panel shows the icon.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }

    /// Whether there is an icon.
    pub(crate) async fn state(&self) -> Option<Shown> {
        let wanted = self.icon.lock().await.is_some();
        Some(match (wanted, self.is_shown()) {
            (false, _) => Shown::Off,
            (true, true) => Shown::On,
            (true, false) => Shown::Missing,
        })
    }

    /// Shows the icon from now on, or no more, and says what came of it.
    pub(crate) async fn choose(
        &self,
        window: &WebviewWindow,
        wanted: Option<Language>,
    ) -> Option<Shown> {
        let mut icon = self.icon.lock().await;
        if let Some(last) = icon.take() {
            last.shutdown().await;
            self.shown.store(false, Ordering::Relaxed);
        }
        let Some(language) = wanted else {
            keep(window, None);
            return Some(Shown::Off);
        };
        let Some(new) = self.icon(window, language) else {
            return Some(Shown::Missing);
        };
        *icon = self.show(new.spawn()).await;
        if icon.is_none() {
            return Some(Shown::Missing);
        }
        keep(window, Some(language));
        Some(Shown::On)
    }

    /// As at the end of last time. A panel may come later than the window.
    pub(crate) async fn begin(&self, window: &WebviewWindow, language: Language) {
        let mut icon = self.icon.lock().await;
        let Some(new) = self.icon(window, language) else {
            return;
        };
        *icon = self.show(new.assume_sni_available(true).spawn()).await;
    }

    /// It counts as shown before it is: a panel that goes away at once is heard.
    async fn show(
        &self,
        spawning: impl Future<Output = Result<Handle<Icon>, ksni::Error>>,
    ) -> Option<Handle<Icon>> {
        self.shown.store(true, Ordering::Relaxed);
        let icon = timeout(SHOWN_WITHIN, spawning)
            .await
            .ok()
            .and_then(Result::ok);
        self.shown.fetch_and(icon.is_some(), Ordering::Relaxed);
        icon
    }

    fn icon(&self, window: &WebviewWindow, language: Language) -> Option<Icon> {
        let mut all: HashMap<Language, Words> = serde_json::from_str(WORDS).ok()?;
        Some(Icon {
            window: window.clone(),
            words: all.remove(&language)?,
            shown: Arc::clone(&self.shown),
        })
    }
}

impl Icon {
    /// It is there or not any more: a window that nothing could call back comes back.
    fn change(&self, shown: bool) {
        if self.shown.swap(shown, Ordering::Relaxed) && !shown {
            come_to_the_front(&self.window);
        }
    }

    fn item(label: &str, does: fn(&WebviewWindow)) -> MenuItem<Self> {
        StandardItem {
            label: label.to_owned(),
            activate: Box::new(move |icon: &mut Self| does(&icon.window)),
            ..StandardItem::default()
        }
        .into()
    }
}

impl ksni::Tray for Icon {
    fn id(&self) -> String {
        APPLICATION.to_owned()
    }

    fn title(&self) -> String {
        TITLE.to_owned()
    }

    fn icon_name(&self) -> String {
        APPLICATION.to_owned()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let size = |length: u32| i32::try_from(length).unwrap_or_default();
        let mut data = PICTURE.rgba().to_vec();
        // ARGB is wanted.
        for pixel in data.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        vec![ksni::Icon {
            width: size(PICTURE.width()),
            height: size(PICTURE.height()),
            data,
        }]
    }

    fn activate(&mut self, _: i32, _: i32) {
        come_to_the_front(&self.window);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        vec![
            Self::item(&self.words.open, come_to_the_front),
            Self::item(&self.words.quit, leave),
        ]
    }

    fn watcher_online(&self) {
        self.change(true);
    }

    fn watcher_offline(&self, _: OfflineReason) -> bool {
        self.change(false);
        true
    }
}

/// Whoever is to be asked sees the window.
fn leave(window: &WebviewWindow) {
    if window.state::<Engine>().talks() {
        come_to_the_front(window);
    }
    quit(window);
}

/// What cannot be kept is forgotten.
fn keep(window: &WebviewWindow, wanted: Option<Language>) {
    let engine = window.state::<Engine>();
    let Some(path) = engine.start().folder().map(|it| it.join(WANTED)) else {
        return;
    };
    match wanted.and_then(|it| serde_json::to_string(&it).ok()) {
        Some(language) => drop(std::fs::write(path, language)),
        None => drop(std::fs::remove_file(path)),
    }
}

/// The language of the menu of an icon that somebody wanted last time.
pub(crate) fn wanted(folder: &Path) -> Option<Language> {
    let kept = std::fs::read_to_string(folder.join(WANTED)).ok()?;
    serde_json::from_str(&kept).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_words_in_every_language() {
        let all: HashMap<Language, Words> = serde_json::from_str(WORDS).unwrap();
        for language in [Language::Chinese, Language::English] {
            assert!(!all[&language].open.is_empty() && !all[&language].quit.is_empty());
        }
    }
}
