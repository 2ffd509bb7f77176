use crate::network::Network;
use crate::tcp::{ListenerId, SocketId, Told};
use floater_punch::{Config, ConnId, Event, From, Input, Misuse, Offer, Output, PortId, Punch};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// A [`Punch`] with sockets of a [`Network`]: what `Driver` is to those of the system.
pub struct Puncher {
    /// The engine.
    pub punch: Punch,
    host: usize,
    /// So much is its clock ahead of the network's.
    pub ahead: u64,
    /// Where it listens.
    pub listened: BTreeMap<PortId, SocketAddr>,
    listeners: BTreeMap<PortId, ListenerId>,
    sockets: BTreeMap<ConnId, SocketId>,
    conns: BTreeMap<SocketId, ConnId>,
    accepted: u32,
    /// Dials that have neither succeeded nor failed, and where they lead.
    pub flights: BTreeMap<ConnId, SocketAddr>,
    /// Dials that the engine ended, with their moments.
    pub cancelled: Vec<(u64, ConnId)>,
    wake: Option<u64>,
    /// What its caller is to be told.
    pub events: VecDeque<Event>,
}

impl Puncher {
    /// An engine on a host.
    #[must_use]
    pub fn new(host: usize, config: Config, seed: [u8; 32]) -> Self {
        Self {
            punch: Punch::new(config, seed),
            host,
            ahead: 0,
            listened: BTreeMap::new(),
            listeners: BTreeMap::new(),
            sockets: BTreeMap::new(),
            conns: BTreeMap::new(),
            accepted: 0,
            flights: BTreeMap::new(),
            cancelled: Vec::new(),
            wake: None,
            events: VecDeque::new(),
        }
    }

    fn now(&self, net: &Network) -> u64 {
        net.now + self.ahead
    }

    /// [`Punch::prepare`].
    pub fn prepare(&mut self, net: &mut Network) {
        let outputs = self.punch.prepare(self.now(net)).collect();
        self.obey(net, outputs);
    }

    /// [`Punch::offer`].
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn offer(&mut self, net: &mut Network, offer: Offer) -> Result<(), Misuse> {
        let outputs = self.punch.offer(self.now(net), offer)?.collect();
        self.obey(net, outputs);
        Ok(())
    }

    /// [`Punch::say`].
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn say(&mut self, net: &mut Network, conn: ConnId, bytes: Vec<u8>) -> Result<(), Misuse> {
        let outputs = self.punch.say(self.now(net), conn, bytes)?.collect();
        self.obey(net, outputs);
        Ok(())
    }

    /// [`Punch::elected`]. The connection is the caller's from now on.
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn elected(&mut self, net: &mut Network, conn: ConnId) -> Result<SocketId, Misuse> {
        let outputs = self.punch.elected(self.now(net), conn)?.collect();
        let socket = self.sockets.get(&conn).copied();
        self.obey(net, outputs);
        let socket = socket.ok_or(Misuse::NotProven)?;
        self.forget(socket);
        Ok(socket)
    }

    /// [`Punch::let_go`].
    pub fn let_go(&mut self, net: &mut Network, conn: ConnId) {
        let outputs = self.punch.let_go(self.now(net), conn).collect();
        self.obey(net, outputs);
    }

    /// [`Punch::stop`].
    pub fn stop(&mut self, net: &mut Network) {
        let outputs = self.punch.stop(self.now(net)).collect();
        self.obey(net, outputs);
    }

    /// The network has changed.
    pub fn network(&mut self, net: &mut Network) {
        self.give(net, Input::Network);
    }

    /// When it is to be woken, by the network's clock.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        self.wake.map(|at| at.saturating_sub(self.ahead))
    }

    /// Its time has come.
    pub fn wake(&mut self, net: &mut Network) {
        self.wake = None;
        self.give(net, Input::Wake);
    }

    /// The socket of a connection.
    #[must_use]
    pub fn socket(&self, conn: ConnId) -> Option<SocketId> {
        self.sockets.get(&conn).copied()
    }

    /// What the network tells this host; back if it is not for this engine.
    pub fn hear(&mut self, net: &mut Network, told: Told) -> Option<Told> {
        if let Told::Accepted(listener, socket, from) = told {
            let is_foreign = self.accepted(net, listener, socket, from);
            return is_foreign.then_some(told);
        }
        let (Told::Connected(socket, _)
        | Told::Failed(socket, _)
        | Told::Accepted(_, socket, _)
        | Told::Bytes(socket, _)
        | Told::Room(socket)
        | Told::Closed(socket)) = told;
        let Some(conn) = self.conns.get(&socket).copied() else {
            return Some(told);
        };
        match told {
            Told::Connected(_, local) => {
                self.flights.remove(&conn);
                self.give(net, Input::Connected(conn, local));
            }
            Told::Failed(_, failure) => {
                self.forget(socket);
                self.flights.remove(&conn);
                self.give(net, Input::Failed(conn, failure));
            }
            Told::Bytes(_, bytes) => self.give(net, Input::Bytes(conn, &bytes)),
            Told::Closed(_) => {
                self.forget(socket);
                self.give(net, Input::Closed(conn));
            }
            Told::Room(_) | Told::Accepted(..) => {}
        }
        None
    }

    /// Whether it was for somebody else.
    fn accepted(
        &mut self,
        net: &mut Network,
        listener: ListenerId,
        socket: SocketId,
        from: SocketAddr,
    ) -> bool {
        let mut listeners = self.listeners.iter();
        let Some(port) = listeners.find(|it| *it.1 == listener).map(|it| *it.0) else {
            return true;
        };
        let conn = ConnId::Accepted(self.accepted);
        self.accepted += 1;
        self.remember(conn, socket);
        self.give(net, Input::Accepted(port, conn, from));
        false
    }

    fn remember(&mut self, conn: ConnId, socket: SocketId) {
        self.sockets.insert(conn, socket);
        self.conns.insert(socket, conn);
    }

    fn forget(&mut self, socket: SocketId) {
        if let Some(conn) = self.conns.remove(&socket) {
            self.sockets.remove(&conn);
        }
    }

    /// Tells the engine something.
    pub fn give(&mut self, net: &mut Network, input: Input<'_>) {
        let outputs = self.punch.handle(self.now(net), input).collect();
        self.obey(net, outputs);
    }

    /// Does what the engine wants.
    pub fn obey(&mut self, net: &mut Network, outputs: Vec<Output>) {
        let mut bound = Vec::new();
        for output in outputs {
            match output {
                Output::Listen(port, family) => {
                    bound.push((port, net.listen(self.host, family)));
                }
                Output::Shut(port) => {
                    if let Some(listener) = self.listeners.remove(&port) {
                        net.shut(self.host, listener);
                    }
                }
                Output::Dial(conn, from, to) => self.dial(net, conn, from, to),
                Output::Send(conn, bytes) => {
                    if let Some(socket) = self.sockets.get(&conn) {
                        net.write(*socket, &bytes);
                    }
                }
                Output::Close(conn) => self.close(net, conn),
                Output::Map(..) => {}
                Output::Wake(at) => self.wake = Some(at),
                Output::Event(event) => self.events.push_back(event),
            }
        }
        for (port, listening) in bound {
            match listening {
                Some((listener, at)) => {
                    self.listeners.insert(port, listener);
                    self.listened.insert(port, at);
                    self.give(net, Input::Listening(port, at));
                }
                None => self.give(net, Input::NotListening(port)),
            }
        }
    }

    fn dial(&mut self, net: &mut Network, conn: ConnId, from: From, to: SocketAddr) {
        let listener = match from {
            From::Port(port) => self.listeners.get(&port).copied(),
            From::Fresh => None,
        };
        self.flights.insert(conn, to);
        let socket = net.dial(self.host, listener, to);
        self.remember(conn, socket);
    }

    fn close(&mut self, net: &mut Network, conn: ConnId) {
        if self.flights.remove(&conn).is_some() {
            self.cancelled.push((self.now(net), conn));
        }
        if let Some(socket) = self.sockets.get(&conn).copied() {
            self.forget(socket);
            net.close(socket);
        }
    }
}
