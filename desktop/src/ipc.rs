//! What the page may call. Names only: what comes of it is decided in `floater-core`.

use crate::closing::Closing;
use crate::engine::{Engine, Wish};
use crate::frame;
use crate::kept::Kept;
use crate::language::Language;
use crate::notice::Call;
use crate::platform::{self, Notices, Tray};
use crate::save::{File, Saved, Saving};
use crate::tray::Shown;
use crate::trouble::Failure;
use crate::window;
use floater_client::{Command, Picture};
use tauri::ipc::{Channel, InvokeBody, InvokeResponseBody, Request, Response};
use tauri::{State, WebviewWindow};

/// Starts the client of a page that was just opened; a client of a page before it ends. Answers
/// the client's clock.
#[tauri::command]
pub(crate) async fn connect(
    engine: State<'_, Engine>,
    events: Channel<InvokeResponseBody>,
) -> Result<u64, Failure> {
    engine.connect(events).await
}

/// A command of the page.
#[tauri::command]
pub(crate) async fn command(
    engine: State<'_, Engine>,
    tag: u32,
    command: Command,
) -> Result<(), String> {
    engine.want(Wish::Command(tag, command)).await
}

/// A picture to send: a frame of its description and its bytes.
#[tauri::command]
pub(crate) async fn offer(engine: State<'_, Engine>, request: Request<'_>) -> Result<(), String> {
    let InvokeBody::Raw(body) = request.body() else {
        return Err("a picture crosses as bytes".to_owned());
    };
    let (picture, bytes): (Picture, _) = frame::split(body).map_err(|_| "no picture".to_owned())?;
    engine.want(Wish::Offer(picture, bytes.to_vec())).await
}

/// The page is looked at again, or the network is there again.
#[tauri::command]
pub(crate) async fn online(engine: State<'_, Engine>) -> Result<(), String> {
    engine.want(Wish::Online).await
}

/// Somebody looks elsewhere: the system points at the window.
#[tauri::command]
pub(crate) fn attract(window: WebviewWindow) {
    window::attract(&window);
}

/// Shows a notification, and answers whether the system could.
#[tauri::command]
pub(crate) async fn notify(
    window: WebviewWindow,
    notices: State<'_, Notices>,
    call: Call,
    language: Language,
) -> Result<bool, ()> {
    Ok(notices.show(window, call, language).await)
}

/// Hands a file to the person, who says where it goes: a frame of its description and its bytes.
#[tauri::command]
pub(crate) async fn save(
    window: WebviewWindow,
    saving: State<'_, Saving>,
    request: Request<'_>,
) -> Result<Saved, String> {
    let InvokeBody::Raw(body) = request.body() else {
        return Err("a file crosses as bytes".to_owned());
    };
    let (file, bytes): (File, _) = frame::split(body).map_err(|_| "no file".to_owned())?;
    Ok(saving.save(&window, file, bytes.to_vec()).await)
}

/// The picture that another program copied; no bytes where it is none.
#[tauri::command]
pub(crate) async fn copied(window: WebviewWindow) -> Result<Response, ()> {
    let picture = platform::copied(&window).await;
    Ok(Response::new(picture.unwrap_or_default()))
}

/// The server of now, as a link; nothing where there is none.
#[tauri::command]
pub(crate) fn server(engine: State<'_, Engine>) -> Option<String> {
    engine.start().place().ok().map(|(server, _)| server.link())
}

/// Where the session is kept; nothing where there is none.
#[tauri::command]
pub(crate) fn kept(engine: State<'_, Engine>) -> Option<Kept> {
    let (_, profile) = engine.start().place().ok()?;
    Some(profile.kept().into())
}

/// Goes to another server: the page is then to begin anew.
#[tauri::command]
pub(crate) async fn choose(engine: State<'_, Engine>, server: String) -> Result<(), Failure> {
    engine.choose(&server).await
}

/// The server of a link that was opened while the program ran. It is told once.
#[tauri::command]
pub(crate) fn invited(engine: State<'_, Engine>) -> Option<String> {
    engine.start().take_invitation().map(|server| server.link())
}

/// Who was asked before the window is closed stays.
#[tauri::command]
pub(crate) fn stay(closing: State<'_, Closing>) {
    closing.stay();
}

/// Whether there is an icon in the panel; nothing where the system has no such panels.
#[tauri::command]
pub(crate) async fn tray(tray: State<'_, Tray>) -> Result<Option<Shown>, ()> {
    Ok(tray.state().await)
}

/// Shows an icon in the panel, with a menu in a language, or no more.
#[tauri::command]
pub(crate) async fn show_tray(
    window: WebviewWindow,
    tray: State<'_, Tray>,
    wanted: Option<Language>,
) -> Result<Option<Shown>, ()> {
    Ok(tray.choose(&window, wanted).await)
}
