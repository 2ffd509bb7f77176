//! The keys of a window by the habits of GTK's desktops. They belong to the window, so that the page
//! does not have to have the keyboard.

use crate::action::Action;
use crate::zoom::Step;
use gtk::AccelFlags;
use gtk::prelude::*;
use tauri::WebviewWindow;

const KEYS: &[(&str, Action)] = &[
    ("<Primary>q", Action::Quit),
    ("<Primary>w", Action::Close),
    ("<Primary>plus", Action::Zoom(Step::Larger)),
    ("<Primary>equal", Action::Zoom(Step::Larger)),
    ("<Primary>KP_Add", Action::Zoom(Step::Larger)),
    ("<Primary>minus", Action::Zoom(Step::Smaller)),
    ("<Primary>KP_Subtract", Action::Zoom(Step::Smaller)),
    ("<Primary>0", Action::Zoom(Step::Usual)),
    ("<Primary>KP_0", Action::Zoom(Step::Usual)),
    ("F11", Action::FullScreen),
];

/// Lets keys and menus of the system act on the window.
pub(crate) fn bind(window: &WebviewWindow) -> tauri::Result<()> {
    let group = gtk::AccelGroup::new();
    for &(keys, action) in KEYS {
        let (key, modifiers) = gtk::accelerator_parse(keys);
        let window = window.clone();
        group.connect_accel_group(key, modifiers, AccelFlags::empty(), move |_, _, _, _| {
            action.run(&window);
            true
        });
    }
    window.gtk_window()?.add_accel_group(&group);
    Ok(())
}
