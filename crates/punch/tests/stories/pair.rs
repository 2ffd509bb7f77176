//! Two engines, a reflector and a server that introduces them.

use floater_punch::{
    Config, ConnId, Event, Input, Kind, Offer, Output, PathKey, Report, Role, reflect, start_delay,
};
use floater_sim::{Network, Puncher, SocketId, Spec, Told};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
const SERVER: usize = 2;
const SERVER_ADDRESSES: &[&str] = &["6.0.0.1", "6.0.0.2", "2a00::1"];
const KEY: reflect::ReflectKey = reflect::ReflectKey([3; 32]);

pub(crate) struct Side {
    pub(crate) puncher: Puncher,
    pub(crate) config: Config,
    pub(crate) events: Vec<(u64, Event)>,
    pub(crate) direct: Option<(u64, ConnId, Kind)>,
    /// The connection that was elected.
    socket: Option<SocketId>,
    pub(crate) heard: Vec<u8>,
}

enum Letter {
    /// A report reached the server.
    Reported(usize, Report),
    /// The other side wants a fresh start.
    Wanted(usize),
    Offered(usize, Offer),
}

pub(crate) struct World {
    pub(crate) net: Network,
    pub(crate) sides: Vec<Side>,
    letters: BTreeMap<(u64, usize), Letter>,
    posted: usize,
    reports: [Option<Report>; 2],
    /// A report is good for one offer.
    used: [Option<Report>; 2],
    asked: [bool; 2],
    /// Whether both agreed to a direct path.
    pub(crate) is_open: bool,
    pub(crate) round: u32,
    /// How much later than right each side hears of an offer.
    pub(crate) late: [u64; 2],
    /// Whether B does not hear what A chooses.
    pub(crate) is_deaf: bool,
    /// Whether the reflector answers with made-up bytes.
    pub(crate) is_false: bool,
    /// What the server makes of a report before it passes it on.
    pub(crate) forge: Option<fn(usize, &mut Report)>,
}

impl World {
    /// A side behind its NATs, the outermost first; none is public.
    pub(crate) fn pair(a: &[Spec], b: &[Spec], seed: u64) -> Self {
        let mut net = Network::new(seed);
        for (side, nats) in [a, b].into_iter().enumerate() {
            let name = side + 1;
            match nats {
                [] => net.host(0, &[&format!("5.{name}.0.9")], 21),
                [home] => {
                    let lan = net.behind(0, *home, &format!("5.{name}.0.1"), 20);
                    net.host(lan, &[&format!("192.168.{name}.7")], 1)
                }
                [carrier, home, ..] => {
                    let street = net.behind(0, *carrier, &format!("5.{name}.0.1"), 15);
                    let lan = net.behind(street, *home, &format!("100.64.0.{name}"), 5);
                    net.host(lan, &[&format!("192.168.{name}.7")], 1)
                }
            };
        }
        Self::with(net, seed)
    }

    /// Two hosts without NATs, each with IPv4 and IPv6.
    pub(crate) fn of_both_families(seed: u64) -> Self {
        let mut net = Network::new(seed);
        for side in 1..=2 {
            net.host(0, &[&format!("5.{side}.0.9"), &format!("2a0{side}::9")], 21);
        }
        let mut world = Self::with(net, seed);
        world.configure(|it| it.reflectors.push("[2a00::1]:7001".parse().unwrap()));
        world
    }

    /// Puts server and engines to two hosts that are there.
    pub(crate) fn with(mut net: Network, seed: u64) -> Self {
        let server = net.host(0, SERVER_ADDRESSES, 1);
        assert_eq!(server, SERVER);
        net.listen_at(SERVER, 7001);
        net.listen_at(SERVER, 7002);
        let reflectors = ["6.0.0.1:7001", "6.0.0.1:7002", "6.0.0.2:7001"];
        let sides = [A, B].map(|side| {
            let reflectors: Vec<SocketAddr> = reflectors.map(|it| it.parse().unwrap()).to_vec();
            let config = Config::new(reflectors, [side as u8; 16], KEY);
            Side::new(side, config, seed * 2 + side as u64)
        });
        Self {
            net,
            sides: sides.into(),
            letters: BTreeMap::new(),
            posted: 0,
            reports: [None, None],
            used: [None, None],
            asked: [false, false],
            is_open: false,
            round: 0,
            late: [0, 0],
            is_deaf: false,
            is_false: false,
            forge: None,
        }
    }

    /// Both prepare, and when both have reported they are introduced.
    pub(crate) fn meet(&mut self) {
        self.prepare();
        self.is_open = true;
        self.introduce();
    }

    pub(crate) fn prepare(&mut self) {
        for side in [A, B] {
            self.act(side, |it, net| it.prepare(net));
        }
        self.run_until("both reported", |w| w.reports.iter().all(Option::is_some));
    }

    pub(crate) fn configure(&mut self, change: impl Fn(&mut Config)) {
        for (at, side) in self.sides.iter_mut().enumerate() {
            let mut config = side.config.clone();
            change(&mut config);
            *side = Side::new(at, config, 90 + at as u64);
        }
    }

    pub(crate) fn report(&self, side: usize) -> Report {
        self.sides[side].puncher.punch.report().unwrap()
    }

    pub(crate) fn run_until(&mut self, what: &str, is_done: impl Fn(&Self) -> bool) {
        let deadline = self.net.now + 300_000;
        while !is_done(self) {
            assert!(self.step() && self.net.now < deadline, "never: {what}");
        }
    }

    pub(crate) fn run(&mut self, span: u64) {
        let end = self.net.now + span;
        while self.next_at().is_some_and(|at| at <= end) {
            self.step();
        }
        self.net.now = end;
    }

    fn next_at(&self) -> Option<u64> {
        let wakes = self.sides.iter().filter_map(|it| it.puncher.wake_at());
        let letters = self.letters.keys().next().map(|(at, _)| *at);
        wakes.chain(letters).chain(self.net.next_at()).min()
    }

    fn step(&mut self) -> bool {
        let Some(at) = self.next_at() else {
            return false;
        };
        self.net.now = self.net.now.max(at);
        let wakes = |it: &usize| {
            self.sides[*it]
                .puncher
                .wake_at()
                .is_some_and(|wake| wake <= at)
        };
        if let Some(side) = (0..2).find(wakes) {
            self.act(side, |it, net| it.wake(net));
        } else if self
            .letters
            .keys()
            .next()
            .is_some_and(|(due, _)| *due <= at)
        {
            let (_, letter) = self.letters.pop_first().unwrap();
            self.deliver(letter);
        } else {
            self.net.step();
        }
        while let Some((host, told)) = self.net.told.pop_front() {
            self.tell(host, told);
        }
        true
    }

    fn post(&mut self, delay: u64, letter: Letter) {
        self.posted += 1;
        let at = self.net.now + delay;
        self.letters.insert((at, self.posted), letter);
    }

    fn tell(&mut self, host: usize, told: Told) {
        if host == SERVER {
            return self.serve(told);
        }
        if host > SERVER {
            return;
        }
        let told = {
            let Self { net, sides, .. } = self;
            sides[host].puncher.hear(net, told)
        };
        match told {
            Some(Told::Bytes(socket, bytes)) if self.sides[host].socket == Some(socket) => {
                self.sides[host].heard.extend_from_slice(&bytes);
            }
            _ => self.events(host),
        }
    }

    /// The reflector.
    fn serve(&mut self, told: Told) {
        let Told::Bytes(conn, bytes) = told else {
            return;
        };
        if self.is_false {
            return self.net.write(
                conn,
                &[reflect::About::Source.byte(); reflect::ANSWER_LENGTH],
            );
        }
        let from = self.net.remote(conn).unwrap();
        let (_, answer) = reflect::answer(&bytes, from, |_| Some(KEY))
            .unwrap()
            .unwrap();
        self.net.write(conn, &answer);
    }

    pub(crate) fn give(&mut self, side: usize, input: Input<'_>) {
        self.act(side, |it, net| it.give(net, input));
    }

    pub(crate) fn obey(&mut self, side: usize, outputs: Vec<Output>) {
        self.act(side, |it, net| it.obey(net, outputs));
    }

    /// Has something done by a side's hole puncher, and hears what came of it.
    pub(crate) fn act<T>(
        &mut self,
        side: usize,
        act: impl FnOnce(&mut Puncher, &mut Network) -> T,
    ) -> T {
        let Self { net, sides, .. } = self;
        let done = act(&mut sides[side].puncher, net);
        self.events(side);
        done
    }

    fn events(&mut self, side: usize) {
        while let Some(event) = self.sides[side].puncher.events.pop_front() {
            self.event(side, event);
        }
    }

    fn event(&mut self, side: usize, event: Event) {
        let now = self.net.now;
        self.sides[side].events.push((now, event.clone()));
        match event {
            Event::Report(report) => self.post(22, Letter::Reported(side, report)),
            Event::Elect(conn) => self.say(side, conn, b"SELECT"),
            Event::Bytes(_, bytes) if bytes == b"SELECT" && self.is_deaf => {}
            Event::Bytes(conn, bytes) if bytes == b"SELECT" => {
                self.say(side, conn, b"SELECTED");
                self.elected(side, conn);
            }
            Event::Bytes(conn, bytes) if bytes == b"SELECTED" => self.elected(side, conn),
            Event::Direct { conn, kind, .. } => {
                assert!(self.sides[side].direct.is_none(), "two winners");
                self.sides[side].direct = Some((now, conn, kind));
            }
            _ => {}
        }
    }

    fn say(&mut self, side: usize, conn: ConnId, bytes: &[u8]) {
        let said = self.act(side, |it, net| it.say(net, conn, bytes.to_vec()));
        said.unwrap();
    }

    fn elected(&mut self, side: usize, conn: ConnId) {
        let Self { net, sides, .. } = self;
        let socket = sides[side].puncher.elected(net, conn).unwrap();
        sides[side].socket = Some(socket);
        self.events(side);
    }

    fn deliver(&mut self, letter: Letter) {
        match letter {
            Letter::Reported(side, report) => {
                if self.used[side].as_ref() != Some(&report) {
                    self.reports[side] = Some(report);
                    self.introduce();
                }
            }
            Letter::Wanted(side) if self.sides[side].direct.is_some() => {}
            Letter::Wanted(side) => self.act(side, |it, net| it.prepare(net)),
            Letter::Offered(side, offer) => {
                // One that comes too late is of no use.
                let _ = self.act(side, |it, net| it.offer(net, offer));
            }
        }
    }

    /// The server: when both have reported each gets the other's; else the other is asked.
    fn introduce(&mut self) {
        if !self.is_open {
            return;
        }
        let [Some(a), Some(b)] = &self.reports else {
            let waiting = [A, B].into_iter().find(|it| self.reports[*it].is_none());
            if let Some(side) = waiting.filter(|it| !self.asked[*it]) {
                self.asked[side] = true;
                self.post(22, Letter::Wanted(side));
            }
            return;
        };
        let both = [a.clone(), b.clone()];
        self.used = self.reports.each_mut().map(Option::take);
        self.asked = [false, false];
        self.round += 1;
        for side in [A, B] {
            let (own, mut peer) = (&both[side], both[1 - side].clone());
            if let Some(forge) = self.forge {
                forge(1 - side, &mut peer);
            }
            let offer = Offer {
                role: [Role::Initiator, Role::Responder][side],
                number: self.round,
                delay: start_delay(own.rtt, peer.rtt),
                peer,
                key: PathKey([7; 32]),
            };
            self.post(22 + self.late[side], Letter::Offered(side, offer));
        }
    }

    /// Runs until both have the same connection, and says how long it took from the first offer
    /// to the initiator's certainty, and how it was found.
    pub(crate) fn direct(&mut self) -> (u64, Kind) {
        let began = self.net.now;
        self.run_until("a direct path", |w| {
            w.sides.iter().all(|it| it.direct.is_some())
        });
        let (at, _, kind) = self.sides[A].direct.unwrap();
        for (side, words) in [(A, b"hello, B"), (B, b"hello, A")] {
            self.net.write(self.sides[side].socket.unwrap(), words);
        }
        self.run(10_000);
        assert_eq!(self.sides[A].heard, b"hello, A", "the same connection");
        assert_eq!(self.sides[B].heard, b"hello, B", "the same connection");
        for side in [A, B] {
            assert_eq!(self.net.open_sockets(side), 1, "losers are closed");
            assert_eq!(self.net.listening(side), 0, "listeners are closed");
        }
        (at - began, kind)
    }

    /// Runs until both stay on the relay for good.
    pub(crate) fn relayed(&mut self) {
        self.run_until("no path", |w| (0..2).all(|it| w.gave_up(it)));
        assert!(self.sides.iter().all(|it| it.direct.is_none()));
        self.run(10_000);
        for side in [A, B] {
            assert_eq!(self.net.open_sockets(side), 0, "all is closed");
            assert_eq!(self.net.listening(side), 0, "all is closed");
        }
    }

    pub(crate) fn gave_up(&self, side: usize) -> bool {
        let events = &self.sides[side].events;
        let is_last = |it: &(u64, Event)| matches!(it.1, Event::NoPath { again: None });
        events.iter().any(is_last)
    }
}

impl Side {
    pub(crate) fn new(host: usize, config: Config, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self {
            puncher: Puncher::new(host, config.clone(), bytes),
            config,
            events: Vec::new(),
            direct: None,
            socket: None,
            heard: Vec::new(),
        }
    }

    pub(crate) fn times(&self, is_it: impl Fn(&Event) -> bool) -> Vec<u64> {
        let events = self.events.iter().filter(|it| is_it(&it.1));
        events.map(|it| it.0).collect()
    }
}
