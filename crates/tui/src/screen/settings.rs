//! The settings: what there is to set, in order, and what happens.

use super::press::wanted;
use super::{For, Over, Screen, Wish};
use crate::app::{App, Message};
use crate::options::Tongue;
use crate::settings::{Choice, Theme};
use crate::verb::{Typed, Verb};
use crate::words::{Labels, date, labels};
use crossterm::event::{KeyCode, KeyEvent};
use floater_client::proto::body::{Language, Policy};

/// One line of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Name,
    Password,
    Language,
    Theme,
    Sounds,
    Typing,
    Seen,
    Policy,
    Pictures,
    Blocks,
    Sessions,
    Export,
    Delete,
    LogOut,
}

const ALL: [Set; 14] = [
    Set::Name,
    Set::Password,
    Set::Language,
    Set::Theme,
    Set::Sounds,
    Set::Typing,
    Set::Seen,
    Set::Policy,
    Set::Pictures,
    Set::Blocks,
    Set::Sessions,
    Set::Export,
    Set::Delete,
    Set::LogOut,
];

fn choice(choice: Choice) -> Wish {
    Wish::Tell(Message::Wanted(Typed::Choose(choice)))
}

/// How many lines there are.
pub(super) const fn count() -> usize {
    ALL.len()
}

/// Names and values of all lines.
pub(super) fn told(app: &App) -> Vec<(String, String)> {
    let words = labels(app.language());
    ALL.iter().map(|set| told_one(app, words, *set)).collect()
}

fn told_one(app: &App, words: &Labels, set: Set) -> (String, String) {
    let (of, settings) = (&words.set, app.settings());
    let on = |it: bool| if it { of.on } else { of.off }.to_owned();
    let (name, value) = match set {
        Set::Name => (of.name, crate::harmless::harmless(&app.username)),
        Set::Password => (of.password, String::new()),
        Set::Language => (of.language, (of.tongue)(tongue(app)).to_owned()),
        Set::Theme => (of.theme, (of.themed)(settings.theme).to_owned()),
        Set::Sounds => (of.sounds, on(settings.sounds)),
        Set::Typing => (of.typing, on(settings.typing)),
        Set::Seen => (of.seen, on(settings.seen)),
        Set::Policy => {
            let [title, _] = (words.policy)(settings.policy.unwrap_or(Policy::Hidden));
            (of.policy, title.to_owned())
        }
        Set::Pictures => (of.pictures, on(settings.pictures)),
        Set::Blocks => (of.blocks, String::new()),
        Set::Sessions => (of.sessions, String::new()),
        Set::Export => (of.export, String::new()),
        Set::Delete => (of.delete, String::new()),
        Set::LogOut => (of.log_out, String::new()),
    };
    (name.to_owned(), value)
}

fn tongue(app: &App) -> Tongue {
    match app.language() {
        Language::Chinese => Tongue::Chinese,
        Language::English => Tongue::English,
    }
}

impl Screen {
    /// A key over the settings. `at`: the line that is chosen.
    pub(super) fn set(&mut self, app: &App, key: KeyEvent, at: usize) -> Option<Wish> {
        let set = ALL.get(at)?;
        if !matches!(
            key.code,
            KeyCode::Enter | KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right
        ) {
            return None;
        }
        let settings = app.settings();
        let enters = key.code == KeyCode::Enter;
        Some(match set {
            Set::Language => choice(Choice::Language(match tongue(app) {
                Tongue::Chinese => Tongue::English,
                Tongue::English => Tongue::Chinese,
            })),
            Set::Theme => choice(Choice::Theme(match settings.theme {
                Theme::Terminal => Theme::Light,
                Theme::Light => Theme::Dark,
                Theme::Dark => Theme::Terminal,
            })),
            Set::Sounds => choice(Choice::Sounds(!settings.sounds)),
            Set::Typing => choice(Choice::Typing(!settings.typing)),
            Set::Pictures => choice(Choice::Pictures(!settings.pictures)),
            Set::Seen => Wish::Tell(Message::Wanted(Typed::Seen(!settings.seen))),
            Set::Policy => {
                let policy = match settings.policy {
                    Some(Policy::Direct) => Policy::Hidden,
                    _ => Policy::Direct,
                };
                Wish::Tell(Message::Wanted(Typed::Policy(policy)))
            }
            _ if !enters => return None,
            Set::Name => {
                let name = app.username.clone();
                return self.ask(For::Name, &name);
            }
            Set::Export => {
                let stamp = app.clock().stamp(app.now);
                return self.ask(For::Export, &format!("~/floater-{stamp}.json"));
            }
            Set::Blocks => {
                self.over = Some(Over::Blocks(0));
                wanted(Verb::Blocks)
            }
            Set::Sessions => {
                self.over = Some(Over::Sessions(0));
                wanted(Verb::Sessions)
            }
            Set::Password => self.leaves(Verb::Password),
            Set::Delete => self.leaves(Verb::Delete),
            Set::LogOut => self.leaves(Verb::LogOut),
        })
    }

    fn leaves(&mut self, verb: Verb) -> Wish {
        self.over = None;
        wanted(verb)
    }

    /// A key over the list of blocked people.
    pub(super) fn unblock(&mut self, app: &App, key: KeyEvent, at: usize) -> Option<Wish> {
        let chosen = key.code == KeyCode::Enter && at < app.blocks.len();
        chosen.then(|| Wish::Tell(Message::Wanted(Typed::Unblock(at + 1))))
    }

    /// A key over the list of sessions, whose last line ends all others.
    pub(super) fn end_session(&mut self, app: &App, key: KeyEvent, at: usize) -> Option<Wish> {
        if key.code != KeyCode::Enter {
            return None;
        }
        let which = match app.sessions.get(at) {
            Some(session) if session.current => return None,
            Some(_) => Some(at + 1),
            None if ends_all(app) && at == app.sessions.len() => None,
            None => return None,
        };
        Some(Wish::Tell(Message::Wanted(Typed::EndSession(which))))
    }
}

/// The blocked people, by name and date.
pub(super) fn blocks(app: &App) -> Vec<(String, String)> {
    let told = |it: &floater_client::proto::body::BlockLine| {
        (crate::harmless::harmless(it.name.as_str()), date(it.date))
    };
    app.blocks.iter().map(told).collect()
}

/// Whether there are others to end: then a line behind them does that.
const fn ends_all(app: &App) -> bool {
    app.sessions.len() > 1
}

/// The sessions, and what ends all others.
pub(super) fn sessions(app: &App) -> Vec<(String, String)> {
    let words = labels(app.language());
    let told = |it: &floater_client::proto::body::SessionLine| {
        let here = if it.current {
            words.set.this.to_owned()
        } else {
            date(it.used)
        };
        (crate::harmless::harmless(&it.agent), here)
    };
    let mut all: Vec<(String, String)> = app.sessions.iter().map(told).collect();
    if ends_all(app) {
        all.push((words.set.others.to_owned(), String::new()));
    }
    all
}
