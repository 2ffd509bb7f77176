//! Who waits.

use crate::chance::below;
use crate::seat::SeatIndex;
use rand_core::Rng;

/// Those who wait, in no order. Each knows its slot, so that it leaves in constant time.
///
/// A round begins with everybody *fresh*; who was drawn without success is fresh again in the
/// next round. Fresh ones stand in front.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    order: Vec<SeatIndex>,
    slots: Vec<u32>,
    fresh: usize,
}

const NOWHERE: u32 = u32::MAX;

impl Pool {
    pub(crate) const fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn contains(&self, seat: SeatIndex) -> bool {
        self.slot(seat).is_some()
    }

    /// Whoever comes during a round is in the next one.
    pub(crate) fn insert(&mut self, seat: SeatIndex) {
        if self.contains(seat) {
            return;
        }
        let end = self.order.len();
        self.order.push(seat);
        self.place(seat, end);
    }

    pub(crate) fn remove(&mut self, seat: SeatIndex) {
        let Some(mut slot) = self.slot(seat) else {
            return;
        };
        if slot < self.fresh {
            self.fresh = self.fresh.saturating_sub(1);
            self.swap(slot, self.fresh);
            slot = self.fresh;
        }
        self.swap(slot, self.order.len().saturating_sub(1));
        self.order.pop();
        if let Some(place) = self.slots.get_mut(seat.0 as usize) {
            *place = NOWHERE;
        }
    }

    pub(crate) const fn begin_round(&mut self) {
        self.fresh = self.order.len();
    }

    pub(crate) const fn is_in_round(&self) -> bool {
        self.fresh > 0
    }

    /// Draws uniformly among the fresh, who is not fresh any more.
    pub(crate) fn draw_fresh(&mut self, rng: &mut impl Rng) -> Option<SeatIndex> {
        let slot = below(rng, self.fresh)?;
        self.fresh = self.fresh.saturating_sub(1);
        self.swap(slot, self.fresh);
        self.order.get(self.fresh).copied()
    }

    /// Draws uniformly among all who wait but this one.
    pub(crate) fn draw_other(&self, rng: &mut impl Rng, own: SeatIndex) -> Option<SeatIndex> {
        let own = self.slot(own)?;
        let slot = below(rng, self.order.len().saturating_sub(1))?;
        let slot = if slot < own {
            slot
        } else {
            slot.saturating_add(1)
        };
        self.order.get(slot).copied()
    }

    fn slot(&self, seat: SeatIndex) -> Option<usize> {
        let slot = *self.slots.get(seat.0 as usize)?;
        (slot != NOWHERE).then_some(slot as usize)
    }

    fn swap(&mut self, a: usize, b: usize) {
        let (Some(&at_a), Some(&at_b)) = (self.order.get(a), self.order.get(b)) else {
            return;
        };
        self.order.swap(a, b);
        self.place(at_a, b);
        self.place(at_b, a);
    }

    fn place(&mut self, seat: SeatIndex, slot: usize) {
        let index = seat.0 as usize;
        if self.slots.len() <= index {
            self.slots.resize(index.saturating_add(1), NOWHERE);
        }
        if let Some(place) = self.slots.get_mut(index) {
            *place = u32::try_from(slot).unwrap_or(NOWHERE);
        }
    }
}
