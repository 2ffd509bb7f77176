//! One round: fresh ports, and what is dialled from them.

use super::Start;
use super::spray::Spray;
use crate::address::Scope;
use crate::candidate::{Candidate, Kind};
use crate::chance::between;
use crate::prepare::Set;
use crate::proof::PathKey;
use crate::report::Slot;
use crate::seam::{ConnId, Context, Failure, Family, From, PortId};
use core::net::SocketAddr;

pub(super) struct Round {
    pub(super) number: u32,
    pub(super) key: PathKey,
    pub(super) set: Set,
    pub(super) ends: u64,
    aims: Vec<Aim>,
    spray: Option<Spray>,
    /// Dials that were refused, in the rounds before too: the other side's NAT answers RST.
    refused: u32,
}

/// One tuple to dial.
struct Aim {
    from: PortId,
    candidate: Candidate,
    /// When it was dialled first.
    first: Option<u64>,
    tries: u32,
    step: Step,
}

enum Step {
    /// It is dialled then.
    Due(u64),
    /// The SYN is out.
    Flying,
    /// The peer's SYN was here first: the connection comes through the listener.
    Crossed,
    /// It is a connection.
    Open,
    /// It is not dialled any more.
    Over,
}

impl Round {
    pub(super) fn new(start: Start, refused: u32, cx: &Context) -> Self {
        let Start {
            offer, plan, set, ..
        } = start;
        let begins = cx.after(offer.delay);
        let aim = |(at, candidate): (u64, Candidate)| {
            let family = Family::of(candidate.to);
            Some(Aim {
                from: set.port(candidate.slot, family)?,
                candidate,
                first: None,
                tries: 0,
                step: Step::Due(begins.saturating_add(at)),
            })
        };
        let aims = plan.dials.into_iter().filter_map(aim).collect();
        let first = set.port(Slot::First, Family::V4);
        let spray = plan
            .birthday
            .zip(first)
            .map(|(part, from)| Spray::new(part, from, begins));
        Self {
            number: offer.number,
            key: offer.key,
            ends: begins.saturating_add(plan.lasts),
            set,
            aims,
            spray,
            refused,
        }
    }

    /// Begins what is due, and says which connections these are and of which target.
    pub(super) fn dial(
        &mut self,
        room: usize,
        is_won: bool,
        cx: &mut Context,
    ) -> Vec<(ConnId, Option<usize>)> {
        let mut begun = Vec::new();
        for (at, aim) in self.aims.iter_mut().enumerate() {
            if begun.len() < room
                && let Some(conn) = aim.dial(cx)
            {
                begun.push((conn, Some(at)));
            }
        }
        if let Some(spray) = &mut self.spray {
            if is_won {
                spray.stop();
            } else if self.refused >= cx.config.birthday.reverse_after {
                spray.reverse(cx.now);
            }
            let conns = spray.dial(room.saturating_sub(begun.len()), cx);
            begun.extend(conns.into_iter().map(|conn| (conn, None)));
        }
        begun
    }

    /// How a connection is known.
    pub(super) fn connected(&mut self, aim: Option<usize>) -> Kind {
        match aim.and_then(|at| self.aims.get_mut(at)) {
            Some(aim) => {
                aim.step = Step::Open;
                aim.candidate.kind
            }
            None => Kind::Birthday,
        }
    }

    pub(super) fn failed(&mut self, aim: Option<usize>, failure: Failure, cx: &mut Context) {
        let aim = aim.and_then(|at| self.aims.get_mut(at));
        let is_inside = aim
            .as_ref()
            .is_some_and(|it| it.candidate.kind == Kind::Lan);
        if failure == Failure::Refused && !is_inside {
            self.refused = self.refused.saturating_add(1);
        }
        if let Some(aim) = aim {
            aim.failed(failure, cx);
        }
    }

    /// How somebody from there is known, if at all.
    pub(super) fn kind_of(&self, from: SocketAddr) -> Option<Kind> {
        let of = |is_it: &dyn Fn(SocketAddr) -> bool| {
            let mut aims = self.aims.iter().map(|it| it.candidate);
            aims.find(|it| is_it(it.to)).map(|it| it.kind)
        };
        let in_the_same = Scope::of(from.ip()) == Scope::Private;
        let lan = in_the_same && self.aims.iter().any(|it| it.candidate.kind == Kind::Lan);
        of(&|to| to == from)
            .or_else(|| of(&|to| to.ip() == from.ip()))
            .or(lan.then_some(Kind::Lan))
    }

    pub(super) fn refused(&self) -> u32 {
        self.refused
    }

    pub(super) fn may_reach_better(&self, kind: Kind) -> bool {
        let is_under_way = |it: &Aim| matches!(it.step, Step::Due(_) | Step::Flying);
        let is_begun = |it: &Aim| it.first.is_some() && is_under_way(it);
        let mut aims = self.aims.iter();
        aims.any(|it| it.candidate.kind < kind && is_begun(it))
    }

    /// Nothing more is dialled; what flies goes on.
    pub(super) fn stop(&mut self) {
        for aim in &mut self.aims {
            if matches!(aim.step, Step::Due(_)) {
                aim.step = Step::Over;
            }
        }
        if let Some(spray) = &mut self.spray {
            spray.stop();
        }
    }

    pub(super) fn wake_at(&self, cx: &Context) -> Option<u64> {
        // What is due already waits for room, and what has ended for a new offer.
        let due = self.aims.iter().filter_map(|it| match it.step {
            Step::Due(at) => Some(at),
            _ => None,
        });
        let later = due.chain([self.ends]).filter(|at| *at > cx.now);
        let spray = self.spray.as_ref().and_then(|it| it.wake_at(cx));
        later.chain(spray).min()
    }
}

impl Aim {
    fn dial(&mut self, cx: &mut Context) -> Option<ConnId> {
        match self.step {
            Step::Due(at) if cx.now >= at => {
                self.first.get_or_insert(cx.now);
                self.step = Step::Flying;
                Some(cx.dial(From::Port(self.from), self.candidate.to))
            }
            _ => None,
        }
    }

    /// R17.4. The wait is random: with a fixed one two sides miss each other again and again.
    fn failed(&mut self, failure: Failure, cx: &mut Context) {
        let timers = &cx.config.timers;
        self.tries = self.tries.saturating_add(1);
        let first = self.first.unwrap_or(cx.now);
        let is_late = cx.now >= first.saturating_add(timers.redial_for);
        let may_again = self.tries <= timers.redials && !is_late;
        self.step = match failure {
            Failure::Crossed => Step::Crossed,
            Failure::Refused | Failure::Unreachable if may_again => {
                let (from, to) = (timers.redial_min, timers.redial_max);
                Step::Due(cx.now.saturating_add(between(&mut cx.rng, from, to)))
            }
            _ => Step::Over,
        };
    }
}

pub(super) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
