//! A host's TCP: crossing SYNs, listeners that share their port, streams that outlive loss.

use crate::network::{Happening, Network, Packet};
use floater_punch::{Failure, Family};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// What a socket takes before it is acknowledged.
pub const BUFFER: usize = 64 * 1024;
/// A handshake is repeated after this, and after twice as long, as the kernel does.
const HANDSHAKE: u64 = 1_000;
/// The last wait of a handshake.
const HANDSHAKE_LAST: u64 = 16_000;
/// What is not acknowledged is sent again after this, and after twice as long.
const AGAIN: u64 = 300;
/// The longest wait before that.
const AGAIN_MOST: u64 = 3_000;
/// `TCP_USER_TIMEOUT`: a stream on which nothing is acknowledged is dead after this.
const DEAD: u64 = 20_000;

/// Names a socket, on whatever host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub(crate) u32);

/// Names a listener, on whatever host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(pub(crate) u32);

/// Its own endpoint and the other one.
pub(crate) type Key = (SocketAddr, SocketAddr);

/// What the network tells a host's program.
#[derive(Debug, Clone)]
pub enum Told {
    /// A dial succeeded, from this endpoint.
    Connected(SocketId, SocketAddr),
    /// A dial failed.
    Failed(SocketId, Failure),
    /// A listener brought a connection from there.
    Accepted(ListenerId, SocketId, SocketAddr),
    /// Bytes, in order.
    Bytes(SocketId, Vec<u8>),
    /// Something was acknowledged.
    Room(SocketId),
    /// The other side closed, or the stream is dead.
    Closed(SocketId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Syn,
    SynAck,
    /// The next piece that is expected.
    Ack(u64),
    Rst,
    Icmp,
    Data(u64, Piece),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    Fin,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum State {
    SynSent,
    SynReceived,
    Established,
}

#[derive(Debug)]
pub(crate) struct Socket {
    id: SocketId,
    state: State,
    is_accepted: bool,
    /// The program has done with it.
    is_left: bool,
    sent: u64,
    unacknowledged: VecDeque<(u64, Piece)>,
    /// Since when nothing of it is acknowledged.
    since: u64,
    wait: u64,
    is_waiting: bool,
    expected: u64,
    early: BTreeMap<u64, Piece>,
}

impl Network {
    fn address(&self, host: usize, family: Family) -> Option<IpAddr> {
        let mut addresses = self.hosts[host].addresses.iter();
        addresses
            .find(|it| it.is_ipv4() == (family == Family::V4))
            .copied()
    }

    /// Listens on a port of the system's choice.
    pub fn listen(&mut self, host: usize, family: Family) -> Option<(ListenerId, SocketAddr)> {
        let address = self.address(host, family)?;
        let port = self.fresh_port(host);
        Some((self.listen_at(host, port), SocketAddr::new(address, port)))
    }

    /// Listens on this port, of whatever address.
    pub fn listen_at(&mut self, host: usize, port: u16) -> ListenerId {
        self.drawn_listeners += 1;
        let id = ListenerId(self.drawn_listeners);
        self.hosts[host].listeners.insert(port, id);
        id
    }

    /// Listens no more. What was accepted goes on.
    pub fn shut(&mut self, host: usize, id: ListenerId) {
        self.hosts[host].listeners.retain(|_, it| *it != id);
    }

    fn fresh_port(&mut self, host: usize) -> u16 {
        let it = &mut self.hosts[host];
        it.next_port = it.next_port.checked_add(1).unwrap_or(10_000);
        it.next_port
    }

    /// Dials, from the port of a listener or a fresh one.
    pub fn dial(&mut self, host: usize, from: Option<ListenerId>, to: SocketAddr) -> SocketId {
        self.hosts[host].dialled.push(to);
        self.drawn += 1;
        let id = SocketId(self.drawn);
        let Some(address) = self.address(host, Family::of(to)) else {
            self.tell(host, Told::Failed(id, Failure::Other));
            return id;
        };
        let mut listeners = self.hosts[host].listeners.iter();
        let shared = from.and_then(|from| listeners.find(|(_, it)| **it == from));
        let port = match shared.map(|it| *it.0) {
            Some(port) => port,
            None => self.fresh_port(host),
        };
        let key = (SocketAddr::new(address, port), to);
        if self.hosts[host].sockets.contains_key(&key) {
            self.tell(host, Told::Failed(id, Failure::Crossed));
            return id;
        }
        self.open(host, key, id, State::SynSent);
        self.send(host, key, Segment::Syn);
        id
    }

    fn open(&mut self, host: usize, key: Key, id: SocketId, state: State) {
        let socket = Socket {
            id,
            state,
            is_accepted: state == State::SynReceived,
            is_left: false,
            sent: 0,
            unacknowledged: VecDeque::new(),
            since: self.now,
            wait: AGAIN,
            is_waiting: false,
            expected: 0,
            early: BTreeMap::new(),
        };
        self.hosts[host].sockets.insert(key, socket);
        self.ids.insert(id, (host, key));
        self.later(HANDSHAKE, Happening::Retry(id, 2 * HANDSHAKE));
    }

    /// The other end of a connection.
    #[must_use]
    pub fn remote(&self, id: SocketId) -> Option<SocketAddr> {
        self.ids.get(&id).map(|(_, key)| key.1)
    }

    /// Sends, after all that was sent before.
    pub fn write(&mut self, id: SocketId, bytes: &[u8]) {
        self.put(id, Piece::Bytes(bytes.to_vec()));
    }

    fn put(&mut self, id: SocketId, piece: Piece) {
        let Some(&(host, key)) = self.ids.get(&id) else {
            return;
        };
        let now = self.now;
        let socket = self.hosts[host].sockets.get_mut(&key).unwrap();
        if socket.unacknowledged.is_empty() {
            socket.since = now;
        }
        let number = socket.sent;
        socket.sent += 1;
        socket.unacknowledged.push_back((number, piece.clone()));
        if socket.state == State::Established {
            self.send(host, key, Segment::Data(number, piece));
            self.watch(host, key);
        }
    }

    fn watch(&mut self, host: usize, key: Key) {
        let socket = self.hosts[host].sockets.get_mut(&key).unwrap();
        if !socket.is_waiting && !socket.unacknowledged.is_empty() {
            socket.is_waiting = true;
            let (id, wait) = (socket.id, socket.wait);
            self.later(wait, Happening::Again(id));
        }
    }

    /// How much the socket takes.
    #[must_use]
    pub fn room(&self, id: SocketId) -> usize {
        BUFFER.saturating_sub(self.queued(id))
    }

    /// How much waits to be acknowledged.
    #[must_use]
    pub fn queued(&self, id: SocketId) -> usize {
        let socket = self.ids.get(&id).map(|it| &self.hosts[it.0].sockets[&it.1]);
        let pieces = socket.into_iter().flat_map(|it| &it.unacknowledged);
        let length = |(_, piece): &(u64, Piece)| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Fin => 0,
        };
        pieces.map(length).sum()
    }

    /// Closes when all is sent that was given before, within a bounded time.
    pub fn finish(&mut self, id: SocketId) {
        let Some(&(host, key)) = self.ids.get(&id) else {
            return;
        };
        let socket = self.hosts[host].sockets.get_mut(&key).unwrap();
        if socket.state == State::SynSent {
            return self.close(id);
        }
        socket.is_left = true;
        self.put(id, Piece::Fin);
    }

    /// Harsh, as a system is that closes with bytes unread.
    pub fn close(&mut self, id: SocketId) {
        if let Some((host, key, socket)) = self.take(id)
            && socket.state != State::SynSent
        {
            self.send(host, key, Segment::Rst);
        }
    }

    /// The programs of a host are killed: its system resets what they had.
    pub fn kill(&mut self, host: usize) {
        self.hosts[host].listeners.clear();
        let sockets = self.hosts[host].sockets.values();
        for id in sockets.map(|it| it.id).collect::<Vec<_>>() {
            self.close(id);
        }
        self.told.retain(|(of, _)| *of != host);
    }

    fn take(&mut self, id: SocketId) -> Option<(usize, Key, Socket)> {
        let (host, key) = self.ids.remove(&id)?;
        let socket = self.hosts[host].sockets.remove(&key)?;
        Some((host, key, socket))
    }

    /// Sockets that the programs of a host have.
    #[must_use]
    pub fn open_sockets(&self, host: usize) -> usize {
        let sockets = self.hosts[host].sockets.values();
        let is_known = |it: &&Socket| !it.is_accepted || it.state == State::Established;
        sockets.filter(|it| is_known(it) && !it.is_left).count()
    }

    /// Listeners that a host has.
    #[must_use]
    pub fn listening(&self, host: usize) -> usize {
        self.hosts[host].listeners.len()
    }

    fn send(&mut self, host: usize, key: Key, segment: Segment) {
        if self.hosts[host].is_dark {
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

    pub(crate) fn retry(&mut self, id: SocketId, wait: u64) {
        let Some(&(host, key)) = self.ids.get(&id) else {
            return;
        };
        let segment = match self.hosts[host].sockets[&key].state {
            State::SynSent => Segment::Syn,
            State::SynReceived => Segment::SynAck,
            State::Established => return,
        };
        if wait > HANDSHAKE_LAST {
            return self.end(id, Failure::Other);
        }
        self.send(host, key, segment);
        self.later(wait, Happening::Retry(id, wait * 2));
    }

    pub(crate) fn again(&mut self, id: SocketId) {
        let Some(&(host, key)) = self.ids.get(&id) else {
            return;
        };
        let now = self.now;
        let socket = self.hosts[host].sockets.get_mut(&key).unwrap();
        socket.is_waiting = false;
        let Some(first) = socket.unacknowledged.front().cloned() else {
            return;
        };
        if now >= socket.since + DEAD {
            return self.end(id, Failure::Other);
        }
        socket.wait = (socket.wait * 2).min(AGAIN_MOST);
        self.send(host, key, Segment::Data(first.0, first.1));
        self.watch(host, key);
    }

    pub(crate) fn arrive(&mut self, host: usize, packet: Packet) {
        if self.hosts[host].is_dark {
            return;
        }
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
                self.send(host, key, Segment::Ack(0));
                self.established(host, key);
            }
            (State::SynReceived, Segment::SynAck | Segment::Ack(_)) => self.established(host, key),
            (State::SynReceived, Segment::Data(number, piece)) => {
                self.established(host, key);
                self.heard(host, key, number, piece);
            }
            (State::SynReceived, Segment::Syn) => self.send(host, key, Segment::SynAck),
            (State::Established, Segment::Data(number, piece)) => {
                self.heard(host, key, number, piece);
            }
            (State::Established, Segment::Ack(next)) => self.acknowledged(host, key, next),
            (State::Established, Segment::SynAck) => {
                let expected = socket.expected;
                self.send(host, key, Segment::Ack(expected));
            }
            (_, Segment::Rst | Segment::Icmp) => {
                let id = socket.id;
                self.end(id, Failure::Refused);
            }
            _ => {}
        }
    }

    fn arrive_new(&mut self, host: usize, key: Key, segment: Segment) {
        let is_heard = self.hosts[host].listeners.contains_key(&key.0.port());
        match segment {
            Segment::Syn if is_heard => {
                self.drawn += 1;
                let id = SocketId(self.drawn);
                self.open(host, key, id, State::SynReceived);
                self.send(host, key, Segment::SynAck);
            }
            Segment::Rst | Segment::Icmp => {}
            _ => self.send(host, key, Segment::Rst),
        }
    }

    fn established(&mut self, host: usize, key: Key) {
        let now = self.now;
        let it = &mut self.hosts[host];
        let listener = it.listeners.get(&key.0.port()).copied();
        let socket = it.sockets.get_mut(&key).unwrap();
        socket.state = State::Established;
        socket.since = now;
        let id = socket.id;
        let written: Vec<_> = socket.unacknowledged.iter().cloned().collect();
        match (socket.is_accepted, listener) {
            (true, Some(listener)) => self.tell(host, Told::Accepted(listener, id, key.1)),
            // Without a listener any more nobody takes it.
            (true, None) => return self.close(id),
            (false, _) => self.tell(host, Told::Connected(id, key.0)),
        }
        for (number, piece) in written {
            self.send(host, key, Segment::Data(number, piece));
        }
        self.watch(host, key);
    }

    fn heard(&mut self, host: usize, key: Key, number: u64, piece: Piece) {
        let Some(socket) = self.hosts[host].sockets.get_mut(&key) else {
            return;
        };
        let (id, is_left) = (socket.id, socket.is_left);
        if number >= socket.expected {
            socket.early.insert(number, piece);
        }
        let mut ready = Vec::new();
        while let Some(piece) = socket.early.remove(&socket.expected) {
            socket.expected += 1;
            ready.push(piece);
        }
        let expected = socket.expected;
        self.send(host, key, Segment::Ack(expected));
        for piece in ready {
            match piece {
                Piece::Bytes(bytes) if !is_left => self.tell(host, Told::Bytes(id, bytes)),
                Piece::Bytes(_) => {}
                Piece::Fin => return self.end(id, Failure::Other),
            }
        }
    }

    fn acknowledged(&mut self, host: usize, key: Key, next: u64) {
        let now = self.now;
        let socket = self.hosts[host].sockets.get_mut(&key).unwrap();
        let before = socket.unacknowledged.len();
        socket.unacknowledged.retain(|(number, _)| *number >= next);
        if socket.unacknowledged.len() == before {
            return;
        }
        (socket.since, socket.wait) = (now, AGAIN);
        let id = socket.id;
        match (socket.is_left, socket.unacknowledged.is_empty()) {
            (false, _) => self.tell(host, Told::Room(id)),
            (true, true) => drop(self.take(id)),
            (true, false) => {}
        }
    }

    /// It is over, and not by its program.
    fn end(&mut self, id: SocketId, failure: Failure) {
        let Some((host, _, socket)) = self.take(id) else {
            return;
        };
        match socket.state {
            _ if socket.is_left => {}
            State::Established => self.tell(host, Told::Closed(id)),
            _ if socket.is_accepted => {}
            _ => self.tell(host, Told::Failed(id, failure)),
        }
    }
}
