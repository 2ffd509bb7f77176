//! The menu of macOS: without it no key copies, pastes or quits there.

use crate::action::Action;
use crate::platform::TITLE;
use crate::zoom::Step;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem as Usual, Submenu};
use tauri::{AppHandle, Manager, WebviewWindow};

/// The items that are ours, by their place here: what they say, their keys, what they do. macOS' own
/// "Quit" would ask nobody.
const ITEMS: [(&str, &str, Action); 4] = [
    ("Quit FLOATER", "Cmd+Q", Action::Quit),
    ("Zoom In", "Cmd+=", Action::Zoom(Step::Larger)),
    ("Zoom Out", "Cmd+-", Action::Zoom(Step::Smaller)),
    ("Actual Size", "Cmd+0", Action::Zoom(Step::Usual)),
];

/// Lets keys and menus of the system act on the window.
pub(crate) fn bind(window: &WebviewWindow) -> tauri::Result<()> {
    let app = window.app_handle();
    app.set_menu(menu(app)?)?;
    let window = window.clone();
    app.on_menu_event(move |_, event| {
        let chosen = event.id().as_ref().parse().ok();
        if let Some((_, _, action)) = chosen.and_then(|it: usize| ITEMS.get(it)) {
            action.run(&window);
        }
    });
    Ok(())
}

fn menu(app: &AppHandle) -> tauri::Result<Menu<tauri::Wry>> {
    let mut own = Vec::new();
    for (id, (words, keys, _)) in ITEMS.iter().enumerate() {
        own.push(MenuItem::with_id(app, id, words, true, Some(keys))?);
    }
    let [quit, larger, smaller, usual] = &own[..] else {
        return Menu::new(app);
    };
    let line = || Usual::separator(app);
    let of = |name: &str, items: &[&dyn IsMenuItem<tauri::Wry>]| {
        Submenu::with_items(app, name, true, items)
    };
    let program = of(
        TITLE,
        &[
            &Usual::about(app, None, None)?,
            &line()?,
            &Usual::services(app, None)?,
            &line()?,
            &Usual::hide(app, None)?,
            &Usual::hide_others(app, None)?,
            &Usual::show_all(app, None)?,
            &line()?,
            quit,
        ],
    )?;
    let edit = of(
        "Edit",
        &[
            &Usual::undo(app, None)?,
            &Usual::redo(app, None)?,
            &line()?,
            &Usual::cut(app, None)?,
            &Usual::copy(app, None)?,
            &Usual::paste(app, None)?,
            &Usual::select_all(app, None)?,
        ],
    )?;
    let view = of(
        "View",
        &[
            larger,
            smaller,
            usual,
            &line()?,
            &Usual::fullscreen(app, None)?,
        ],
    )?;
    let windows = of(
        "Window",
        &[
            &Usual::minimize(app, None)?,
            &Usual::maximize(app, None)?,
            &line()?,
            &Usual::close_window(app, None)?,
        ],
    )?;
    Menu::with_items(app, &[&program, &edit, &view, &windows])
}
