//! Direct paths: what each side prepared goes to the other one when both have. FLOATER/1.0 §8.3

use crate::bounds;
use crate::input::{LinkKey, Output};
use crate::lobby::Lobby;
use crate::seat::Stand;
use floater_proto::body::{Fault, PathReport, PreparedPath, Problem};
use floater_proto::{Id, Role};

/// How far the two of a match are.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    a: Option<Box<PathReport>>,
    b: Option<Box<PathReport>>,
    offers: u32,
}

impl Paths {
    const fn side_mut(&mut self, role: Role) -> &mut Option<Box<PathReport>> {
        match role {
            Role::A => &mut self.a,
            Role::B => &mut self.b,
        }
    }

    /// Both reports, once; the number of the offer.
    fn take(&mut self) -> Option<(u32, [PathReport; 2])> {
        let (a, b) = match (self.a.take(), self.b.take()) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => {
                (self.a, self.b) = (a, b);
                return None;
            }
        };
        self.offers = self.offers.saturating_add(1);
        Some((self.offers, [*a, *b]))
    }
}

impl Lobby {
    /// `POST /path`. The driver has checked that what is said to be observed was. A later report
    /// replaces an earlier one; each is offered once.
    ///
    /// # Errors
    /// [`Fault::NoMatch`], [`Fault::TooMany`].
    pub fn prepare(&mut self, link: LinkKey, prepared: PreparedPath) -> Result<(), Problem> {
        let account = self.link(link)?.account;
        let named = prepared.r#match;
        let seat = self.seats.of(account);
        let role = match seat.filter(|seat| seat.link == Some(link)).map(|s| s.stand) {
            Some(Stand::Matched { match_id, role }) if match_id == named => role,
            _ => return Err(Problem::new(Fault::NoMatch, "there is no such match")),
        };
        let paths = self.matches.get_mut(&named).map(|talk| &mut talk.paths);
        let Some(paths) = paths.filter(|paths| paths.offers < bounds::OFFERS_A_MATCH) else {
            return Err(Problem::new(Fault::TooMany, "too many tries in one match"));
        };
        *paths.side_mut(role) = Some(Box::new(prepared.report));
        self.offer(named);
        Ok(())
    }

    /// Offers, if both have prepared and are here to be told.
    fn offer(&mut self, match_id: Id) {
        let Some(talk) = self.matches.get_mut(&match_id) else {
            return;
        };
        let link = |role| self.seats.of(talk.side(role).account).and_then(|s| s.link);
        let (Some(a), Some(b)) = (link(Role::A), link(Role::B)) else {
            return;
        };
        if let Some((number, [of_a, of_b])) = talk.paths.take() {
            self.outputs.push_back(Output::Offer {
                match_id,
                number,
                sides: Box::new([(a, of_a), (b, of_b)]),
            });
        }
    }
}
