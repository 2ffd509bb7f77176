//! What keys mean in the conversation: letters are written, or the arrows choose lines.

use super::keys::Action;
use super::log::Sight;
use super::press::wanted;
use super::{ESCAPES_WITHIN, For, Over, Screen, Wish};
use crate::app::{App, Message, Standing};
use crate::files;
use crate::verb::{self, Typed, Verb};
use crate::words::labels;
use crossterm::event::{KeyCode, KeyEvent};
use floater_client::proto::{Secret, limits};

impl Screen {
    pub(super) fn talk(
        &mut self,
        app: &App,
        key: KeyEvent,
        action: Option<Action>,
    ) -> Option<Wish> {
        let escaped = self.escaped.take();
        match action {
            Some(Action::Leave) => return Some(wanted(Verb::Leave)),
            Some(Action::Menu) => return self.open_over(Over::Menu(0)),
            Some(Action::Picture) => return self.open_picker(),
            Some(Action::Older) => self.scroll(app, -self.rows()),
            Some(Action::Newer) => self.scroll(app, self.rows()),
            Some(Action::Break) => self.draft.break_line(),
            Some(Action::Lines) => self.turn(app),
            _ if self.reads => return self.reading(app, key),
            _ => return self.writing(app, key, escaped),
        }
        None
    }

    fn rows(&self) -> isize {
        isize::try_from(self.page.max(2) - 1).unwrap_or(1)
    }

    pub(super) fn scroll(&mut self, app: &App, by: isize) {
        let mut log = self.log;
        if let Some(sight) = self.sight(app) {
            log.scroll(&sight, by);
        }
        self.log = log;
    }

    fn choose(&mut self, app: &App, by: isize) {
        let mut log = self.log;
        if let Some(sight) = self.sight(app) {
            log.choose(&sight, by);
        }
        self.log = log;
    }

    /// What the log looks like depends on; nothing without a conversation.
    pub(super) fn sight<'a>(&'a self, app: &'a App) -> Option<Sight<'a>> {
        let talk = app.talk.as_ref()?;
        Some(Sight {
            talk,
            app,
            look: &self.look,
            words: labels(app.language()),
            pictures: &self.pictures,
        })
    }

    /// From writing to reading, and back.
    fn turn(&mut self, app: &App) {
        self.reads = !self.reads;
        if self.reads {
            self.choose(app, 0);
        } else {
            self.log.follow_end();
        }
        if self.log.chosen.is_none() {
            self.reads = false;
        }
    }

    /// The arrows choose lines.
    fn reading(&mut self, app: &App, key: KeyEvent) -> Option<Wish> {
        let chosen = self.log.chosen?;
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.choose(app, -1),
            KeyCode::Down | KeyCode::Char('j') => self.choose(app, 1),
            KeyCode::Home => self.choose(app, isize::MIN / 2),
            KeyCode::End => self.choose(app, isize::MAX / 2),
            KeyCode::Esc => self.turn(app),
            KeyCode::Char('r') => {
                self.quote = Some(chosen);
                self.turn(app);
            }
            KeyCode::Enter | KeyCode::Char('o') => return self.open(app, chosen),
            KeyCode::Char('s') => return self.save(app, chosen),
            KeyCode::Char('v') => return Some(Wish::Tell(Message::Wanted(Typed::View(chosen)))),
            _ => {}
        }
        None
    }

    fn open(&mut self, app: &App, number: usize) -> Option<Wish> {
        let shown = app.talk.as_ref()?.line(number)?;
        if self.pictures.get(number).is_some() {
            return self.open_over(Over::Large(number));
        }
        shown.picture()?;
        Some(Wish::Tell(Message::Wanted(Typed::Open(number))))
    }

    pub(super) fn save(&mut self, app: &App, number: usize) -> Option<Wish> {
        let talk = app.talk.as_ref()?;
        let shown = talk.line(number).filter(|it| !it.line.own)?;
        let offer = shown.picture()?;
        if talk.standing(offer.id) != Standing::Complete {
            return None;
        }
        let stamp = app.clock().stamp(app.now);
        let name = files::name(number, offer.kind);
        let name = name.strip_prefix("floater").unwrap_or(&name);
        self.ask(For::Save(number), &format!("~/floater-{stamp}{name}"))
    }

    /// Letters are written.
    fn writing(&mut self, app: &App, key: KeyEvent, escaped: Option<u64>) -> Option<Wish> {
        match key.code {
            KeyCode::Enter => return self.send(app),
            KeyCode::Esc if self.quote.take().is_some() => {}
            KeyCode::Esc if app.draft.is_some() => return Some(Wish::Tell(Message::Dropped)),
            KeyCode::Esc => {
                let again = escaped.is_some_and(|at| app.now.saturating_sub(at) <= ESCAPES_WITHIN);
                if again {
                    return Some(wanted(Verb::Leave));
                }
                self.escaped = Some(app.now);
            }
            KeyCode::Up if self.draft.is_empty() => self.turn(app),
            _ => self.draft.key(key),
        }
        None
    }

    fn send(&mut self, app: &App) -> Option<Wish> {
        let text = self.draft.text();
        if text.trim().is_empty() && app.draft.is_none() {
            return None;
        }
        let typed = verb::read(&text);
        let is_said = matches!(typed, Ok(Typed::Text(_) | Typed::Quote(..)));
        if is_said && app.is_full() || text.len() > limits::TEXT_MAX {
            // It stays where it is written; why, stands beside it.
            return None;
        }
        self.log.follow_end();
        match typed {
            Ok(Typed::Text(text)) => {
                self.draft.clear();
                let quote = self.quote.take();
                Some(Wish::Tell(Message::Said { text, quote }))
            }
            _ => self.order(app, text),
        }
    }

    /// A command; what is none, or about nothing that there is, stays to be mended.
    pub(super) fn order(&mut self, app: &App, text: String) -> Option<Wish> {
        if verb::read(&text).is_ok_and(|typed| app.unfit(&typed).is_none()) {
            self.draft.clear();
        }
        Some(Wish::Tell(Message::Typed(Secret::new(text))))
    }
}
