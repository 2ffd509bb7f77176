//! Pictures, both ways.

use super::lines::Progress;
use super::{App, Effect};
use crate::files::{Job, Made};
use crate::note::{Note, PictureNote, TypedNote};
use crate::verb::Place;
use floater_client::proto::{Id, MessageRef};
use floater_client::{Bytes, Command, Picture, PictureState};
use std::path::PathBuf;

/// What is done with a picture when its bytes come.
pub(super) enum Wanted {
    Save(PathBuf),
    /// In the system's viewer.
    View,
    /// On the screen.
    Draw,
}

/// Pictures whose bytes are asked for at once.
const OPENING_MAX: usize = 16;

/// A picture whose bytes were asked for.
pub(super) struct Opening {
    pub(super) tag: u32,
    id: Id,
    wanted: Wanted,
}

/// A picture that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// Tells it from others.
    pub(crate) serial: u64,
    pub(crate) picture: Picture,
    pub(crate) bytes: Bytes,
}

impl Draft {
    pub(super) fn answering(mut self, quote: Option<MessageRef>) -> Self {
        self.picture.quote = quote.or(self.picture.quote);
        self
    }
}

/// A picture that the engine was given, until it is a line.
pub(super) struct Offered {
    pub(super) tag: u32,
    pub(super) draft: Draft,
    /// What is said after it.
    pub(super) words: Option<(String, Option<MessageRef>)>,
}

/// A picture that is a line now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// As a draft.
    pub(crate) serial: u64,
    pub(crate) number: usize,
    id: Id,
}

impl App {
    pub(super) fn picture_moves(&mut self, id: Id, state: PictureState) {
        let Some(talk) = &mut self.talk else {
            return;
        };
        let note = match state {
            PictureState::Moving { done } => match talk.moved(id, done) {
                Progress::Nothing => None,
                Progress::Percent {
                    number,
                    own,
                    percent,
                } => Some(PictureNote::Moving {
                    number,
                    own,
                    percent,
                }),
                Progress::Whole { number } => Some(PictureNote::Arrived { number }),
            },
            PictureState::Complete => talk
                .settled(id, true)
                .map(|(number, _)| PictureNote::Here { number }),
            PictureState::Failed => talk
                .settled(id, false)
                .map(|(number, own)| PictureNote::Failed { number, own }),
        };
        if let Some(note) = note {
            self.say(Note::Picture(note));
        }
    }

    /// Asks the engine for the bytes of a picture.
    pub(super) fn open(&mut self, number: usize, wanted: Wanted) {
        let found = self.talk.as_ref().and_then(|talk| talk.picture(number));
        let Some((offer, complete)) = found else {
            return self.say(Note::Typed(TypedNote::NoPicture(number)));
        };
        if !complete {
            return self.say(Note::Typed(TypedNote::NotYet(number)));
        }
        let id = offer.id;
        let draws = |it: &Opening| it.id == id && matches!(it.wanted, Wanted::Draw);
        if matches!(wanted, Wanted::Draw) && self.opening.iter().any(draws) {
            return;
        }
        if self.is_busy() || self.opening.len() >= OPENING_MAX {
            return self.say(Note::Typed(TypedNote::Busy));
        }
        let tag = self.want(Command::OpenPicture { id });
        self.opening.push_back(Opening { tag, id, wanted });
    }

    pub(super) fn picture_opened(&mut self, id: Id, bytes: Bytes) {
        let asked = self.opening.iter().position(|it| it.id == id);
        let Some(Opening { wanted, .. }) = asked.and_then(|at| self.opening.remove(at)) else {
            return;
        };
        let Some((number, offer)) = self.talk.as_ref().and_then(|talk| talk.offer(id)) else {
            return;
        };
        let offer = offer.clone();
        self.work(match wanted {
            Wanted::Save(path) => Job::Save {
                number,
                offer,
                bytes,
                path,
            },
            Wanted::View => Job::View {
                number,
                offer,
                bytes,
            },
            Wanted::Draw => Job::Draw {
                number,
                offer,
                bytes,
            },
        });
    }

    pub(super) fn prepared(&mut self, begun: u64, picture: Picture, bytes: Vec<u8>) {
        self.jobs = self.jobs.saturating_sub(1);
        if self.place != Place::Talk || begun != self.begun {
            // Whoever it was for is gone.
            return self.say(Note::Typed(TypedNote::NotNow(self.place)));
        }
        self.drafts += 1;
        let (serial, bytes) = (self.drafts, bytes.into());
        let draft = Draft {
            serial,
            picture,
            bytes,
        };
        if self.is_screen() {
            // Looked at first.
            let bytes = draft.bytes.clone();
            self.draft = Some(draft);
            self.work(Job::Preview { serial, bytes });
        } else {
            self.offer(draft, None);
        }
    }

    /// Gives a picture to the engine; the words come after it.
    pub(super) fn offer(&mut self, draft: Draft, words: Option<(String, Option<MessageRef>)>) {
        self.tag = self.tag.wrapping_add(1);
        let tag = self.tag;
        let (picture, bytes) = (draft.picture.clone(), draft.bytes.clone());
        self.offered = Some(Offered { tag, draft, words });
        self.out.push(Effect::Offer(tag, picture, bytes));
    }

    /// A picture of one's own is a line.
    pub(super) fn picture_said(&mut self, number: usize, id: Id) {
        let Some(Offered { draft, words, .. }) = self.offered.take() else {
            return;
        };
        let serial = draft.serial;
        self.sent = Some(Sent { serial, number, id });
        if let Some((text, quote)) = words {
            self.speak(text, quote);
        }
    }

    pub(super) fn made(&mut self, made: Made) {
        self.jobs = self.jobs.saturating_sub(1);
        let made = match made {
            Made::Preview { serial, image } => {
                let offered = self.offered.as_ref().map(|it| &it.draft);
                let waiting = self.draft.iter().chain(offered);
                let waits = waiting.map(|it| it.serial).any(|it| it == serial);
                match self.sent.filter(|it| it.serial == serial) {
                    _ if waits => Made::Preview { serial, image },
                    // It was sent before it was drawn.
                    Some(Sent { number, id, .. }) => Made::Picture { number, id, image },
                    None => return,
                }
            }
            made => made,
        };
        self.out.push(Effect::Show(made));
    }
}
