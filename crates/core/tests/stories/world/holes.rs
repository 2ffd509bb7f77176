//! What drivers do that find direct paths, and the connections between two people.

use super::*;
use floater_core::{DirectId, DirectInput, DirectOutput, Offer};
use floater_proto::Role;
use floater_proto::body::{PathPort, PathReport};

/// One way between the two.
const NEAR: u64 = 10;
/// From an offer to the proofs of both.
const PROVEN: u64 = 60;
/// From a proof to the choice.
const CHOICE: u64 = 50;
/// To prepare ports takes as long.
const PREPARE: u64 = 100;
/// A round without success gives way to another one.
const ROUND: u64 = 2_000;
/// So many rounds has an attempt.
const ROUNDS: u8 = 3;
/// Before both agree on a connection nothing passes on it but the choice.
const CHOICE_MAX: usize = 100;
const FIRST_PORT: u16 = 4_000;

/// What a driver has of direct paths.
#[derive(Default)]
pub(crate) struct Holes {
    /// What it was told to do, in order.
    pub(crate) told: Vec<&'static str>,
    /// The port that is prepared; each is used once.
    ready: Option<u16>,
    drawn: u16,
    /// Ports that an attempt began with, and its number.
    used: BTreeMap<u16, u32>,
    prepares: bool,
    trying: Option<Trying>,
    rounds: u8,
}

struct Trying {
    offer: Offer,
    own: u16,
}

/// A connection. Both ends call it alike.
pub(super) struct Pipe {
    /// A first.
    ends: [usize; 2],
    elected: BTreeSet<usize>,
    /// Nothing passes, and nobody is told. What is sent waits, as the system sends it again.
    dark: bool,
    held: Vec<(usize, Vec<u8>)>,
}

pub(super) enum Passed {
    Prepared(usize, u16),
    /// The round is over.
    Late(usize, u32),
    Proven(usize, DirectId, [u8; 32]),
    Elect(usize, DirectId),
    Bytes(usize, DirectId, Vec<u8>),
    Closed(usize, DirectId),
}

impl World {
    pub(super) fn act_direct(&mut self, at: usize, output: DirectOutput) {
        let told = match &output {
            DirectOutput::Prepare(_) => "prepare",
            DirectOutput::Rest => "rest",
            DirectOutput::Offer(_) => "offer",
            DirectOutput::Send(..) => "send",
            DirectOutput::Elected(_) => "elected",
            DirectOutput::Close(_) => "close",
        };
        self.people[at].holes.told.push(told);
        match output {
            DirectOutput::Prepare(_) => self.prepare(at),
            DirectOutput::Rest => self.rest(at),
            DirectOutput::Offer(offer) => self.offered_path(at, *offer),
            DirectOutput::Send(id, bytes) => self.cross(at, id, bytes.into()),
            DirectOutput::Elected(id) => self.elected(at, id),
            DirectOutput::Close(id) => self.close_pipe(at, id),
        }
    }

    fn pass(&mut self, delay: u64, passed: Passed) {
        self.later(delay, Packet::Direct(passed));
    }

    fn prepare(&mut self, at: usize) {
        let holes = &mut self.people[at].holes;
        holes.prepares = true;
        let (port, delay) = match holes.ready {
            Some(port) => (port, 0),
            None => {
                holes.drawn += 1;
                (FIRST_PORT + holes.drawn, PREPARE)
            }
        };
        self.pass(delay, Passed::Prepared(at, port));
    }

    fn rest(&mut self, at: usize) {
        let holes = &mut self.people[at].holes;
        (holes.ready, holes.prepares, holes.trying, holes.rounds) = (None, false, None, 0);
        let mine = |pipe: &Pipe| pipe.ends.contains(&at) && !pipe.elected.contains(&at);
        let mine: Vec<_> = self
            .pipes
            .iter()
            .filter(|(_, pipe)| mine(pipe))
            .map(|it| *it.0)
            .collect();
        mine.into_iter().for_each(|id| self.close_pipe(at, id));
    }

    fn offered_path(&mut self, at: usize, offer: Offer) {
        let holes = &mut self.people[at].holes;
        let Some(own) = holes.ready.take() else {
            return;
        };
        let number = offer.number;
        holes.used.insert(own, number);
        holes.rounds += 1;
        holes.trying = Some(Trying { offer, own });
        self.pass(ROUND, Passed::Late(at, number));
        self.meet_directly(at);
    }

    /// Two who try the same meet, if each dials what the other one has open.
    fn meet_directly(&mut self, at: usize) {
        if self.walled {
            return;
        }
        let mine = self.people[at].holes.trying.as_ref().unwrap();
        let meets = |other: &usize| {
            let theirs = self.people[*other].holes.trying.as_ref();
            theirs.is_some_and(|theirs| {
                let dials =
                    |from: &Trying, to: &Trying| from.offer.peer.ports[0].observed.port() == to.own;
                *other != at
                    && theirs.offer.key == mine.offer.key
                    && theirs.offer.number == mine.offer.number
                    && dials(mine, theirs)
                    && dials(theirs, mine)
            })
        };
        let Some(other) = (0..self.people.len()).find(meets) else {
            return;
        };
        let (a, b) = match mine.offer.role {
            Role::A => (at, other),
            Role::B => (other, at),
        };
        self.drawn_pipes += 1;
        let (id, binding) = (DirectId(self.drawn_pipes), [self.drawn_pipes as u8; 32]);
        self.pipes.insert(
            id,
            Pipe {
                ends: [a, b],
                elected: BTreeSet::new(),
                dark: false,
                held: Vec::new(),
            },
        );
        for end in [a, b] {
            self.pass(PROVEN, Passed::Proven(end, id, binding));
        }
        self.pass(PROVEN + CHOICE, Passed::Elect(a, id));
    }

    fn elected(&mut self, at: usize, id: DirectId) {
        let holes = &mut self.people[at].holes;
        (holes.ready, holes.prepares, holes.trying, holes.rounds) = (None, false, None, 0);
        if let Some(pipe) = self.pipes.get_mut(&id) {
            assert!(pipe.elected.insert(at), "elected once");
            self.handle(at, Input::Direct(DirectInput::Room(id, BUFFER)));
        }
    }

    fn cross(&mut self, at: usize, id: DirectId, bytes: Vec<u8>) {
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        let chosen = pipe.elected.contains(&at);
        assert!(
            chosen || bytes.len() <= CHOICE_MAX,
            "too early for {} bytes",
            bytes.len()
        );
        let other = pipe.other(at);
        if pipe.dark {
            return pipe.held.push((other, bytes));
        }
        self.crossed += bytes.len();
        self.pass(NEAR, Passed::Bytes(other, id, bytes));
        if chosen {
            self.handle(at, Input::Direct(DirectInput::Room(id, BUFFER)));
        }
    }

    fn close_pipe(&mut self, at: usize, id: DirectId) {
        if let Some(pipe) = self.pipes.get(&id) {
            let other = pipe.other(at);
            if !pipe.dark {
                self.pass(NEAR, Passed::Closed(other, id));
            }
            self.pipes.remove(&id);
        }
    }

    pub(super) fn deliver_direct(&mut self, passed: Passed) {
        match passed {
            Passed::Prepared(at, port) => self.prepared(at, port),
            Passed::Late(at, number) => self.round_over(at, number),
            Passed::Proven(at, id, binding) if self.pipes.contains_key(&id) => {
                self.handle(at, Input::Direct(DirectInput::Proven(id, binding)));
            }
            Passed::Elect(at, id) if self.pipes.contains_key(&id) => {
                self.handle(at, Input::Direct(DirectInput::Elect(id)));
            }
            Passed::Proven(..) | Passed::Elect(..) => {}
            Passed::Bytes(at, id, bytes) => {
                let (first, second) = bytes.split_at(bytes.len() / 3);
                self.handle(at, Input::Direct(DirectInput::Bytes(id, first)));
                self.handle(at, Input::Direct(DirectInput::Bytes(id, second)));
            }
            Passed::Closed(at, id) => self.handle(at, Input::Direct(DirectInput::Closed(id))),
        }
    }

    fn prepared(&mut self, at: usize, port: u16) {
        if !self.people[at].holes.prepares || self.people[at].offline {
            return;
        }
        self.people[at].holes.ready = Some(port);
        let address = [5, at as u8 + 1, 0, 1];
        let report = PathReport {
            ports: vec![PathPort {
                slot: 1,
                observed: (address, port).into(),
                mapped: None,
                private: Vec::new(),
            }],
            mapping: Default::default(),
            pattern: Default::default(),
            filtering: Default::default(),
            rtt: 2 * DELAY,
        };
        self.handle(at, Input::Direct(DirectInput::Report(&report)));
    }

    /// Fresh ports for the next round, until the attempt is over.
    fn round_over(&mut self, at: usize, number: u32) {
        let holes = &mut self.people[at].holes;
        if holes
            .trying
            .as_ref()
            .is_some_and(|it| it.offer.number == number)
        {
            holes.trying = None;
            match holes.rounds < ROUNDS {
                true => self.prepare(at),
                false => holes.rounds = 0,
            }
        }
    }

    /// The network of somebody changed: fresh ports.
    pub(crate) fn prepare_anew(&mut self, at: usize) {
        self.people[at].holes.ready = None;
        self.prepare(at);
    }

    /// Nothing passes between any two directly any more, and nobody is told.
    pub(crate) fn darken_direct(&mut self) {
        self.pipes.values_mut().for_each(|pipe| pipe.dark = true);
        for (to, id, bytes) in self.take_flying() {
            if let Some(pipe) = self.pipes.get_mut(&id) {
                pipe.held.push((to, bytes));
            }
        }
    }

    /// Everything passes again.
    pub(crate) fn lighten_direct(&mut self) {
        let mut held = Vec::new();
        for (id, pipe) in &mut self.pipes {
            pipe.dark = false;
            let waiting = pipe.held.drain(..);
            held.extend(waiting.map(|(to, bytes)| Passed::Bytes(to, *id, bytes)));
        }
        for passed in held {
            self.pass(NEAR, passed);
        }
    }

    /// Every connection is reset.
    pub(crate) fn reset_direct(&mut self) {
        self.take_flying();
        for (id, pipe) in std::mem::take(&mut self.pipes) {
            for at in pipe.ends {
                self.handle(at, Input::Direct(DirectInput::Closed(id)));
            }
        }
    }

    /// What is in the air between people, taken out of it.
    fn take_flying(&mut self) -> Vec<(usize, DirectId, Vec<u8>)> {
        let mut taken = Vec::new();
        for (at, packet) in std::mem::take(&mut self.queue) {
            match packet {
                Packet::Direct(Passed::Bytes(to, id, bytes)) => taken.push((to, id, bytes)),
                other => self.queue.push_back((at, other)),
            }
        }
        taken
    }

    /// Whether somebody is shown to talk directly.
    pub(crate) fn is_direct(&self, at: usize) -> bool {
        let mut told = self.people[at].events.iter().rev();
        let path = told.find_map(|(_, event)| match event {
            Event::Path { path } => Some(path.direct),
            _ => None,
        });
        path == Some(true)
    }

    /// What an attempt was begun with is told no more.
    pub(crate) fn check_reports(&self) {
        for (account, after, port) in &self.server.told_paths {
            let mut people = self.people.iter();
            let person = people.find(|person| person.account == *account).unwrap();
            let number = person.holes.used.get(port);
            assert!(number.is_none_or(|number| after < number), "{port} is used");
        }
    }

    /// Connections that both chose so far.
    pub(crate) fn elections(&self) -> usize {
        let told = self.people.iter().flat_map(|person| &person.holes.told);
        told.filter(|told| **told == "elected").count() / 2
    }

    /// Connections between people that are open.
    pub(crate) fn open_pipes(&self) -> usize {
        self.pipes.len()
    }
}

impl Pipe {
    fn other(&self, at: usize) -> usize {
        self.ends[usize::from(self.ends[0] == at)]
    }
}
