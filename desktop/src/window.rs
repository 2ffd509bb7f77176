//! The window, and what may happen in it.

use crate::engine::Engine;
use crate::platform::{Notices, Tray};
use crate::{closing, platform, size, zoom};
use std::path::Path;
use tauri::webview::NewWindowResponse;
use tauri::{
    App, Manager, Url, UserAttentionType, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};

/// The capability in `capabilities/page.json` is this window's.
pub(crate) const MAIN: &str = "main";

/// The page hears by it that somebody opened a link: `web/src/engine/tauri.ts`.
const INVITED: &str = "floater-invited";

/// Opens the window.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let engine = app.state::<Engine>();
    let folder = engine.start().folder();
    let (width, height) = size::of(folder);
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title(platform::TITLE)
        .inner_size(width, height)
        .min_inner_size(size::MIN.0, size::MIN.1)
        .devtools(cfg!(debug_assertions))
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(cfg!(windows))
        .on_navigation(is_ours)
        // A link is opened by the system's browser, after the page has asked.
        .on_new_window(|url, _| {
            if matches!(url.scheme(), "http" | "https") {
                // Where nothing can open it, the address stands in the dialog to be copied.
                drop(open::that_detached(url.as_str()));
            }
            NewWindowResponse::Deny
        })
        .on_document_title_changed(|window, title| drop(window.set_title(&title)));
    let Some(folder) = folder else {
        // It says why nothing can begin, and keeps nothing. A driver of WebKit's sees no such window.
        let driven = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
        let window = builder.incognito(!driven).build()?;
        zoom::begin(&window, None);
        return platform::bind(&window);
    };
    let window = builder.data_directory(folder.join("web")).build()?;
    zoom::begin(&window, Some(folder));
    platform::bind(&window)?;
    closing::watch(&window);
    call_until_looked_at(&window);
    show_icon(&window, folder);
    let called = move |link: String| {
        come_to_the_front(&window);
        if window.state::<Engine>().start().invite(&link) {
            drop(window.eval(format!("dispatchEvent(new Event('{INVITED}'))")));
        }
    };
    if let Some(calls) = engine.start().take_calls() {
        calls.answer(called)?;
    }
    Ok(())
}

/// Where somebody wanted one last time.
fn show_icon(window: &WebviewWindow, folder: &Path) {
    let Some(language) = platform::wanted(folder) else {
        return;
    };
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        window.state::<Tray>().begin(&window, language).await;
    });
}

/// Somebody started the program again, or was called and comes.
pub(crate) fn come_to_the_front(window: &WebviewWindow) {
    drop(window.unminimize());
    drop(window.show());
    drop(window.set_focus());
}

/// The system points at the window.
pub(crate) fn attract(window: &WebviewWindow) {
    if !window.is_focused().unwrap_or(false) {
        drop(window.request_user_attention(Some(UserAttentionType::Informational)));
    }
}

/// Whoever looks is called no more.
fn call_until_looked_at(window: &WebviewWindow) {
    let looked_at = window.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Focused(true)) {
            drop(looked_at.request_user_attention(None));
            let window = looked_at.clone();
            tauri::async_runtime::spawn(async move {
                window.state::<Notices>().withdraw().await;
            });
        }
    });
}

/// The next start has this size again.
pub(crate) fn keep_size(window: &WebviewWindow) {
    let (Ok(size), Ok(scale)) = (window.inner_size(), window.scale_factor()) else {
        return;
    };
    // What fills the screen says nothing of what was chosen.
    let engine = window.state::<Engine>();
    if let Some(folder) = engine.start().folder()
        && !window.is_maximized().unwrap_or(true)
        && !window.is_fullscreen().unwrap_or(true)
    {
        let size = size.to_logical(scale);
        size::keep(folder, (size.width, size.height));
    }
}

/// The page stays; everything else is somebody else's.
fn is_ours(url: &Url) -> bool {
    let host = url.host_str();
    match url.scheme() {
        "tauri" => host == Some("localhost"),
        // There the system's WebKit knows no schemes of ours.
        "http" if cfg!(windows) => host == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_that_of_the_server_and_the_way_to_the_engine() {
        let config = include_str!("../tauri.conf.json");
        let config: serde_json::Value = serde_json::from_str(config).unwrap();
        let policy = config["app"]["security"]["csp"].as_str().unwrap();
        let (before, after) = policy.split_once(" ipc: http://ipc.localhost").unwrap();
        let headers = include_str!("../../crates/server/src/http/headers.rs");
        let lines: Vec<&str> = headers
            .lines()
            .map(|it| it.trim().trim_end_matches('\\'))
            .collect();
        assert!(lines.concat().contains(&format!("{before}{after}")));
    }

    #[test]
    fn only_the_page_is_shown() {
        let ours = |url: &str| is_ours(&url.parse().unwrap());
        assert!(ours("tauri://localhost/index.html"));
        for url in [
            "tauri://elsewhere/",
            "http://tauri.localhost:8080/",
            "https://floater.example/",
            "http://localhost/",
            "https://tauri.localhost.example/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "javascript:alert(1)",
            "about:blank",
        ] {
            assert!(!ours(url), "{url}");
        }
    }
}
