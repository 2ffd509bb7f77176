//! What keys mean, where one is.

use super::keys::Action;
use super::stray::Is;
use super::{Asking, For, Over, SETTLES, Screen, Step, Wish};
use crate::app::{App, Confirm, Message};
use crate::form::Purpose;
use crate::verb::{self, Place, Typed, Verb};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};
use floater_client::proto::Secret;
use floater_client::proto::body::{GREETING, Language, Policy};
use percent_encoding::percent_decode_str;
use std::path::PathBuf;

/// Rows that a turn of the wheel scrolls.
const WHEEL: isize = 3;

/// The rules take at most so many rows in a window that one can use.
const RULES_ROWS: usize = 40;

/// What the door offers, in its order.
pub(super) const DOOR: [Purpose; 5] = [
    Purpose::LogIn,
    Purpose::Register,
    Purpose::Activate,
    Purpose::Again,
    Purpose::Recover,
];

/// A button on the main page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    Seek,
    Settings,
    Report,
    Block,
    Keep,
    Forget,
}

pub(super) fn wanted(verb: Verb) -> Wish {
    Wish::Tell(Message::Wanted(Typed::Plain(verb)))
}

/// A path that was pasted or dropped, if it looks like one of a picture: as a link, quoted, or as a shell
/// would have it.
fn pasted_path(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    let bare = text.trim_matches(['\'', '"']);
    let path = match bare.strip_prefix("file://") {
        Some(link) => percent_decode_str(link).decode_utf8().ok()?.into_owned(),
        None if bare.len() < text.len() => bare.to_owned(),
        None => unescaped(bare),
    };
    let ending = path
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let is_picture = ending.is_some_and(|it| crate::files::ENDINGS.contains(&it.as_str()));
    let is_path = path.starts_with('/') || path.starts_with("~/");
    (is_path && is_picture && !path.contains('\n')).then(|| path.into())
}

/// Without what keeps a shell from reading a character.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(it) = rest.next() {
        match it {
            '\\' => plain.extend(rest.next()),
            it => plain.push(it),
        }
    }
    plain
}

impl Screen {
    /// Something came from the terminal.
    pub(crate) fn press(&mut self, app: &App, event: Event) -> Option<Wish> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                return match (self.stray.is(app.now, key), key.code) {
                    (Is::Pressed, _) => self.key(app, key),
                    (Is::Pasted, KeyCode::Char(letter)) => self.pasted(app, &letter.to_string()),
                    (Is::Pasted, KeyCode::Enter) => self.pasted(app, "\n"),
                    (Is::Mark | Is::Pasted, _) => None,
                };
            }
            Event::Paste(text) => return self.pasted(app, &text),
            Event::FocusGained => (self.has_focus, self.unread) = (true, 0),
            Event::FocusLost => self.has_focus = false,
            Event::Mouse(mouse) => match mouse.kind {
                MouseEventKind::ScrollUp => self.scroll(app, -WHEEL),
                MouseEventKind::ScrollDown => self.scroll(app, WHEEL),
                _ => {}
            },
            Event::Resize(..) => return Some(Wish::Redraw),
            Event::Key(_) => {}
        }
        None
    }

    fn key(&mut self, app: &App, key: KeyEvent) -> Option<Wish> {
        if key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL {
            return Some(Wish::Tell(Message::Interrupt));
        }
        let action = self.keys.action(&key);
        match action {
            Some(Action::Suspend) => return Some(Wish::Suspend),
            Some(Action::Redraw) => return Some(Wish::Redraw),
            _ => {}
        }
        if let Some(confirm) = app.confirm {
            return self.confirm(confirm, key);
        }
        if self.over.is_some() {
            return self.over(app, key, action);
        }
        if app.form.is_some() {
            return self.form(app, key);
        }
        match action {
            Some(Action::Quit) => return Some(wanted(Verb::Quit)),
            Some(Action::Help) => return Some(wanted(Verb::Help)),
            Some(Action::Settings) if self.is_inside() => return self.open_settings(),
            _ => {}
        }
        match app.place {
            Place::Starting => None,
            Place::Door => self.door(app, key),
            Place::Main => self.main(app, key, action),
            Place::Waiting => match key.code {
                // It was meant for what went before.
                KeyCode::Enter if self.is_settling(app) => None,
                KeyCode::Enter | KeyCode::Esc => Some(wanted(Verb::Stop)),
                _ => self.command(key),
            },
            Place::Greeting => self.greeting(app, key, action),
            Place::Talk => self.talk(app, key, action),
            Place::Elsewhere => self.elsewhere(key),
        }
    }

    /// Whether one is here so short that a key may have been meant for what went before.
    const fn is_settling(&self, app: &App) -> bool {
        app.now < self.arrived + SETTLES
    }

    const fn is_inside(&self) -> bool {
        !matches!(self.place, Place::Starting | Place::Door | Place::Greeting)
    }

    pub(super) fn open_settings(&mut self) -> Option<Wish> {
        self.over = Some(Over::Settings(0));
        Some(wanted(Verb::Account))
    }

    /// The question whether to end it.
    fn confirm(&mut self, confirm: Confirm, key: KeyEvent) -> Option<Wish> {
        match key.code {
            KeyCode::Esc => Some(Wish::Tell(Message::Back)),
            KeyCode::Enter if !self.goes => Some(Wish::Tell(Message::Back)),
            KeyCode::Enter => Some(match confirm {
                Confirm::Leave => wanted(Verb::Leave),
                Confirm::Quit => wanted(Verb::Quit),
                Confirm::LogOut => wanted(Verb::LogOut),
                Confirm::Interrupt => Wish::Tell(Message::Interrupt),
            }),
            KeyCode::Left | KeyCode::Right | KeyCode::Up | KeyCode::Down | KeyCode::Tab => {
                self.goes = !self.goes;
                None
            }
            _ => None,
        }
    }

    /// A question of a form.
    fn form(&mut self, app: &App, key: KeyEvent) -> Option<Wish> {
        use crate::form::Field;
        if self.asked == Some(Field::Adult) && key.code != KeyCode::Enter {
            // The rules may be longer than the window.
            if key.code == KeyCode::Esc {
                return Some(Wish::Tell(Message::Back));
            }
            self.moves(key, RULES_ROWS);
            return None;
        }
        match key.code {
            KeyCode::Esc => Some(Wish::Tell(Message::Back)),
            KeyCode::Up | KeyCode::BackTab => Some(Wish::Tell(Message::Before)),
            KeyCode::F(2) => {
                self.answer.turn_secret();
                None
            }
            KeyCode::Enter if self.asked == Some(Field::Adult) => {
                self.at = 0;
                let yes = match app.language() {
                    Language::Chinese => "是",
                    Language::English => "yes",
                };
                Some(Wish::Tell(Message::Typed(Secret::from(yes))))
            }
            // Nothing was written: nothing is answered, and nothing is put away.
            KeyCode::Enter | KeyCode::Down | KeyCode::Tab if self.answer.is_empty() => None,
            KeyCode::Enter | KeyCode::Down | KeyCode::Tab => {
                // What does not fit stays, to be mended; another question has another line.
                self.notice = None;
                Some(Wish::Tell(Message::Typed(Secret::new(self.answer.text()))))
            }
            _ => {
                self.answer.key(key);
                None
            }
        }
    }

    /// Moves among so many buttons; whether it was such a key.
    pub(super) fn moves(&mut self, key: KeyEvent, buttons: usize) -> bool {
        let last = buttons.saturating_sub(1);
        match key.code {
            KeyCode::Up | KeyCode::Left | KeyCode::BackTab => self.at = self.at.saturating_sub(1),
            KeyCode::Down | KeyCode::Right | KeyCode::Tab => self.at = (self.at + 1).min(last),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = last,
            _ => return false,
        }
        true
    }

    fn door(&mut self, app: &App, key: KeyEvent) -> Option<Wish> {
        if self.moves(key, DOOR.len()) || app.awaits_answer() {
            return None;
        }
        match key.code {
            KeyCode::Enter => {
                let purpose = DOOR.get(self.at)?;
                self.at = 0;
                Some(match purpose {
                    Purpose::Register => wanted(Verb::Register),
                    Purpose::Activate => wanted(Verb::Activate),
                    Purpose::Again => wanted(Verb::Again),
                    Purpose::Recover => wanted(Verb::Recover),
                    _ => Wish::Tell(Message::Wanted(Typed::LogIn(None))),
                })
            }
            KeyCode::Esc => None,
            _ => self.command(key),
        }
    }

    /// What the main page offers now.
    pub(super) fn buttons(app: &App) -> Vec<Button> {
        let mut buttons = vec![Button::Seek, Button::Settings];
        if app.ending.is_some() && app.talk.is_some() {
            buttons.extend([Button::Report, Button::Block]);
            if app
                .talk
                .as_ref()
                .is_some_and(|talk| !talk.numbers().is_empty())
            {
                buttons.push(Button::Keep);
            }
            buttons.push(Button::Forget);
        }
        buttons
    }

    fn main(&mut self, app: &App, key: KeyEvent, action: Option<Action>) -> Option<Wish> {
        if app.settings().policy.is_none() {
            return self.policy(key);
        }
        if action == Some(Action::Menu) {
            return None;
        }
        let buttons = Self::buttons(app);
        if self.moves(key, buttons.len()) {
            return None;
        }
        if key.code != KeyCode::Enter {
            return self.command(key);
        }
        match buttons.get(self.at)? {
            Button::Seek if app.ending.is_some() && self.is_settling(app) => None,
            Button::Seek => Some(wanted(Verb::Seek)),
            Button::Settings => self.open_settings(),
            Button::Report => self.open_report(),
            Button::Block => self.open_over(Over::Block(false)),
            Button::Keep => self.ask_transcript(app),
            Button::Forget => {
                self.at = 0;
                self.forget();
                Some(Wish::Tell(Message::Forget))
            }
        }
    }

    /// Once: whether a direct connection is allowed.
    fn policy(&mut self, key: KeyEvent) -> Option<Wish> {
        if self.moves(key, 2) || key.code != KeyCode::Enter {
            return None;
        }
        let policy = if self.at == 0 {
            Policy::Direct
        } else {
            Policy::Hidden
        };
        self.at = 0;
        Some(Wish::Tell(Message::Wanted(Typed::Policy(policy))))
    }

    fn greeting(&mut self, app: &App, key: KeyEvent, action: Option<Action>) -> Option<Wish> {
        let greeted = app.meeting.is_some_and(|it| it.greeted.0);
        match key.code {
            _ if action == Some(Action::Leave) => Some(wanted(Verb::Leave)),
            KeyCode::Esc => Some(wanted(Verb::Leave)),
            KeyCode::Enter if !key.modifiers.is_empty() => {
                self.draft.break_line();
                None
            }
            KeyCode::Enter if self.draft.is_empty() && greeted => None,
            KeyCode::Enter if self.draft.is_empty() => Some(wanted(Verb::Hello)),
            KeyCode::Enter => {
                let text = self.draft.text();
                let Ok(Typed::Text(text)) = verb::read(&text) else {
                    return self.order(app, text);
                };
                // What is no greeting is kept, to be said after it.
                if text.trim() != GREETING {
                    if !self.early.is_empty() {
                        self.early.break_line();
                    }
                    self.early.paste(&text);
                }
                self.draft.clear();
                Some(Wish::Tell(Message::Said { text, quote: None }))
            }
            _ => {
                self.draft.key(key);
                None
            }
        }
    }

    fn elsewhere(&mut self, key: KeyEvent) -> Option<Wish> {
        if self.moves(key, 2) {
            return None;
        }
        match (key.code, self.at) {
            (KeyCode::Enter, 0) => Some(wanted(Verb::End)),
            (KeyCode::Enter, _) => Some(wanted(Verb::LogOut)),
            _ => self.command(key),
        }
    }

    /// A command can be typed wherever nothing else is.
    fn command(&mut self, key: KeyEvent) -> Option<Wish> {
        match key.code {
            KeyCode::Char('/') => self.ask(For::Command, "/"),
            KeyCode::Char('?') => Some(wanted(Verb::Help)),
            _ => None,
        }
    }

    pub(super) fn ask(&mut self, of: For, text: &str) -> Option<Wish> {
        let mut line = super::Editor::of_line(false);
        line.set(text);
        line.move_to_end();
        self.open_over(Over::Ask(Asking { of, line }))
    }

    pub(super) fn open_over(&mut self, over: Over) -> Option<Wish> {
        self.over = Some(over);
        None
    }

    pub(super) fn ask_transcript(&mut self, app: &App) -> Option<Wish> {
        let stamp = app.clock().stamp(app.now);
        self.ask(For::Transcript, &format!("~/floater-{stamp}.txt"))
    }

    fn pasted(&mut self, app: &App, text: &str) -> Option<Wish> {
        if let Some(Over::Ask(asking)) = &mut self.over {
            asking.line.paste(text);
        } else if let Some(Over::Report(report)) = &mut self.over
            && report.step == Step::Note
        {
            report.note.paste(text);
        } else if self.over.is_some() || app.confirm.is_some() {
            // Nothing is written there.
        } else if app.form.is_some() {
            // A line that was copied brings its end along.
            self.answer.paste(text.trim_end_matches(['\r', '\n']));
        } else if app.place == Place::Talk {
            if let Some(path) = pasted_path(text) {
                return Some(Wish::Tell(Message::Wanted(Typed::Picture(path))));
            }
            self.draft.paste(text);
        } else if app.place == Place::Greeting {
            self.draft.paste(text);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_picture_is_told_from_words() {
        for (text, path) in [
            ("/home/ming/boat.jpg", Some("/home/ming/boat.jpg")),
            ("'/home/ming/my boat.PNG'\n", Some("/home/ming/my boat.PNG")),
            ("/home/ming/my\\ boat.jpg ", Some("/home/ming/my boat.jpg")),
            ("file:///home/my%20boat.webp", Some("/home/my boat.webp")),
            ("file:///home/%E6%B5%B7.webp", Some("/home/海.webp")),
            ("file:///home/%FF.webp", None),
            ("/home/a\\(1\\)\\'s.png", Some("/home/a(1)'s.png")),
            ("~/boat.gif", Some("~/boat.gif")),
            ("look at boat.jpg", None),
            ("/etc/passwd", None),
            ("/a\n/b.jpg", None),
            ("", None),
        ] {
            assert_eq!(pasted_path(text), path.map(PathBuf::from), "{text:?}");
        }
    }
}
