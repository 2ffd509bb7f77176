//! The real lobby behind a thin `floaterd`: links, sessions without passwords, reflectors.

use floater_lobby::{
    Account, Closing, InstanceHash, Join, LinkKey, Lobby, Moment, Output, Sealer, SealingKey,
    Setup, Ticket, TicketError, Told as Tells, bounds,
};
use floater_proto::body::{
    EndMatch, Fault, OpenSession, Over, PreparedPath, Problem, Reflectors, Seat, SessionOpened,
    from_json,
};
use floater_proto::{Binary, Decoder, Id, Resource, Secret, Status, Username, limits};
use floater_punch::Rules;
use floater_punch::reflect::{self, ASK_LENGTH, ReflectKey};
use floater_server::door::request::{Arrived, Request};
use floater_server::door::write;
use floater_server::{Reply, direct};
use floater_sim::{ListenerId, Network, SocketId, Told};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Where links come in.
pub(crate) const DOOR: &str = "6.0.0.1:443";
pub(crate) const ADDRESSES: &[&str] = &["6.0.0.1", "6.0.0.2"];
const REFLECTOR_PORTS: [u16; 2] = [7001, 7002];
const REFLECT_KEY: ReflectKey = ReflectKey([3; 32]);
const WALL: u64 = 1_800_000_000;

type Answered = Result<Reply, Problem>;

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

    fn ask(&mut self, net: &mut Network, socket: SocketId, request: &Request) {
        let answer = match request.resource {
            Resource::Session => self.open(net, socket, &request.body),
            _ => self.seat(net, socket, request),
        };
        self.flush(net);
        let wall = self.moment(net).wall;
        let mut out = Vec::new();
        write::answer(&mut out, wall, request.id, &answer);
        net.write(socket, &out);
    }

    /// A token names the account; everybody has one from the start.
    fn open(&mut self, net: &mut Network, socket: SocketId, body: &[u8]) -> Answered {
        let wanted: OpenSession = from_json(body)?;
        let token = wanted.token.as_ref().map(|it| it.expose().as_str());
        let token = token.ok_or_else(|| Problem::new(Fault::NotLoggedIn, "log in"))?;
        let account: u64 = token.parse().expect("a token of ours");
        let at = self.moment(net);
        let text = wanted.ticket.as_ref();
        let ticket = text.map(|text| self.open_ticket(at, account, wanted.instance, text));
        let ticket = ticket.transpose()?;
        let tombstone = ticket.and_then(|it| self.tombstones.get(&it.match_id).copied());
        let link = self.links.get_mut(&socket).expect("a link");
        link.account = Some(account);
        let session = Binary([account as u8 + 1; 16]);
        let username = Username::new(&self.names[account as usize]).expect("a name");
        let seat = self.lobby.as_mut().expect("a lobby").join(
            at,
            Join {
                link: link.key,
                account: Account(account),
                session,
                instance: wanted.instance,
                username: username.clone(),
                ticket,
                tombstone,
            },
        );
        if let (Some(ticket), Seat::Talking { .. } | Seat::Awaiting) = (ticket, &seat) {
            self.facts.begins(account, ticket.match_id);
        }
        let told = SessionOpened {
            session,
            username,
            token: None,
            cookie_code: None,
            seat,
            reflectors: Some(reflectors(session)),
        };
        Ok(Reply::json(Status::OK, &told))
    }

    fn open_ticket(
        &self,
        at: Moment,
        account: u64,
        instance: Id,
        text: &Secret<String>,
    ) -> Result<Ticket, Problem> {
        let lobby = self.lobby.as_ref().expect("a lobby");
        let ticket = lobby.open_ticket(Account(account), text.expose(), at.wall);
        let ticket = ticket.and_then(|it| match it.instance == InstanceHash::of(&instance) {
            true => Ok(it),
            false => Err(TicketError::Foreign),
        });
        ticket.map_err(|error| Problem::new(Fault::TicketExpired, error.to_string()))
    }

    fn seat(&mut self, net: &mut Network, socket: SocketId, request: &Request) -> Answered {
        let (at, body) = (self.moment(net), request.body.as_slice());
        let (key, account) = (self.links[&socket].key, self.links[&socket].account);
        let account = account.ok_or_else(|| Problem::new(Fault::NotLoggedIn, "log in"))?;
        if request.resource == Resource::Path {
            self.facts.reported.push(account);
        }
        let sights = &self.sights;
        let lobby = self.lobby.as_mut().expect("a lobby");
        match request.resource {
            Resource::Status => {
                let now = lobby.status(at, key, &from_json(body)?)?;
                return Ok(Reply::json(Status::OK, &now));
            }
            Resource::Seek => {
                lobby.seek(at, key, Vec::new())?;
                let status = Status::ACCEPTED;
                let done = Reply::done();
                return Ok(Reply { status, ..done });
            }
            Resource::SeekEnd => lobby.end_seek(at, key)?,
            Resource::MatchAccept => lobby.accept(at, key, from_json(body)?)?,
            Resource::MatchEnd => {
                let end: EndMatch = from_json(body)?;
                let ended = lobby.end(at, key, &end);
                let is_over = |id| self.tombstones.contains_key(&id);
                ended.or_else(|problem| match end.r#match.is_some_and(is_over) {
                    true => Ok(()),
                    false => Err(problem),
                })?;
            }
            Resource::Path => {
                let mut prepared: PreparedPath = from_json(body)?;
                let id = Binary([account as u8 + 1; 16]);
                direct::count_seen(&mut prepared.report, |at| {
                    sights.values().any(|it| it.id == Some(id) && it.from == at)
                })?;
                lobby.prepare(key, prepared)?;
            }
            other => panic!("{other:?} is no part of this world"),
        }
        Ok(Reply::done())
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
        let mut out = Vec::new();
        write::told(&mut out, link.next_id, told);
        link.next_id += 1;
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

fn reflectors(id: Id) -> Reflectors {
    let more = REFLECTOR_PORTS.first();
    let more = more.map(|port| SocketAddr::new(ADDRESSES[1].parse().expect("an address"), *port));
    Reflectors {
        ports: REFLECTOR_PORTS.to_vec(),
        more: more.into_iter().collect(),
        id,
        key: Secret::new(Binary(REFLECT_KEY.0)),
    }
}
