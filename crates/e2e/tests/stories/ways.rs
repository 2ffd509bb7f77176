//! Two conversations with the relay and direct paths between them, each with its delay, in virtual
//! time. A path can go dark: what is sent on it waits, as in a stream whose packets are lost, and
//! nobody is told.

use crate::pair::{A, B, begin, side};
use floater_e2e::{Conversation, Event, Output, PathId, PathKind};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RELAY: PathId = PathId(1);
/// One way, in milliseconds: 45 to the server and on, 42 between the two homes.
const DELAY_RELAY: u64 = 90;
const DELAY_DIRECT: u64 = 42;
const ROOM: usize = 1 << 20;

pub(crate) struct Ways {
    pub(crate) now: u64,
    pub(crate) sides: [Conversation; 2],
    pub(crate) events: [Vec<Event>; 2],
    /// Bytes that a path was given, by both.
    pub(crate) sent: BTreeMap<PathId, usize>,
    /// Paths that a side has closed.
    pub(crate) closed: [BTreeSet<PathId>; 2],
    /// Who cannot send on which path.
    dark: BTreeSet<(usize, PathId)>,
    /// Paths of whose room a story tells by itself.
    pub(crate) full: BTreeSet<PathId>,
    up: [BTreeSet<PathId>; 2],
    /// What was sent into the dark.
    waiting: Vec<(usize, PathId, Vec<u8>)>,
    wire: BTreeMap<(u64, u64), (usize, PathId, Vec<u8>)>,
    count: u64,
    paths: u64,
}

impl Ways {
    /// Both have greeted over the relay.
    pub(crate) fn greeted() -> Self {
        let mut ways = Self {
            now: 0,
            sides: [A, B].map(|which| begin(which, &side(which)).unwrap()),
            events: [Vec::new(), Vec::new()],
            sent: BTreeMap::new(),
            closed: [BTreeSet::new(), BTreeSet::new()],
            dark: BTreeSet::new(),
            full: BTreeSet::new(),
            up: [BTreeSet::new(), BTreeSet::new()],
            waiting: Vec::new(),
            wire: BTreeMap::new(),
            count: 0,
            paths: 1,
        };
        ways.relay_up();
        ways.pass(1_000);
        for which in [A, B] {
            ways.sides[which].greet(ways.now).unwrap();
        }
        ways.pass(1_000);
        assert!(ways.sides.iter().all(Conversation::is_gate_open));
        ways
    }

    pub(crate) fn relay_up(&mut self) {
        for which in [A, B] {
            self.sides[which].handle_path_up(self.now, RELAY, PathKind::Relay);
            self.sides[which].handle_room(self.now, RELAY, ROOM);
            self.up[which].insert(RELAY);
        }
    }

    /// Both have proved who they are on a new connection.
    pub(crate) fn prove(&mut self) -> PathId {
        self.paths += 1;
        let path = PathId(self.paths);
        for which in [A, B] {
            self.sides[which].handle_proven(self.now, path, [7; 32]);
            self.sides[which].handle_room(self.now, path, ROOM);
            self.up[which].insert(path);
        }
        path
    }

    /// A direct path that both have joined.
    pub(crate) fn direct(&mut self) -> PathId {
        let path = self.prove();
        self.sides[A].select(self.now, path);
        self.pass(1_000);
        let joined = Event::Joined { path };
        assert!(self.events.iter().all(|events| events.contains(&joined)));
        path
    }

    /// The path is gone, and both are told.
    pub(crate) fn cut(&mut self, path: PathId) {
        self.collect();
        self.wire.retain(|_, (_, on, _)| *on != path);
        self.waiting.retain(|(_, on, _)| *on != path);
        for which in [A, B] {
            if self.up[which].remove(&path) {
                self.sides[which].handle_path_down(self.now, path);
            }
        }
    }

    /// Holds what these send on the path from now on.
    pub(crate) fn darken(&mut self, path: PathId, who: &[usize]) {
        self.collect();
        self.dark.extend(who.iter().map(|which| (*which, path)));
    }

    /// The path carries again, and what waited comes.
    pub(crate) fn lighten(&mut self, path: PathId) {
        self.dark.retain(|(_, dark)| *dark != path);
        for (from, on, bytes) in std::mem::take(&mut self.waiting) {
            self.send(from, on, bytes);
        }
    }

    pub(crate) fn collect(&mut self) {
        for from in [A, B] {
            while let Some(output) = self.sides[from].poll() {
                match output {
                    Output::Event(event) => self.events[from].push(event),
                    Output::Close { path } => {
                        self.waiting.retain(|(_, on, _)| *on != path);
                        self.up[from].remove(&path);
                        self.closed[from].insert(path);
                    }
                    Output::Send { path, bytes } => {
                        assert!(self.up[from].contains(&path), "sent on a path that is down");
                        self.send(from, path, bytes.into());
                        // Into the dark, too: a system takes much before it says that it is full.
                        if !self.full.contains(&path) {
                            self.sides[from].handle_room(self.now, path, ROOM);
                        }
                    }
                }
            }
        }
    }

    fn send(&mut self, from: usize, path: PathId, bytes: Vec<u8>) {
        if self.dark.contains(&(from, path)) {
            self.waiting.push((from, path, bytes));
            return;
        }
        *self.sent.entry(path).or_default() += bytes.len();
        let delay = if path == RELAY {
            DELAY_RELAY
        } else {
            DELAY_DIRECT
        };
        self.count += 1;
        let at = (self.now + delay, self.count);
        self.wire.insert(at, (1 - from, path, bytes));
    }

    /// Lets so much time pass.
    pub(crate) fn pass(&mut self, span: u64) {
        let until = self.now + span;
        loop {
            self.collect();
            let arrives = self.wire.keys().next().map(|(at, _)| *at);
            let wakes = self.sides.iter().filter_map(Conversation::wake_at);
            let next = arrives.into_iter().chain(wakes).min();
            let Some(at) = next.filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(at);
            self.arrive();
            for which in [A, B] {
                if self.sides[which].wake_at().is_some_and(|at| at <= self.now) {
                    self.sides[which].handle_wake(self.now);
                }
            }
        }
        self.now = until;
    }

    fn arrive(&mut self) {
        let later = self.wire.split_off(&(self.now + 1, 0));
        for (to, path, bytes) in std::mem::replace(&mut self.wire, later).into_values() {
            if self.up[to].contains(&path) {
                self.sides[to].handle_bytes(self.now, path, &bytes);
            }
        }
    }

    /// Lets time pass until a side has been shown so many texts: how long that took.
    pub(crate) fn until_shown(&mut self, to: usize, texts: usize) -> u64 {
        let began = self.now;
        while self.texts(to).len() < texts {
            self.pass(1);
            assert!(self.now < began + 60_000, "it never comes");
        }
        self.now - began
    }

    pub(crate) fn say(&mut self, from: usize, text: &str) {
        self.sides[from].say(self.now, text, None).unwrap();
        self.collect();
    }

    /// The texts that a side was shown.
    pub(crate) fn texts(&self, of: usize) -> Vec<&str> {
        let mut texts = Vec::new();
        for event in &self.events[of] {
            if let Event::Text { text, .. } = event {
                texts.push(text.as_str());
            }
        }
        texts
    }

    /// What carries, as a side was told last.
    pub(crate) fn carrier(&self, of: usize) -> Option<PathKind> {
        let told = self.events[of].iter().rev();
        let mut told = told.filter_map(|event| match event {
            Event::Carrier(kind) => Some(*kind),
            _ => None,
        });
        told.next().flatten()
    }

    /// Frames that wait in the dark of a path.
    pub(crate) fn held_on(&self, path: PathId) -> usize {
        let held = self.waiting.iter().filter(|(_, on, _)| *on == path);
        held.count()
    }

    pub(crate) fn sent_on(&self, path: PathId) -> usize {
        self.sent.get(&path).copied().unwrap_or(0)
    }
}

/// What carries, as each side was told last.
pub(crate) fn carriers(ways: &Ways) -> [Option<PathKind>; 2] {
    [ways.carrier(A), ways.carrier(B)]
}
