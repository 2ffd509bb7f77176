//! What lies over a page: keys, and what they do.

use super::keys::Action;
use super::press::wanted;
use super::{Asking, Browse, Editor, For, Over, Report, Screen, Step, Wish, settings};
use crate::app::{App, Message};
use crate::files::{Entry, Job, Listing};
use crate::verb::{Place, Typed, Verb};
use crate::words::{Labels, labels};
use crossterm::event::{KeyCode, KeyEvent};
use floater_client::proto::Secret;
use floater_client::proto::body::{Offence, Policy};
use ratatui_image::protocol::Protocol;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Messages that can be opened by a report.
const OPENED_MAX: usize = floater_client::proto::limits::REPORT_MESSAGES_MAX;

pub(super) const OFFENCES: [Offence; 5] = [
    Offence::Sexual,
    Offence::Minor,
    Offence::Abuse,
    Offence::Spam,
    Offence::Other,
];

/// A line of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Picture,
    Safety,
    Hide,
    Keep,
    Report,
    Block,
    Settings,
    Help,
    Leave,
    Quit,
}

/// What the menu offers now.
pub(super) fn items(app: &App) -> Vec<Item> {
    let hides = app.settings().policy == Some(Policy::Direct);
    let all = [
        Item::Picture,
        Item::Safety,
        Item::Hide,
        Item::Keep,
        Item::Report,
        Item::Block,
        Item::Settings,
        Item::Help,
        Item::Leave,
        Item::Quit,
    ];
    all.into_iter()
        .filter(|it| *it != Item::Hide || hides)
        .collect()
}

pub(super) fn item(words: &Labels, item: Item) -> &'static str {
    match item {
        Item::Picture => words.pick,
        Item::Safety => words.safety,
        Item::Hide => {
            let [title, _] = (words.policy)(Policy::Hidden);
            title
        }
        Item::Keep => words.keep,
        Item::Report => words.report,
        Item::Block => words.block,
        Item::Settings => words.settings,
        Item::Help => words.help,
        Item::Leave => words.leave,
        Item::Quit => words.quit,
    }
}

/// Where a key moves to among so many lines, if it moves.
fn moved(key: KeyEvent, at: usize, lines: usize) -> Option<usize> {
    let last = lines.saturating_sub(1);
    match key.code {
        KeyCode::Up | KeyCode::BackTab => Some(at.saturating_sub(1)),
        KeyCode::Down | KeyCode::Tab => Some((at + 1).min(last)),
        KeyCode::PageUp => Some(at.saturating_sub(10)),
        KeyCode::PageDown => Some((at + 10).min(last)),
        KeyCode::Home => Some(0),
        KeyCode::End => Some(last),
        _ => None,
    }
}

impl Screen {
    /// A key, while something lies over the page.
    pub(super) fn over(
        &mut self,
        app: &App,
        key: KeyEvent,
        action: Option<Action>,
    ) -> Option<Wish> {
        let over = self.over.take()?;
        if key.code == KeyCode::Esc {
            return self.back(over);
        }
        match over {
            Over::Panel { title, lines, from } => {
                if matches!(key.code, KeyCode::Enter | KeyCode::Char('q')) {
                    return None;
                }
                let from = moved(key, from, lines.len()).unwrap_or(from);
                self.open_over(Over::Panel { title, lines, from })
            }
            Over::Menu(at) => {
                let items = items(app);
                match (moved(key, at, items.len()), key.code) {
                    (Some(at), _) => self.open_over(Over::Menu(at)),
                    (None, KeyCode::Enter) => self.pick(app, *items.get(at)?),
                    _ if action == Some(Action::Menu) => None,
                    _ => self.open_over(Over::Menu(at)),
                }
            }
            Over::Settings(at) => match moved(key, at, settings::count()) {
                Some(at) => self.open_over(Over::Settings(at)),
                None => {
                    self.over = Some(Over::Settings(at));
                    self.set(app, key, at)
                }
            },
            Over::Blocks(at) => {
                let at_most = app.blocks.len();
                self.over = Some(Over::Blocks(moved(key, at, at_most).unwrap_or(at)));
                self.unblock(app, key, at)
            }
            Over::Sessions(at) => {
                let at_most = settings::sessions(app).len();
                self.over = Some(Over::Sessions(moved(key, at, at_most).unwrap_or(at)));
                self.end_session(app, key, at)
            }
            Over::Report(report) => self.reporting(app, key, report),
            Over::Picker(browse) => self.browsing(key, browse),
            Over::Large(number) => self.looking(app, key, number),
            Over::Block(goes) => self.blocking(key, goes),
            Over::Ask(asking) => self.asking(key, asking),
        }
    }

    /// One step back.
    fn back(&mut self, over: Over) -> Option<Wish> {
        match over {
            Over::Blocks(_) | Over::Sessions(_) => self.open_over(Over::Settings(0)),
            Over::Ask(Asking {
                of: For::Name | For::Export,
                ..
            }) => self.open_over(Over::Settings(0)),
            Over::Report(report) if report.step != Step::Offence => {
                let step = match report.step {
                    Step::Note => Step::Lines,
                    _ => Step::Offence,
                };
                self.open_over(Over::Report(Report {
                    step,
                    at: 0,
                    ..report
                }))
            }
            _ => None,
        }
    }

    fn pick(&mut self, app: &App, item: Item) -> Option<Wish> {
        match item {
            Item::Picture => self.open_picker(),
            Item::Safety => Some(wanted(Verb::Safety)),
            Item::Hide => Some(wanted(Verb::Hide)),
            Item::Keep => self.ask_transcript(app),
            Item::Report => self.open_report(),
            Item::Block => self.open_over(Over::Block(false)),
            Item::Settings => self.open_settings(),
            Item::Help => Some(wanted(Verb::Help)),
            Item::Leave => Some(wanted(Verb::Leave)),
            Item::Quit => Some(wanted(Verb::Quit)),
        }
    }

    pub(super) fn open_report(&mut self) -> Option<Wish> {
        self.open_over(Over::Report(Report {
            step: Step::Offence,
            at: 0,
            offence: Offence::Abuse,
            chosen: BTreeSet::new(),
            note: Editor::of_line(false),
        }))
    }

    fn reporting(&mut self, app: &App, key: KeyEvent, mut report: Report) -> Option<Wish> {
        let theirs = theirs(app);
        match report.step {
            Step::Offence => {
                if let Some(at) = moved(key, report.at, OFFENCES.len()) {
                    report.at = at;
                } else if key.code == KeyCode::Enter {
                    report.offence = *OFFENCES.get(report.at)?;
                    // The last ones are the most likely.
                    (report.step, report.at) = (Step::Lines, theirs.len().saturating_sub(1));
                }
            }
            Step::Lines => {
                let chosen = theirs.get(report.at).copied();
                if let Some(at) = moved(key, report.at, theirs.len()) {
                    report.at = at;
                } else if let (KeyCode::Char(' '), Some(number)) = (key.code, chosen) {
                    if !report.chosen.remove(&number) && report.chosen.len() < OPENED_MAX {
                        report.chosen.insert(number);
                    }
                } else if key.code == KeyCode::Enter {
                    report.step = Step::Note;
                }
            }
            Step::Note if key.code == KeyCode::Enter => {
                let note = report.note.text();
                if report.offence == Offence::Other && note.trim().is_empty() {
                    return self.open_over(Over::Report(report));
                }
                let chosen = report.chosen.into_iter().collect();
                let typed = Typed::Report(report.offence, chosen, note);
                return Some(Wish::Tell(Message::Wanted(typed)));
            }
            Step::Note => report.note.key(key),
        }
        self.open_over(Over::Report(report))
    }

    fn blocking(&mut self, key: KeyEvent, goes: bool) -> Option<Wish> {
        match key.code {
            KeyCode::Enter => goes.then(|| wanted(Verb::Block)),
            KeyCode::Left | KeyCode::Right | KeyCode::Up | KeyCode::Down | KeyCode::Tab => {
                self.open_over(Over::Block(!goes))
            }
            _ => self.open_over(Over::Block(goes)),
        }
    }

    fn asking(&mut self, key: KeyEvent, mut asking: Asking) -> Option<Wish> {
        if key.code != KeyCode::Enter {
            asking.line.key(key);
            return self.open_over(Over::Ask(asking));
        }
        let text = asking.line.text();
        if text.trim().is_empty() {
            return None;
        }
        let path = || PathBuf::from(text.trim());
        let typed = match asking.of {
            For::Command => return Some(Wish::Tell(Message::Typed(Secret::new(text)))),
            For::Name => Typed::Name(text.trim().to_owned()),
            For::Export => Typed::Export(path()),
            For::Transcript => Typed::Transcript(path()),
            For::Save(number) => Typed::Save(number, path()),
        };
        Some(Wish::Tell(Message::Wanted(typed)))
    }

    fn looking(&mut self, app: &App, key: KeyEvent, number: usize) -> Option<Wish> {
        match key.code {
            KeyCode::Enter | KeyCode::Char('q') => None,
            KeyCode::Char('s') => self.save(app, number),
            KeyCode::Char('v') => {
                self.over = Some(Over::Large(number));
                Some(Wish::Tell(Message::Wanted(Typed::View(number))))
            }
            _ => self.open_over(Over::Large(number)),
        }
    }

    /// A picture in the terminal's own graphics.
    pub(super) fn drawn(&mut self, number: usize, room: (u16, u16), drawn: Option<Protocol>) {
        if let Some(large) = &mut self.pictures.large
            && (large.number, large.room) == (number, room)
        {
            (large.drawn, large.is_answered) = (drawn, true);
        }
    }

    pub(super) fn open_picker(&mut self) -> Option<Wish> {
        if self.place != Place::Talk {
            return None;
        }
        let path = self.folder.clone();
        self.over = Some(Over::Picker(Browse {
            at: 0,
            asked: path.clone(),
            listing: None,
            filter: String::new(),
        }));
        Some(Wish::Tell(Message::Work(Job::List { path })))
    }

    /// A directory was read.
    pub(super) fn browse(&mut self, listing: Listing) {
        if let Some(Over::Picker(browse)) = &mut self.over
            && browse.asked == listing.asked
        {
            (browse.at, browse.filter) = (0, String::new());
            browse.listing = Some(listing);
        }
    }

    fn browsing(&mut self, key: KeyEvent, mut browse: Browse) -> Option<Wish> {
        let Some(listing) = &browse.listing else {
            return self.open_over(Over::Picker(browse));
        };
        let found = browse.found();
        let folder = match key.code {
            KeyCode::Enter => match found.get(browse.at) {
                None => None,
                Some(entry) => {
                    let path = listing.path.join(&entry.name);
                    if entry.is_file {
                        self.folder.clone_from(&listing.path);
                        return Some(Wish::Tell(Message::Wanted(Typed::Picture(path))));
                    }
                    Some(path)
                }
            },
            KeyCode::Backspace | KeyCode::Left if browse.filter.is_empty() => {
                listing.path.parent().map(PathBuf::from)
            }
            _ => None,
        };
        if let Some(path) = folder {
            (browse.listing, browse.asked) = (None, path.clone());
            self.over = Some(Over::Picker(browse));
            return Some(Wish::Tell(Message::Work(Job::List { path })));
        }
        if let Some(at) = moved(key, browse.at, found.len()) {
            browse.at = at;
        } else if key.code == KeyCode::Backspace {
            browse.filter.pop();
            browse.at = 0;
        } else if let KeyCode::Char(letter) = key.code {
            browse.filter.push(letter);
            browse.at = 0;
        }
        self.open_over(Over::Picker(browse))
    }
}

impl Browse {
    /// What the typed letters leave.
    pub(super) fn found(&self) -> Vec<Entry> {
        let wanted = self.filter.to_lowercase();
        let all = self.listing.iter().flat_map(|listing| &listing.entries);
        let fits = |entry: &&Entry| {
            let name = entry.name.to_string_lossy().to_lowercase();
            name.contains(&wanted)
        };
        all.filter(fits).cloned().collect()
    }
}

/// The numbers of all lines of the other one.
pub(super) fn theirs(app: &App) -> Vec<usize> {
    let Some(talk) = &app.talk else {
        return Vec::new();
    };
    let is_theirs = |it: &usize| talk.line(*it).is_some_and(|it| !it.line.own);
    talk.numbers().filter(is_theirs).collect()
}

/// What a question over the page is called.
pub(super) fn title(app: &App, of: For) -> &'static str {
    let words = labels(app.language());
    match of {
        For::Command => words.command,
        For::Name => words.set.name,
        For::Export => words.set.export,
        For::Transcript => words.keep,
        For::Save(_) => words.save_picture,
    }
}
