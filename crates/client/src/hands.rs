//! Everything of a driver but the engine: what it wants done.

use crate::direct::{Direct, Told};
use crate::link::{Came, DIRECT, Link, READ, Wire};
use crate::network::Network;
use crate::{Closing, Dial, DirectId, DirectOutput, Happening, LinkId, Output};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// What is left to say at a close may take so long.
const LINGER: Duration = Duration::from_secs(2);
/// Links that are being closed; the oldest is dropped.
const LEAVING_MAX: usize = 4;

/// Names a connection: to the server, or to the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Via {
    Server(LinkId),
    Direct(DirectId),
}

/// A link that the engine has done with.
struct Leaving {
    wire: Wire,
    until: Pin<Box<Sleep>>,
}

/// Links, the search for direct ones, the alarm, and what is to be told.
pub(crate) struct Hands {
    door: Box<dyn Dial>,
    /// Where the door was found last.
    server: Option<IpAddr>,
    links: BTreeMap<Via, Link>,
    direct: Direct,
    network: Option<Network>,
    leaving: VecDeque<Leaving>,
    began: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
    told: VecDeque<Happening>,
    scratch: Box<[u8]>,
    /// Whose turn it was.
    turn: Via,
}

impl Hands {
    pub(crate) fn new(door: Box<dyn Dial>) -> Self {
        Self {
            door,
            server: None,
            links: BTreeMap::new(),
            direct: Direct::default(),
            network: Network::watch(),
            leaving: VecDeque::new(),
            began: Instant::now(),
            alarm: None,
            told: VecDeque::new(),
            scratch: vec![0; READ].into_boxed_slice(),
            turn: Via::Server(LinkId(0)),
        }
    }

    /// Milliseconds that never run backwards.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn told(&mut self) -> Option<Happening> {
        self.told.pop_front()
    }

    pub(crate) fn tell(&mut self, happening: Happening) {
        self.told.push_back(happening);
    }

    pub(crate) fn obey(&mut self, output: Output) {
        match output {
            Output::Dial(id) => {
                let link = Link::Dialing(self.door.dial());
                self.links.insert(Via::Server(id), link);
            }
            Output::Send(id, bytes) => {
                if let Some(link) = self.links.get_mut(&Via::Server(id)) {
                    link.send(bytes);
                }
            }
            // A stream knows one way to end: the seat is held either way.
            Output::Close(id, Closing::Reconnect | Closing::Goodbye) => {
                self.close(Via::Server(id));
            }
            Output::Direct(output) => self.obey_direct(output),
            Output::Wake(at) => {
                let moment = self.began + Duration::from_millis(at);
                self.alarm = Some(Box::pin(sleep_until(moment)));
            }
            Output::Event(event) => self.tell(Happening::Event(event)),
            Output::Token(token) => self.tell(Happening::Token(token)),
            // A native client has no cookie.
            Output::Cookie(_) => {}
        }
    }

    fn obey_direct(&mut self, output: DirectOutput) {
        match output {
            DirectOutput::Prepare(reflectors) => self.direct.prepare(self.server, reflectors),
            DirectOutput::Rest => self.direct.rest(),
            DirectOutput::Offer(offer) => self.direct.offer(&offer),
            DirectOutput::Send(id, bytes) => match self.links.get_mut(&Via::Direct(id)) {
                Some(link) => link.send(bytes),
                None => self.direct.say(id, bytes.into()),
            },
            DirectOutput::Elected(id) => {
                if let Some((stream, found)) = self.direct.elected(id) {
                    let wire = Wire::new(Box::new(stream), DIRECT);
                    self.links.insert(Via::Direct(id), Link::Open(wire));
                    self.tell(Happening::Direct(found));
                }
            }
            DirectOutput::Close(id) => {
                self.direct.let_go(id);
                self.close(Via::Direct(id));
            }
        }
    }

    fn close(&mut self, via: Via) {
        let Some(wire) = self.links.remove(&via).and_then(Link::into_wire) else {
            return;
        };
        if self.leaving.len() >= LEAVING_MAX {
            self.leaving.pop_front();
        }
        let until = Box::pin(tokio::time::sleep(LINGER));
        self.leaving.push_back(Leaving { wire, until });
    }

    /// Whether the alarm went off.
    pub(crate) fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(alarm) = self.alarm.as_mut() else {
            return Poll::Pending;
        };
        let rang = alarm.as_mut().poll(context);
        if rang.is_ready() {
            self.alarm = None;
        }
        rang
    }

    /// What is to be told of the search for direct paths.
    pub(crate) fn poll_direct(&mut self, context: &mut Context<'_>) -> Poll<Told> {
        self.direct.poll(context)
    }

    /// Whether the system says that the network is another one.
    pub(crate) fn poll_network(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(network) = &mut self.network else {
            return Poll::Pending;
        };
        let changed = ready!(network.poll(context));
        if changed.is_err() {
            self.network = None;
        }
        Poll::Ready(())
    }

    /// The network is another one.
    pub(crate) fn network(&mut self) {
        self.direct.network();
    }

    /// What came of some link; after each its neighbour has the turn.
    pub(crate) fn poll_links(&mut self, context: &mut Context<'_>) -> Poll<(Via, Came)> {
        let mut order: Vec<Via> = self.links.keys().copied().collect();
        let first = order.partition_point(|via| *via <= self.turn);
        order.rotate_left(first);
        for via in order {
            let Some(link) = self.links.get_mut(&via) else {
                continue;
            };
            if let Poll::Ready(came) = link.poll(context, &mut self.scratch) {
                self.turn = via;
                match &came {
                    Came::Closed | Came::Refused(_) => drop(self.links.remove(&via)),
                    Came::Opened(server) => self.server = server.or(self.server),
                    Came::Bytes(_) | Came::Room(_) => {}
                }
                return Poll::Ready((via, came));
            }
        }
        Poll::Pending
    }

    /// The bytes that came last.
    pub(crate) fn scratch(&self, length: usize) -> &[u8] {
        self.scratch.get(..length).unwrap_or_default()
    }

    /// Whether nothing is left to say.
    pub(crate) fn poll_leaving(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.leaving.retain_mut(|leaving| {
            let closed = leaving.wire.poll_close(context).is_ready();
            !closed && leaving.until.as_mut().poll(context).is_pending()
        });
        if self.leaving.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
