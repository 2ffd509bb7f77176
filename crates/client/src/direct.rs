//! The search for direct paths: a hole puncher, and names for what it finds. FLOATER/1.0 §8

pub mod report;

use crate::proto::body::{PathReport, Reflectors};
use crate::{DirectId, DirectInput, Kind, Offer};
use floater_punch::{Binding, Config, ConnId, Driver, Event, Misuse, Rules, reflect::ReflectKey};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// How a direct connection was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// By which of the other one's addresses.
    pub kind: Kind,
    /// Milliseconds after the attempt's first offer.
    pub after: u64,
}

/// What is to be told to the engine.
pub(crate) enum Told {
    Report(PathReport),
    Proven(DirectId, Binding),
    Elect(DirectId),
    Bytes(DirectId, Vec<u8>),
    Closed(DirectId),
}

impl Told {
    pub(crate) const fn input(&self) -> DirectInput<'_> {
        match self {
            Self::Report(report) => DirectInput::Report(report),
            Self::Proven(id, binding) => DirectInput::Proven(*id, *binding),
            Self::Elect(id) => DirectInput::Elect(*id),
            Self::Bytes(id, bytes) => DirectInput::Bytes(*id, bytes.as_slice()),
            Self::Closed(id) => DirectInput::Closed(*id),
        }
    }
}

/// A hole puncher, once reflectors are known, and its proven connections.
#[derive(Default)]
pub(crate) struct Direct {
    puncher: Option<Puncher>,
    proven: BTreeMap<DirectId, ConnId>,
    drawn: u32,
    told: VecDeque<Told>,
}

/// It asks these.
struct Puncher {
    driver: Driver,
    server: Option<IpAddr>,
    reflectors: Reflectors,
}

/// Where the reflectors of a server are, those at its own address first.
pub(crate) fn endpoints(server: Option<IpAddr>, reflectors: &Reflectors) -> Vec<SocketAddr> {
    let at_server = |ip| {
        let ports = reflectors.ports.iter();
        ports.map(move |port| SocketAddr::new(ip, *port))
    };
    let known = server.into_iter().flat_map(at_server);
    known.chain(reflectors.more.iter().copied()).collect()
}

/// A hole puncher that asks these reflectors; nothing where the system has no random bytes.
pub(crate) fn driver(server: Option<IpAddr>, reflectors: &Reflectors) -> Option<Driver> {
    let all = endpoints(server, reflectors);
    let key = ReflectKey(reflectors.key.expose().0);
    let mut config = Config::new(all, reflectors.id.0, key);
    // Whoever has a server of their own on this machine finds the other one here.
    config.rules = Rules {
        loopback: server.is_some_and(|it| it.is_loopback()),
    };
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).ok()?;
    Some(Driver::new(config, *seed))
}

impl Direct {
    /// Prepares, or reports again what is prepared.
    pub(crate) fn prepare(&mut self, server: Option<IpAddr>, reflectors: Reflectors) {
        let asks = |it: &Puncher| (it.server, &it.reflectors) == (server, &reflectors);
        if !self.puncher.as_ref().is_some_and(asks) {
            self.rest();
            self.puncher = driver(server, &reflectors).map(|driver| Puncher {
                driver,
                server,
                reflectors,
            });
        }
        if let Some(puncher) = &mut self.puncher {
            puncher.driver.prepare();
        }
    }

    /// Lets go of everything that was not elected.
    pub(crate) fn rest(&mut self) {
        if let Some(mut puncher) = self.puncher.take() {
            // Routers take back what they mapped; all else ends by the drop.
            puncher.driver.stop();
        }
        self.told.retain(|told| !matches!(told, Told::Report(_)));
        let closed = std::mem::take(&mut self.proven).into_keys();
        self.told.extend(closed.map(Told::Closed));
    }

    pub(crate) fn offer(&mut self, offer: &Offer) {
        let Some(Puncher { driver, .. }) = &mut self.puncher else {
            return;
        };
        match driver.offer(report::offer(offer)) {
            Ok(()) => {}
            // It was let go meanwhile: a fresh report leads to another offer.
            Err(Misuse::NotPrepared) => driver.prepare(),
            // The attempt that is under way goes on without it.
            Err(_) => {}
        }
    }

    /// Says something on a proven connection; on one that is closed there is nothing to say.
    pub(crate) fn say(&mut self, id: DirectId, bytes: Vec<u8>) {
        if let (Some(puncher), Some(conn)) = (&mut self.puncher, self.proven.get(&id)) {
            let _ = puncher.driver.say(*conn, bytes);
        }
    }

    /// The connection that both chose. `None` if it is closed, which the engine is told.
    pub(crate) fn elected(&mut self, id: DirectId) -> Option<(TcpStream, Found)> {
        let elected = self.take_elected(id);
        if elected.is_none() {
            self.proven.remove(&id);
            self.told.push_back(Told::Closed(id));
        }
        elected
    }

    fn take_elected(&mut self, id: DirectId) -> Option<(TcpStream, Found)> {
        let conn = *self.proven.get(&id)?;
        let stream = self.puncher.as_mut()?.driver.elected(conn).ok()?;
        // What it said before waits in the driver's queue, which `Direct` ends.
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(event) = self.poll_event(&mut context) {
            if let Event::Direct { kind, after, .. } = event {
                self.proven.remove(&id);
                return Some((stream, Found { kind, after }));
            }
            self.event(event);
        }
        None
    }

    pub(crate) fn let_go(&mut self, id: DirectId) {
        if let (Some(puncher), Some(conn)) = (&mut self.puncher, self.proven.remove(&id)) {
            puncher.driver.let_go(conn);
        }
    }

    pub(crate) fn network(&mut self) {
        if let Some(puncher) = &mut self.puncher {
            puncher.driver.network();
        }
    }

    /// What is to be told next.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Told> {
        loop {
            if let Some(told) = self.told.pop_front() {
                return Poll::Ready(told);
            }
            match self.poll_event(context) {
                Poll::Ready(event) => self.event(event),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        match &mut self.puncher {
            Some(puncher) => pin!(puncher.driver.next()).poll(context),
            None => Poll::Pending,
        }
    }

    fn event(&mut self, event: Event) {
        let told = match event {
            Event::Report(report) => Some(Told::Report(report::told(&report))),
            Event::Proven { conn, binding } => {
                let id = DirectId(self.drawn);
                self.drawn = self.drawn.wrapping_add(1);
                self.proven.insert(id, conn);
                Some(Told::Proven(id, binding))
            }
            Event::Bytes(conn, bytes) => self.id(conn).map(|id| Told::Bytes(id, bytes)),
            Event::Lost(conn) => self.id(conn).map(|id| {
                self.proven.remove(&id);
                Told::Closed(id)
            }),
            Event::Elect(conn) => self.id(conn).map(Told::Elect),
            // The engine seeks again by itself.
            _ => None,
        };
        self.told.extend(told);
    }

    fn id(&self, of: ConnId) -> Option<DirectId> {
        let mut proven = self.proven.iter();
        proven.find(|(_, conn)| **conn == of).map(|(id, _)| *id)
    }
}
