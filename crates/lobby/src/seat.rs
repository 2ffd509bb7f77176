//! Seats: one an account.

use crate::offers::OfferKey;
use crate::ticket::InstanceHash;
use crate::{Account, LinkKey};
use floater_proto::{Binary, Id, Role};
use std::collections::HashMap;

/// Where a seat stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SeatIndex(pub(crate) u32);

/// An account that waits, was proposed, or is in a match, with the instance that does it.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) account: Account,
    pub(crate) session: Id,
    pub(crate) instance: InstanceHash,
    /// The link it is on; `None` while it is held.
    pub(crate) link: Option<LinkKey>,
    /// When the grace of a held seat is over, in milliseconds.
    pub(crate) held_until: Option<u64>,
    pub(crate) stand: Stand,
    pub(crate) wait: Wait,
}

impl Seat {
    /// Whether the account blocks anybody.
    pub(crate) const fn is_blocking(&self) -> bool {
        !self.wait.blocks.is_empty()
    }
}

/// What a seat does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    Waiting,
    Proposed { offer: OfferKey },
    Matched { match_id: Id, role: Role },
}

/// What is kept of the waiting.
#[derive(Debug, Default)]
pub(crate) struct Wait {
    /// Rounds with others in the pool of whom nobody could be taken.
    pub(crate) fruitless: u8,
    /// Told that the recent-partner rule gave way.
    pub(crate) widened: bool,
    /// Digests of those whom the account blocks, sorted.
    pub(crate) blocks: Vec<Binary<32>>,
}

/// All seats, by index and by account.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    table: Vec<Option<Seat>>,
    free: Vec<SeatIndex>,
    by_account: HashMap<Account, SeatIndex>,
}

impl Seats {
    pub(crate) fn len(&self) -> usize {
        self.by_account.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.table.iter().flatten()
    }

    pub(crate) fn index_of(&self, account: Account) -> Option<SeatIndex> {
        self.by_account.get(&account).copied()
    }

    pub(crate) fn get(&self, index: SeatIndex) -> Option<&Seat> {
        self.table.get(index.0 as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: SeatIndex) -> Option<&mut Seat> {
        self.table.get_mut(index.0 as usize)?.as_mut()
    }

    pub(crate) fn of(&self, account: Account) -> Option<&Seat> {
        self.get(self.index_of(account)?)
    }

    pub(crate) fn of_mut(&mut self, account: Account) -> Option<&mut Seat> {
        self.get_mut(self.index_of(account)?)
    }

    /// Takes a seat for an account that has none.
    pub(crate) fn insert(&mut self, seat: Seat) -> SeatIndex {
        let account = seat.account;
        let index = self.free.pop().unwrap_or_else(|| {
            self.table.push(None);
            SeatIndex(u32::try_from(self.table.len().saturating_sub(1)).unwrap_or(u32::MAX))
        });
        if let Some(place) = self.table.get_mut(index.0 as usize) {
            *place = Some(seat);
        }
        self.by_account.insert(account, index);
        index
    }

    pub(crate) fn remove(&mut self, account: Account) -> Option<Seat> {
        let index = self.by_account.remove(&account)?;
        let seat = self.table.get_mut(index.0 as usize)?.take();
        self.free.push(index);
        seat
    }
}
