//! Which key means what. All can be chosen anew in `keys.json` of the data directory.

use crate::words::Labels;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Map, Value};
use std::fmt::Write;

/// The file in the data directory.
pub(crate) const FILE: &str = "keys.json";
/// Keys that mean the same.
const SAME_MAX: usize = 4;

/// What a key can mean, besides letters, arrows, Enter and Escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Help,
    Settings,
    Menu,
    Picture,
    Break,
    Lines,
    Older,
    Newer,
    Leave,
    Quit,
    Suspend,
    Redraw,
}

/// A name in the file, what it means, and what it is without the file.
const ALL: [(&str, Action, &[&str]); 12] = [
    ("help", Action::Help, &["f1"]),
    ("settings", Action::Settings, &["f2"]),
    ("menu", Action::Menu, &["f3"]),
    ("picture", Action::Picture, &["f4", "ctrl-o"]),
    (
        "break",
        Action::Break,
        &["alt-enter", "shift-enter", "ctrl-j"],
    ),
    ("lines", Action::Lines, &["tab"]),
    ("older", Action::Older, &["pageup"]),
    ("newer", Action::Newer, &["pagedown"]),
    ("leave", Action::Leave, &["f9", "ctrl-x"]),
    ("quit", Action::Quit, &["ctrl-q"]),
    ("suspend", Action::Suspend, &["ctrl-z"]),
    ("redraw", Action::Redraw, &["ctrl-l"]),
];

/// One key, as it is pressed.
type Key = (KeyCode, KeyModifiers);

/// What every key means.
#[derive(Debug, Clone)]
pub(crate) struct Keys(Vec<(Key, Action)>);

/// Why the file cannot be taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("{FILE} is not JSON of the form {{\"menu\": [\"f3\"], …}} ({0})")]
    Form(String),
    #[error("{FILE}: {0:?} is nothing that a key can do; one of: {names}", names = names())]
    Action(String),
    #[error(
        "{FILE}: {0:?} is no key; expected one such as f3, ctrl-o, alt-enter, shift-tab or pageup"
    )]
    Key(String),
    #[error("{FILE}: {0} means two things")]
    Twice(String),
    #[error("{FILE}: at most {SAME_MAX} keys can mean {0:?}")]
    Many(String),
}

impl Default for Keys {
    fn default() -> Self {
        let all = ALL.iter().flat_map(|(_, action, keys)| {
            let keys = keys.iter().filter_map(|name| key(name));
            keys.map(|key| (key, *action))
        });
        Self(all.collect())
    }
}

impl Keys {
    /// The usual ones, but for those that the file names.
    pub(crate) fn read(file: Option<&str>) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        let Some(file) = file else {
            return Ok(keys);
        };
        let told: Map<String, Value> =
            serde_json::from_str(file).map_err(|error| KeysError::Form(error.to_string()))?;
        for (name, value) in &told {
            keys.set(name, value)?;
        }
        let twice = keys.0.iter().enumerate().find(|(at, (key, _))| {
            let mut before = keys.0.iter().take(*at);
            before.any(|(other, _)| other == key)
        });
        match twice {
            Some((_, (key, _))) => Err(KeysError::Twice(named(*key))),
            None => Ok(keys),
        }
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), KeysError> {
        let action = ALL.iter().find(|(of, _, _)| *of == name);
        let (_, action, _) = action.ok_or_else(|| KeysError::Action(name.to_owned()))?;
        let told = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        if told.len() > SAME_MAX {
            return Err(KeysError::Many(name.to_owned()));
        }
        self.0.retain(|(_, of)| of != action);
        for value in told {
            let name = value.as_str().unwrap_or_default();
            let key = key(name).ok_or_else(|| KeysError::Key(name.to_owned()))?;
            self.0.push((key, *action));
        }
        Ok(())
    }

    pub(crate) fn action(&self, pressed: &KeyEvent) -> Option<Action> {
        let pressed = (pressed.code, pressed.modifiers);
        let found = self.0.iter().find(|(key, _)| *key == pressed);
        found.map(|(_, action)| *action)
    }

    /// What all keys do, each action in a line with the keys that mean it.
    pub(crate) fn told(&self, words: &Labels) -> Vec<String> {
        let told = ALL.iter().filter_map(|(_, action, _)| {
            let keys = self.0.iter().filter(|(_, of)| of == action);
            let keys: Vec<String> = keys.map(|(key, _)| named(*key)).collect();
            (!keys.is_empty()).then(|| format!("{}  {}", keys.join(" / "), does(words, *action)))
        });
        told.collect()
    }

    /// The first key that means this, as people write it; nothing, if none does.
    pub(crate) fn name(&self, action: Action) -> Option<String> {
        let found = self.0.iter().find(|(_, of)| *of == action);
        found.map(|(key, _)| named(*key))
    }
}

fn does(words: &Labels, action: Action) -> &'static str {
    let key = &words.key;
    match action {
        Action::Help => words.help,
        Action::Settings => words.settings,
        Action::Menu => words.menu,
        Action::Picture => key.picture,
        Action::Break => key.line,
        Action::Lines => key.lines,
        Action::Older | Action::Newer => key.scroll,
        Action::Leave => words.leave,
        Action::Quit => key.quit,
        Action::Suspend => key.suspend,
        Action::Redraw => key.redraw,
    }
}

fn names() -> String {
    let names: Vec<&str> = ALL.iter().map(|(name, _, _)| *name).collect();
    names.join(", ")
}

const NAMED: [(&str, KeyCode); 13] = [
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("insert", KeyCode::Insert),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
];

/// A key by its name. A letter alone is none: it is written.
fn key(name: &str) -> Option<Key> {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    while let Some((first, more)) = rest.split_once('-').filter(|(_, more)| !more.is_empty()) {
        modifiers |= match first {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            _ => return None,
        };
        rest = more;
    }
    let code = NAMED
        .iter()
        .find(|(of, _)| *of == rest)
        .map(|(_, code)| *code);
    let number = rest.strip_prefix('f').and_then(|it| it.parse().ok());
    let function = number.filter(|it| (1..=24).contains(it)).map(KeyCode::F);
    let mut letters = rest.chars();
    let letter = match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_lowercase() => Some(KeyCode::Char(letter)),
        _ => None,
    };
    let held = modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let code = code.or(function).or(letter.filter(|_| held))?;
    match (code, modifiers) {
        // These have a meaning everywhere.
        (KeyCode::Enter, KeyModifiers::NONE) => None,
        (KeyCode::Char('c'), KeyModifiers::CONTROL) => None,
        (KeyCode::Tab, it) if it == KeyModifiers::SHIFT => Some((KeyCode::BackTab, it)),
        key => Some(key),
    }
}

/// `Ctrl-O`, as people write it.
fn named((code, modifiers): Key) -> String {
    let mut name = String::new();
    for (modifier, word) in [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
        (KeyModifiers::SHIFT, "Shift-"),
    ] {
        if modifiers.contains(modifier) {
            name.push_str(word);
        }
    }
    // Writing to a string cannot fail.
    let _ = match code {
        KeyCode::Char(' ') => write!(name, "Space"),
        KeyCode::Char(letter) => write!(name, "{}", letter.to_ascii_uppercase()),
        KeyCode::PageUp => write!(name, "PgUp"),
        KeyCode::PageDown => write!(name, "PgDn"),
        KeyCode::BackTab => write!(name, "Tab"),
        code => write!(name, "{code}"),
    };
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &Keys, code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        keys.action(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn the_usual_keys_hold_together() {
        let keys = Keys::read(None).unwrap();
        let wanted: usize = ALL.iter().map(|(_, _, keys)| keys.len()).sum();
        assert_eq!(keys.0.len(), wanted, "a usual key is none");
        assert_eq!(Keys::read(Some("{}")).unwrap().0, keys.0);
        for (_, action, _) in ALL {
            assert!(keys.name(action).is_some(), "{action:?}");
        }
    }

    #[test]
    fn a_file_chooses_others() {
        let file = r#"{"menu": ["ctrl-k", "f10"], "redraw": [], "lines": "shift-tab"}"#;
        let keys = Keys::read(Some(file)).unwrap();
        let control = KeyModifiers::CONTROL;
        assert_eq!(
            pressed(&keys, KeyCode::Char('k'), control),
            Some(Action::Menu)
        );
        assert_eq!(pressed(&keys, KeyCode::F(3), KeyModifiers::NONE), None);
        assert_eq!(pressed(&keys, KeyCode::Char('l'), control), None);
        assert_eq!(
            pressed(&keys, KeyCode::BackTab, KeyModifiers::SHIFT),
            Some(Action::Lines)
        );
        assert_eq!(keys.name(Action::Menu).as_deref(), Some("Ctrl-K"));
        assert_eq!(keys.name(Action::Redraw), None);
        assert_eq!(
            pressed(&keys, KeyCode::Char('o'), control),
            Some(Action::Picture)
        );
    }

    #[test]
    fn a_file_that_cannot_be_taken_says_what_was_expected() {
        for (file, part) in [
            ("[]", "is not JSON of the form"),
            (r#"{"fly": "f3"}"#, "one of: help, settings"),
            (r#"{"menu": "k"}"#, "expected one such as"),
            (r#"{"menu": "ctrl-c"}"#, "is no key"),
            (r#"{"menu": "hyper-k"}"#, "is no key"),
            (r#"{"menu": "f25"}"#, "is no key"),
            (r#"{"menu": 3}"#, "is no key"),
            (r#"{"menu": "f1"}"#, "F1 means two things"),
            (r#"{"menu": ["f5","f6","f7","f8","f10"]}"#, "at most 4"),
        ] {
            let told = Keys::read(Some(file)).unwrap_err().to_string();
            assert!(told.contains(part), "{file}: {told}");
        }
    }
}
