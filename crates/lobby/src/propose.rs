//! Two phases: proposal and accept, then the match. FLOATER/1.0 §3.4

use crate::input::{Account, LinkKey, Moment, Output, Told};
use crate::lobby::{Lobby, Match, Side};
use crate::paths::Paths;
use crate::seat::{Seat, SeatIndex, Stand};
use floater_proto::body::{Accept, Fault, Matched, Peer, Problem, Proposal, PublicKeys};
use floater_proto::{Id, Role, limits};
use rand_core::Rng;

/// A proposal that waits for the keys of both.
#[derive(Debug)]
pub(crate) struct Offer {
    a: Invited,
    b: Invited,
    met_before: bool,
}

/// One of the two, and its keys when it accepted.
#[derive(Debug)]
struct Invited {
    account: Account,
    keys: Option<PublicKeys>,
}

impl Invited {
    const fn new(account: Account) -> Self {
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

    fn role_of(&self, account: Account) -> Option<Role> {
        if self.a.account == account {
            Some(Role::A)
        } else {
            (self.b.account == account).then_some(Role::B)
        }
    }
}

impl Lobby {
    pub(crate) fn propose(
        &mut self,
        at: Moment,
        drawn: SeatIndex,
        candidate: SeatIndex,
        met_before: bool,
    ) {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        let match_id = Id::from(id);
        let coin = self.rng.next_u32() & 1 == 0;
        let (a, b) = if coin {
            (drawn, candidate)
        } else {
            (candidate, drawn)
        };
        let (Some(a), Some(b)) = (
            self.invite(a, match_id, Role::A),
            self.invite(b, match_id, Role::B),
        ) else {
            return;
        };
        self.offers.insert(match_id, Offer { a, b, met_before });
        let span = u64::try_from(limits::ACCEPT_WITHIN.as_millis()).unwrap_or(u64::MAX);
        self.offer_timers
            .push(at.now.saturating_add(span), match_id);
    }

    fn invite(&mut self, index: SeatIndex, match_id: Id, role: Role) -> Option<Invited> {
        self.pool.remove(index);
        let seat = self.seats.get_mut(index)?;
        seat.stand = Stand::Proposed { match_id };
        let (account, link) = (seat.account, seat.link);
        self.tell(
            link,
            Told::Proposal(Proposal {
                r#match: match_id,
                role,
            }),
        );
        Some(Invited::new(account))
    }

    /// `POST /match/accept`. Idempotent by match.
    ///
    /// # Errors
    /// [`Fault::MatchOver`] for a proposal that is unknown or over, [`Fault::NotProved`] for keys
    /// that no honest program makes.
    pub fn accept(&mut self, at: Moment, link: LinkKey, accept: Accept) -> Result<(), Problem> {
        let account = self.link(link)?.account;
        let match_id = accept.r#match;
        let seat = self
            .seats
            .of(account)
            .filter(|seat| seat.link == Some(link));
        match seat.map(|seat| seat.stand) {
            Some(Stand::Matched {
                match_id: running, ..
            }) if running == match_id => return Ok(()),
            Some(Stand::Proposed { match_id: open }) if open == match_id => {}
            _ => return Err(proposal_over()),
        }
        let offer = self.offers.get_mut(&match_id).ok_or_else(proposal_over)?;
        let role = offer.role_of(account).ok_or_else(proposal_over)?;
        floater_evidence::check_keys(role, &accept.keys)
            .map_err(|weak| Problem::new(Fault::NotProved, weak.to_string()))?;
        match role {
            Role::A => offer.a.keys = Some(accept.keys),
            Role::B => offer.b.keys = Some(accept.keys),
        }
        if offer.a.keys.is_some() && offer.b.keys.is_some() {
            self.begin(at, match_id);
        }
        Ok(())
    }

    /// Both accepted.
    fn begin(&mut self, at: Moment, match_id: Id) {
        let Some(offer) = self.offers.remove(&match_id) else {
            return;
        };
        let met_before = offer.met_before;
        let (Some(a_keys), Some(b_keys)) = (offer.a.keys, offer.b.keys) else {
            return;
        };
        let a = self.sit(match_id, offer.a.account, Role::A, &a_keys);
        let b = self.sit(match_id, offer.b.account, Role::B, &b_keys);
        let (Some((a, a_link)), Some((b, b_link))) = (a, b) else {
            return;
        };
        self.partners.remember(a.account, b.account);
        self.insert_match(
            match_id,
            Match {
                a,
                b,
                awaited: None,
                paths: Paths::default(),
            },
        );
        self.route(Some(a_link), Some(b_link));
        self.route(Some(b_link), Some(a_link));
        for (link, role, peer, keys) in [
            (a_link, Role::A, b_link, b_keys),
            (b_link, Role::B, a_link, a_keys),
        ] {
            let ticket = self.seal(at, match_id, role).unwrap_or_default();
            let Some(username) = self.links.get(&peer).map(|link| link.username.clone()) else {
                continue;
            };
            let peer = Peer { username, keys };
            let matched = Matched {
                r#match: match_id,
                peer,
                ticket,
                met_before,
            };
            self.tell(Some(link), Told::Matched(Box::new(matched)));
        }
    }

    fn sit(
        &mut self,
        match_id: Id,
        account: Account,
        role: Role,
        keys: &PublicKeys,
    ) -> Option<(Side, LinkKey)> {
        let seat = self.seats.of_mut(account)?;
        seat.stand = Stand::Matched { match_id, role };
        let (instance, key) = (seat.instance, keys.ed25519);
        Some((
            Side {
                account,
                instance,
                key,
                sealed: 0,
                direct: None,
            },
            seat.link?,
        ))
    }

    /// A proposal is over without a match. Who accepted, or was still asked when the other one
    /// went, waits on with what it waited; who let the time pass leaves.
    pub(crate) fn withdraw(&mut self, at: Moment, match_id: Id) {
        let Some(offer) = self.offers.remove(&match_id) else {
            return;
        };
        let here = |invited: &Invited| {
            self.seats
                .of(invited.account)
                .is_some_and(seated_in(match_id))
        };
        let timed_out = here(&offer.a) && here(&offer.b);
        for invited in [offer.a, offer.b] {
            if !self
                .seats
                .of(invited.account)
                .is_some_and(seated_in(match_id))
            {
                continue;
            }
            if timed_out && invited.keys.is_none() {
                self.unseat(invited.account);
                continue;
            }
            let Some(index) = self.seats.index_of(invited.account) else {
                continue;
            };
            if let Some(seat) = self.seats.get_mut(index) {
                seat.stand = Stand::Waiting;
            }
            self.put_into_pool(at, index);
        }
    }

    pub(crate) fn insert_match(&mut self, match_id: Id, talk: Match) {
        if self.matches.is_empty() {
            self.outputs.push_back(Output::Live(true));
        }
        self.matches.insert(match_id, talk);
    }
}

fn seated_in(match_id: Id) -> impl Fn(&Seat) -> bool {
    move |seat| seat.stand == Stand::Proposed { match_id }
}

fn proposal_over() -> Problem {
    Problem::new(
        Fault::MatchOver,
        "the proposal is unknown or its time is over",
    )
}
