//! Proposals that wait for the keys of both.

use crate::input::Account;
use crate::seat::Seat;
use floater_proto::body::PublicKeys;
use floater_proto::{Id, Role};

/// A proposal.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) a: Invited,
    pub(crate) b: Invited,
    pub(crate) met_before: bool,
}

/// One of the two, and its keys when it accepted. Boxed: of a great round most wait for keys.
#[derive(Debug)]
pub(crate) struct Invited {
    pub(crate) account: Account,
    pub(crate) keys: Option<Box<PublicKeys>>,
}

impl Invited {
    pub(crate) const fn new(account: Account) -> Self {
        Self {
            account,
            keys: None,
        }
    }
}

impl Offer {
    pub(crate) fn has(&self, seat: &Seat) -> bool {
        self.role_of(seat.account).is_some()
    }

    pub(crate) fn role_of(&self, account: Account) -> Option<Role> {
        if self.a.account == account {
            Some(Role::A)
        } else {
            (self.b.account == account).then_some(Role::B)
        }
    }
}

/// Names a proposal, and where it lies as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfferKey {
    pub(crate) match_id: Id,
    place: u32,
}

/// All proposals that are open. Who is in one knows where it lies: nothing is searched, and what a
/// great round adds moves nothing that is there.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    table: Vec<Option<(Id, Offer)>>,
    free: Vec<u32>,
}

impl Offers {
    /// Where the next proposal will lie.
    pub(crate) fn next_key(&self, match_id: Id) -> OfferKey {
        let end = || u32::try_from(self.table.len()).unwrap_or(u32::MAX);
        let place = self.free.last().copied().unwrap_or_else(end);
        OfferKey { match_id, place }
    }

    /// Lays a proposal where [`Offers::next_key`] said.
    pub(crate) fn insert(&mut self, key: OfferKey, offer: Offer) {
        let laid = Some((key.match_id, offer));
        if self.free.pop().is_none() {
            self.table.push(laid);
        } else if let Some(place) = self.table.get_mut(key.place as usize) {
            *place = laid;
        }
    }

    pub(crate) fn get(&self, key: OfferKey) -> Option<&Offer> {
        let (match_id, offer) = self.table.get(key.place as usize)?.as_ref()?;
        (*match_id == key.match_id).then_some(offer)
    }

    pub(crate) fn get_mut(&mut self, key: OfferKey) -> Option<&mut Offer> {
        let (match_id, offer) = self.table.get_mut(key.place as usize)?.as_mut()?;
        (*match_id == key.match_id).then_some(offer)
    }

    pub(crate) fn remove(&mut self, key: OfferKey) -> Option<Offer> {
        self.get(key)?;
        let (_, offer) = self.table.get_mut(key.place as usize)?.take()?;
        self.free.push(key.place);
        Some(offer)
    }
}
