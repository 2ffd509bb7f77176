//! Direct paths: what each side prepared goes to the other one when both have. FLOATER/1.0 §8.3

use crate::bounds;
use crate::input::{LinkKey, Output, Told};
use crate::lobby::Lobby;
use crate::seat::Stand;
use floater_proto::body::{Fault, Notice, PathReport, PreparedPath, Problem};
use floater_proto::{Id, Role};

/// How far the two of a match are.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    a: Prepared,
    b: Prepared,
    /// The number of the last offer, as far as this memory or one of the two knows.
    offers: u32,
}

/// What one side has prepared.
#[derive(Debug, Default)]
struct Prepared {
    report: Option<Box<PathReport>>,
    /// The link on which it was offered something last, and the number of that.
    offered: Option<(LinkKey, u32)>,
}

impl Prepared {
    /// Whether an offer is on its way that this report does not know of.
    fn is_overtaken(&self, link: LinkKey, after: u32) -> bool {
        self.offered
            .is_some_and(|(on, number)| on == link && number > after)
    }
}

impl Paths {
    const fn side(&self, role: Role) -> &Prepared {
        match role {
            Role::A => &self.a,
            Role::B => &self.b,
        }
    }

    const fn side_mut(&mut self, role: Role) -> &mut Prepared {
        match role {
            Role::A => &mut self.a,
            Role::B => &mut self.b,
        }
    }

    /// Both reports, once, for these links; the number of the offer.
    fn take(&mut self, on_a: LinkKey, on_b: LinkKey) -> Option<(u32, [PathReport; 2])> {
        let (a, b) = match (self.a.report.take(), self.b.report.take()) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => {
                (self.a.report, self.b.report) = (a, b);
                return None;
            }
        };
        self.offers = self.offers.saturating_add(1);
        self.a.offered = Some((on_a, self.offers));
        self.b.offered = Some((on_b, self.offers));
        Some((self.offers, [*a, *b]))
    }
}

impl Lobby {
    /// `POST /path`. The driver has checked that what is said to be observed was. A later report
    /// replaces an earlier one; each is offered once. Where the partner's is missing it is asked to
    /// prepare.
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
        let most = bounds::OFFERS_A_MATCH;
        let Some(paths) = paths.filter(|it| it.offers.max(prepared.after) < most) else {
            return Err(Problem::new(Fault::TooMany, "too many tries in one match"));
        };
        if !paths.side(role).is_overtaken(link, prepared.after) {
            paths.offers = paths.offers.max(prepared.after);
            paths.side_mut(role).report = Some(Box::new(prepared.report));
            self.offer(named, role);
        }
        Ok(())
    }

    /// Offers, if both have prepared and are here to be told; asks the one who has not.
    fn offer(&mut self, match_id: Id, by: Role) {
        let Some(talk) = self.matches.get_mut(&match_id) else {
            return;
        };
        let link = |role| self.seats.of(talk.side(role).account).and_then(|s| s.link);
        let (Some(a), Some(b)) = (link(Role::A), link(Role::B)) else {
            return;
        };
        if let Some((number, [of_a, of_b])) = talk.paths.take(a, b) {
            self.outputs.push_back(Output::Offer {
                match_id,
                number,
                sides: Box::new([(a, of_a), (b, of_b)]),
            });
        } else {
            let partner = if by == Role::A { b } else { a };
            let wanted = Notice::Path { r#match: match_id };
            self.tell(Some(partner), Told::Notice(wanted));
        }
    }
}
