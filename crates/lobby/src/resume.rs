//! Where a session stands when it opens. FLOATER/1.0 §3.7

use crate::input::{Account, LinkKey, Moment};
use crate::lobby::{Lobby, Match, Side};
use crate::over::{grace, over_by};
use crate::paths::Paths;
use crate::seat::{Seat, Stand, Wait};
use crate::ticket::{InstanceHash, Ticket};
use floater_proto::body::{self, Over, Reason};
use floater_proto::{Binary, Id, Role};

/// What stands against a ticket of a match that this memory does not know.
enum Claim {
    /// The partner waits for it.
    Awaited,
    /// Nothing is known of the partner.
    Open,
    /// The partner is here without the match, or in another one.
    Lost,
}

impl Lobby {
    pub(crate) fn resume(
        &mut self,
        at: Moment,
        link: LinkKey,
        ticket: Option<Ticket>,
        tombstone: Option<Over>,
    ) -> body::Seat {
        let Some(joined) = self.links.get(&link) else {
            return body::Seat::Free;
        };
        let (account, instance) = (joined.account, joined.instance);
        match ticket {
            Some(ticket) => self.resume_with(at, link, &ticket, tombstone),
            None => self.resume_without(at, link, account, instance),
        }
    }

    /// An instance that says "none" is in no match: the match that is known of it ends. Whoever leaves says so;
    /// this one has broken down.
    fn resume_without(
        &mut self,
        at: Moment,
        link: LinkKey,
        account: Account,
        instance: InstanceHash,
    ) -> body::Seat {
        let seated = self
            .seats
            .of(account)
            .is_some_and(|seat| seat.instance == instance);
        if seated || self.is_awaited_as(account, instance) {
            self.vacate(at, account, Reason::Lost);
        }
        self.seat_seen_from(at, link).unwrap_or(body::Seat::Free)
    }

    fn is_awaited_as(&self, account: Account, instance: InstanceHash) -> bool {
        self.awaited_side(account)
            .is_some_and(|side| side.instance == instance)
    }

    fn awaited_side(&self, account: Account) -> Option<&Side> {
        let talk = self.matches.get(self.awaited.get(&account)?)?;
        Some(talk.side(talk.awaited?))
    }

    fn resume_with(
        &mut self,
        at: Moment,
        link: LinkKey,
        ticket: &Ticket,
        tombstone: Option<Over>,
    ) -> body::Seat {
        let match_id = ticket.match_id;
        if let Some(stand) = self
            .seats
            .of(ticket.account)
            .map(|seat| (seat.stand, seat.instance))
        {
            return match stand {
                (
                    Stand::Matched {
                        match_id: running,
                        role,
                    },
                    _,
                ) if running == match_id => self.take_seat(at, link, match_id, role),
                (_, instance) => self.refuse_second(at, ticket, tombstone, instance),
            };
        }
        self.drop_awaited_claim(at, ticket);
        let known = tombstone.or_else(|| self.ended.get(&match_id).copied());
        if let Some(over) = known {
            return body::Seat::Over(over);
        }
        match self.claim(ticket) {
            Claim::Awaited => self.rejoin(at, link, ticket),
            Claim::Open => self.await_partner(at, link, ticket),
            Claim::Lost => self.bury_claim(at, match_id, ticket.role),
        }
    }

    /// The seat's own instance is back: the newest link takes the seat.
    fn take_seat(&mut self, at: Moment, link: LinkKey, match_id: Id, role: Role) -> body::Seat {
        let Some(joined) = self.links.get(&link) else {
            return body::Seat::Free;
        };
        let (account, session) = (joined.account, joined.session);
        let mut was_away = false;
        if let Some(seat) = self.seats.of_mut(account) {
            was_away = seat.held_until.is_some();
            seat.link = Some(link);
            seat.session = session;
            seat.held_until = None;
        }
        self.join_routes(match_id);
        if was_away {
            self.tell_peer(match_id, role, true);
        }
        self.talking_seat(at, match_id, role, true)
    }

    /// Both ways of the relay begin again, with empty queues.
    fn join_routes(&mut self, match_id: Id) {
        let Some(talk) = self.matches.get(&match_id) else {
            return;
        };
        let a = self.seats.of(talk.a.account).and_then(|seat| seat.link);
        let b = self.seats.of(talk.b.account).and_then(|seat| seat.link);
        let together = talk.awaited.is_none();
        self.route(a, b.filter(|_| together));
        self.route(b, a.filter(|_| together));
    }

    /// The account is seated in something else than this ticket's match. Of two tickets the first
    /// presented wins; if it is this very instance that sat elsewhere, it does not any more.
    fn refuse_second(
        &mut self,
        at: Moment,
        ticket: &Ticket,
        tombstone: Option<Over>,
        seated: InstanceHash,
    ) -> body::Seat {
        if seated == ticket.instance {
            self.vacate(at, ticket.account, Reason::Left);
        }
        let known = tombstone.or_else(|| self.ended.get(&ticket.match_id).copied());
        match known {
            Some(over) => body::Seat::Over(over),
            None => self.bury_claim(at, ticket.match_id, ticket.role),
        }
    }

    fn bury_claim(&mut self, at: Moment, match_id: Id, role: Role) -> body::Seat {
        let over = over_by(Reason::Lost, role.other());
        self.bury(at, match_id, over);
        body::Seat::Over(over)
    }

    /// A ticket of another match shows that the awaited one is not coming to the match it is
    /// awaited in: awaiting is no claim, the own ticket beats it.
    fn drop_awaited_claim(&mut self, at: Moment, ticket: &Ticket) {
        let Some(&awaited_in) = self.awaited.get(&ticket.account) else {
            return;
        };
        if awaited_in != ticket.match_id && self.is_awaited_as(ticket.account, ticket.instance) {
            self.vacate(at, ticket.account, Reason::Lost);
        }
    }

    fn claim(&mut self, ticket: &Ticket) -> Claim {
        if let Some(talk) = self.matches.get(&ticket.match_id) {
            let awaits = talk.awaited == Some(ticket.role);
            return if awaits { Claim::Awaited } else { Claim::Lost };
        }
        let here = |link: &LinkKey| {
            self.links
                .get(link)
                .is_some_and(|joined| joined.instance == ticket.peer_instance)
        };
        let here = self
            .links_of
            .get(&ticket.peer)
            .is_some_and(|links| links.iter().any(here));
        if here || self.seats.of(ticket.peer).is_some() {
            Claim::Lost
        } else {
            Claim::Open
        }
    }

    /// The second ticket of a match that the server forgot: it goes on.
    fn rejoin(&mut self, at: Moment, link: LinkKey, ticket: &Ticket) -> body::Seat {
        self.awaited.remove(&ticket.account);
        if let Some(talk) = self.matches.get_mut(&ticket.match_id) {
            talk.awaited = None;
            talk.side_mut(ticket.role).instance = ticket.instance;
        }
        self.seat_by_ticket(link, ticket);
        self.join_routes(ticket.match_id);
        self.tell_peer(ticket.match_id, ticket.role, true);
        self.talking_seat(at, ticket.match_id, ticket.role, true)
    }

    /// The first ticket of a match that the server forgot: held until the other one comes.
    fn await_partner(&mut self, at: Moment, link: LinkKey, ticket: &Ticket) -> body::Seat {
        if let Some(&other) = self.awaited.get(&ticket.account) {
            let role = self.matches.get(&other).and_then(|talk| talk.awaited);
            self.finish(
                at,
                other,
                over_by(Reason::Lost, role.unwrap_or(ticket.role)),
            );
        }
        if self.awaited.contains_key(&ticket.peer) {
            return self.bury_claim(at, ticket.match_id, ticket.role);
        }
        let side = |account: Account, instance: InstanceHash, key: Binary<32>| Side {
            account,
            instance,
            key,
            sealed: ticket.sealed,
            direct: None,
        };
        let own = side(ticket.account, ticket.instance, ticket.key);
        let peer = side(ticket.peer, ticket.peer_instance, ticket.peer_key);
        let (a, b) = match ticket.role {
            Role::A => (own, peer),
            Role::B => (peer, own),
        };
        let awaited = Some(ticket.role.other());
        let paths = Paths::default();
        self.insert_match(
            ticket.match_id,
            Match {
                a,
                b,
                awaited,
                paths,
            },
        );
        self.awaited.insert(ticket.peer, ticket.match_id);
        self.await_timers
            .push(at.now.saturating_add(grace()), ticket.match_id);
        self.seat_by_ticket(link, ticket);
        body::Seat::Awaiting
    }

    fn seat_by_ticket(&mut self, link: LinkKey, ticket: &Ticket) {
        let Some(joined) = self.links.get(&link) else {
            return;
        };
        let seat = Seat {
            account: ticket.account,
            session: joined.session,
            instance: ticket.instance,
            link: Some(link),
            held_until: None,
            stand: Stand::Matched {
                match_id: ticket.match_id,
                role: ticket.role,
            },
            wait: Wait::default(),
        };
        self.seats.insert(seat);
    }
}
