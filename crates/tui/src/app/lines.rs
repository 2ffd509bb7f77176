//! The lines of a conversation, numbered as they are shown.

use floater_client::proto::body::PictureOffer;
use floater_client::proto::{Id, MessageRef};
use floater_client::{Found, PathInUse, SafetyWord};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Lines that can be named by their number; older ones cannot any more.
const LINES_MAX: usize = 2000;
/// That the other one types is told once in so many milliseconds.
const TYPING_EVERY: u64 = 10_000;
/// Progress is told so often, in percent.
const STEP: u64 = 25;

/// A line that was shown.
pub(super) struct Shown {
    pub(super) of: MessageRef,
    pub(super) own: bool,
    pub(super) picture: Option<PictureOffer>,
}

/// How far a picture is.
struct Moving {
    number: usize,
    own: bool,
    size: u64,
    /// In steps.
    told: u64,
    complete: bool,
}

/// What is to be told of a picture.
pub(super) enum Progress {
    Nothing,
    Percent {
        number: usize,
        own: bool,
        percent: u64,
    },
    Whole {
        number: usize,
    },
}

/// The conversation of now, or the last one.
pub(super) struct Talk {
    pub(super) peer: String,
    pub(super) path: Option<PathInUse>,
    /// Of the direct path, until it is lost.
    pub(super) found: Option<Found>,
    pub(super) safety: Vec<SafetyWord>,
    lines: VecDeque<Shown>,
    /// The number of the first one that is kept.
    first: usize,
    moving: BTreeMap<Id, Moving>,
    undelivered: BTreeSet<u64>,
    /// When it was told last that the other one types.
    typing_told: Option<u64>,
}

impl Talk {
    pub(super) const fn new(peer: String) -> Self {
        Self {
            peer,
            path: None,
            found: None,
            safety: Vec::new(),
            lines: VecDeque::new(),
            first: 1,
            moving: BTreeMap::new(),
            undelivered: BTreeSet::new(),
            typing_told: None,
        }
    }

    /// Whether it is told now that the other one types. Each time is a line of its own here, which
    /// is read out to whoever does not see it.
    pub(super) fn tells_typing(&mut self, now: u64) -> bool {
        let again = |at: u64| now >= at.saturating_add(TYPING_EVERY);
        let tells = self.typing_told.is_none_or(again);
        if tells {
            self.typing_told = Some(now);
        }
        tells
    }

    /// Keeps a line; its number.
    pub(super) fn push(&mut self, line: Shown) -> usize {
        let number = self.first + self.lines.len();
        if let Some(offer) = &line.picture {
            let moving = Moving {
                number,
                own: line.own,
                size: offer.size.max(1),
                told: 0,
                complete: false,
            };
            self.moving.insert(offer.id, moving);
        }
        if line.own {
            self.undelivered.insert(line.of.number);
        }
        self.lines.push_back(line);
        if self.lines.len() > LINES_MAX {
            let gone = self.lines.pop_front().and_then(|line| line.picture);
            gone.and_then(|offer| self.moving.remove(&offer.id));
            self.first += 1;
        }
        number
    }

    pub(super) fn line(&self, number: usize) -> Option<&Shown> {
        self.lines.get(number.checked_sub(self.first)?)
    }

    pub(super) fn number_of(&self, of: MessageRef) -> Option<usize> {
        let at = self.lines.iter().rposition(|line| line.of == of)?;
        Some(self.first + at)
    }

    /// The number of a line of one's own, unless it is a picture.
    pub(super) fn delivered(&mut self, number: u64) -> Option<usize> {
        self.undelivered.remove(&number);
        let mut lines = self.lines.iter();
        let at = lines.rposition(|line| line.own && line.of.number == number)?;
        let is_text = self.lines.get(at)?.picture.is_none();
        is_text.then_some(self.first + at)
    }

    pub(super) fn is_undelivered(&self) -> bool {
        !self.undelivered.is_empty() || self.moving.values().any(|it| it.own && !it.complete)
    }

    /// So many bytes of a picture have passed.
    pub(super) fn moved(&mut self, id: Id, done: u64) -> Progress {
        let Some(moving) = self.moving.get_mut(&id).filter(|it| !it.complete) else {
            return Progress::Nothing;
        };
        let (number, own) = (moving.number, moving.own);
        // One's own is there when all of it was fetched; of the other's the engine says so.
        if own && done >= moving.size {
            moving.complete = true;
            return Progress::Whole { number };
        }
        let step = done.saturating_mul(100) / moving.size / STEP;
        if step <= moving.told || done >= moving.size {
            return Progress::Nothing;
        }
        moving.told = step;
        let percent = step * STEP;
        Progress::Percent {
            number,
            own,
            percent,
        }
    }

    /// The number of a picture that is here wholly, or will not come, and whether it is one's own.
    pub(super) fn settled(&mut self, id: Id, complete: bool) -> Option<(usize, bool)> {
        if complete {
            let moving = self.moving.get_mut(&id)?;
            moving.complete = true;
            return Some((moving.number, moving.own));
        }
        self.moving.remove(&id).map(|it| (it.number, it.own))
    }

    /// The offer of a picture of the other one; whether it is here.
    pub(super) fn picture(&self, number: usize) -> Option<(&PictureOffer, bool)> {
        let line = self.line(number).filter(|line| !line.own)?;
        let offer = line.picture.as_ref()?;
        Some((offer, self.moving.get(&offer.id)?.complete))
    }

    pub(super) fn offer(&self, id: Id) -> Option<(usize, &PictureOffer)> {
        let number = self.moving.get(&id)?.number;
        let offer = self.line(number)?.picture.as_ref()?;
        Some((number, offer))
    }
}
