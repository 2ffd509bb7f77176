//! A network in virtual time: hosts with the part of TCP that matters here, NATs of every kind,
//! delays and lost SYNs.

use floater_punch::{ConnId, Failure, Family, From, PortId};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// How a NAT maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Map {
    Preserving,
    Moving,
    AddressDependent,
    Sequential(u16),
    Random,
}

/// Whom a NAT lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    Independent,
    Address,
    AddressAndPort,
}

/// What a NAT answers to a SYN that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Drop,
    Rst,
    Icmp,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) map: Map,
    pub(crate) filter: Filter,
    pub(crate) answer: Answer,
    pub(crate) hairpin: bool,
}

const fn nat(map: Map, filter: Filter) -> Spec {
    Spec {
        map,
        filter,
        answer: Answer::Drop,
        hairpin: false,
    }
}

pub(crate) const FULL_CONE: Spec = nat(Map::Moving, Filter::Independent);
pub(crate) const ADF: Spec = nat(Map::Moving, Filter::Address);
pub(crate) const APDF: Spec = nat(Map::Preserving, Filter::AddressAndPort);
pub(crate) const APDF_MOVED: Spec = nat(Map::Moving, Filter::AddressAndPort);
pub(crate) const ADM: Spec = nat(Map::AddressDependent, Filter::AddressAndPort);
pub(crate) const SEQUENTIAL: Spec = nat(Map::Sequential(1), Filter::AddressAndPort);
pub(crate) const RANDOM: Spec = nat(Map::Random, Filter::AddressAndPort);

impl Spec {
    pub(crate) const fn answering(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    pub(crate) const fn hairpinning(self) -> Self {
        Self {
            hairpin: true,
            ..self
        }
    }
}

struct Entry {
    inside: SocketAddr,
    key: Option<(IpAddr, u16)>,
    outside: u16,
    sent_to: BTreeSet<SocketAddr>,
}

pub(crate) struct Nat {
    spec: Spec,
    pub(crate) wan: IpAddr,
    entries: Vec<Entry>,
    pub(crate) forwarded: BTreeMap<u16, SocketAddr>,
    /// Flows that began outside: what answers them leaves where they came in.
    came: BTreeMap<(SocketAddr, SocketAddr), u16>,
    last: u16,
}

impl Nat {
    fn out(&mut self, from: SocketAddr, to: SocketAddr, rng: &mut ChaCha8Rng) -> SocketAddr {
        if let Some(outside) = self.came.get(&(from, to)) {
            return SocketAddr::new(self.wan, *outside);
        }
        let key = match self.spec.map {
            Map::Preserving | Map::Moving => None,
            Map::AddressDependent => Some((to.ip(), 0)),
            Map::Sequential(_) | Map::Random => Some((to.ip(), to.port())),
        };
        let is_it = |it: &&mut Entry| it.inside == from && it.key == key;
        if let Some(entry) = self.entries.iter_mut().find(is_it) {
            entry.sent_to.insert(to);
            return SocketAddr::new(self.wan, entry.outside);
        }
        let outside = match self.spec.map {
            Map::Preserving if !self.entries.iter().any(|it| it.outside == from.port()) => {
                from.port()
            }
            Map::Sequential(step) => {
                self.last += step;
                self.last
            }
            _ => 1_024 + (rng.next_u32() % 64_512) as u16,
        };
        self.entries.push(Entry {
            inside: from,
            key,
            outside,
            sent_to: BTreeSet::from([to]),
        });
        SocketAddr::new(self.wan, outside)
    }

    fn back(&mut self, port: u16, from: SocketAddr) -> Option<SocketAddr> {
        if let Some(to) = self.forwarded.get(&port) {
            self.came.insert((*to, from), port);
            return Some(*to);
        }
        let lets_in = |it: &&Entry| match self.spec.filter {
            Filter::Independent => true,
            Filter::Address => it.sent_to.iter().any(|to| to.ip() == from.ip()),
            Filter::AddressAndPort => it.sent_to.contains(&from),
        };
        let mut entries = self.entries.iter().filter(|it| it.outside == port);
        entries.find(lets_in).map(|it| it.inside)
    }

    /// An RST ends the flow, and the mapping with the last one.
    fn reset(&mut self, inside: SocketAddr, outside: SocketAddr) {
        for entry in self.entries.iter_mut().filter(|it| it.inside == inside) {
            entry.sent_to.remove(&outside);
        }
        self.entries.retain(|it| !it.sent_to.is_empty());
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Syn,
    SynAck,
    Ack,
    Rst,
    Icmp,
    Data(Vec<u8>),
}

#[derive(Debug, Clone)]
struct Packet {
    from: SocketAddr,
    to: SocketAddr,
    segment: Segment,
}

/// A network: the internet is the first; each other hangs on one by a NAT.
struct Net {
    nat: Option<Nat>,
    parent: usize,
    delay: u64,
}

pub(crate) struct Host {
    pub(crate) addresses: Vec<IpAddr>,
    net: usize,
    delay: u64,
    listeners: BTreeMap<u16, PortId>,
    ports: BTreeMap<PortId, u16>,
    sockets: BTreeMap<(SocketAddr, SocketAddr), Socket>,
    next_port: u16,
    accepted: u32,
    /// Every address that a SYN was sent to.
    pub(crate) dialled: Vec<SocketAddr>,
}

struct Socket {
    state: State,
    conn: Option<ConnId>,
    is_accepted: bool,
}

#[derive(PartialEq, Clone, Copy)]
enum State {
    SynSent,
    SynReceived,
    Established,
}

/// What the network tells a host's program.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Connected(ConnId, SocketAddr),
    Failed(ConnId, Failure),
    Accepted(PortId, ConnId, SocketAddr),
    Bytes(ConnId, Vec<u8>),
    Closed(ConnId),
}

enum Happening {
    Hop(usize, Packet),
    NatIn(usize, Packet),
    Deliver(usize, Packet),
    Retry(usize, (SocketAddr, SocketAddr), u64),
}

pub(crate) struct Network {
    pub(crate) now: u64,
    rng: ChaCha8Rng,
    nets: Vec<Net>,
    pub(crate) hosts: Vec<Host>,
    queue: BTreeMap<(u64, u64), Happening>,
    order: u64,
    pub(crate) told: VecDeque<(usize, Told)>,
    /// SYNs lost, in a hundred.
    pub(crate) loss: u32,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        let internet = Net {
            nat: None,
            parent: 0,
            delay: 0,
        };
        Self {
            now: 0,
            rng: ChaCha8Rng::seed_from_u64(seed),
            nets: vec![internet],
            hosts: Vec::new(),
            queue: BTreeMap::new(),
            order: 0,
            told: VecDeque::new(),
            loss: 0,
        }
    }

    /// A network behind a NAT; the way out takes so long.
    pub(crate) fn behind(&mut self, parent: usize, spec: Spec, wan: &str, delay: u64) -> usize {
        let nat = Nat {
            spec,
            wan: wan.parse().unwrap(),
            entries: Vec::new(),
            forwarded: BTreeMap::new(),
            came: BTreeMap::new(),
            last: 20_000 + (self.rng.next_u32() % 20_000) as u16,
        };
        self.nets.push(Net {
            nat: Some(nat),
            parent,
            delay,
        });
        self.nets.len() - 1
    }

    pub(crate) fn nat(&mut self, net: usize) -> &mut Nat {
        self.nets[net].nat.as_mut().unwrap()
    }

    pub(crate) fn host(&mut self, net: usize, addresses: &[&str], delay: u64) -> usize {
        self.hosts.push(Host {
            addresses: addresses.iter().map(|it| it.parse().unwrap()).collect(),
            net,
            delay,
            listeners: BTreeMap::new(),
            ports: BTreeMap::new(),
            sockets: BTreeMap::new(),
            next_port: 40_000,
            accepted: 0,
            dialled: Vec::new(),
        });
        self.hosts.len() - 1
    }

    fn later(&mut self, delay: u64, what: Happening) {
        self.order += 1;
        self.queue.insert((self.now + delay, self.order), what);
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    /// Lets happen what happens next.
    pub(crate) fn step(&mut self) {
        let ((at, _), what) = self.queue.pop_first().unwrap();
        self.now = at;
        match what {
            Happening::Hop(net, packet) => self.hop(net, packet),
            Happening::NatIn(net, packet) => self.nat_in(net, packet),
            Happening::Deliver(host, packet) => self.arrive(host, packet),
            Happening::Retry(host, key, wait) => self.retry(host, key, wait),
        }
    }

    fn hop(&mut self, net: usize, mut packet: Packet) {
        let to = packet.to.ip();
        let host = self
            .hosts
            .iter()
            .position(|it| it.net == net && it.addresses.contains(&to));
        if let Some(host) = host {
            let delay = self.hosts[host].delay;
            return self.later(delay, Happening::Deliver(host, packet));
        }
        let is_child = |it: &Net| it.nat.as_ref().is_some_and(|nat| nat.wan == to);
        let child = (1..self.nets.len())
            .find(|it| self.nets[*it].parent == net && is_child(&self.nets[*it]));
        if let Some(child) = child {
            let delay = self.nets[child].delay;
            return self.later(delay, Happening::NatIn(child, packet));
        }
        if net == 0 {
            return;
        }
        let Net { nat, parent, delay } = &mut self.nets[net];
        let (parent, delay) = (*parent, *delay);
        let nat = nat.as_mut().unwrap();
        let inside = packet.from;
        packet.from = nat.out(inside, packet.to, &mut self.rng);
        if packet.segment == Segment::Rst {
            nat.reset(inside, packet.to);
        }
        if to == nat.wan {
            if nat.spec.hairpin {
                self.later(0, Happening::NatIn(net, packet));
            }
            return;
        }
        self.later(delay, Happening::Hop(parent, packet));
    }

    fn nat_in(&mut self, net: usize, mut packet: Packet) {
        let nat = self.nets[net].nat.as_mut().unwrap();
        if let Some(inside) = nat.back(packet.to.port(), packet.from) {
            packet.to = inside;
            if packet.segment == Segment::Rst {
                nat.reset(inside, packet.from);
            }
            return self.later(0, Happening::Hop(net, packet));
        }
        let segment = match nat.spec.answer {
            Answer::Rst => Segment::Rst,
            Answer::Icmp => Segment::Icmp,
            Answer::Drop => return,
        };
        if packet.segment == Segment::Syn {
            let (parent, delay) = (self.nets[net].parent, self.nets[net].delay);
            let back = Packet {
                from: packet.to,
                to: packet.from,
                segment,
            };
            self.later(delay, Happening::Hop(parent, back));
        }
    }

    fn send(&mut self, host: usize, key: (SocketAddr, SocketAddr), segment: Segment) {
        let is_handshake = matches!(segment, Segment::Syn | Segment::SynAck);
        if is_handshake && self.rng.next_u32() % 100 < self.loss {
            return;
        }
        let (net, delay) = (self.hosts[host].net, self.hosts[host].delay);
        let packet = Packet {
            from: key.0,
            to: key.1,
            segment,
        };
        self.later(delay, Happening::Hop(net, packet));
    }

    fn tell(&mut self, host: usize, told: Told) {
        self.told.push_back((host, told));
    }

    fn retry(&mut self, host: usize, key: (SocketAddr, SocketAddr), wait: u64) {
        let state = self.hosts[host].sockets.get(&key).map(|it| it.state);
        let segment = match state {
            Some(State::SynSent) => Segment::Syn,
            Some(State::SynReceived) => Segment::SynAck,
            _ => return,
        };
        self.send(host, key, segment);
        self.later(wait, Happening::Retry(host, key, wait * 2));
    }

    fn arrive(&mut self, host: usize, packet: Packet) {
        let key = (packet.to, packet.from);
        let Some(socket) = self.hosts[host].sockets.get_mut(&key) else {
            return self.arrive_new(host, key, packet.segment);
        };
        match (socket.state, packet.segment) {
            (State::SynSent, Segment::Syn) => {
                socket.state = State::SynReceived;
                self.send(host, key, Segment::SynAck);
            }
            (State::SynSent, Segment::SynAck) => {
                self.send(host, key, Segment::Ack);
                self.established(host, key);
            }
            (State::SynReceived, Segment::SynAck | Segment::Ack) => self.established(host, key),
            (State::SynReceived, Segment::Data(bytes)) => {
                self.established(host, key);
                self.heard(host, key, bytes);
            }
            (State::SynReceived, Segment::Syn) => self.send(host, key, Segment::SynAck),
            (State::Established, Segment::Data(bytes)) => self.heard(host, key, bytes),
            (State::Established, Segment::SynAck) => self.send(host, key, Segment::Ack),
            (_, Segment::Rst | Segment::Icmp) => self.ended(host, key),
            _ => {}
        }
    }

    fn arrive_new(&mut self, host: usize, key: (SocketAddr, SocketAddr), segment: Segment) {
        let is_heard = self.hosts[host].listeners.contains_key(&key.0.port());
        match segment {
            Segment::Syn if is_heard => {
                let socket = Socket {
                    state: State::SynReceived,
                    conn: None,
                    is_accepted: true,
                };
                self.hosts[host].sockets.insert(key, socket);
                self.send(host, key, Segment::SynAck);
                self.later(1_000, Happening::Retry(host, key, 2_000));
            }
            Segment::Rst | Segment::Icmp => {}
            _ => self.send(host, key, Segment::Rst),
        }
    }

    fn established(&mut self, host: usize, key: (SocketAddr, SocketAddr)) {
        let it = &mut self.hosts[host];
        let port = it.listeners.get(&key.0.port()).copied();
        let socket = it.sockets.get_mut(&key).unwrap();
        socket.state = State::Established;
        if socket.is_accepted {
            it.accepted += 1;
            let conn = ConnId::Accepted(it.accepted);
            socket.conn = Some(conn);
            // Without a listener any more nobody takes it.
            if let Some(port) = port {
                self.tell(host, Told::Accepted(port, conn, key.1));
            }
        } else {
            let conn = socket.conn.unwrap();
            self.tell(host, Told::Connected(conn, key.0));
        }
    }

    fn heard(&mut self, host: usize, key: (SocketAddr, SocketAddr), bytes: Vec<u8>) {
        let conn = self.hosts[host].sockets[&key].conn.unwrap();
        self.tell(host, Told::Bytes(conn, bytes));
    }

    fn ended(&mut self, host: usize, key: (SocketAddr, SocketAddr)) {
        let socket = self.hosts[host].sockets.remove(&key).unwrap();
        match (socket.conn, socket.state) {
            (Some(conn), State::Established) => self.tell(host, Told::Closed(conn)),
            (Some(conn), _) => self.tell(host, Told::Failed(conn, Failure::Refused)),
            (None, _) => {}
        }
    }

    fn address(&self, host: usize, family: Family) -> Option<IpAddr> {
        let mut addresses = self.hosts[host].addresses.iter();
        addresses
            .find(|it| it.is_ipv4() == (family == Family::V4))
            .copied()
    }

    pub(crate) fn listen(&mut self, host: usize, id: PortId, family: Family) -> Option<SocketAddr> {
        let address = self.address(host, family)?;
        let it = &mut self.hosts[host];
        it.next_port += 1;
        it.listeners.insert(it.next_port, id);
        it.ports.insert(id, it.next_port);
        Some(SocketAddr::new(address, it.next_port))
    }

    /// Listens where the story says.
    pub(crate) fn listen_at(&mut self, host: usize, port: u16) {
        let it = &mut self.hosts[host];
        it.listeners.insert(port, PortId(port.into()));
    }

    pub(crate) fn shut(&mut self, host: usize, id: PortId) {
        self.hosts[host].listeners.retain(|_, it| *it != id);
    }

    pub(crate) fn dial(&mut self, host: usize, conn: ConnId, from: From, to: SocketAddr) {
        self.hosts[host].dialled.push(to);
        let Some(address) = self.address(host, Family::of(to)) else {
            return self.tell(host, Told::Failed(conn, Failure::Other));
        };
        let it = &mut self.hosts[host];
        let port = match from {
            From::Port(id) => it.ports[&id],
            From::Fresh => {
                it.next_port += 1;
                it.next_port
            }
        };
        let key = (SocketAddr::new(address, port), to);
        if it.sockets.contains_key(&key) {
            return self.tell(host, Told::Failed(conn, Failure::Crossed));
        }
        let socket = Socket {
            state: State::SynSent,
            conn: Some(conn),
            is_accepted: false,
        };
        it.sockets.insert(key, socket);
        self.send(host, key, Segment::Syn);
        self.later(1_000, Happening::Retry(host, key, 2_000));
    }

    fn key(&self, host: usize, conn: ConnId) -> Option<(SocketAddr, SocketAddr)> {
        let sockets = &self.hosts[host].sockets;
        let mut found = sockets.iter().filter(|(_, it)| it.conn == Some(conn));
        found.next().map(|(key, _)| *key)
    }

    pub(crate) fn remote(&self, host: usize, conn: ConnId) -> Option<SocketAddr> {
        self.key(host, conn).map(|it| it.1)
    }

    pub(crate) fn write(&mut self, host: usize, conn: ConnId, bytes: &[u8]) {
        if let Some(key) = self.key(host, conn) {
            self.send(host, key, Segment::Data(bytes.to_vec()));
        }
    }

    /// Harsh, as a system is that closes with bytes unread.
    pub(crate) fn close(&mut self, host: usize, conn: ConnId) {
        let Some(key) = self.key(host, conn) else {
            return;
        };
        let socket = self.hosts[host].sockets.remove(&key).unwrap();
        if socket.state != State::SynSent {
            self.send(host, key, Segment::Rst);
        }
    }

    pub(crate) fn open_sockets(&self, host: usize) -> usize {
        self.hosts[host].sockets.len()
    }

    pub(crate) fn listening(&self, host: usize) -> usize {
        self.hosts[host].listeners.len()
    }
}
