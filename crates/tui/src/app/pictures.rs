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

/// A picture that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) picture: Picture,
    pub(crate) bytes: Bytes,
}

impl Draft {
    pub(super) fn answering(mut self, quote: Option<MessageRef>) -> Self {
        self.picture.quote = quote;
        self
    }
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
        self.opening = Some(wanted);
        self.want(Command::OpenPicture { id });
    }

    pub(super) fn picture_opened(&mut self, id: Id, bytes: Bytes) {
        let Some(wanted) = self.opening.take() else {
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
        let bytes = bytes.into();
        let draft = Draft { picture, bytes };
        if self.place != Place::Talk || begun != self.begun {
            // Whoever it was for is gone.
            return self.say(Note::Typed(TypedNote::NotNow(self.place)));
        }
        if self.is_screen() {
            // Looked at first.
            let bytes = draft.bytes.clone();
            self.draft = Some(draft);
            self.work(Job::Preview { bytes });
        } else {
            self.offer(draft);
        }
    }

    pub(super) fn offer(&mut self, draft: Draft) {
        self.tag = self.tag.wrapping_add(1);
        let Draft { picture, bytes } = draft.clone();
        self.offered = Some((self.tag, draft));
        self.out.push(Effect::Offer(self.tag, picture, bytes));
    }

    pub(super) fn made(&mut self, made: Made) {
        self.jobs = self.jobs.saturating_sub(1);
        self.out.push(Effect::Show(made));
    }
}
