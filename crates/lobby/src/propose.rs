//! Two phases: proposal and accept, then the match. FLOATER/1.0 §3.4

use crate::input::{Account, LinkKey, Moment, Output, Told};
use crate::lobby::{Lobby, Match, Side};
use crate::offers::{Invited, Offer, OfferKey};
use crate::paths::Paths;
use crate::seat::{Seat, SeatIndex, Stand};
use floater_proto::body::{Accept, Fault, Matched, Peer, Problem, Proposal, PublicKeys};
use floater_proto::{Id, Role, limits};
use rand_core::Rng;

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
        let key = self.offers.next_key(Id::from(id));
        let coin = self.rng.next_u32() & 1 == 0;
        let (a, b) = if coin {
            (drawn, candidate)
        } else {
            (candidate, drawn)
        };
        let (Some(a), Some(b)) = (self.invite(a, key, Role::A), self.invite(b, key, Role::B))
        else {
            return;
        };
        self.offers.insert(key, Offer { a, b, met_before });
        let span = u64::try_from(limits::ACCEPT_WITHIN.as_millis()).unwrap_or(u64::MAX);
        self.offer_timers.push(at.now.saturating_add(span), key);
    }

    fn invite(&mut self, index: SeatIndex, offer: OfferKey, role: Role) -> Option<Invited> {
        self.pool.remove(index);
        let seat = self.seats.get_mut(index)?;
        seat.stand = Stand::Proposed { offer };
        let (account, link) = (seat.account, seat.link);
        self.tell(
            link,
            Told::Proposal(Proposal {
                r#match: offer.match_id,
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
        let key = match seat.map(|seat| seat.stand) {
            Some(Stand::Matched {
                match_id: running, ..
            }) if running == match_id => return Ok(()),
            Some(Stand::Proposed { offer }) if offer.match_id == match_id => offer,
            _ => return Err(proposal_over()),
        };
        let offer = self.offers.get_mut(key).ok_or_else(proposal_over)?;
        let role = offer.role_of(account).ok_or_else(proposal_over)?;
        floater_evidence::check_keys(role, &accept.keys)
            .map_err(|weak| Problem::new(Fault::NotProved, weak.to_string()))?;
        let keys = Some(Box::new(accept.keys));
        match role {
            Role::A => offer.a.keys = keys,
            Role::B => offer.b.keys = keys,
        }
        if offer.a.keys.is_some() && offer.b.keys.is_some() {
            self.begin(at, key);
        }
        Ok(())
    }

    /// Both accepted.
    fn begin(&mut self, at: Moment, key: OfferKey) {
        let Some(offer) = self.offers.remove(key) else {
            return;
        };
        let match_id = key.match_id;
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
            let keys = *keys;
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
    pub(crate) fn withdraw(&mut self, at: Moment, key: OfferKey) {
        let Some(offer) = self.offers.remove(key) else {
            return;
        };
        let here = |invited: &Invited| self.seats.of(invited.account).is_some_and(seated_in(key));
        let timed_out = here(&offer.a) && here(&offer.b);
        for invited in [offer.a, offer.b] {
            if !self.seats.of(invited.account).is_some_and(seated_in(key)) {
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

fn seated_in(offer: OfferKey) -> impl Fn(&Seat) -> bool {
    move |seat| seat.stand == Stand::Proposed { offer }
}

fn proposal_over() -> Problem {
    Problem::new(
        Fault::MatchOver,
        "the proposal is unknown or its time is over",
    )
}
