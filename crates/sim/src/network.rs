use crate::nat::{Answer, Nat, Spec};
use crate::tcp::{Key, ListenerId, Segment, Socket, SocketId, Told};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) segment: Segment,
}

/// A network: the internet is the first; each other hangs on one by a NAT.
struct Net {
    nat: Option<Nat>,
    parent: usize,
    delay: u64,
}

/// A computer.
pub struct Host {
    /// Its own.
    pub addresses: Vec<IpAddr>,
    /// The network that it is in.
    pub net: usize,
    pub(crate) delay: u64,
    /// Asleep, or without a network: what it sends and what is sent to it is lost.
    pub is_dark: bool,
    pub(crate) listeners: BTreeMap<u16, ListenerId>,
    pub(crate) sockets: BTreeMap<Key, Socket>,
    pub(crate) next_port: u16,
    /// Every address that a SYN was sent to first.
    pub dialled: Vec<SocketAddr>,
}

pub(crate) enum Happening {
    Hop(usize, Packet),
    NatIn(usize, Packet),
    Deliver(usize, Packet),
    /// A handshake is not done.
    Retry(SocketId, u64),
    /// Something is not acknowledged.
    Again(SocketId),
}

impl Happening {
    fn whose(&self) -> Option<IpAddr> {
        match self {
            Self::Hop(_, packet) | Self::NatIn(_, packet) | Self::Deliver(_, packet) => {
                Some(packet.from.ip())
            }
            Self::Retry(..) | Self::Again(_) => None,
        }
    }
}

/// Hosts and what is between them, in virtual time.
///
/// - A story builds it: [`Network::behind`], [`Network::host`].
/// - A program on a host: [`Network::listen`], [`Network::dial`], [`Network::write`],
///   [`Network::finish`], [`Network::close`]; it hears by [`Network::told`].
/// - What happens: [`Network::step`], and [`Network::next_at`] says when. Of what happens at one
///   moment the seed says what comes first.
pub struct Network {
    /// Milliseconds.
    pub now: u64,
    seed: u64,
    pub(crate) rng: ChaCha8Rng,
    nets: Vec<Net>,
    /// In the order in which they were built.
    pub hosts: Vec<Host>,
    queue: BTreeMap<(u64, u64, u64), Happening>,
    order: u64,
    /// What programs are to be told, with the host.
    pub told: VecDeque<(usize, Told)>,
    pub(crate) ids: BTreeMap<SocketId, (usize, Key)>,
    pub(crate) drawn: u32,
    pub(crate) drawn_listeners: u32,
    /// Packets lost in the internet, in a hundred.
    pub loss: u32,
    /// Packets take up to so long more in the internet.
    pub jitter: u64,
    /// Addresses between which nothing passes in the internet.
    pub severed: BTreeSet<(IpAddr, IpAddr)>,
}

impl Network {
    /// The internet, with nobody in it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let internet = Net {
            nat: None,
            parent: 0,
            delay: 0,
        };
        Self {
            now: 0,
            seed,
            rng: ChaCha8Rng::seed_from_u64(seed),
            nets: vec![internet],
            hosts: Vec::new(),
            queue: BTreeMap::new(),
            order: 0,
            told: VecDeque::new(),
            ids: BTreeMap::new(),
            drawn: 0,
            drawn_listeners: 0,
            loss: 0,
            jitter: 0,
            severed: BTreeSet::new(),
        }
    }

    /// A network behind a NAT; the way out takes so long.
    pub fn behind(&mut self, parent: usize, spec: Spec, wan: &str, delay: u64) -> usize {
        let nat = Nat::new(spec, wan.parse().unwrap(), &mut self.rng);
        self.nets.push(Net {
            nat: Some(nat),
            parent,
            delay,
        });
        self.nets.len() - 1
    }

    /// A host in a network; the way there takes so long.
    pub fn host(&mut self, net: usize, addresses: &[&str], delay: u64) -> usize {
        self.hosts.push(Host {
            addresses: addresses.iter().map(|it| it.parse().unwrap()).collect(),
            net,
            delay,
            is_dark: false,
            listeners: BTreeMap::new(),
            sockets: BTreeMap::new(),
            next_port: 40_000,
            dialled: Vec::new(),
        });
        self.hosts.len() - 1
    }

    /// A host is in another network from now on. Its sockets keep an address that is of no use.
    pub fn move_host(&mut self, host: usize, net: usize, addresses: &[&str]) {
        let host = &mut self.hosts[host];
        host.net = net;
        host.addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
    }

    /// The NATs in front of a host forget everything.
    pub fn restart_nats(&mut self, host: usize) {
        let mut net = self.hosts[host].net;
        while let Some(nat) = self.nets[net].nat.as_mut() {
            nat.restart();
            net = self.nets[net].parent;
        }
    }

    /// A NAT sends what comes to a port of its own to a host.
    pub fn forward(&mut self, net: usize, port: u16, to: SocketAddr) {
        let nat = self.nets[net].nat.as_mut().unwrap();
        nat.forwarded.insert(port, to);
    }

    /// A host's own addresses and those of the NATs in front of it, the internet's last.
    #[must_use]
    pub fn addresses(&self, host: usize) -> Vec<IpAddr> {
        let mut all = self.hosts[host].addresses.clone();
        let mut net = self.hosts[host].net;
        while let Some(nat) = &self.nets[net].nat {
            all.push(nat.wan);
            net = self.nets[net].parent;
        }
        all
    }

    /// Nothing passes in the internet between these two any more, or everything again.
    pub fn sever(&mut self, one: IpAddr, other: IpAddr, is_severed: bool) {
        for pair in [(one, other), (other, one)] {
            match is_severed {
                true => self.severed.insert(pair),
                false => self.severed.remove(&pair),
            };
        }
    }

    /// What comes from one address keeps its order; who of several comes first, at each moment
    /// anew, the seed says.
    pub(crate) fn later(&mut self, delay: u64, what: Happening) {
        self.order += 1;
        let at = self.now + delay;
        let mut turn = DefaultHasher::new();
        (self.seed, at, what.whose()).hash(&mut turn);
        self.queue.insert((at, turn.finish(), self.order), what);
    }

    /// When something happens next.
    #[must_use]
    pub fn next_at(&self) -> Option<u64> {
        self.queue.keys().next().map(|(at, ..)| *at)
    }

    /// Lets happen what happens next.
    pub fn step(&mut self) {
        let ((at, ..), what) = self.queue.pop_first().unwrap();
        self.now = self.now.max(at);
        match what {
            Happening::Hop(net, packet) => self.hop(net, packet),
            Happening::NatIn(net, packet) => self.nat_in(net, packet),
            Happening::Deliver(host, packet) => self.arrive(host, packet),
            Happening::Retry(socket, wait) => self.retry(socket, wait),
            Happening::Again(socket) => self.again(socket),
        }
    }

    /// What the internet does to a packet; `None` if it does not come through.
    fn cross(&mut self, packet: &Packet) -> Option<u64> {
        let pair = (packet.from.ip(), packet.to.ip());
        let is_lost = self.loss > 0 && self.rng.next_u32() % 100 < self.loss;
        if is_lost || self.severed.contains(&pair) {
            return None;
        }
        let most = self.jitter + 1;
        Some(if most > 1 {
            self.rng.next_u64() % most
        } else {
            0
        })
    }

    fn hop(&mut self, net: usize, packet: Packet) {
        let to = packet.to.ip();
        let crossing = match net {
            0 => self.cross(&packet),
            _ => Some(0),
        };
        let Some(crossing) = crossing else {
            return;
        };
        let mut hosts = self.hosts.iter();
        let here = |it: &Host| it.net == net && it.addresses.contains(&to);
        if let Some(host) = hosts.position(here) {
            let delay = self.hosts[host].delay + crossing;
            return self.later(delay, Happening::Deliver(host, packet));
        }
        let is_child = |it: &Net| it.nat.as_ref().is_some_and(|nat| nat.wan == to);
        let child = (1..self.nets.len())
            .find(|it| self.nets[*it].parent == net && is_child(&self.nets[*it]));
        if let Some(child) = child {
            let delay = self.nets[child].delay + crossing;
            return self.later(delay, Happening::NatIn(child, packet));
        }
        if net > 0 {
            self.leave(net, packet);
        }
    }

    fn leave(&mut self, net: usize, mut packet: Packet) {
        let Net { nat, parent, delay } = &mut self.nets[net];
        let (parent, delay) = (*parent, *delay);
        let nat = nat.as_mut().unwrap();
        let inside = packet.from;
        let is_syn = packet.segment == Segment::Syn;
        let Some(outside) = nat.out(inside, packet.to, is_syn, &mut self.rng) else {
            return;
        };
        packet.from = outside;
        if packet.segment == Segment::Rst {
            nat.reset(inside, packet.to);
        }
        if packet.to.ip() == nat.wan {
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
}
