//! Everything of a driver but the engine: what it wants done.

use crate::link::{Came, Link, READ, Wire};
use crate::{Closing, Dial, Happening, LinkId, Output};
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// What is left to say at a close may take so long.
const LINGER: Duration = Duration::from_secs(2);
/// Links that are being closed; the oldest is dropped.
const LEAVING_MAX: usize = 4;

/// A link that the engine has done with.
struct Leaving {
    wire: Wire,
    until: Pin<Box<Sleep>>,
}

/// Links, the alarm, and what is to be told.
pub(crate) struct Hands {
    door: Box<dyn Dial>,
    links: BTreeMap<LinkId, Link>,
    leaving: VecDeque<Leaving>,
    began: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
    told: VecDeque<Happening>,
    scratch: Box<[u8]>,
    /// Whose turn it was.
    turn: LinkId,
}

impl Hands {
    pub(crate) fn new(door: Box<dyn Dial>) -> Self {
        Self {
            door,
            links: BTreeMap::new(),
            leaving: VecDeque::new(),
            began: Instant::now(),
            alarm: None,
            told: VecDeque::new(),
            scratch: vec![0; READ].into_boxed_slice(),
            turn: LinkId(0),
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
                self.links.insert(id, Link::Dialing(self.door.dial()));
            }
            Output::Send(id, bytes) => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.send(bytes);
                }
            }
            // A stream knows one way to end: the seat is held either way.
            Output::Close(id, Closing::Reconnect | Closing::Goodbye) => self.close(id),
            Output::Wake(at) => {
                let moment = self.began + Duration::from_millis(at);
                self.alarm = Some(Box::pin(sleep_until(moment)));
            }
            Output::Event(event) => self.tell(Happening::Event(event)),
            Output::Token(token) => self.tell(Happening::Token(token)),
            // A native client has no cookie, and this one finds no direct paths.
            Output::Cookie(_) | Output::Direct(_) => {}
        }
    }

    fn close(&mut self, id: LinkId) {
        let Some(wire) = self.links.remove(&id).and_then(Link::into_wire) else {
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

    /// What came of some link; after each its neighbour has the turn.
    pub(crate) fn poll_links(&mut self, context: &mut Context<'_>) -> Poll<(LinkId, Came)> {
        let mut order: Vec<LinkId> = self.links.keys().copied().collect();
        let first = order.partition_point(|id| *id <= self.turn);
        order.rotate_left(first);
        for id in order {
            let Some(link) = self.links.get_mut(&id) else {
                continue;
            };
            if let Poll::Ready(came) = link.poll(context, &mut self.scratch) {
                self.turn = id;
                if matches!(came, Came::Closed | Came::Refused(_)) {
                    self.links.remove(&id);
                }
                return Poll::Ready((id, came));
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
