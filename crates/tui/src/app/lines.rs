//! The lines of a conversation, numbered as they are shown.

use floater_client::proto::body::PictureOffer;
use floater_client::proto::{Id, MessageRef};
use floater_client::{Found, Line, Message, PathInUse, SafetyWord, Tick};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Lines that are kept; older ones can be neither named nor read any more.
const LINES_MAX: usize = 10_000;
/// Bytes of text in them.
const TEXT_MAX: usize = 16 * 1024 * 1024;
/// That the other one types is told once in so many milliseconds.
const TYPING_EVERY: u64 = 10_000;
/// Progress is told so often, in percent.
const STEP: u64 = 25;

/// A line that is shown.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) line: Line,
    /// Of one's own.
    pub(crate) tick: Tick,
}

impl Shown {
    pub(crate) const fn new(line: Line) -> Self {
        let tick = Tick::Waiting;
        Self { line, tick }
    }

    pub(crate) const fn picture(&self) -> Option<&PictureOffer> {
        match &self.line.message {
            Message::Picture { offer } => Some(offer),
            Message::Text { .. } => None,
        }
    }

    fn size(&self) -> usize {
        match &self.line.message {
            Message::Text { text } => text.len(),
            Message::Picture { .. } => 0,
        }
    }
}

/// How a picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Percent of its bytes have passed.
    Moving(u64),
    Complete,
    /// It will not come.
    Failed,
}

/// How far a picture is.
struct Moving {
    number: usize,
    own: bool,
    size: u64,
    /// Bytes.
    done: u64,
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
pub(crate) struct Talk {
    /// What one is called in it.
    pub(crate) own: String,
    pub(crate) peer: String,
    pub(crate) path: Option<PathInUse>,
    /// Of the direct path, until it is lost.
    pub(crate) found: Option<Found>,
    pub(crate) safety: Vec<SafetyWord>,
    /// Whether the other one types.
    pub(crate) typing: bool,
    /// The other one is away; until when their seat is held.
    pub(crate) away_until: Option<u64>,
    lines: VecDeque<Shown>,
    /// Their numbers, by what the two call them.
    named: HashMap<MessageRef, usize>,
    /// Bytes of text in them.
    size: usize,
    /// The number of the first one that is kept.
    first: usize,
    moving: BTreeMap<Id, Moving>,
    undelivered: BTreeSet<u64>,
    /// When it was told last that the other one types.
    typing_told: Option<u64>,
}

impl Talk {
    pub(super) fn new(own: String, peer: String) -> Self {
        Self {
            own,
            peer,
            path: None,
            found: None,
            safety: Vec::new(),
            typing: false,
            away_until: None,
            lines: VecDeque::new(),
            named: HashMap::new(),
            size: 0,
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
    pub(super) fn push(&mut self, shown: Shown) -> usize {
        let number = self.first + self.lines.len();
        let (own, of) = (shown.line.own, shown.line.of);
        if let Some(offer) = shown.picture() {
            let moving = Moving {
                number,
                own,
                size: offer.size.max(1),
                done: 0,
                told: 0,
                complete: false,
            };
            self.moving.insert(offer.id, moving);
        }
        if own {
            self.undelivered.insert(of.number);
        }
        self.size += shown.size();
        self.named.insert(of, number);
        self.lines.push_back(shown);
        while self.lines.len() > LINES_MAX || self.size > TEXT_MAX {
            self.forget_first();
        }
        number
    }

    fn forget_first(&mut self) {
        let Some(gone) = self.lines.pop_front() else {
            return;
        };
        self.size = self.size.saturating_sub(gone.size());
        self.first += 1;
        self.named.remove(&gone.line.of);
        if let Some(offer) = gone.picture() {
            self.moving.remove(&offer.id);
        }
    }

    /// The numbers of the lines that are kept.
    pub(crate) fn numbers(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.lines.len()
    }

    pub(crate) fn line(&self, number: usize) -> Option<&Shown> {
        self.lines.get(number.checked_sub(self.first)?)
    }

    pub(crate) fn number_of(&self, of: MessageRef) -> Option<usize> {
        self.named.get(&of).copied()
    }

    /// How far a line of one's own came; its number, if it was delivered just now and is no picture.
    pub(super) fn ticked(&mut self, number: u64, tick: Tick) -> Option<usize> {
        let delivered = matches!(tick, Tick::Delivered | Tick::Seen);
        if delivered {
            self.undelivered.remove(&number);
        }
        let is_it = |it: &Shown| it.line.own && it.line.of.number == number;
        let at = self.lines.iter().rposition(is_it)?;
        let shown = self.lines.get_mut(at)?;
        shown.tick = tick;
        (delivered && shown.picture().is_none()).then_some(self.first + at)
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
        moving.done = done.min(moving.size);
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
        let shown = self.line(number).filter(|it| !it.line.own)?;
        let offer = shown.picture()?;
        Some((offer, self.moving.get(&offer.id)?.complete))
    }

    pub(crate) fn standing(&self, id: Id) -> Standing {
        match self.moving.get(&id) {
            None => Standing::Failed,
            Some(moving) if moving.complete => Standing::Complete,
            Some(moving) => Standing::Moving(moving.done.saturating_mul(100) / moving.size),
        }
    }

    pub(super) fn offer(&self, id: Id) -> Option<(usize, &PictureOffer)> {
        let number = self.moving.get(&id)?.number;
        let offer = self.line(number)?.picture()?;
        Some((number, offer))
    }
}
