//! People with engines, a server, and wires with a delay between them. Time is virtual.

use crate::server::Server;
use floater_core::{
    Answer, Closing, Command, Config, Engine, Event, Input, LinkId, Message, Misuse, Output,
    Picture, Signs, Stage,
};
use floater_proto::body::{Keep, Policy, Problem};
use floater_proto::{Binary, Id, MessageRef};
use std::collections::{BTreeMap, VecDeque};

/// One way between a client and the server.
const DELAY: u64 = 20;
/// What a driver's buffer takes.
const BUFFER: usize = 64 * 1024;
/// Longer than any story may wait.
const PATIENCE: u64 = 400_000;

pub struct Person {
    pub engine: Engine,
    pub events: Vec<(u64, Event)>,
    pub account: usize,
    wake: Option<u64>,
    cookie: Option<String>,
    /// By the engine's name: the server's name, and whether bytes pass.
    links: BTreeMap<LinkId, Wire>,
    /// Nothing can be dialled.
    pub offline: bool,
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
}

pub struct World {
    pub now: u64,
    pub server: Server,
    pub people: Vec<Person>,
    pub server_up: bool,
    /// `POST /cookie` does not get through.
    pub cookie_lost: bool,
    queue: VecDeque<(u64, Packet)>,
    next_link: u32,
    seed: u64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self {
            now: 1_000,
            server: Server::new(seed),
            people: Vec::new(),
            server_up: true,
            cookie_lost: false,
            queue: VecDeque::new(),
            next_link: 1,
            seed,
        }
    }

    /// Somebody who has opened the page; not logged in.
    pub fn visitor(&mut self, account: usize) -> usize {
        let at = self.people.len();
        let mut seed = [at as u8 + 1; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let mut config = Config::new(Keep::Cookie, "floater-test/0", Binary([at as u8 + 1; 16]));
        config.signs = Signs {
            typing: true,
            seen: true,
        };
        config.policy = Policy::Direct;
        let engine = Engine::new(config, seed);
        self.people.push(Person {
            engine,
            events: Vec::new(),
            account,
            wake: None,
            cookie: None,
            links: BTreeMap::new(),
            offline: false,
            tag: 0,
        });
        let outputs: Vec<_> = self.people[at].engine.start(self.now).collect();
        self.act(at, outputs);
        at
    }

    /// Somebody with an active account, on the main page.
    pub fn person(&mut self, name: &str) -> usize {
        let email = format!("{name}@example.org");
        self.server.add_account(&email, name, "correct horse");
        let at = self.visitor(self.server.accounts.len() - 1);
        self.log_in(at);
        at
    }

    pub fn log_in(&mut self, at: usize) {
        self.until("the door", |w| matches!(w.stage(at), Stage::Door));
        let email = self.server.accounts[self.people[at].account].email.clone();
        let password = "correct horse".into();
        self.ask(at, Command::LogIn { email, password }).unwrap();
        self.until("the main page", |w| {
            matches!(w.stage(at), Stage::Main { .. })
        });
    }

    /// Two who are in the greeting.
    pub fn met(seed: u64) -> (Self, usize, usize) {
        let mut world = Self::new(seed);
        let (a, b) = (world.person("小明"), world.person("小红"));
        world.seek(a);
        world.seek(b);
        world.until("a match", |w| {
            [a, b]
                .iter()
                .all(|&at| matches!(w.stage(at), Stage::Greeting { .. }))
        });
        (world, a, b)
    }

    /// Two who talk.
    pub fn talking(seed: u64) -> (Self, usize, usize) {
        let (mut world, a, b) = Self::met(seed);
        world.greet_both(a, b);
        (world, a, b)
    }

    pub fn greet_both(&mut self, a: usize, b: usize) {
        self.tell(a, Command::Greet).unwrap();
        self.tell(b, Command::Greet).unwrap();
        self.until("both greeted", |w| [a, b].iter().all(|&at| w.talks(at)));
    }

    pub fn seek(&mut self, at: usize) {
        self.tell(at, Command::Seek).unwrap();
    }

    pub fn say(&mut self, at: usize, text: &str) {
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
    pub fn tell(&mut self, at: usize, command: Command) -> Result<(), Misuse> {
        self.people[at].tag += 1;
        let (now, tag) = (self.now, self.people[at].tag);
        let outputs: Vec<_> = self.people[at].engine.command(now, tag, command)?.collect();
        self.act(at, outputs);
        Ok(())
    }

    /// A command that is answered.
    pub fn ask(&mut self, at: usize, command: Command) -> Result<Answer, Problem> {
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

    pub fn offer(&mut self, at: usize, picture: Picture, bytes: Vec<u8>) -> Result<(), Misuse> {
        let now = self.now;
        let outputs: Vec<_> = self.people[at]
            .engine
            .offer_picture(now, picture, bytes)?
            .collect();
        self.act(at, outputs);
        Ok(())
    }

    pub fn handle(&mut self, at: usize, input: Input<'_>) {
        let now = self.now;
        let outputs: Vec<_> = self.people[at].engine.handle(now, input).collect();
        self.act(at, outputs);
    }

    fn act(&mut self, at: usize, outputs: Vec<Output>) {
        let mut written: BTreeMap<LinkId, usize> = BTreeMap::new();
        for output in outputs {
            match output {
                Output::Dial(link) => self.dial(at, link),
                Output::Send(link, bytes) => {
                    *written.entry(link).or_default() += bytes.len();
                    self.carry(at, link, bytes);
                }
                Output::Close(link, closing) => self.close(at, link, closing),
                Output::Cookie(code) => {
                    let cookie = code.and_then(|code| self.server.codes.remove(code.expose()));
                    self.later(2 * DELAY, Packet::Cookie(at, cookie));
                }
                Output::Token(_) => {}
                Output::Wake(moment) => self.people[at].wake = Some(moment),
                Output::Event(event) => {
                    let now = self.now;
                    self.people[at].events.push((now, event));
                }
            }
        }
        // The wire takes everything at once: the buffer is empty again.
        for (link, _) in written {
            if self.people[at].links.contains_key(&link) {
                self.handle(at, Input::Room(link, BUFFER));
            }
        }
    }

    fn later(&mut self, delay: u64, packet: Packet) {
        self.queue.push_back((self.now + delay, packet));
    }

    fn dial(&mut self, at: usize, link: LinkId) {
        if self.people[at].offline || !self.server_up {
            return self.later(DELAY, Packet::Refuse(at, link));
        }
        let server = self.next_link;
        self.next_link += 1;
        self.later(2 * DELAY, Packet::Open(at, link, server));
    }

    fn carry(&mut self, at: usize, link: LinkId, bytes: Vec<u8>) {
        if let Some(wire) = self.people[at].links.get(&link).filter(|wire| !wire.hole) {
            let server = wire.server;
            self.later(DELAY, Packet::ToServer(server, bytes));
        }
    }

    fn close(&mut self, at: usize, link: LinkId, closing: Closing) {
        if let Some(wire) = self.people[at].links.remove(&link) {
            let goodbye = closing == Closing::Goodbye;
            self.later(DELAY, Packet::CloseAtServer(wire.server, goodbye));
        }
    }

    /// Cuts every wire of somebody; both ends notice.
    pub fn cut(&mut self, at: usize) {
        let links: Vec<_> = self.people[at].links.keys().copied().collect();
        for link in links {
            let wire = self.people[at].links.remove(&link).unwrap();
            self.server.gone(self.now, wire.server, false);
            self.lose(wire.server);
            self.flush_server();
            self.handle(at, Input::Closed(link));
        }
    }

    /// Somebody closes the page.
    pub fn goodbye(&mut self, at: usize) {
        let links: Vec<_> = self.people[at].links.keys().copied().collect();
        for link in links {
            let wire = self.people[at].links.remove(&link).unwrap();
            self.later(DELAY, Packet::CloseAtServer(wire.server, true));
        }
        self.people[at].offline = true;
    }

    /// From now on nothing passes on the wires of somebody, and nobody notices.
    pub fn black_hole(&mut self, at: usize) {
        self.people[at]
            .links
            .values_mut()
            .for_each(|wire| wire.hole = true);
    }

    /// What is in the air on a wire is lost.
    fn lose(&mut self, server: u32) {
        self.queue.retain(|(_, packet)| match packet {
            Packet::ToServer(of, _) | Packet::ToClient(of, _) => *of != server,
            _ => true,
        });
    }

    pub fn kill_server(&mut self) {
        self.server_up = false;
        self.server.restart();
        let wires: Vec<(usize, LinkId)> = (0..self.people.len())
            .flat_map(|at| self.people[at].links.keys().map(move |link| (at, *link)))
            .collect();
        for (at, link) in wires {
            if let Some(wire) = self.people[at].links.remove(&link) {
                self.lose(wire.server);
                self.handle(at, Input::Closed(link));
            }
        }
    }

    pub fn start_server(&mut self) {
        self.server_up = true;
    }

    fn flush_server(&mut self) {
        while let Some((link, bytes)) = self.server.sent.pop_front() {
            self.later(DELAY, Packet::ToClient(link, bytes));
        }
        for link in std::mem::take(&mut self.server.closed) {
            self.later(DELAY, Packet::CloseAtClient(link));
        }
    }

    fn wire_of(&self, server: u32) -> Option<(usize, LinkId, bool)> {
        self.people.iter().enumerate().find_map(|(at, person)| {
            let found = person.links.iter().find(|(_, wire)| wire.server == server);
            found.map(|(link, wire)| (at, *link, wire.hole))
        })
    }

    fn deliver(&mut self, packet: Packet) {
        match packet {
            Packet::Open(at, link, server) => {
                if !self.server_up || self.people[at].offline {
                    return self.handle(at, Input::Refused(link));
                }
                self.server.opened(server, self.people[at].cookie.clone());
                self.people[at].links.insert(
                    link,
                    Wire {
                        server,
                        hole: false,
                    },
                );
                self.handle(at, Input::Opened(link));
                self.handle(at, Input::Room(link, BUFFER));
            }
            Packet::ToServer(link, bytes) => {
                // Borders mean nothing: cut it anywhere.
                let (first, second) = bytes.split_at(bytes.len() / 3);
                self.server.bytes(self.now, link, first);
                self.server.bytes(self.now, link, second);
            }
            Packet::ToClient(link, bytes) => {
                if let Some((at, link, false)) = self.wire_of(link) {
                    let (first, second) = bytes.split_at(bytes.len() / 2);
                    self.handle(at, Input::Bytes(link, first));
                    self.handle(at, Input::Bytes(link, second));
                }
            }
            Packet::CloseAtServer(link, goodbye) => self.server.gone(self.now, link, goodbye),
            Packet::CloseAtClient(link) => {
                if let Some((at, link, false)) = self.wire_of(link) {
                    self.people[at].links.remove(&link);
                    self.handle(at, Input::Closed(link));
                }
            }
            Packet::Refuse(at, link) => self.handle(at, Input::Refused(link)),
            Packet::Cookie(at, cookie) => {
                let set = !self.cookie_lost;
                if set {
                    self.people[at].cookie = cookie;
                }
                self.handle(at, Input::CookieSet(set));
            }
        }
        self.flush_server();
    }

    /// One millisecond, or as many as nothing happens in.
    fn step(&mut self) {
        let wakes = self.people.iter().filter_map(|person| person.wake);
        let packets = self.queue.iter().map(|(at, _)| *at);
        let round = (self.now / 50 + 1) * 50;
        let next = wakes.chain(packets).min().unwrap_or(round).min(round);
        self.now = next.max(self.now);
        self.server.tick(self.now);
        self.flush_server();
        let due = |(at, _): &(u64, Packet)| *at <= self.now;
        let mut arrived = Vec::new();
        while let Some(at) = self.queue.iter().position(due) {
            arrived.extend(self.queue.remove(at));
        }
        arrived
            .into_iter()
            .for_each(|(_, packet)| self.deliver(packet));
        for at in 0..self.people.len() {
            if self.people[at].wake.is_some_and(|wake| wake <= self.now) {
                self.people[at].wake = None;
                self.handle(at, Input::Wake);
            }
        }
    }

    /// Lets so much time pass.
    pub fn run(&mut self, span: u64) {
        let end = self.now + span;
        while self.now < end {
            self.step();
        }
    }

    /// Lets time pass until it is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
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

    pub fn stage(&self, at: usize) -> Stage {
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

    pub fn talks(&self, at: usize) -> bool {
        matches!(self.stage(at), Stage::Talk { .. })
    }

    /// The other one's lines, in the order they were shown.
    pub fn heard(&self, at: usize) -> Vec<String> {
        self.lines(at, false)
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    pub fn lines(&self, at: usize, own: bool) -> Vec<(MessageRef, String)> {
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
    pub fn offered(&self, at: usize) -> Vec<(MessageRef, Id)> {
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

    pub fn saw(&self, at: usize, which: impl Fn(&Event) -> bool) -> bool {
        self.people[at].events.iter().any(|(_, event)| which(event))
    }

    pub fn forget_events(&mut self) {
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
