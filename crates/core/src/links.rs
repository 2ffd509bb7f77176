//! The link to the server: dialling, life signs, and a second link that takes over.

use crate::engine::Engine;
use crate::request::Request;
use crate::session::{Cookie, Session};
use crate::wire::{Ask, Wire};
use crate::{Closing, Event, LinkId, LinkState, Output};
use floater_proto::body::Keep;
use rand_core::Rng;

/// A new link waits so long for the driver to say how the cookie went.
const COOKIE_PATIENCE: u64 = 3_000;
/// A server that is full may ask for a longer wait between two tries, but for no longer than this.
const WAIT_MAX: u64 = 60_000;
/// The wait stops doubling here; `retry_cap` is reached long before.
const DOUBLINGS_MAX: u32 = 10;

/// The links of an engine: the one in use, and the one that is to take its place.
pub(crate) struct Links {
    pub(crate) main: Option<Wire>,
    pub(crate) next: Next,
    /// What the interface was told last.
    shown: Option<LinkState>,
    drawn: u32,
    /// Waits in a row that led to no steady link.
    waits: u32,
    /// A server that stops asks not to be dialled before.
    pub(crate) not_before: u64,
    /// The server was asked for a sign of life that is due by then.
    probe: Option<u64>,
    /// How often it was asked for a line that still waits: it is the other one who is slow, or away.
    pub(crate) in_vain: u32,
    /// Another tab runs the same instance: no link of its own accord any more.
    pub(crate) retired: bool,
    /// A second link asked for the session: it may be what takes the seat from the one in use.
    pub(crate) claimed: bool,
}

/// The link to come.
pub(crate) enum Next {
    Idle,
    Pause { at: u64 },
    Dialing { id: LinkId, until: u64 },
    Opening { wire: Wire, until: u64 },
}

impl Links {
    pub(crate) const fn new() -> Self {
        Self {
            main: None,
            next: Next::Idle,
            shown: None,
            drawn: 0,
            waits: 0,
            not_before: 0,
            probe: None,
            in_vain: 0,
            retired: false,
            claimed: false,
        }
    }

    /// The wire of a link, whatever it is for.
    pub(crate) fn wire(&mut self, id: LinkId) -> Option<&mut Wire> {
        let opening = match &mut self.next {
            Next::Opening { wire, .. } => Some(wire),
            _ => None,
        };
        self.main
            .as_mut()
            .into_iter()
            .chain(opening)
            .find(|wire| wire.id == id)
    }

    pub(crate) fn is_main(&self, id: LinkId) -> bool {
        self.main.as_ref().is_some_and(|wire| wire.id == id)
    }

    pub(crate) fn main_id(&self) -> Option<LinkId> {
        self.main.as_ref().map(|wire| wire.id)
    }

    const fn next_at(&self) -> Option<u64> {
        match self.next {
            Next::Idle => None,
            Next::Pause { at } => Some(at),
            Next::Dialing { until, .. } | Next::Opening { until, .. } => Some(until),
        }
    }
}

impl Engine {
    /// Asks on the link in use; false if there is none, or too much is open on it.
    pub(crate) fn request(&mut self, ask: Ask, request: &Request) -> bool {
        let Some(wire) = self.links.main.as_mut() else {
            return false;
        };
        let id = wire.id;
        let Some(bytes) = wire.request(self.now, ask, request, &self.config.agent) else {
            return false;
        };
        self.send(id, bytes);
        true
    }

    pub(crate) fn send(&mut self, id: LinkId, bytes: Vec<u8>) {
        if let Some(wire) = self.links.wire(id) {
            wire.room = wire.room.saturating_sub(bytes.len());
            self.out.push_back(Output::Send(id, bytes.into()));
        }
    }

    /// Tells the interface how the link is, if that changed.
    pub(crate) fn show_link(&mut self, state: LinkState) {
        if self.links.shown != Some(state) {
            self.links.shown = Some(state);
            self.show(Event::Link { state });
        }
    }

    /// Dials, or waits for the cookie first.
    pub(crate) fn dial(&mut self) {
        if let Cookie::Sent {
            patient: patient @ true,
            ..
        } = &mut self.cookie
        {
            *patient = false;
            self.links.next = Next::Pause {
                at: self.now.saturating_add(COOKIE_PATIENCE),
            };
            return;
        }
        self.links.drawn = self.links.drawn.saturating_add(1);
        let id = LinkId(self.links.drawn);
        let until = self.now.saturating_add(self.config.timers.dial);
        self.links.next = Next::Dialing { id, until };
        self.out.push_back(Output::Dial(id));
    }

    /// Dials after a while: full jitter, at least `least` from now, within reason.
    pub(crate) fn dial_later(&mut self, least: u64) {
        let timers = self.config.timers;
        let doubled = timers.retry_base << self.links.waits.min(DOUBLINGS_MAX);
        let most = doubled.clamp(1, timers.retry_cap.max(1));
        let wait = self
            .rng
            .next_u64()
            .checked_rem(most.saturating_add(1))
            .unwrap_or(0);
        self.links.waits = self.links.waits.saturating_add(1);
        let at = self
            .now
            .saturating_add(wait.max(least.min(WAIT_MAX)))
            .max(self.links.not_before);
        self.links.next = Next::Pause { at };
        self.show_lost(at);
    }

    /// What is shown of a lost link changes with the paths that are left.
    pub(crate) fn show_lost_again(&mut self) {
        if let Some(LinkState::Lost { retry_at, .. }) = self.links.shown {
            self.show_lost(retry_at);
        }
    }

    fn show_lost(&mut self, retry_at: u64) {
        if self.links.main.is_none() {
            let held_until = self.session.talk().and_then(|talk| talk.held_until);
            self.show_link(LinkState::Lost {
                retry_at,
                held_until,
            });
        }
    }

    pub(crate) fn opened(&mut self, id: LinkId) {
        match self.links.next {
            Next::Dialing { id: dialled, .. } if dialled == id => {}
            _ => return,
        }
        let wire = Wire::new(id, self.now);
        if self.config.keep == Keep::Token && self.token.is_none() {
            self.promote(wire);
            return self.at_the_door();
        }
        let until = self.now.saturating_add(self.config.timers.answer);
        self.links.next = Next::Opening { wire, until };
        self.links.claimed = self.links.main.is_some();
        let ticket = self.ticket_to_bring();
        self.ask_open(ticket);
    }

    /// The link that was being opened is the one in use from now on.
    pub(crate) fn promote(&mut self, wire: Wire) {
        self.links.next = Next::Idle;
        self.links.probe = None;
        self.links.claimed = false;
        self.links.not_before = 0;
        if let Some(mut old) = self.links.main.replace(wire) {
            self.out
                .push_back(Output::Close(old.id, Closing::Reconnect));
            self.refuse_wishes(old.take_wishes(None));
            self.path_lost();
        }
        self.show_link(LinkState::Up);
    }

    pub(crate) fn closed(&mut self, id: LinkId) {
        if self.links.is_main(id) {
            return self.lose_main();
        }
        let mine = match &self.links.next {
            Next::Dialing { id: dialled, .. } => *dialled == id,
            Next::Opening { wire, .. } => wire.id == id,
            _ => false,
        };
        if mine {
            self.dial_later(0);
        }
    }

    /// Closes the link in use, which is of no use, and makes a new one.
    pub(crate) fn drop_main(&mut self) {
        if let Some(wire) = &self.links.main {
            self.out
                .push_back(Output::Close(wire.id, Closing::Reconnect));
            self.lose_main();
        }
    }

    /// Whether no link is needed: nobody is logged in and nothing is asked. The next wish makes
    /// one. FLOATER/1.0 §2.4
    fn rests(&self) -> bool {
        let main = self.links.main.as_ref();
        matches!(self.session, Session::Door)
            && matches!(self.links.next, Next::Idle)
            && self.queue.is_empty()
            && main.is_none_or(|wire| wire.wishes() == 0)
    }

    /// When a link that is not needed is left.
    fn rest_at(&self) -> Option<u64> {
        let since = self.links.main.as_ref()?.since;
        self.rests()
            .then(|| since.saturating_add(self.config.timers.door_rest))
    }

    /// A wish waits: dials, if nothing is on its way.
    pub(crate) fn want_link(&mut self) {
        let resting = self.links.main.is_none() && matches!(self.links.next, Next::Idle);
        if resting && !self.links.retired {
            self.dial();
        }
    }

    fn lose_main(&mut self) {
        let rests = self.rests();
        let Some(mut wire) = self.links.main.take() else {
            return;
        };
        self.links.probe = None;
        if rests {
            return;
        }
        self.refuse_wishes(wire.take_wishes(None));
        self.path_lost();
        self.forget_proposal();
        self.report_interrupted();
        if self.links.retired {
            return self.show_lost(u64::MAX);
        }
        // FLOATER/1.0 §2.5: who was served comes back at once; who never really was goes on waiting.
        let steady = self.now.saturating_sub(wire.since) >= self.config.timers.steady;
        if steady {
            self.links.waits = 0;
        }
        if !matches!(self.links.next, Next::Idle) {
            return self.show_lost(self.now);
        }
        if steady && self.links.not_before <= self.now {
            self.show_lost(self.now);
            self.dial();
        } else {
            self.dial_later(0);
        }
    }

    /// The link to come failed.
    pub(crate) fn give_up_next(&mut self, least: u64) {
        let id = match &self.links.next {
            Next::Dialing { id, .. } => Some(*id),
            Next::Opening { wire, .. } => Some(wire.id),
            _ => None,
        };
        if let Some(id) = id {
            self.out.push_back(Output::Close(id, Closing::Reconnect));
        }
        self.dial_later(least);
    }

    /// The network changed: what was waited for is tried, what is there is asked.
    pub(crate) fn online(&mut self) {
        self.seek_path_now();
        self.doubt_paths();
        match self.links.next {
            Next::Pause { .. } => {}
            // What was dialled into the old network may hang until its time is over.
            Next::Dialing { id, .. } => self.out.push_back(Output::Close(id, Closing::Reconnect)),
            _ => return self.probe(self.quick()),
        }
        self.links.next = Next::Idle;
        self.dial();
    }

    /// Asks the server whether it is there; without an answer by then a second link is made.
    pub(crate) fn probe(&mut self, patience: u64) {
        if self.links.probe.is_some() || self.links.main.is_none() {
            return;
        }
        self.links.probe = Some(self.now.saturating_add(patience));
        self.ask_status();
    }

    /// Four round trips, or more.
    pub(crate) fn quick(&self) -> u64 {
        self.four_round_trips().max(self.config.timers.suspect)
    }

    pub(crate) fn four_round_trips(&self) -> u64 {
        let round_trip = self.links.main.as_ref().map_or(0, |wire| wire.round_trip);
        round_trip.saturating_mul(4)
    }

    pub(crate) fn ask_status(&mut self) {
        let asked = self
            .links
            .main
            .as_ref()
            .is_some_and(|w| w.is_open(|a| matches!(a, Ask::Status)));
        if !asked {
            let request = self.status_request();
            self.request(Ask::Status, &request);
        }
    }

    /// The server was heard on the link in use.
    pub(crate) fn heard(&mut self) {
        self.links.probe = None;
        if matches!(self.links.next, Next::Pause { .. }) {
            self.links.next = Next::Idle;
        }
    }

    pub(crate) fn tick_links(&mut self) {
        let now = self.now;
        if self.links.next_at().is_some_and(|at| at <= now) {
            match self.links.next {
                Next::Pause { .. } => {
                    self.links.next = Next::Idle;
                    self.dial();
                }
                _ => self.give_up_next(0),
            }
        }
        let Some(wire) = &self.links.main else {
            return;
        };
        if self.rest_at().is_some_and(|at| at <= now) {
            return self.drop_main();
        }
        let (silent, timers) = (now.saturating_sub(wire.heard_at), self.config.timers);
        if silent >= timers.dead_after {
            return self.drop_main();
        }
        if silent >= timers.ask_after {
            self.ask_status();
        }
        if self.links.probe.is_some_and(|at| at <= now) {
            self.links.probe = None;
            if matches!(self.links.next, Next::Idle) && !self.links.retired {
                self.dial();
            }
        } else if self.suspect_at().is_some_and(|at| at <= now) {
            self.links.in_vain = self.links.in_vain.saturating_add(1);
            self.probe(self.quick());
        }
    }

    /// When a line that waits makes the link in use suspect.
    fn suspect_at(&self) -> Option<u64> {
        let wire = self.links.main.as_ref()?;
        if self.links.probe.is_some() || !matches!(self.links.next, Next::Idle) {
            return None;
        }
        let waits_since = self.session.talk()?.waits_since()?;
        let doubled = self.quick() << self.links.in_vain.min(DOUBLINGS_MAX);
        let patience = doubled.min(self.config.timers.ask_after.max(self.quick()));
        Some(waits_since.max(wire.heard_at).saturating_add(patience))
    }

    /// The other program has a line: the next one that waits is a new matter.
    pub(crate) const fn line_arrived(&mut self) {
        self.links.in_vain = 0;
    }

    /// When the links want to be looked at.
    pub(crate) fn links_wake_at(&self) -> Option<u64> {
        let timers = self.config.timers;
        let life = self.links.main.as_ref().map(|wire| {
            let asked = wire.is_open(|ask| matches!(ask, Ask::Status));
            let span = if asked {
                timers.dead_after
            } else {
                timers.ask_after
            };
            wire.heard_at.saturating_add(span)
        });
        let moments = [
            self.links.next_at(),
            life,
            self.links.probe,
            self.suspect_at(),
            self.rest_at(),
        ];
        moments.into_iter().flatten().min()
    }
}
