//! People with engines, a server, and wires with a delay between them. Time is virtual.

use crate::server::Server;
use floater_core::{
    Answer, Closing, Command, Config, Engine, Event, Input, LinkId, Message, Misuse, Output,
    Picture, Signs, Stage,
};
use floater_proto::body::{Keep, Policy, Problem};
use floater_proto::{Binary, Id, MessageRef};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

mod holes;
mod wires;

/// One way between a client and the server.
const DELAY: u64 = 20;
/// What a driver's buffer takes.
const BUFFER: usize = 64 * 1024;
/// Longer than any story may wait.
const PATIENCE: u64 = 400_000;

pub(crate) struct Person {
    pub(crate) engine: Engine,
    pub(crate) events: Vec<(u64, Event)>,
    pub(crate) account: usize,
    wake: Option<u64>,
    cookie: Option<String>,
    /// By the engine's name: the server's name, and whether bytes pass.
    links: BTreeMap<LinkId, Wire>,
    /// Nothing can be dialled.
    pub(crate) offline: bool,
    /// What is dialled is not answered.
    pub(crate) unanswered: bool,
    pub(crate) holes: holes::Holes,
    tag: u32,
}

struct Wire {
    server: u32,
    /// Bytes vanish, and nobody is told.
    hole: bool,
}

enum Packet {
    Open(usize, LinkId, u32),
    ToServer(u32, Vec<u8>),
    ToClient(u32, Vec<u8>),
    CloseAtServer(u32, bool),
    CloseAtClient(u32),
    Refuse(usize, LinkId),
    Cookie(usize, Option<String>),
    Direct(holes::Passed),
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) server: Server,
    pub(crate) people: Vec<Person>,
    pub(crate) server_up: bool,
    /// `POST /cookie` does not get through.
    pub(crate) cookie_lost: bool,
    /// No dial between two people comes through.
    pub(crate) walled: bool,
    /// Bytes that passed between people.
    pub(crate) crossed: usize,
    pipes: BTreeMap<floater_core::DirectId, holes::Pipe>,
    drawn_pipes: u32,
    queue: VecDeque<(u64, Packet)>,
    next_link: u32,
    seed: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now: 1_000,
            server: Server::new(seed),
            people: Vec::new(),
            server_up: true,
            cookie_lost: false,
            walled: false,
            crossed: 0,
            pipes: BTreeMap::new(),
            drawn_pipes: 0,
            queue: VecDeque::new(),
            next_link: 1,
            seed,
        }
    }

    /// A server that helps with direct paths.
    pub(crate) fn with_reflectors(seed: u64) -> Self {
        let mut world = Self::new(seed);
        world.server.helps = true;
        world
    }

    /// Somebody who has opened the page; not logged in.
    pub(crate) fn visitor(&mut self, account: usize) -> usize {
        self.visitor_as(account, |_| {})
    }

    /// Somebody whose driver is made otherwise.
    pub(crate) fn visitor_as(&mut self, account: usize, change: impl FnOnce(&mut Config)) -> usize {
        let at = self.people.len();
        let mut seed = [at as u8 + 1; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let mut config = Config::new(Keep::Cookie, "floater-test/0", Binary([at as u8 + 1; 16]));
        config.signs = Signs {
            typing: true,
            seen: true,
        };
        config.policy = Policy::Direct;
        config.punches = true;
        change(&mut config);
        let engine = Engine::new(config, seed);
        self.people.push(Person {
            engine,
            events: Vec::new(),
            account,
            wake: None,
            cookie: None,
            links: BTreeMap::new(),
            offline: false,
            unanswered: false,
            holes: holes::Holes::default(),
            tag: 0,
        });
        let outputs: Vec<_> = self.people[at].engine.start(self.now).collect();
        self.act(at, outputs);
        at
    }

    /// Somebody with an active account, on the main page.
    pub(crate) fn person(&mut self, name: &str) -> usize {
        self.person_as(name, |_| {})
    }

    pub(crate) fn person_as(&mut self, name: &str, change: impl FnOnce(&mut Config)) -> usize {
        let email = format!("{name}@example.org");
        self.server.add_account(&email, name, "correct horse");
        let at = self.visitor_as(self.server.accounts.len() - 1, change);
        self.log_in(at);
        at
    }

    pub(crate) fn log_in(&mut self, at: usize) {
        self.until("the door", |w| matches!(w.stage(at), Stage::Door));
        let email = self.server.accounts[self.people[at].account].email.clone();
        let password = "correct horse".into();
        self.ask(at, Command::LogIn { email, password }).unwrap();
        self.until("the main page", |w| {
            matches!(w.stage(at), Stage::Main { .. })
        });
    }

    /// Two who are in the greeting.
    pub(crate) fn met(seed: u64) -> (Self, usize, usize) {
        let mut world = Self::new(seed);
        let (a, b) = (world.person("小明"), world.person("小红"));
        world.meet(a, b);
        (world, a, b)
    }

    pub(crate) fn meet(&mut self, a: usize, b: usize) {
        self.seek(a);
        self.seek(b);
        self.until("a match", |w| {
            [a, b]
                .iter()
                .all(|&at| matches!(w.stage(at), Stage::Greeting { .. }))
        });
    }

    /// Two who talk directly.
    pub(crate) fn direct(seed: u64) -> (Self, usize, usize) {
        let mut world = Self::with_reflectors(seed);
        let (a, b) = (world.person("小明"), world.person("小红"));
        world.meet(a, b);
        world.greet_both(a, b);
        world.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
        (world, a, b)
    }

    /// Two who talk.
    pub(crate) fn talking(seed: u64) -> (Self, usize, usize) {
        let (mut world, a, b) = Self::met(seed);
        world.greet_both(a, b);
        (world, a, b)
    }

    pub(crate) fn greet_both(&mut self, a: usize, b: usize) {
        self.tell(a, Command::Greet).unwrap();
        self.tell(b, Command::Greet).unwrap();
        self.until("both greeted", |w| [a, b].iter().all(|&at| w.talks(at)));
    }

    pub(crate) fn seek(&mut self, at: usize) {
        self.tell(at, Command::Seek).unwrap();
    }

    pub(crate) fn say(&mut self, at: usize, text: &str) {
        self.tell(
            at,
            Command::Say {
                text: text.to_owned(),
                quote: None,
            },
        )
        .unwrap();
    }

    /// A command that is answered by events.
    pub(crate) fn tell(&mut self, at: usize, command: Command) -> Result<(), Misuse> {
        self.people[at].tag += 1;
        let (now, tag) = (self.now, self.people[at].tag);
        let outputs: Vec<_> = self.people[at].engine.command(now, tag, command)?.collect();
        self.act(at, outputs);
        Ok(())
    }

    /// A command that is answered.
    pub(crate) fn ask(&mut self, at: usize, command: Command) -> Result<Answer, Problem> {
        self.tell(at, command).unwrap();
        let tag = self.people[at].tag;
        let answer = move |w: &Self| {
            w.people[at]
                .events
                .iter()
                .find_map(|(_, event)| match event {
                    Event::Answered { tag: of, answer } if *of == tag => Some(Ok(answer.clone())),
                    Event::Refused { tag: of, problem } if *of == tag => Some(Err(problem.clone())),
                    _ => None,
                })
        };
        self.until("an answer", |w| answer(w).is_some());
        answer(self).unwrap()
    }

    pub(crate) fn offer(
        &mut self,
        at: usize,
        picture: Picture,
        bytes: Vec<u8>,
    ) -> Result<(), Misuse> {
        let now = self.now;
        let outputs: Vec<_> = self.people[at]
            .engine
            .offer_picture(now, picture, bytes)?
            .collect();
        self.act(at, outputs);
        Ok(())
    }

    pub(crate) fn handle(&mut self, at: usize, input: Input<'_>) {
        let now = self.now;
        let outputs: Vec<_> = self.people[at].engine.handle(now, input).collect();
        self.act(at, outputs);
    }

    /// Lets so much time pass.
    pub(crate) fn run(&mut self, span: u64) {
        let end = self.now + span;
        while self.now < end {
            self.step();
        }
    }

    /// Lets time pass until it is so.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = self.now + PATIENCE;
        while !so(self) {
            assert!(
                self.now < end,
                "{what} never came; seed {}\n{}",
                self.seed,
                self.tale()
            );
            self.step();
        }
    }

    /// What everybody was shown, for a failure.
    fn tale(&self) -> String {
        let mut tale = String::new();
        for (at, person) in self.people.iter().enumerate() {
            let last = person.events.len().saturating_sub(12);
            for (moment, event) in &person.events[last..] {
                tale.push_str(&format!("{at} at {moment}: {event:?}\n"));
            }
        }
        tale
    }

    pub(crate) fn stage(&self, at: usize) -> Stage {
        let mut stages = self.people[at]
            .events
            .iter()
            .rev()
            .filter_map(|(_, event)| match event {
                Event::Stage { stage } => Some(stage.clone()),
                _ => None,
            });
        stages.next().expect("a stage comes first")
    }

    pub(crate) fn talks(&self, at: usize) -> bool {
        matches!(self.stage(at), Stage::Talk { .. })
    }

    /// The other one's lines, in the order they were shown.
    pub(crate) fn heard(&self, at: usize) -> Vec<String> {
        self.lines(at, false)
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    pub(crate) fn lines(&self, at: usize, own: bool) -> Vec<(MessageRef, String)> {
        let line = |event: &Event| match event {
            Event::Line { line } if line.own == own => match &line.message {
                Message::Text { text } => Some((line.of, text.clone())),
                Message::Picture { .. } => None,
            },
            _ => None,
        };
        self.people[at]
            .events
            .iter()
            .filter_map(|(_, event)| line(event))
            .collect()
    }

    /// The pictures that were offered to somebody.
    pub(crate) fn offered(&self, at: usize) -> Vec<(MessageRef, Id)> {
        let offer = |event: &Event| match event {
            Event::Line { line } if !line.own => match &line.message {
                Message::Picture { offer } => Some((line.of, offer.id)),
                Message::Text { .. } => None,
            },
            _ => None,
        };
        self.people[at]
            .events
            .iter()
            .filter_map(|(_, event)| offer(event))
            .collect()
    }

    pub(crate) fn saw(&self, at: usize, which: impl Fn(&Event) -> bool) -> bool {
        self.people[at].events.iter().any(|(_, event)| which(event))
    }

    pub(crate) fn forget_events(&mut self) {
        for person in &mut self.people {
            let stage = person
                .events
                .iter()
                .rposition(|(_, e)| matches!(e, Event::Stage { .. }));
            let stage = stage.map(|at| person.events.swap_remove(at));
            person.events = stage.into_iter().collect();
        }
    }
}
