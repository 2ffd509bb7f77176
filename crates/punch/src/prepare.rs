//! What is made ready while one waits: ports, and what reflectors see of them.

use crate::address::{Scope, canonical, same_network};
use crate::limits::REFLECTORS_MAX;
use crate::mapping::{Class, Mapping, Observation};
use crate::reflect::{self, About, Ask};
use crate::report::{PortReport, Report, Slot};
use crate::seam::{ConnId, Context, Failure, Family, From, Output, PortId};
use core::net::SocketAddr;
use rand_core::Rng;

/// A reflector that does not answer holds up the next one no longer than this.
const STEP: u64 = 1_000;

/// The ports of one round and their connections to the reflectors. These stay open until a path
/// is chosen: they keep the mappings alive.
pub(crate) struct Set {
    ports: Vec<Port>,
    reflections: Vec<Reflection>,
    began: u64,
    rtt: Option<u64>,
}

/// A local port with its listener.
struct Port {
    id: PortId,
    family: Family,
    slot: Slot,
    state: Bound,
    lease: Lease,
}

/// What became of asking the router to map it.
enum Lease {
    Unasked,
    Asked,
    Refused,
    Mapped(SocketAddr),
}

impl Lease {
    const fn endpoint(&self) -> Option<SocketAddr> {
        match self {
            Self::Mapped(endpoint) => Some(*endpoint),
            Self::Unasked | Self::Asked | Self::Refused => None,
        }
    }
}

enum Bound {
    Pending,
    Listening(u16),
    Failed,
}

/// A connection from a port to a reflector.
struct Reflection {
    port: PortId,
    reflector: SocketAddr,
    local: Option<SocketAddr>,
    observed: Option<SocketAddr>,
    step: Step,
}

enum Step {
    Planned,
    Dialling {
        conn: ConnId,
        since: u64,
    },
    Asking {
        conn: ConnId,
        ask: Ask,
        since: u64,
        heard: Vec<u8>,
    },
    Answered {
        conn: ConnId,
        at: u64,
    },
    Failed,
}

impl Reflection {
    fn conn(&self) -> Option<ConnId> {
        match self.step {
            Step::Dialling { conn, .. }
            | Step::Asking { conn, .. }
            | Step::Answered { conn, .. } => Some(conn),
            Step::Planned | Step::Failed => None,
        }
    }

    fn is_settled(&self) -> bool {
        self.observed.is_some() || matches!(self.step, Step::Failed)
    }
}

impl Set {
    /// Begins: two ports for each family in which a reflector answers.
    pub(crate) fn begin(cx: &mut Context) -> Self {
        let reflectors = cx.config.reflectors.iter().copied().take(REFLECTORS_MAX);
        let reflectors: Vec<SocketAddr> = reflectors.collect();
        let mut set = Self {
            ports: Vec::new(),
            reflections: Vec::new(),
            began: cx.now,
            rtt: None,
        };
        for family in [Family::V4, Family::V6] {
            let here: Vec<_> = reflectors
                .iter()
                .filter(|it| Family::of(**it) == family)
                .collect();
            for slot in [Slot::First, Slot::Second] {
                if here.is_empty() {
                    continue;
                }
                let id = cx.listen(family);
                set.ports.push(Port {
                    id,
                    family,
                    slot,
                    state: Bound::Pending,
                    lease: Lease::Unasked,
                });
                // The first port tells the class; of the second one needs to know where it is.
                let count = if slot == Slot::First { here.len() } else { 1 };
                let reflections = here.iter().take(count).map(|reflector| Reflection {
                    port: id,
                    reflector: **reflector,
                    local: None,
                    observed: None,
                    step: Step::Planned,
                });
                set.reflections.extend(reflections);
            }
        }
        set
    }

    pub(crate) fn listening(&mut self, id: PortId, number: Option<u16>) {
        let Some(port) = self.ports.iter_mut().find(|it| it.id == id) else {
            return;
        };
        port.state = number.map_or(Bound::Failed, Bound::Listening);
        if number.is_none() {
            let reflections = self.reflections.iter_mut().filter(|it| it.port == id);
            reflections.for_each(|it| it.step = Step::Failed);
        }
    }

    pub(crate) fn mapped(&mut self, id: PortId, to: SocketAddr) -> bool {
        let Some(port) = self.ports.iter_mut().find(|it| it.id == id) else {
            return false;
        };
        let is_new = port.lease.endpoint() != Some(to);
        port.lease = Lease::Mapped(to);
        is_new
    }

    /// No router maps this port.
    pub(crate) fn unmapped(&mut self, id: PortId) -> bool {
        let mut ports = self.ports.iter_mut();
        let asked = ports.find(|it| it.id == id && matches!(it.lease, Lease::Asked));
        asked.map(|it| it.lease = Lease::Refused).is_some()
    }

    /// Whether a router was asked, and it is not known what it says.
    pub(crate) fn is_mapping(&self) -> bool {
        let mut ports = self.ports.iter();
        ports.any(|it| matches!(it.lease, Lease::Asked))
    }

    pub(crate) fn connected(&mut self, conn: ConnId, local: SocketAddr, cx: &mut Context) -> bool {
        let Some(reflection) = self.reflection(conn) else {
            return false;
        };
        reflection.local = Some(canonical(local));
        reflection.ask(conn, cx);
        let id = reflection.port;
        self.map(id, canonical(local), cx);
        true
    }

    /// The first port is mapped where it stands in a private network.
    fn map(&mut self, id: PortId, local: SocketAddr, cx: &mut Context) {
        let is_private = local.is_ipv4() && Scope::of(local.ip()) == Scope::Private;
        let port = self.ports.iter_mut().find(|it| it.id == id);
        let is_unasked = |it: &Port| matches!(it.lease, Lease::Unasked);
        let wanted = port.filter(|it| it.slot == Slot::First && is_unasked(it));
        if let Some(port) = wanted.filter(|_| is_private && cx.config.map_ports) {
            port.lease = Lease::Asked;
            cx.put(Output::Map(id, local));
        }
    }

    pub(crate) fn bytes(&mut self, conn: ConnId, bytes: &[u8], cx: &mut Context) -> bool {
        let Some(reflection) = self.reflection(conn) else {
            return false;
        };
        let rtt = reflection.answer(conn, bytes, cx);
        self.rtt = self.rtt.into_iter().chain(rtt).min();
        true
    }

    pub(crate) fn failed(&mut self, conn: ConnId, failure: Failure) -> bool {
        let Some(reflection) = self.reflection(conn) else {
            return false;
        };
        reflection.step = Step::Failed;
        if failure == Failure::Other {
            let dead = reflection.reflector;
            let others = self
                .reflections
                .iter_mut()
                .filter(|it| it.reflector == dead && matches!(it.step, Step::Planned));
            others.for_each(|it| it.step = Step::Failed);
        }
        true
    }

    fn reflection(&mut self, conn: ConnId) -> Option<&mut Reflection> {
        let mut all = self.reflections.iter_mut();
        all.find(|it| it.conn() == Some(conn))
    }

    /// Dials the next reflector when the one before is connected, so that a sequence shows.
    pub(crate) fn tick(&mut self, cx: &mut Context) {
        for reflection in &mut self.reflections {
            reflection.tick(cx);
        }
        let is_open = |it: &Reflection| matches!(it.step, Step::Dialling { .. });
        while !self.reflections.iter().any(is_open) {
            let ports = &self.ports;
            let is_bound = |id| {
                let mut ports = ports.iter();
                ports.any(|it| it.id == id && matches!(it.state, Bound::Listening(_)))
            };
            let next = self
                .reflections
                .iter_mut()
                .find(|it| matches!(it.step, Step::Planned));
            let Some(next) = next.filter(|it| is_bound(it.port)) else {
                return;
            };
            let conn = cx.dial(From::Port(next.port), next.reflector);
            next.step = Step::Dialling {
                conn,
                since: cx.now,
            };
        }
    }

    pub(crate) fn wake_at(&self, cx: &Context) -> Option<u64> {
        let steps = self.reflections.iter().filter_map(|it| it.wake_at(cx));
        let whole = self.began.saturating_add(cx.config.timers.prepare);
        let is_done = self.is_complete(cx);
        steps.chain((!is_done).then_some(whole)).min()
    }

    /// Nothing more is waited for.
    pub(crate) fn is_complete(&self, cx: &Context) -> bool {
        let is_late = cx.now >= self.began.saturating_add(cx.config.timers.prepare);
        is_late || self.reflections.iter().all(Reflection::is_settled)
    }

    /// A reflector's connection was lost, and its mapping may be with it.
    pub(crate) fn is_broken(&self) -> bool {
        let is_lost = |it: &Reflection| it.observed.is_some() && matches!(it.step, Step::Failed);
        self.reflections.iter().any(is_lost)
    }

    pub(crate) fn is_older_than(&self, span: u64, cx: &Context) -> bool {
        cx.now >= self.expires(span)
    }

    pub(crate) fn expires(&self, span: u64) -> u64 {
        self.began.saturating_add(span)
    }

    pub(crate) fn has(&self, id: PortId) -> bool {
        self.ports.iter().any(|it| it.id == id)
    }

    pub(crate) fn port(&self, slot: Slot, family: Family) -> Option<PortId> {
        let mut ports = self.ports.iter();
        let port = ports.find(|it| it.slot == slot && it.family == family);
        port.map(|it| it.id)
    }

    /// What is known; `None` if no reflector saw anything.
    pub(crate) fn report(&self, cx: &Context) -> Option<Report> {
        let mapping = Mapping::classify(&self.observations());
        let ports: Vec<_> = self
            .ports
            .iter()
            .filter_map(|port| self.port_report(port, mapping, cx))
            .collect();
        (!ports.is_empty()).then_some(Report {
            ports,
            mapping,
            filtering: cx.config.filtering,
            rtt: self.rtt.unwrap_or(0),
        })
    }

    fn observations(&self) -> Vec<Observation> {
        let all = self.reflections.iter().filter_map(|it| {
            Some(Observation {
                local: it.local?,
                reflector: it.reflector,
                observed: it.observed?,
            })
        });
        all.filter(|it| it.observed.is_ipv4()).collect()
    }

    fn port_report(&self, port: &Port, mapping: Mapping, cx: &Context) -> Option<PortReport> {
        let Bound::Listening(number) = port.state else {
            return None;
        };
        let mut seen = self
            .reflections
            .iter()
            .filter(|it| it.port == port.id)
            .filter_map(|it| Some((it.local?, it.observed?)));
        let (local, observed) = seen.next()?;
        let is_open = mapping.class == Class::Open && port.family == Family::V4;
        let is_ours = |to: &SocketAddr| same_network(to.ip(), observed.ip());
        let mapped = port.lease.endpoint().filter(is_ours).map(|it| it.port());
        // What is public is observed; what is neither is nobody's business.
        let private = SocketAddr::new(local.ip(), number);
        let is_private = cx
            .config
            .rules
            .private(private, observed.ip(), observed.ip());
        Some(PortReport {
            slot: port.slot,
            observed,
            mapped: mapped.filter(|_| !is_open),
            private: is_private.then_some(private).into_iter().collect(),
        })
    }

    /// Closes all that is open.
    pub(crate) fn close(self, cx: &mut Context) {
        for conn in self.reflections.iter().filter_map(Reflection::conn) {
            cx.put(Output::Close(conn));
        }
        for port in self.ports {
            if !matches!(port.state, Bound::Failed) {
                cx.put(Output::Shut(port.id));
            }
        }
    }
}

impl Reflection {
    fn ask(&mut self, conn: ConnId, cx: &mut Context) {
        let mut nonce = [0; 16];
        cx.rng.fill_bytes(&mut nonce);
        let id = cx.config.reflect_id;
        let about = About::Source;
        let ask = Ask { about, id, nonce };
        let bytes = ask.encode(&cx.config.reflect_key).to_vec();
        cx.put(Output::Send(conn, bytes));
        self.step = Step::Asking {
            conn,
            ask,
            since: cx.now,
            heard: Vec::new(),
        };
    }

    /// The round trip, if the answer is complete and right.
    fn answer(&mut self, conn: ConnId, bytes: &[u8], cx: &mut Context) -> Option<u64> {
        let Step::Asking {
            ask, since, heard, ..
        } = &mut self.step
        else {
            return self.broken(conn, cx);
        };
        heard.extend_from_slice(bytes);
        let observed = match reflect::observed(heard, ask, &cx.config.reflect_key) {
            Ok(Some(observed)) if heard.len() == reflect::ANSWER_LENGTH => observed,
            Ok(None) => return None,
            // More than was asked for, or not from the reflector.
            Ok(Some(_)) | Err(_) => return self.broken(conn, cx),
        };
        let rtt = cx.now.saturating_sub(*since);
        self.observed = Some(observed);
        self.step = Step::Answered { conn, at: cx.now };
        Some(rtt)
    }

    fn broken(&mut self, conn: ConnId, cx: &mut Context) -> Option<u64> {
        cx.put(Output::Close(conn));
        self.step = Step::Failed;
        None
    }

    fn tick(&mut self, cx: &mut Context) {
        if self.wake_at(cx).is_none_or(|at| cx.now < at) {
            return;
        }
        match self.step {
            Step::Answered { conn, .. } => self.ask(conn, cx),
            Step::Dialling { conn, .. } | Step::Asking { conn, .. } => {
                self.broken(conn, cx);
            }
            Step::Planned | Step::Failed => {}
        }
    }

    fn wake_at(&self, cx: &Context) -> Option<u64> {
        match self.step {
            Step::Planned | Step::Failed => None,
            Step::Dialling { since, .. } => Some(since.saturating_add(STEP)),
            Step::Asking { since, .. } => Some(since.saturating_add(cx.config.timers.prepare)),
            Step::Answered { at, .. } => Some(at.saturating_add(cx.config.timers.ping)),
        }
    }
}
