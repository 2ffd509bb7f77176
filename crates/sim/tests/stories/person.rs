//! One person: an engine and what its driver does, on a host of the network.

use crate::server::DOOR;
use floater_client::report;
use floater_core::{
    Closing, Command, Config, DirectId, DirectInput, DirectOutput, Engine, Event, Input, LinkId,
    Misuse, Offer, Output, Picture,
};
use floater_proto::body::{Keep, PathReport, Policy, Reflectors};
use floater_proto::{Binary, Secret};
use floater_punch::{self as punch, ConnId, reflect::ReflectKey};
use floater_sim::{BUFFER, Network, Puncher, SocketId, Told};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

mod direct;

/// What a connection is to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Via {
    Server(LinkId),
    Direct(DirectId),
}

/// What the engine is to be told when it has been obeyed.
#[derive(Debug)]
enum Due {
    Link(LinkId, Link),
    Report(PathReport),
    Proven(DirectId, [u8; 32]),
    Elect(DirectId),
    Bytes(DirectId, Vec<u8>),
    Room(DirectId),
    Closed(DirectId),
}

#[derive(Debug)]
enum Link {
    Opened,
    Refused,
    Bytes(Vec<u8>),
    Closed,
    Room,
}

pub(crate) struct Person {
    pub(crate) engine: Engine,
    pub(crate) host: usize,
    at: usize,
    seed: u64,
    /// So much is its clock ahead of the network's.
    pub(crate) ahead: u64,
    /// The system sleeps until then: no timer runs, nothing comes in.
    pub(crate) asleep_until: u64,
    wake: Option<u64>,
    vias: BTreeMap<SocketId, Via>,
    puncher: Option<(Puncher, Reflectors)>,
    punchers: u64,
    proven: BTreeMap<DirectId, ConnId>,
    drawn: u32,
    due: VecDeque<Due>,
    tag: u32,
    /// What it showed and nobody has judged yet.
    pub(crate) shown: VecDeque<Event>,
}

impl Person {
    pub(crate) fn new(host: usize, at: usize, seed: u64, policy: Policy) -> Self {
        let instance = Binary([at as u8 + 1; 16]);
        let mut config = Config::new(Keep::Token, "floater-sim/0", instance);
        config.token = Some(Secret::new(at.to_string()));
        config.policy = policy;
        config.punches = true;
        Self {
            engine: Engine::new(config, bytes(seed, at as u64)),
            host,
            at,
            seed,
            ahead: 0,
            asleep_until: 0,
            wake: None,
            vias: BTreeMap::new(),
            puncher: None,
            punchers: 0,
            proven: BTreeMap::new(),
            drawn: 0,
            due: VecDeque::new(),
            tag: 0,
            shown: VecDeque::new(),
        }
    }

    fn now(&self, net: &Network) -> u64 {
        1_000 + net.now + self.ahead
    }

    pub(crate) fn start(&mut self, net: &mut Network) {
        let outputs = self.engine.start(self.now(net)).collect();
        self.obey(net, outputs);
    }

    pub(crate) fn command(&mut self, net: &mut Network, command: Command) -> Result<(), Misuse> {
        self.tag += 1;
        let (now, tag) = (self.now(net), self.tag);
        let outputs = self.engine.command(now, tag, command)?.collect();
        self.obey(net, outputs);
        Ok(())
    }

    pub(crate) fn offer(
        &mut self,
        net: &mut Network,
        picture: Picture,
        bytes: Vec<u8>,
    ) -> Result<(), Misuse> {
        let now = self.now(net);
        let outputs = self.engine.offer_picture(now, picture, bytes)?.collect();
        self.obey(net, outputs);
        Ok(())
    }

    fn give(&mut self, net: &mut Network, input: Input<'_>) {
        let outputs = self.engine.handle(self.now(net), input).collect();
        self.obey_only(net, outputs);
    }

    /// The network is there again, or another one.
    pub(crate) fn network(&mut self, net: &mut Network) {
        if let Some((puncher, _)) = &mut self.puncher {
            puncher.network(net);
        }
        self.give(net, Input::Online);
        self.settle(net);
    }

    /// Its clock runs ahead.
    pub(crate) fn jump(&mut self, span: u64) {
        self.ahead += span;
        if let Some((puncher, _)) = &mut self.puncher {
            puncher.ahead = self.ahead;
        }
    }

    pub(crate) fn wake_at(&self) -> Option<u64> {
        let own = self.wake.map(|at| at.saturating_sub(1_000 + self.ahead));
        let punch = self.puncher.as_ref().and_then(|it| it.0.wake_at());
        let at = own.into_iter().chain(punch).min();
        at.map(|at| at.max(self.asleep_until))
    }

    pub(crate) fn wake(&mut self, net: &mut Network) {
        let now = self.now(net);
        if self.wake.is_some_and(|at| at <= now) {
            self.wake = None;
            self.give(net, Input::Wake);
        }
        if let Some((puncher, _)) = &mut self.puncher
            && puncher.wake_at().is_some_and(|at| at <= net.now)
        {
            puncher.wake(net);
        }
        self.settle(net);
    }

    /// What the network tells; bytes are cut in two where the caller says.
    pub(crate) fn hear(&mut self, net: &mut Network, told: Told, cut: usize) {
        let told = match &mut self.puncher {
            Some((puncher, _)) => puncher.hear(net, told),
            None => Some(told),
        };
        if let Some(told) = told {
            self.hear_own(net, told, cut);
        }
        self.settle(net);
    }

    fn hear_own(&mut self, net: &mut Network, told: Told, cut: usize) {
        let (Told::Connected(socket, _)
        | Told::Failed(socket, _)
        | Told::Accepted(_, socket, _)
        | Told::Bytes(socket, _)
        | Told::Room(socket)
        | Told::Closed(socket)) = told;
        let Some(via) = self.vias.get(&socket).copied() else {
            // Nobody's any more.
            return net.close(socket);
        };
        if let Told::Failed(..) | Told::Closed(_) = told {
            self.vias.remove(&socket);
        }
        match (via, told) {
            (Via::Server(id), told) => {
                let link = match told {
                    Told::Connected(..) => Link::Opened,
                    Told::Failed(..) => Link::Refused,
                    Told::Bytes(_, bytes) => return self.due_cut(via, bytes, cut),
                    Told::Room(_) => Link::Room,
                    Told::Closed(_) => Link::Closed,
                    Told::Accepted(..) => return,
                };
                self.due.push_back(Due::Link(id, link));
            }
            (Via::Direct(_), Told::Bytes(_, bytes)) => self.due_cut(via, bytes, cut),
            (Via::Direct(id), Told::Room(_)) => self.due.push_back(Due::Room(id)),
            (Via::Direct(id), Told::Closed(_)) => self.due.push_back(Due::Closed(id)),
            (Via::Direct(_), _) => {}
        }
    }

    /// Borders mean nothing.
    fn due_cut(&mut self, via: Via, bytes: Vec<u8>, cut: usize) {
        let (first, second) = bytes.split_at(cut % (bytes.len() + 1));
        for part in [first, second].into_iter().filter(|it| !it.is_empty()) {
            self.due.push_back(match via {
                Via::Server(id) => Due::Link(id, Link::Bytes(part.to_vec())),
                Via::Direct(id) => Due::Bytes(id, part.to_vec()),
            });
        }
    }

    fn obey(&mut self, net: &mut Network, outputs: Vec<Output>) {
        self.obey_only(net, outputs);
        self.settle(net);
    }

    /// Tells the engine what came of what it wanted, until nothing is left.
    fn settle(&mut self, net: &mut Network) {
        loop {
            self.take_punched();
            let Some(due) = self.due.pop_front() else {
                return;
            };
            self.tell(net, due);
        }
    }

    fn tell(&mut self, net: &mut Network, due: Due) {
        use DirectInput as D;
        match due {
            Due::Link(id, link) => match link {
                Link::Opened => {
                    self.give(net, Input::Opened(id));
                    self.give(net, Input::Room(id, BUFFER));
                }
                Link::Refused => self.give(net, Input::Refused(id)),
                Link::Bytes(bytes) => self.give(net, Input::Bytes(id, &bytes)),
                Link::Closed => self.give(net, Input::Closed(id)),
                Link::Room => {
                    let room = self.room(net, Via::Server(id));
                    self.give(net, Input::Room(id, room));
                }
            },
            Due::Report(report) => self.give(net, Input::Direct(D::Report(&report))),
            Due::Proven(id, binding) => self.give(net, Input::Direct(D::Proven(id, binding))),
            Due::Elect(id) => self.give(net, Input::Direct(D::Elect(id))),
            Due::Bytes(id, bytes) => self.give(net, Input::Direct(D::Bytes(id, &bytes))),
            Due::Room(id) => {
                let room = self.room(net, Via::Direct(id));
                self.give(net, Input::Direct(D::Room(id, room)));
            }
            Due::Closed(id) => self.give(net, Input::Direct(D::Closed(id))),
        }
    }

    fn socket(&self, via: Via) -> Option<SocketId> {
        let mut vias = self.vias.iter();
        vias.find(|it| *it.1 == via).map(|it| *it.0)
    }

    fn room(&self, net: &Network, via: Via) -> usize {
        self.socket(via).map_or(0, |socket| net.room(socket))
    }

    fn obey_only(&mut self, net: &mut Network, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Dial(id) => {
                    let door = DOOR.parse().expect("an address");
                    let socket = net.dial(self.host, None, door);
                    self.vias.insert(socket, Via::Server(id));
                }
                Output::Send(id, bytes) => self.send(net, Via::Server(id), &bytes),
                Output::Close(id, Closing::Reconnect | Closing::Goodbye) => {
                    self.close(net, Via::Server(id));
                }
                Output::Cookie(_) | Output::Token(_) => {}
                Output::Direct(output) => self.obey_direct(net, output),
                Output::Wake(at) => self.wake = Some(at),
                Output::Event(event) => self.shown.push_back(event),
            }
        }
    }

    fn send(&mut self, net: &mut Network, via: Via, bytes: &[u8]) {
        if let Some(socket) = self.socket(via) {
            net.write(socket, bytes);
        }
    }

    fn close(&mut self, net: &mut Network, via: Via) {
        if let Some(socket) = self.socket(via) {
            self.vias.remove(&socket);
            net.finish(socket);
        }
    }

    /// Its links to the server are reset.
    pub(crate) fn cut(&mut self, net: &mut Network) {
        self.reset(net, |via| matches!(via, Via::Server(_)));
    }

    /// Its direct connections are reset.
    pub(crate) fn cut_direct(&mut self, net: &mut Network) {
        self.reset(net, |via| matches!(via, Via::Direct(_)));
    }

    fn reset(&mut self, net: &mut Network, which: impl Fn(Via) -> bool) {
        let vias = self.vias.iter().filter(|it| which(*it.1));
        for (socket, via) in vias.map(|it| (*it.0, *it.1)).collect::<Vec<_>>() {
            self.vias.remove(&socket);
            net.close(socket);
            self.due.push_back(match via {
                Via::Server(id) => Due::Link(id, Link::Closed),
                Via::Direct(id) => Due::Closed(id),
            });
        }
        self.settle(net);
    }

    /// The most that waits in a socket of its own.
    pub(crate) fn queued(&self, net: &Network) -> usize {
        let sockets = self.vias.keys().map(|socket| net.queued(*socket));
        sockets.max().unwrap_or(0)
    }
}

/// A seed of 32 bytes.
fn bytes(seed: u64, salt: u64) -> [u8; 32] {
    let mut bytes = [salt as u8 + 1; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8..16].copy_from_slice(&salt.to_be_bytes());
    bytes
}
