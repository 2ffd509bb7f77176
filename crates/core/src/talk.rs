//! The conversation of now: its frames over the paths, its events to the interface.

use crate::config::millis;
use crate::engine::Engine;
use crate::links::Links;
use crate::pictures::Pictures;
use crate::request::Request;
use crate::{Ending, Event, LinkId, PeerState, Stage};
use floater_e2e::{Conversation, Output as Wanted, PathId, PathKind};
use floater_proto::body::{BYTES, Matched, Policy, Reason};
use floater_proto::{Id, Resource, Role, Secret, Username, limits};
use std::collections::BTreeMap;

/// The body of one `/relay`: a message, less its head.
const RELAY_BODY_MAX: usize = limits::RELAY_MAX;

/// One match, from `/match` to its end.
pub(crate) struct Talk {
    pub(crate) id: Id,
    pub(crate) role: Role,
    pub(crate) peer: Username,
    pub(crate) ticket: Secret<String>,
    pub(crate) conversation: Conversation,
    /// Since when one waited for it.
    pub(crate) waited_since: u64,
    /// Until when the seat is held; while there is no path.
    pub(crate) held_until: Option<u64>,
    pub(crate) pictures: Pictures,
    pub(crate) typing_until: Option<u64>,
    met_before: bool,
    pub(crate) policy: Policy,
    /// What carries; nothing, while there is no path.
    pub(crate) carrier: Option<PathKind>,
    greet_until: u64,
    pub(crate) gate_open: bool,
    /// The link over which the server relays.
    relay: Option<LinkId>,
    /// As the server has it.
    peer_state: PeerState,
    peer_shown: PeerState,
    pub(crate) typing_shown_until: Option<u64>,
    /// One's own lines that the other program does not have yet, and since when. The window of
    /// the conversation bounds them.
    pub(crate) undelivered: BTreeMap<u64, u64>,
}

impl Talk {
    pub(crate) fn new(now: u64, role: Role, conversation: Conversation, matched: Matched) -> Self {
        Self {
            id: matched.r#match,
            role,
            peer: matched.peer.username,
            ticket: matched.ticket,
            conversation,
            waited_since: now,
            held_until: None,
            pictures: Pictures::default(),
            typing_until: None,
            met_before: matched.met_before,
            policy: matched.peer.keys.policy,
            carrier: None,
            greet_until: now.saturating_add(millis(limits::GREET_WITHIN)),
            gate_open: false,
            relay: None,
            peer_state: PeerState::Here,
            peer_shown: PeerState::Here,
            typing_shown_until: None,
            undelivered: BTreeMap::new(),
        }
    }

    /// Hidden if either side hides.
    pub(crate) fn tighten(&mut self, own: Policy) {
        if own == Policy::Hidden {
            self.policy = own;
        }
    }

    pub(crate) fn stage(&self, own: String) -> Stage {
        let (peer, role) = (self.peer.as_str().to_owned(), self.role);
        if self.gate_open {
            return Stage::Talk { own, peer, role };
        }
        let (until, met_before) = (self.greet_until, self.met_before);
        Stage::Greeting {
            own,
            peer,
            role,
            until,
            met_before,
        }
    }

    /// Since when the oldest line waits for the other program. Where that one is away no line can get
    /// there; but on a link that is dead one would never be told of the return.
    pub(crate) fn waits_since(&self) -> Option<u64> {
        self.undelivered.values().copied().min()
    }

    /// A reason as this person understands it.
    pub(crate) fn ending(&self, reason: Reason, by_self: bool) -> Ending {
        match reason {
            Reason::Left if by_self => Ending::YouLeft,
            // The other program may never have heard of the match. FLOATER/1.0 §3.4.5
            Reason::Left if !self.conversation.is_secured() => Ending::Unreachable,
            Reason::Left => Ending::PeerLeft,
            Reason::Lost => Ending::Lost,
            Reason::Moderator => Ending::Moderator,
            Reason::Silent if self.conversation.has_greeted() => Ending::PeerSilent,
            Reason::Silent => Ending::YouSilent,
            Reason::Unreachable => Ending::Unreachable,
        }
    }

    /// Whether the server relays on this link.
    pub(crate) fn relays_on(&self, link: LinkId) -> bool {
        self.relay == Some(link)
    }

    pub(crate) fn said(&mut self, now: u64, number: u64) {
        self.undelivered.insert(number, now);
    }

    fn wake_at(&self) -> Option<u64> {
        let greet = (!self.gate_open).then_some(self.greet_until);
        let typing = [self.typing_until, self.typing_shown_until];
        let moments = [self.conversation.wake_at(), greet, self.held_until];
        moments.into_iter().chain(typing).flatten().min()
    }
}

impl Engine {
    /// The relay can carry the conversation again.
    pub(crate) fn path_up(&mut self) {
        let now = self.now;
        let Some((id, room)) = self.links.main.as_ref().map(|wire| (wire.id, wire.room)) else {
            return;
        };
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        let path = relayed_by(id);
        if talk.relay != Some(id) {
            talk.relay = Some(id);
            talk.conversation.handle_path_up(now, path, PathKind::Relay);
            talk.conversation.handle_room(now, path, room);
        }
        self.pump();
    }

    /// The link that was the path is gone.
    pub(crate) fn path_lost(&mut self) {
        let now = self.now;
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        if let Some(link) = talk.relay.take() {
            talk.conversation.handle_path_down(now, relayed_by(link));
        }
        self.pump();
    }

    pub(crate) fn talk_resumed(
        &mut self,
        peer_here: bool,
        ticket: Option<Secret<String>>,
        fresh: bool,
    ) {
        if let (Some(talk), Some(ticket)) = (self.session.talk_mut(), ticket) {
            talk.ticket = ticket;
        }
        if fresh {
            self.path_up();
        }
        self.peer_is(peer_here);
    }

    /// The server says how the other one's link is.
    pub(crate) fn peer_is(&mut self, here: bool) {
        let (now, grace) = (self.now, self.config.timers.grace);
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        let was_here = talk.peer_state == PeerState::Here;
        if !here && !talk.conversation.is_secured() {
            return self.finish(Ending::Unreachable, Some(Reason::Unreachable));
        }
        if here == was_here {
            return;
        }
        let away = PeerState::Away {
            until: now.saturating_add(grace),
        };
        talk.peer_state = if here { PeerState::Here } else { away };
        if here {
            talk.conversation.handle_peer_back(now);
            // What waits now waits since now, or the link would be suspect at once.
            talk.undelivered.values_mut().for_each(|since| *since = now);
            self.links.in_vain = 0;
            self.tell_report_again();
        }
        self.show_peer();
        self.pump();
    }

    /// Whom a direct path reaches is here, whatever the server hears of them.
    pub(crate) fn show_peer(&mut self) {
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        let peer = match talk.carrier {
            Some(PathKind::Direct) => PeerState::Here,
            _ => talk.peer_state,
        };
        if std::mem::replace(&mut talk.peer_shown, peer) != peer {
            self.show(Event::Peer { peer });
        }
    }

    /// A `/relay` came.
    pub(crate) fn relayed(&mut self, body: &[u8]) {
        let now = self.now;
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        if let Some(link) = talk.relay {
            talk.conversation.handle_bytes(now, relayed_by(link), body);
        }
        self.pump();
    }

    /// The driver's buffer has room.
    pub(crate) fn room(&mut self, id: LinkId, room: usize) {
        let now = self.now;
        if let Some(wire) = self.links.wire(id) {
            wire.room = room;
        }
        let relays = |talk: &&mut Talk| talk.relay == Some(id);
        if let Some(talk) = self.session.talk_mut().filter(relays) {
            talk.conversation.handle_room(now, relayed_by(id), room);
            self.pump();
        }
    }

    /// Carries what the conversation wants carried, and shows what it wants shown.
    pub(crate) fn pump(&mut self) {
        let mut batch = Vec::new();
        loop {
            let Some(talk) = self.session.talk_mut() else {
                return;
            };
            let relay = talk.relay.map(relayed_by);
            match talk.conversation.poll() {
                Some(Wanted::Send { path, bytes }) if relay == Some(path) => {
                    self.relay_batch(&mut batch, &bytes);
                }
                Some(Wanted::Send { path, bytes }) => self.send_direct(path, bytes),
                Some(Wanted::Close { path }) => self.close_direct(path),
                Some(Wanted::Event(event)) => self.inner(event),
                None => break,
            }
        }
        self.relay(batch);
    }

    /// Whole frames, as many in one message as it holds.
    fn relay_batch(&mut self, batch: &mut Vec<u8>, frame: &[u8]) {
        if batch.len().saturating_add(frame.len()) > RELAY_BODY_MAX {
            self.relay(std::mem::take(batch));
        }
        batch.extend_from_slice(frame);
    }

    fn relay(&mut self, body: Vec<u8>) {
        let Some(id) = Links::main_id(&self.links).filter(|_| !body.is_empty()) else {
            return;
        };
        let request = Request::post_bytes(Resource::Relay, BYTES, body);
        if let Ok(bytes) = request.encode(None, "") {
            self.send(id, bytes);
        }
    }

    pub(crate) fn tick_talk(&mut self) {
        let now = self.now;
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        if due(talk.conversation.wake_at()) {
            talk.conversation.handle_wake(now);
        }
        let (typed, shown) = (due(talk.typing_until), due(talk.typing_shown_until));
        if typed {
            self.typing(false);
        }
        if shown {
            self.peer_types(false);
        }
        self.pump();
        let Some(talk) = self.session.talk() else {
            return;
        };
        if due(talk.held_until) {
            self.finish(Ending::Lost, None);
        } else if !talk.gate_open && talk.greet_until <= now {
            let ending = talk.ending(Reason::Silent, true);
            self.finish(ending, Some(Reason::Silent));
        }
    }

    pub(crate) fn talk_wake_at(&self) -> Option<u64> {
        self.session.talk().and_then(Talk::wake_at)
    }
}

/// The path of a link. Those of direct connections have other numbers.
pub(crate) const fn relayed_by(link: LinkId) -> PathId {
    PathId(link.0 as u64)
}
