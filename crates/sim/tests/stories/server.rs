//! The real lobby behind a thin `floaterd`: links, sessions without passwords, reflectors.

use floater_lobby::{
    Account, Closing, InstanceHash, Join, LinkKey, Lobby, Moment, Output, Sealer, SealingKey,
    Setup, Ticket, TicketError, Told as Tells, bounds,
};
use floater_proto::body::{
    EndMatch, Fault, Notice, OpenSession, Over, PreparedPath, Problem, Reflectors, Seat,
    SessionOpened, from_json,
};
use floater_proto::{Binary, Decoder, Id, Resource, Secret, Status, Username, limits};
use floater_punch::Rules;
use floater_punch::reflect::{self, ASK_LENGTH, ReflectKey};
use floater_server::door::request::{Arrived, Request};
use floater_server::door::write;
use floater_server::{Reply, direct};
use floater_sim::{ListenerId, Network, SocketId, Told};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::net::SocketAddr;

mod asked;

/// Where links come in.
pub(crate) const DOOR: &str = "6.0.0.1:443";
pub(crate) const ADDRESSES: &[&str] = &["6.0.0.1", "6.0.0.2"];
const REFLECTOR_PORTS: [u16; 2] = [7001, 7002];
const REFLECT_KEY: ReflectKey = ReflectKey([3; 32]);
/// Over so many milliseconds they come back whom it told that it stops.
pub(crate) const SPREAD: u64 = 2_000;
const WALL: u64 = 1_800_000_000;

#[derive(Debug)]
struct Link {
    key: LinkKey,
    decoder: Decoder,
    /// Whose session is open.
    account: Option<u64>,
    /// Where relayed frames go.
    route: Option<LinkKey>,
    next_id: u64,
    heard: u64,
}

/// A connection to a reflector.
struct Sight {
    from: SocketAddr,
    /// Whose it is, once it has asked.
    id: Option<Id>,
    asked: Vec<u8>,
}

/// What a restart does not lose stands last.
pub(crate) struct Server {
    pub(crate) host: usize,
    lobby: Option<Lobby>,
    doors: Vec<ListenerId>,
    links: BTreeMap<SocketId, Link>,
    sockets: BTreeMap<LinkKey, SocketId>,
    sights: BTreeMap<SocketId, Sight>,
    pub(crate) facts: Facts,
    next_key: u64,
    starts: u8,
    seed: u64,
    dice: ChaCha8Rng,
    /// Seconds that the wall clock jumped by.
    pub(crate) wall_ahead: u64,
    names: Vec<String>,
    tombstones: BTreeMap<Id, Over>,
    was_live: bool,
}

/// What it did, for whoever judges.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Who is in which match, as they were told.
    pub(crate) matched: BTreeMap<u64, Id>,
    /// Accounts that reported ports.
    pub(crate) reported: Vec<u64>,
    /// What went wrong.
    pub(crate) wrong: Option<String>,
}

impl Server {
    pub(crate) fn new(net: &mut Network, names: Vec<String>, seed: u64) -> Self {
        let host = net.host(0, ADDRESSES, 1);
        let mut server = Self {
            host,
            lobby: None,
            doors: Vec::new(),
            links: BTreeMap::new(),
            sockets: BTreeMap::new(),
            sights: BTreeMap::new(),
            facts: Facts::default(),
            next_key: 1,
            starts: 0,
            seed,
            dice: ChaCha8Rng::seed_from_u64(seed),
            wall_ahead: 0,
            names,
            tombstones: BTreeMap::new(),
            was_live: false,
        };
        server.start(net);
        server
    }

    /// Starts with what is durable; nothing if it runs.
    pub(crate) fn start(&mut self, net: &mut Network) {
        if self.lobby.is_some() {
            return;
        }
        self.starts += 1;
        let mut seed = [self.starts; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let start = self.moment(net);
        let key = SealingKey {
            id: 1,
            born: WALL,
            secret: [1; 32],
        };
        self.lobby = Some(Lobby::new(Setup {
            seed,
            sealer: Sealer::new(vec![key], start.wall),
            block_digest: Box::new(|_, _| Binary([0; 32])),
            was_live: self.was_live,
            start,
            seats_max: bounds::SEATS_MAX,
        }));
        let ports = [443].into_iter().chain(REFLECTOR_PORTS);
        self.doors = ports.map(|port| net.listen_at(self.host, port)).collect();
    }

    /// Killed: links and memory are gone.
    pub(crate) fn kill(&mut self, net: &mut Network) {
        self.lobby = None;
        self.links.clear();
        self.sockets.clear();
        self.sights.clear();
        self.facts.matched.clear();
        net.kill(self.host);
    }

    /// Stopped: links are told, memory is gone.
    pub(crate) fn stop(&mut self, net: &mut Network) {
        let spread = SPREAD;
        for (socket, mut link) in std::mem::take(&mut self.links) {
            if link.account.is_some() {
                let told = Tells::Notice(Notice::Shutdown { spread });
                net.write(socket, &link.words(&told));
            }
            net.finish(socket);
        }
        for door in std::mem::take(&mut self.doors) {
            net.shut(self.host, door);
        }
        for socket in std::mem::take(&mut self.sights).into_keys() {
            net.close(socket);
        }
        self.lobby = None;
        self.sockets.clear();
        self.facts.matched.clear();
    }

    fn moment(&self, net: &Network) -> Moment {
        Moment {
            now: net.now,
            wall: WALL + self.wall_ahead + net.now / 1_000,
        }
    }

    pub(crate) fn wake_at(&self) -> Option<u64> {
        let dead = limits::LINK_DEAD_AFTER.as_millis() as u64;
        let dead = self.links.values().map(|it| it.heard + dead);
        let lobby = self.lobby.as_ref().and_then(Lobby::wake_at);
        dead.chain(lobby).min()
    }

    pub(crate) fn wake(&mut self, net: &mut Network) {
        let dead = limits::LINK_DEAD_AFTER.as_millis() as u64;
        let silent = self.links.iter().filter(|it| it.1.heard + dead <= net.now);
        for socket in silent.map(|it| *it.0).collect::<Vec<_>>() {
            net.close(socket);
            self.gone(net, socket);
        }
        let at = self.moment(net);
        if let Some(lobby) = &mut self.lobby {
            lobby.handle_wake(at);
        }
        self.flush(net);
    }

    pub(crate) fn hear(&mut self, net: &mut Network, told: Told) {
        match told {
            Told::Accepted(door, socket, from) if self.doors.first() == Some(&door) => {
                self.enter(net, socket, from);
            }
            Told::Accepted(_, socket, from) => {
                let (id, asked) = (None, Vec::new());
                self.sights.insert(socket, Sight { from, id, asked });
            }
            Told::Bytes(socket, bytes) if self.links.contains_key(&socket) => {
                self.bytes(net, socket, &bytes);
            }
            Told::Bytes(socket, bytes) => self.reflect(net, socket, &bytes),
            Told::Closed(socket) => self.gone(net, socket),
            Told::Connected(..) | Told::Failed(..) | Told::Room(_) => {}
        }
    }

    fn enter(&mut self, net: &Network, socket: SocketId, _from: SocketAddr) {
        let key = LinkKey(self.next_key);
        self.next_key += 1;
        self.sockets.insert(key, socket);
        self.links.insert(
            socket,
            Link {
                key,
                decoder: Decoder::new(limits::MESSAGE_MAX),
                account: None,
                route: None,
                next_id: 1,
                heard: net.now,
            },
        );
    }

    fn gone(&mut self, net: &mut Network, socket: SocketId) {
        self.sights.remove(&socket);
        let Some(link) = self.links.remove(&socket) else {
            return;
        };
        self.sockets.remove(&link.key);
        let at = self.moment(net);
        if let Some(lobby) = &mut self.lobby {
            lobby.handle_closed(at, link.key, Closing::Lost);
        }
        self.flush(net);
    }

    /// A reflector's part.
    fn reflect(&mut self, net: &mut Network, socket: SocketId, bytes: &[u8]) {
        let Some(sight) = self.sights.get_mut(&socket) else {
            return;
        };
        sight.asked.extend_from_slice(bytes);
        while sight.asked.len() >= ASK_LENGTH {
            let rest = sight.asked.split_off(ASK_LENGTH);
            let asked = std::mem::replace(&mut sight.asked, rest);
            let answer = reflect::answer(&asked, sight.from, |_| Some(REFLECT_KEY));
            let (ask, answer) = answer.expect("a question").expect("a whole one");
            sight.id = Some(Binary(ask.id));
            net.write(socket, &answer);
        }
    }

    fn bytes(&mut self, net: &mut Network, socket: SocketId, bytes: &[u8]) {
        let link = self.links.get_mut(&socket).expect("a link");
        link.heard = net.now;
        link.decoder.push(bytes).expect("whole messages");
        loop {
            let Some(link) = self.links.get_mut(&socket) else {
                return;
            };
            let Some(message) = link.decoder.next().expect("whole messages") else {
                return;
            };
            match Arrived::sort(&message) {
                Arrived::Relay { bytes, .. } => self.relay(net, socket, &bytes),
                Arrived::Ask(request) => self.ask(net, socket, &request),
                Arrived::Wrong { problem, .. } => panic!("an engine asks wrongly: {problem:?}"),
                Arrived::Answer => {}
            }
        }
    }

    fn relay(&mut self, net: &mut Network, socket: SocketId, bytes: &[u8]) {
        let route = self.links[&socket].route;
        if let Some(to) = route.and_then(|to| self.sockets.get(&to)) {
            net.write(*to, bytes);
            // I7: windows keep honest links below it.
            if net.queued(*to) > bounds::RELAY_QUEUE {
                let told = format!("{} bytes wait on the relay", net.queued(*to));
                self.facts.wrong.get_or_insert(told);
            }
        }
    }

    /// Does what the lobby decided, in its order.
    fn flush(&mut self, net: &mut Network) {
        let Some(lobby) = &mut self.lobby else {
            return;
        };
        let outputs: Vec<_> = lobby.drain().collect();
        if let Some(wrong) = lobby.inconsistency() {
            self.facts.wrong.get_or_insert(wrong);
        }
        for output in outputs {
            match output {
                Output::Tell { link, told } => self.tell(net, link, &told),
                Output::Route { link, to } => {
                    if let Some(link) = self.link_mut(link) {
                        link.route = to;
                    }
                }
                Output::Offer {
                    match_id,
                    number,
                    sides,
                } => {
                    let [(a, of_a), (b, of_b)] = &*sides;
                    let rules = Rules::default();
                    let offers = direct::offers(match_id, number, [of_a, of_b], rules);
                    for (link, offer) in [*a, *b].into_iter().zip(offers) {
                        self.tell(net, link, &Tells::Offer(Box::new(offer)));
                    }
                }
                Output::Close { link } => {
                    if let Some(socket) = self.sockets.remove(&link) {
                        self.links.remove(&socket);
                        net.finish(socket);
                    }
                }
                Output::Tombstone(tombstone) => {
                    self.facts.over(tombstone.match_id);
                    self.tombstones.insert(tombstone.match_id, tombstone.over);
                }
                Output::Live(live) => self.was_live = live,
            }
        }
    }

    fn link_mut(&mut self, key: LinkKey) -> Option<&mut Link> {
        let socket = self.sockets.get(&key)?;
        self.links.get_mut(socket)
    }

    fn tell(&mut self, net: &mut Network, key: LinkKey, told: &Tells) {
        let Some(socket) = self.sockets.get(&key).copied() else {
            return;
        };
        let link = self.links.get_mut(&socket).expect("a link");
        let out = link.words(told);
        if let (Tells::Matched(matched), Some(account)) = (told, link.account) {
            self.facts.begins(account, matched.r#match);
        }
        net.write(socket, &out);
    }

    /// How many matches run.
    pub(crate) fn talking(&self) -> usize {
        self.lobby.as_ref().map_or(0, Lobby::talking)
    }
}

impl Link {
    fn words(&mut self, told: &Tells) -> Vec<u8> {
        let mut out = Vec::new();
        write::told(&mut out, self.next_id, told);
        self.next_id += 1;
        out
    }
}

impl Facts {
    /// P2: whoever begins a match is in no other.
    fn begins(&mut self, account: u64, id: Id) {
        let before = self.matched.insert(account, id);
        if before.is_some_and(|before| before != id) {
            let told = format!("account {account} is in two matches");
            self.wrong.get_or_insert(told);
        }
    }

    fn over(&mut self, id: Id) {
        self.matched.retain(|_, of| *of != id);
    }
}
