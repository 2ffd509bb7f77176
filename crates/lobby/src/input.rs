//! What comes in and what goes out.

use crate::ticket::{Sealer, SealingKey, Ticket};
use floater_proto::body::{MatchEnded, Matched, Notice, Over, PathOffer, PathReport, Proposal};
use floater_proto::{Binary, Id, Username};
use std::collections::VecDeque;

/// The time of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds that never go back.
    pub now: u64,
    /// Unix seconds.
    pub wall: u64,
}

/// A link, as the driver numbers it; no number is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey(pub u64);

/// An account, as the store names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u64);

/// `(blocker, blocked)` to the digest that the store keeps of a block.
pub type BlockDigest = Box<dyn Fn(Account, Account) -> Binary<32> + Send>;

/// What a lobby is made of.
pub struct Setup {
    /// Seeds every draw.
    pub seed: [u8; 32],
    /// Seals tickets.
    pub sealer: Sealer,
    /// How a block is looked up.
    pub block_digest: BlockDigest,
    /// The store says that conversations were live when the server last ran.
    pub was_live: bool,
    /// When the lobby begins.
    pub start: Moment,
    /// Accounts that may be seated; [`crate::bounds::SEATS_MAX`] at most.
    pub seats_max: usize,
}

impl Setup {
    /// A lobby of its own for a test: seeded, with one sealing key and no blocks.
    #[must_use]
    pub fn for_tests(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes
            .iter_mut()
            .zip(seed.to_le_bytes())
            .for_each(|(to, from)| *to = from);
        let start = Moment {
            now: 0,
            wall: 1_800_000_000,
        };
        let key = SealingKey {
            id: 1,
            born: start.wall,
            secret: bytes,
        };
        Self {
            seed: bytes,
            sealer: Sealer::new(vec![key], start.wall),
            block_digest: Box::new(|_, _| Binary([0; 32])),
            was_live: false,
            start,
            seats_max: crate::bounds::SEATS_MAX,
        }
    }
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("was_live", &self.was_live)
            .finish_non_exhaustive()
    }
}

/// A session was opened on a link.
#[derive(Debug, Clone)]
pub struct Join {
    /// The link.
    pub link: LinkKey,
    /// Whose session.
    pub account: Account,
    /// The session.
    pub session: Id,
    /// The client instance.
    pub instance: Id,
    /// How the account is called.
    pub username: Username,
    /// The ticket, opened, or none.
    pub ticket: Option<Ticket>,
    /// What the store knows of the ticket's match.
    pub tombstone: Option<Over>,
}

/// How a link went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Close code 1001 from a browser: the page is gone.
    Goodbye,
    /// Any other way: it may come back.
    Lost,
}

/// Sessions of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// All but one.
    AllBut(Id),
    /// One.
    Only(Id),
}

/// What the driver must do.
#[derive(Debug)]
pub enum Output {
    /// Send to a link.
    Tell {
        /// The link.
        link: LinkKey,
        /// What.
        told: Told,
    },
    /// From now on what `link` relays goes to `to`, or nowhere. What waits in the queue towards
    /// `link` is thrown away.
    Route {
        /// Who relays.
        link: LinkKey,
        /// Who receives.
        to: Option<LinkKey>,
    },
    /// Both sides of a match have prepared for a direct path: tell each what the other one
    /// prepared, as far as it may be told.
    Offer {
        /// The match.
        match_id: Id,
        /// Counts the offers of the match from 1.
        number: u32,
        /// The link of each side and what it prepared, A's first.
        sides: Box<[(LinkKey, PathReport); 2]>,
    },
    /// Close a link when what was told before is sent; the lobby does not know it any more.
    Close {
        /// The link.
        link: LinkKey,
    },
    /// Keep a tombstone.
    Tombstone(Tombstone),
    /// Keep whether any conversation is live.
    Live(bool),
}

/// What is sent to a link.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each is the request to the client that it names"
)]
pub enum Told {
    Proposal(Proposal),
    Matched(Box<Matched>),
    Ended(MatchEnded),
    Offer(Box<PathOffer>),
    Notice(Notice),
}

/// That a match is over, without a word about who was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// The match.
    pub match_id: Id,
    /// How it ended.
    pub over: Over,
}

/// Takes outputs from the lobby's own queue: what is not taken comes first next time.
#[derive(Debug)]
#[must_use]
pub struct Drain<'a>(pub(crate) &'a mut VecDeque<Output>);

impl Iterator for Drain<'_> {
    type Item = Output;
    fn next(&mut self) -> Option<Output> {
        self.0.pop_front()
    }
}
