//! Two conversations and the wire between them. The test owns the clock and the wire.

use floater_e2e::{Conversation, Event, MatchKeys, Output, PathId, PathKind, Setup};
use floater_proto::body::{Policy, PublicKeys};
use floater_proto::{Binary, Id, Role};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::VecDeque;

pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
pub(crate) const MATCH: Id = Binary([9; 16]);
/// Of [`MatchKeys`] of each side, and of each conversation.
pub(crate) const KEY_SEEDS: [[u8; 32]; 2] = [[0xa1; 32], [0xb1; 32]];
pub(crate) const SEEDS: [[u8; 32]; 2] = [[0xa2; 32], [0xb2; 32]];
const ROOM: usize = usize::MAX / 2;

/// What one side begins with, before anybody has tampered with it.
pub(crate) struct Side {
    pub(crate) match_id: Id,
    pub(crate) own: PublicKeys,
    pub(crate) peer: PublicKeys,
}

pub(crate) fn keys(side: usize) -> (MatchKeys, PublicKeys) {
    let mut rng = ChaCha20Rng::from_seed(KEY_SEEDS[side]);
    MatchKeys::generate(role(side), policy(side), &mut rng)
}

pub(crate) fn role(side: usize) -> Role {
    if side == A { Role::A } else { Role::B }
}

fn policy(side: usize) -> Policy {
    if side == A {
        Policy::Direct
    } else {
        Policy::Hidden
    }
}

pub(crate) fn side(side: usize) -> Side {
    Side {
        match_id: MATCH,
        own: keys(side).1,
        peer: keys(1 - side).1,
    }
}

pub(crate) fn begin(which: usize, side: &Side) -> Result<Conversation, floater_e2e::SetupError> {
    let setup = Setup {
        match_id: side.match_id,
        role: role(which),
        keys: keys(which).0,
        own: side.own.clone(),
        peer: side.peer.clone(),
        seed: SEEDS[which],
    };
    Conversation::new(0, setup)
}

pub(crate) struct Pair {
    pub(crate) now: u64,
    pub(crate) sides: [Conversation; 2],
    pub(crate) events: [Vec<Event>; 2],
    /// What each side has sent and the other one has not got.
    pub(crate) wire: [VecDeque<Vec<u8>>; 2],
    /// Everything that was ever sent.
    pub(crate) sent: [Vec<Vec<u8>>; 2],
    path: Option<PathId>,
    paths: u64,
}

impl Pair {
    /// Both are there and the relay carries.
    pub(crate) fn new() -> Self {
        Self::of([A, B].map(|which| begin(which, &side(which)).unwrap()))
    }

    pub(crate) fn of(sides: [Conversation; 2]) -> Self {
        let mut pair = Self {
            now: 0,
            sides,
            events: [Vec::new(), Vec::new()],
            wire: [VecDeque::new(), VecDeque::new()],
            sent: [Vec::new(), Vec::new()],
            path: None,
            paths: 0,
        };
        pair.join();
        pair
    }

    pub(crate) fn secured() -> Self {
        let mut pair = Self::new();
        pair.drive();
        assert!(pair.sides.iter().all(Conversation::is_secured));
        pair
    }

    pub(crate) fn greeted() -> Self {
        let mut pair = Self::secured();
        for side in [A, B] {
            pair.sides[side].greet(pair.now).unwrap();
        }
        pair.drive();
        assert!(pair.sides.iter().all(Conversation::is_gate_open));
        pair
    }

    /// The relay is there again.
    pub(crate) fn join(&mut self) {
        self.paths += 1;
        let path = PathId(self.paths);
        self.path = Some(path);
        for side in &mut self.sides {
            side.handle_path_up(self.now, path, PathKind::Relay);
            side.handle_room(self.now, path, ROOM);
        }
    }

    /// The relay is gone, and with it what was on the way.
    pub(crate) fn cut(&mut self) {
        self.collect();
        if let Some(path) = self.path.take() {
            for side in &mut self.sides {
                side.handle_path_down(self.now, path);
            }
        }
        self.collect();
        self.wire.iter_mut().for_each(VecDeque::clear);
    }

    /// Takes what both want done.
    pub(crate) fn collect(&mut self) {
        for side in [A, B] {
            while let Some(output) = self.sides[side].poll() {
                match output {
                    Output::Event(event) => self.events[side].push(event),
                    Output::Send { bytes, .. } => {
                        self.sent[side].push(bytes.to_vec());
                        self.wire[side].push_back(bytes.into());
                    }
                    Output::Close { .. } => unreachable!("there is no direct path"),
                }
            }
        }
    }

    /// Gives bytes to a side, as if its peer had sent them.
    pub(crate) fn give(&mut self, to: usize, bytes: &[u8]) {
        if let Some(path) = self.path {
            self.sides[to].handle_bytes(self.now, path, bytes);
        }
        self.collect();
    }

    /// Carries one frame from a side; whether there was one.
    pub(crate) fn carry(&mut self, from: usize) -> bool {
        self.collect();
        let Some(bytes) = self.wire[from].pop_front() else {
            return false;
        };
        self.give(1 - from, &bytes);
        true
    }

    /// Carries everything until nothing is under way.
    pub(crate) fn drive(&mut self) {
        while self.carry(A) || self.carry(B) {}
    }

    /// Throws away what is under way.
    pub(crate) fn lose(&mut self) {
        self.collect();
        self.wire.iter_mut().for_each(VecDeque::clear);
    }

    /// Lets so much time pass, waking both when they want to be.
    pub(crate) fn pass(&mut self, span: u64) {
        let until = self.now + span;
        loop {
            self.drive();
            if !self.wake_once(until) {
                break;
            }
        }
        self.now = until;
    }

    /// The same, and everything that is sent is lost.
    pub(crate) fn pass_deaf(&mut self, span: u64) {
        let until = self.now + span;
        self.lose();
        while self.wake_once(until) {
            self.lose();
        }
        self.now = until;
    }

    fn wake_once(&mut self, until: u64) -> bool {
        let next = self.sides.iter().filter_map(Conversation::wake_at).min();
        let Some(at) = next.filter(|at| *at <= until) else {
            return false;
        };
        self.now = self.now.max(at);
        for side in &mut self.sides {
            if side.wake_at().is_some_and(|at| at <= self.now) {
                side.handle_wake(self.now);
            }
        }
        self.collect();
        true
    }

    pub(crate) fn say(&mut self, side: usize, text: &str) -> floater_proto::MessageRef {
        let of = self.sides[side].say(self.now, text, None).unwrap();
        self.drive();
        of
    }

    /// The texts that a side was shown.
    pub(crate) fn texts(&self, side: usize) -> Vec<&str> {
        let mut texts = Vec::new();
        for event in &self.events[side] {
            if let Event::Text { text, .. } = event {
                texts.push(text.as_str());
            }
        }
        texts
    }

    pub(crate) fn heard(&self, side: usize, event: &Event) -> bool {
        self.events[side].contains(event)
    }
}
