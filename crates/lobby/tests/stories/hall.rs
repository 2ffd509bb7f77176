//! A lobby with people in it, and what each was told.

use floater_evidence::Signer;
use floater_lobby::{
    Account, Closing, Join, LinkKey, Lobby, Moment, Output, Sealer, SealingKey, Setup, Ticket,
    Told, Tombstone,
};
use floater_proto::body::{
    Accept, EndMatch, PathReport, Policy, Problem, PublicKeys, Reason, Seat,
};
use floater_proto::{Binary, Id, Role, Secret, Username};
use std::collections::HashMap;

pub(crate) const WALL: u64 = 1_800_000_000;

pub(crate) struct Hall {
    pub(crate) lobby: Lobby,
    pub(crate) now: u64,
    pub(crate) told: HashMap<LinkKey, Vec<Told>>,
    pub(crate) routes: HashMap<LinkKey, Option<LinkKey>>,
    pub(crate) closed: Vec<LinkKey>,
    pub(crate) tombstones: Vec<Tombstone>,
    pub(crate) live: Option<bool>,
    pub(crate) offers: Vec<(u32, [(LinkKey, PathReport); 2])>,
    next_link: u64,
}

/// An account with one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) account: Account,
    pub(crate) instance: Id,
}

pub(crate) const fn person(n: u8) -> Person {
    Person {
        account: Account(n as u64),
        instance: Binary([n; 16]),
    }
}

/// The same account on another device.
pub(crate) const fn elsewhere(n: u8) -> Person {
    Person {
        account: Account(n as u64),
        instance: Binary([n + 100; 16]),
    }
}

pub(crate) fn keys(role: Role) -> PublicKeys {
    let ek = (role == Role::B).then(|| Box::new(Binary([0; 1184])));
    let ed25519 = Signer::from_seed([role.byte(); 32]).public();
    PublicKeys {
        x25519: Binary([9; 32]),
        ed25519,
        ek,
        policy: Policy::Hidden,
    }
}

fn setup(start: u64, was_live: bool) -> Setup {
    let key = SealingKey {
        id: 1,
        born: WALL,
        secret: [1; 32],
    };
    Setup {
        seed: [5; 32],
        sealer: Sealer::new(vec![key], WALL),
        block_digest: Box::new(digest),
        was_live,
        start: Moment {
            now: start,
            wall: WALL,
        },
        seats_max: 1000,
    }
}

pub(crate) fn digest(blocker: Account, blocked: Account) -> Binary<32> {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&blocker.0.to_be_bytes());
    digest[8..16].copy_from_slice(&blocked.0.to_be_bytes());
    Binary(digest)
}

impl Hall {
    pub(crate) fn new() -> Self {
        Self::begin(setup(0, false))
    }

    fn begin(setup: Setup) -> Self {
        Self {
            now: setup.start.now,
            lobby: Lobby::new(setup),
            told: HashMap::new(),
            routes: HashMap::new(),
            closed: Vec::new(),
            tombstones: Vec::new(),
            live: None,
            offers: Vec::new(),
            next_link: 1,
        }
    }

    /// The server is killed and starts again: memory is gone, sealing keys are kept.
    pub(crate) fn restart(self) -> Self {
        let next_link = self.next_link;
        Self {
            next_link,
            ..Self::begin(setup(self.now, self.live == Some(true)))
        }
    }

    pub(crate) fn at(&self) -> Moment {
        Moment {
            now: self.now,
            wall: WALL + self.now / 1000,
        }
    }

    pub(crate) fn settle(&mut self) {
        let Self {
            lobby,
            told,
            routes,
            closed,
            tombstones,
            live,
            offers,
            ..
        } = self;
        for output in lobby.drain() {
            match output {
                Output::Tell { link, told: what } => told.entry(link).or_default().push(what),
                Output::Route { link, to } => drop(routes.insert(link, to)),
                Output::Close { link } => closed.push(link),
                Output::Tombstone(tombstone) => tombstones.push(tombstone),
                Output::Live(now) => *live = Some(now),
                Output::Offer { number, sides, .. } => offers.push((number, *sides)),
            }
        }
        assert_eq!(self.lobby.inconsistency(), None);
    }

    /// Lets time pass, waking the lobby exactly when it asked for it.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(wake) = self.lobby.wake_at().filter(|&wake| wake <= end) {
            self.now = self.now.max(wake);
            self.lobby.handle_wake(self.at());
            self.settle();
        }
        self.now = end;
    }

    pub(crate) fn open_ticket(&self, who: Person, ticket: &Secret<String>) -> Ticket {
        self.lobby
            .open_ticket(who.account, ticket.expose(), self.at().wall)
            .unwrap()
    }

    pub(crate) fn join(&mut self, who: Person, ticket: Option<&Secret<String>>) -> (LinkKey, Seat) {
        let ticket = ticket.map(|ticket| self.open_ticket(who, ticket));
        self.resume(who, ticket)
    }

    pub(crate) fn resume(&mut self, who: Person, ticket: Option<Ticket>) -> (LinkKey, Seat) {
        let link = LinkKey(self.next_link);
        self.next_link += 1;
        let over = |t: Ticket| self.tombstones.iter().find(|k| k.match_id == t.match_id);
        let tombstone = ticket.and_then(over).map(|tombstone| tombstone.over);
        let join = Join {
            link,
            account: who.account,
            session: who.instance,
            instance: who.instance,
            username: Username::new(&format!("n{}", who.account.0)).unwrap(),
            ticket,
            tombstone,
        };
        let seat = self.lobby.join(self.at(), join);
        self.settle();
        (link, seat)
    }

    pub(crate) fn enter(&mut self, who: Person) -> LinkKey {
        self.join(who, None).0
    }

    pub(crate) fn seek(&mut self, link: LinkKey) -> Result<(), Problem> {
        let result = self.lobby.seek(self.at(), link, Vec::new());
        self.settle();
        result
    }

    pub(crate) fn seek_blocking(&mut self, link: LinkKey, by: Person, whom: Person) {
        let blocks = vec![digest(by.account, whom.account)];
        self.lobby.seek(self.at(), link, blocks).unwrap();
        self.settle();
    }

    pub(crate) fn end(
        &mut self,
        link: LinkKey,
        m: Option<Id>,
        reason: Reason,
    ) -> Result<(), Problem> {
        let result = self
            .lobby
            .end(self.at(), link, &EndMatch { r#match: m, reason });
        self.settle();
        result
    }

    pub(crate) fn lose(&mut self, link: LinkKey) {
        self.close(link, Closing::Lost);
    }

    pub(crate) fn close(&mut self, link: LinkKey, closing: Closing) {
        self.lobby.handle_closed(self.at(), link, closing);
        self.settle();
    }

    /// What a link was told since this was last asked.
    pub(crate) fn told(&mut self, link: LinkKey) -> Vec<Told> {
        self.told.remove(&link).unwrap_or_default()
    }

    pub(crate) fn proposal(&mut self, link: LinkKey) -> Option<(Id, Role)> {
        let mut told = self.told(link).into_iter();
        told.find_map(|told| match told {
            Told::Proposal(proposal) => Some((proposal.r#match, proposal.role)),
            _ => None,
        })
    }

    pub(crate) fn accept(&mut self, link: LinkKey, (id, role): (Id, Role)) -> Result<(), Problem> {
        let accept = Accept {
            r#match: id,
            keys: keys(role),
        };
        let result = self.lobby.accept(self.at(), link, accept);
        self.settle();
        result
    }

    /// Both seek and accept; the match and each one's ticket.
    pub(crate) fn meet(&mut self, a: LinkKey, b: LinkKey) -> Met {
        self.seek(a).unwrap();
        self.seek(b).unwrap();
        self.pass(250);
        let (to_a, to_b) = (self.proposal(a).unwrap(), self.proposal(b).unwrap());
        assert_eq!(to_a.0, to_b.0, "both are proposed to each other");
        assert_eq!(to_a.1, to_b.1.other());
        self.accept(a, to_a).unwrap();
        self.accept(b, to_b).unwrap();
        let (a_ticket, met_before) = self.matched(a);
        let (b_ticket, _) = self.matched(b);
        Met {
            id: to_a.0,
            a_role: to_a.1,
            a_ticket,
            b_ticket,
            met_before,
        }
    }

    fn matched(&mut self, link: LinkKey) -> (Secret<String>, bool) {
        let mut told = self.told(link).into_iter();
        let matched = told.find_map(|told| match told {
            Told::Matched(matched) => Some(matched),
            _ => None,
        });
        let matched = matched.expect("nobody was matched");
        (matched.ticket, matched.met_before)
    }

    pub(crate) fn ended(&mut self, link: LinkKey) -> Option<Reason> {
        let mut told = self.told(link).into_iter();
        told.find_map(|told| match told {
            Told::Ended(ended) => Some(ended.over.reason),
            _ => None,
        })
    }

    pub(crate) fn seat(&mut self, link: LinkKey) -> Seat {
        let status = self
            .lobby
            .status(self.at(), link, &floater_proto::body::AskStatus::default());
        status.unwrap().seat
    }
}

/// Two who were brought together.
pub(crate) struct Met {
    pub(crate) id: Id,
    pub(crate) a_role: Role,
    pub(crate) a_ticket: Secret<String>,
    pub(crate) b_ticket: Secret<String>,
    pub(crate) met_before: bool,
}
