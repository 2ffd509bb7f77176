//! The full screen: what is drawn of the program's state, and what keys mean. It holds only what is
//! of the screen (where one looks, what is half written); all else is the [`App`]'s.

mod dialog;
mod draw;
mod editor;
mod hear;
mod keys;
mod log;
mod look;
mod overlay;
mod page;
mod pictures;
mod press;
mod settings;
mod stray;
mod talk;
mod terminal;
mod write;

pub(crate) use keys::{FILE as KEYS, Keys};
pub(crate) use look::{Depth, Look};
pub(crate) use terminal::{Room, Taken, ask};

use crate::app::{App, Message, Shown, Standing};
use crate::files::{Job, Listing};
use crate::form::{Field, Form};
use crate::harmless::harmless;
use crate::note::Note;
use crate::verb::{Place, Typed, Verb};
use crate::words::{Tone, labels};
use editor::Editor;
use floater_client::proto::body::Offence;
use log::Log;
use pictures::{Large, Pictures};
use ratatui_image::picker::{Picker, ProtocolType};
use std::collections::BTreeSet;
use std::path::PathBuf;
use stray::Stray;

/// Something that was said stays so long, in milliseconds.
const NOTICE_FOR: u64 = 8000;
/// Two presses of Escape within this many milliseconds ask whether to leave.
const ESCAPES_WITHIN: u64 = 3000;
/// Lines that are looked at for pictures to open by themselves.
const OPENED_BACK: usize = 16;
/// What was still meant for a conversation that ended begins no other one, for so many milliseconds.
const SETTLES: u64 = 1000;

/// What a key wants that is no message to the [`App`].
#[derive(Debug)]
pub(crate) enum Wish {
    Tell(Message),
    /// The terminal is somebody else's until the program goes on.
    Suspend,
    /// Everything is drawn anew.
    Redraw,
}

/// Something that was said and does not stand on the page by itself.
struct Notice {
    tone: Tone,
    lines: Vec<String>,
    until: u64,
    /// Of the way to the server.
    is_trouble: bool,
}

/// What lies over a page.
enum Over {
    /// Lines to read, from one on.
    Panel {
        title: String,
        lines: Vec<String>,
        from: usize,
    },
    Menu(usize),
    Settings(usize),
    /// Of the settings.
    Blocks(usize),
    Sessions(usize),
    Report(Report),
    Picker(Browse),
    /// A picture, by its number.
    Large(usize),
    /// Whether to block the other one; whether it is the one that is chosen.
    Block(bool),
    /// A line that is asked for.
    Ask(Asking),
}

/// What a line is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Command,
    Name,
    Export,
    Transcript,
    /// Where a picture goes.
    Save(usize),
}

struct Asking {
    of: For,
    line: Editor,
}

/// A report that is being made.
struct Report {
    step: Step,
    at: usize,
    offence: Offence,
    chosen: BTreeSet<usize>,
    note: Editor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Offence,
    Lines,
    Note,
}

/// A directory that is looked at.
struct Browse {
    at: usize,
    /// The one that was asked for.
    asked: PathBuf,
    /// Nothing until it was read.
    listing: Option<Listing>,
    /// What was typed to find a name.
    filter: String,
}

/// The screen.
pub(crate) struct Screen {
    look: Look,
    keys: Keys,
    picker: Picker,
    /// What is written to the other one.
    draft: Editor,
    /// What was written before both had greeted.
    early: Editor,
    /// An answer to a question.
    answer: Editor,
    /// The button that is chosen.
    at: usize,
    log: Log,
    /// Whether the arrows choose lines.
    reads: bool,
    /// The line that is answered.
    quote: Option<usize>,
    pictures: Pictures,
    over: Option<Over>,
    notice: Option<Notice>,
    /// When Escape was pressed last.
    escaped: Option<u64>,
    stray: Stray,
    /// In a dialog: the button that does what was asked.
    goes: bool,
    /// Where one was when something was last drawn or pressed.
    place: Place,
    /// When one came there.
    arrived: u64,
    has_focus: bool,
    /// Lines that came while the terminal was not looked at.
    unread: usize,
    /// The last line of the other one that was told to be seen.
    told_seen: usize,
    /// Pictures that were opened by themselves.
    opened: BTreeSet<usize>,
    /// Whether the terminal's own graphics were drawn.
    has_graphics: bool,
    /// What was told last and stands on no page.
    told: Vec<String>,
    /// The draft as it was when it was told last that one types.
    typing: Option<u64>,
    bell: bool,
    /// The question that the answer's line is for.
    asked: Option<Field>,
    /// What was listed is not so any more.
    reload: Option<Verb>,
    /// Columns and rows of the whole screen, as drawn last.
    size: (u16, u16),
    /// What is scrolled goes on by so many rows.
    page: u16,
    /// Where a picture was found last.
    folder: PathBuf,
}

impl Screen {
    pub(crate) fn new(look: Look, keys: Keys, picker: Picker) -> Self {
        Self {
            look,
            keys,
            picker,
            draft: Editor::of_lines(),
            early: Editor::of_lines(),
            answer: Editor::of_line(false),
            at: 0,
            log: Log::default(),
            reads: false,
            quote: None,
            pictures: Pictures::default(),
            over: None,
            notice: None,
            escaped: None,
            stray: Stray::default(),
            goes: false,
            place: Place::Starting,
            arrived: 0,
            has_focus: true,
            unread: 0,
            told_seen: 0,
            opened: BTreeSet::new(),
            has_graphics: false,
            told: Vec::new(),
            typing: None,
            bell: false,
            asked: None,
            reload: None,
            size: (0, 0),
            page: 1,
            folder: PathBuf::from("~"),
        }
    }

    /// What follows from the state by itself, after it has changed.
    pub(crate) fn follow(&mut self, app: &App) -> Vec<Message> {
        self.look.theme = app.settings().theme;
        self.arrive(app);
        let mut messages = Vec::new();
        messages.extend(self.sees(app));
        messages.extend(self.opens(app));
        messages.extend(self.enlarges());
        messages.extend(
            self.reload
                .take()
                .map(|verb| Message::Wanted(Typed::Plain(verb))),
        );
        let writes = app.place == Place::Talk && !self.draft.is_empty();
        let typing = writes.then(|| self.draft.edits());
        if std::mem::replace(&mut self.typing, typing) != typing && app.place == Place::Talk {
            messages.push(Message::Composing(writes));
        }
        messages
    }

    /// Another page begins with nothing of the one before.
    fn arrive(&mut self, app: &App) {
        let field = app.form.as_ref().and_then(Form::missing);
        if self.asked != field {
            self.asked = field;
            self.answer = Editor::of_line(field.is_some_and(Field::is_secret));
        }
        if app.confirm.is_none() {
            self.goes = false;
        }
        if self.place == app.place {
            return;
        }
        let before = std::mem::replace(&mut self.place, app.place);
        if before == Place::Greeting && app.place == Place::Talk {
            // What was written while the other one greeted is written on.
            self.log.follow_end();
            let early = self.early.text();
            if !early.is_empty() {
                self.unsaid(&early);
            }
            self.early.clear();
            return;
        }
        (self.at, self.reads, self.quote, self.escaped) = (0, false, None, None);
        self.draft.clear();
        self.early.clear();
        self.arrived = app.now;
        let stays = match &self.over {
            // What is being read may be read on, but nobody is kept waiting for a greeting.
            Some(Over::Panel { .. }) => app.place != Place::Greeting,
            // Who leaves is not safe from a report that is being made.
            Some(Over::Report(_) | Over::Block(_)) => app.place == Place::Main,
            _ => false,
        };
        if !stays {
            self.over = None;
        }
        if app.place == Place::Greeting {
            self.forget();
            self.ring(app);
        }
        if app.place == Place::Door || app.place == Place::Waiting {
            self.pictures = Pictures::default();
        }
    }

    /// Nothing is left of a conversation.
    fn forget(&mut self) {
        (self.log, self.pictures) = (Log::default(), Pictures::default());
        self.opened.clear();
        (self.told_seen, self.unread) = (0, 0);
    }

    /// The last line of the other one, if it is in the window of who looks, and that is news.
    fn sees(&mut self, app: &App) -> Option<Message> {
        let talk = app.talk.as_ref()?;
        let sees = self.has_focus
            && app.place == Place::Talk
            && app.form.is_none()
            && !self.is_large(app)
            && draw::is_usable(self.size)
            && self.log.is_at_end();
        let mut theirs = talk.numbers().rev().take_while(|it| *it > self.told_seen);
        let last = theirs.find(|it| talk.line(*it).is_some_and(|it| !it.line.own))?;
        sees.then(|| {
            self.told_seen = last;
            Message::Seen(last)
        })
    }

    /// A picture that has come, if pictures are shown at once.
    fn opens(&mut self, app: &App) -> Option<Message> {
        let talk = app.talk.as_ref().filter(|_| app.settings().pictures)?;
        let complete = |number: &usize| {
            let shown = talk.line(*number).filter(|it| !it.line.own);
            let offer = shown.and_then(Shown::picture);
            offer.is_some_and(|it| talk.standing(it.id) == Standing::Complete)
        };
        let mut last = talk.numbers().rev().take(OPENED_BACK);
        let number = last.find(|it| complete(it) && !self.opened.contains(it))?;
        (app.place == Place::Talk && !app.is_busy()).then(|| {
            self.opened.insert(number);
            while self.opened.len() > OPENED_BACK {
                self.opened.pop_first();
            }
            Message::Wanted(Typed::Open(number))
        })
    }

    /// Whether a picture is all that is drawn.
    fn is_large(&self, app: &App) -> bool {
        matches!(self.over, Some(Over::Large(_))) && app.confirm.is_none()
    }

    /// What other graphics drew is under no cell: whether it is to be wiped before the next frame.
    pub(crate) fn leaves_graphics(&mut self, app: &App) -> bool {
        let graphics = self.is_large(app);
        std::mem::replace(&mut self.has_graphics, graphics) && !graphics
    }

    /// The picture that is shown large is to be drawn as the terminal can, once for each size.
    fn enlarges(&mut self) -> Option<Message> {
        let Some(Over::Large(number)) = self.over else {
            self.pictures.large = None;
            return None;
        };
        // The last row names the keys.
        let room = (self.size.0, self.size.1.saturating_sub(1));
        let large = &self.pictures.large;
        let drawn = large
            .as_ref()
            .is_some_and(|it| (it.number, it.room) == (number, room));
        // One at a time: a window that is pulled has many sizes.
        let waits = large.as_ref().is_some_and(|it| !it.is_answered);
        if drawn || waits || self.picker.protocol_type() == ProtocolType::Halfblocks {
            return None;
        }
        let image = self.pictures.get(number)?.image.clone();
        self.pictures.large = Some(Large {
            number,
            room,
            drawn: None,
            is_answered: false,
        });
        Some(Message::Work(Job::Enlarge {
            number,
            image,
            picker: self.picker.clone(),
            room,
        }))
    }

    fn ring(&mut self, app: &App) {
        self.bell |= app.settings().sounds;
    }

    /// Whether the bell is to be rung once.
    pub(crate) fn rings(&mut self) -> bool {
        std::mem::take(&mut self.bell)
    }

    /// What the terminal's title says.
    pub(crate) fn title(&self, app: &App) -> String {
        let words = labels(app.language());
        let peer = app.talk.as_ref().map(|talk| harmless(&talk.peer));
        match (app.place, peer) {
            (Place::Greeting, _) => format!("{} · FLOATER", words.found),
            (Place::Talk, Some(peer)) if self.unread > 0 => {
                format!("{} · FLOATER", (words.unread)(self.unread, &peer))
            }
            (Place::Talk, Some(peer)) => format!("{peer} · FLOATER"),
            (Place::Waiting, _) => format!("{} · FLOATER", words.waiting),
            _ => "FLOATER".to_owned(),
        }
    }

    fn notify(&mut self, now: u64, tone: Tone, lines: Vec<String>) {
        let until = now + NOTICE_FOR;
        self.notice = Some(Notice {
            tone,
            lines,
            until,
            is_trouble: false,
        });
    }

    /// Whether something is open, asked or written.
    fn is_at_something(&self, app: &App) -> bool {
        let is_asked = app.form.is_some() || app.confirm.is_some();
        self.over.is_some() || is_asked || !self.draft.is_empty()
    }

    /// What was told last.
    pub(crate) fn told_last(&self) -> &[String] {
        &self.told
    }

    /// What was to be said stands again where it was written, before what was written since.
    pub(crate) fn unsaid(&mut self, text: &str) {
        let since = self.draft.text();
        self.draft.set(text);
        self.draft.move_to_end();
        if !since.is_empty() {
            self.draft.break_line();
            self.draft.paste(&since);
        }
    }

    /// Something is said.
    pub(crate) fn say(&mut self, app: &App, note: &Note) {
        hear::hear(self, app, note);
    }
}

#[cfg(test)]
mod care;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod world;
