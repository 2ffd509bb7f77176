//! The many dials of a birthday.

use super::round::number;
use crate::chance::between;
use crate::limits::{BURST_MAX, PORT_MIN};
use crate::plan::Part;
use crate::seam::{ConnId, Context, From, PortId};
use core::net::SocketAddr;
use std::collections::BTreeSet;

/// One's own part, dial by dial.
pub(super) struct Spray {
    part: Part,
    /// The port that sprays.
    from: PortId,
    begins: u64,
    sent: u64,
    drawn: BTreeSet<u16>,
    is_reversed: bool,
    is_over: bool,
}

impl Spray {
    pub(super) fn new(part: Part, from: PortId, start: u64) -> Self {
        let (Part::Opens { at, .. } | Part::Sprays { at, .. }) = part;
        Self {
            part,
            from,
            begins: start.saturating_add(at),
            sent: 0,
            drawn: BTreeSet::new(),
            is_reversed: false,
            is_over: false,
        }
    }

    /// What this side opens is deleted by the other side's NAT, but what the other one dials stays:
    /// from now on each dial may meet one of those.
    pub(super) fn reverse(&mut self, now: u64) {
        let opens = matches!(self.part, Part::Opens { .. });
        if opens && !std::mem::replace(&mut self.is_reversed, true) {
            self.begins = self.begins.max(now);
            self.sent = 0;
        }
    }

    pub(super) fn stop(&mut self) {
        self.is_over = true;
    }

    pub(super) fn dial(&mut self, room: usize, cx: &mut Context) -> Vec<ConnId> {
        let (total, a_second) = self.numbers(cx);
        if self.is_over || cx.now < self.begins {
            return Vec::new();
        }
        let elapsed = cx.now.saturating_sub(self.begins);
        let due = elapsed.saturating_mul(a_second) / 1_000;
        let due = due.saturating_add(1).min(total).saturating_sub(self.sent);
        let count = due.min(BURST_MAX).min(number(room));
        self.is_over = room == 0;
        self.sent = self.sent.saturating_add(count);
        (0..count).map(|_| self.one(cx)).collect()
    }

    fn one(&mut self, cx: &mut Context) -> ConnId {
        match self.part {
            Part::Opens { to, .. } => cx.dial(From::Fresh, to),
            Part::Sprays { to, .. } => {
                let port = self.draw(cx);
                cx.dial(From::Port(self.from), SocketAddr::new(to, port))
            }
        }
    }

    /// A port that was not drawn before; there are 64,512.
    fn draw(&mut self, cx: &mut Context) -> u16 {
        loop {
            let drawn = between(&mut cx.rng, PORT_MIN.into(), u16::MAX.into());
            let port = u16::try_from(drawn).unwrap_or(u16::MAX);
            if self.drawn.insert(port) || self.drawn.len() >= usize::from(u16::MAX - PORT_MIN) {
                return port;
            }
        }
    }

    fn numbers(&self, cx: &Context) -> (u64, u64) {
        let birthday = &cx.config.birthday;
        match self.part {
            Part::Opens { .. } if self.is_reversed => {
                (birthday.reversed_opens, birthday.reversed_a_second.max(1))
            }
            Part::Opens { .. } => (birthday.opens, birthday.opens_a_second.max(1)),
            Part::Sprays { .. } => (birthday.sprays, birthday.sprays_a_second.max(1)),
        }
    }

    pub(super) fn wake_at(&self, cx: &Context) -> Option<u64> {
        let (total, a_second) = self.numbers(cx);
        let next = self.sent.saturating_mul(1_000) / a_second;
        let is_left = !self.is_over && self.sent < total;
        is_left.then_some(self.begins.saturating_add(next))
    }
}
