use crate::bounds;
use crate::input::{Account, BlockDigest, Drain, LinkKey, Moment, Output, Setup, Told};
use crate::offers::{OfferKey, Offers};
use crate::partners::Partners;
use crate::paths::Paths;
use crate::pool::Pool;
use crate::seat::{Seat, Seats, Stand};
use crate::ticket::{InstanceHash, Sealer, Ticket, TicketError};
use crate::timers::Timers;
use floater_proto::body::{AskStatus, Fault, Here, Notice, Over, Problem, StatusNow};
use floater_proto::{Binary, Id, Role, Secret, Username, body};
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Who waits, who meets, who talks.
///
/// Arrived: [`Lobby::join`], [`Lobby::handle_closed`], [`Lobby::handle_wake`].
/// Wanted by a link: [`Lobby::seek`], [`Lobby::end_seek`], [`Lobby::accept`], [`Lobby::end`],
/// [`Lobby::status`]; by the server: [`Lobby::rename`], [`Lobby::set_blocks`],
/// [`Lobby::end_sessions`], [`Lobby::set_sealer`].
/// To do: [`Lobby::drain`], and [`Lobby::wake_at`] says when to come back.
pub struct Lobby {
    pub(crate) rng: ChaCha12Rng,
    pub(crate) sealer: Sealer,
    pub(crate) block_digest: BlockDigest,
    pub(crate) seats_max: usize,
    pub(crate) links: HashMap<LinkKey, Link>,
    pub(crate) links_of: HashMap<Account, Vec<LinkKey>>,
    pub(crate) seats: Seats,
    pub(crate) pool: Pool,
    pub(crate) offers: Offers,
    pub(crate) matches: HashMap<Id, Match>,
    /// Accounts whose ticket is awaited, and the match it would be for.
    pub(crate) awaited: HashMap<Account, Id>,
    pub(crate) partners: Partners,
    pub(crate) ended: HashMap<Id, Over>,
    pub(crate) ended_timers: Timers<Id>,
    pub(crate) offer_timers: Timers<OfferKey>,
    /// Held seats. A direct path ends its hold at a moment of its own: these have no common span.
    pub(crate) hold_timers: BTreeSet<(u64, Account)>,
    pub(crate) await_timers: Timers<Id>,
    pub(crate) quiet_until: u64,
    pub(crate) next_round: Option<u64>,
    pub(crate) outputs: VecDeque<Output>,
}

/// A link in session.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) account: Account,
    pub(crate) session: Id,
    pub(crate) instance: InstanceHash,
    pub(crate) username: Username,
}

/// Two who talk, or did before the server forgot.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) a: Side,
    pub(crate) b: Side,
    /// The side whose ticket has not come since the server forgot.
    pub(crate) awaited: Option<Role>,
    /// How far the two are with a direct path.
    pub(crate) paths: Paths,
}

/// One of the two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side {
    pub(crate) account: Account,
    pub(crate) instance: InstanceHash,
    /// Verifies what it says.
    pub(crate) key: Binary<32>,
    /// When its ticket was last sealed, in Unix seconds.
    pub(crate) sealed: u64,
    /// When it last said that its direct path is alive, in milliseconds.
    pub(crate) direct: Option<u64>,
}

impl Match {
    pub(crate) const fn side(&self, role: Role) -> &Side {
        match role {
            Role::A => &self.a,
            Role::B => &self.b,
        }
    }

    pub(crate) const fn side_mut(&mut self, role: Role) -> &mut Side {
        match role {
            Role::A => &mut self.a,
            Role::B => &mut self.b,
        }
    }

    pub(crate) fn ticket(&self, match_id: Id, role: Role, sealed: u64) -> Ticket {
        let (own, peer) = (self.side(role), self.side(role.other()));
        Ticket {
            match_id,
            role,
            account: own.account,
            instance: own.instance,
            key: own.key,
            peer: peer.account,
            peer_instance: peer.instance,
            peer_key: peer.key,
            sealed,
        }
    }
}

impl Lobby {
    /// An empty lobby.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut rng = ChaCha12Rng::from_seed(setup.seed);
        let mut boot_key = [0; 32];
        rng.fill_bytes(&mut boot_key);
        let quiet = if setup.was_live {
            bounds::QUIET_AFTER_START
        } else {
            0
        };
        Self {
            rng,
            sealer: setup.sealer,
            block_digest: setup.block_digest,
            seats_max: setup.seats_max.min(bounds::SEATS_MAX),
            links: HashMap::new(),
            links_of: HashMap::new(),
            seats: Seats::default(),
            pool: Pool::default(),
            offers: Offers::default(),
            matches: HashMap::new(),
            awaited: HashMap::new(),
            partners: Partners::new(boot_key),
            ended: HashMap::new(),
            ended_timers: Timers::default(),
            offer_timers: Timers::default(),
            hold_timers: BTreeSet::new(),
            await_timers: Timers::default(),
            quiet_until: setup.start.now.saturating_add(quiet),
            next_round: None,
            outputs: VecDeque::new(),
        }
    }

    /// What the driver must do, in this order.
    pub fn drain(&mut self) -> Drain<'_> {
        Drain(&mut self.outputs)
    }

    /// When to call [`Lobby::handle_wake`], in milliseconds.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        let offers = self.offer_timers.next_at();
        let graces = self
            .hold_timers
            .first()
            .map(|(until, _)| *until)
            .into_iter()
            .chain(self.await_timers.next_at());
        graces.chain(offers).chain(self.next_round).min()
    }

    /// Lets time pass: rounds, proposals that nobody answered, graces that are over.
    pub fn handle_wake(&mut self, at: Moment) {
        self.partners.handle_day(at.wall);
        while let Some((_, offer)) = self.offer_timers.pop_due(at.now) {
            self.withdraw(at, offer);
        }
        while let Some(&(until, account)) = self.hold_timers.first()
            && until <= at.now
        {
            self.hold_timers.pop_first();
            self.end_hold(at, account, until);
        }
        while let Some((_, match_id)) = self.await_timers.pop_due(at.now) {
            self.end_awaiting(at, match_id);
        }
        while let Some((_, match_id)) = self.ended_timers.pop_due(at.now) {
            self.ended.remove(&match_id);
        }
        self.run_round(at);
    }

    /// `GET /status`.
    ///
    /// # Errors
    /// [`Fault::NotLoggedIn`].
    pub fn status(
        &mut self,
        at: Moment,
        link: LinkKey,
        ask: &AskStatus,
    ) -> Result<StatusNow, Problem> {
        let account = self.link(link)?.account;
        if let Some(Stand::Matched { match_id, role }) = self.seats.of(account).map(|s| s.stand) {
            let own = self
                .seats
                .of(account)
                .is_some_and(|seat| seat.link == Some(link));
            let talk = self
                .matches
                .get_mut(&match_id)
                .filter(|_| own && ask.direct);
            if let Some(talk) = talk {
                talk.side_mut(role).direct = Some(at.now);
            }
        }
        Ok(StatusNow {
            here: Here::range_of(self.here()),
            seat: self.seat_seen_from(at, link)?,
        })
    }

    /// How many accounts are here.
    #[must_use]
    pub fn here(&self) -> usize {
        self.links_of.len()
    }

    /// How many wait.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.pool.len()
    }

    /// How many matches run.
    #[must_use]
    pub fn talking(&self) -> usize {
        self.matches.len()
    }

    /// What must always hold: whoever is proposed or matched is so with exactly one other who is
    /// in the same; whoever waits is connected. A description of the first thing that does not.
    #[must_use]
    pub fn inconsistency(&self) -> Option<String> {
        let wrong = |seat: &&Seat| match seat.stand {
            Stand::Waiting => {
                let index = self.seats.index_of(seat.account);
                seat.link.is_none() || !index.is_some_and(|index| self.pool.contains(index))
            }
            Stand::Proposed { offer } => {
                seat.link.is_none() || !self.offers.get(offer).is_some_and(|o| o.has(seat))
            }
            Stand::Matched { match_id, role } => {
                let talk = self.matches.get(&match_id);
                talk.is_none_or(|talk| talk.side(role).account != seat.account)
            }
        };
        let lonely = |(id, talk): (&Id, &Match)| {
            [Role::A, Role::B].into_iter().any(|role| {
                let stand = self
                    .seats
                    .of(talk.side(role).account)
                    .map(|seat| seat.stand);
                let awaited = talk.awaited == Some(role);
                !awaited
                    && stand
                        != Some(Stand::Matched {
                            match_id: *id,
                            role,
                        })
            })
        };
        let seat = self.seats.iter().find(wrong);
        let seat = seat.map(|seat| format!("a seat stands alone: {:?}", seat.stand));
        let talk = self
            .matches
            .iter()
            .any(lonely)
            .then(|| "a match lacks a side".to_owned());
        seat.or(talk)
    }

    /// Gives the account another name, unless a match fixes it.
    pub fn rename(&mut self, account: Account, username: &Username) -> bool {
        let free = self
            .seats
            .of(account)
            .is_none_or(|seat| seat.stand == Stand::Waiting);
        if free && !self.awaited.contains_key(&account) {
            for link in self.links_of.get(&account).into_iter().flatten() {
                if let Some(link) = self.links.get_mut(link) {
                    link.username = username.clone();
                }
            }
            return true;
        }
        false
    }

    /// The account blocked somebody, or took it back.
    pub fn set_blocks(&mut self, account: Account, blocks: Vec<Binary<32>>) {
        if let Some(seat) = self.seats.of_mut(account) {
            seat.wait.blocks = sorted(blocks);
        }
    }

    /// The sealing keys changed.
    pub fn set_sealer(&mut self, sealer: Sealer) {
        self.sealer = sealer;
    }

    /// Opens a ticket that a session of `account` presents.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn open_ticket(
        &self,
        account: Account,
        text: &str,
        wall: u64,
    ) -> Result<Ticket, TicketError> {
        self.sealer.open(account, text, wall)
    }

    pub(crate) fn link(&self, link: LinkKey) -> Result<&Link, Problem> {
        self.links
            .get(&link)
            .ok_or_else(|| Problem::new(Fault::NotLoggedIn, "nobody is logged in on this link"))
    }

    /// Where the account stands, as the instance of this link sees it.
    pub(crate) fn seat_seen_from(
        &mut self,
        at: Moment,
        link: LinkKey,
    ) -> Result<body::Seat, Problem> {
        let Link {
            account, instance, ..
        } = *self.link(link)?;
        let Some(seat) = self.seats.of(account) else {
            let awaited = self.awaited.contains_key(&account);
            return Ok(if awaited {
                body::Seat::Elsewhere
            } else {
                body::Seat::Free
            });
        };
        if seat.instance != instance {
            return Ok(body::Seat::Elsewhere);
        }
        Ok(match seat.stand {
            Stand::Waiting | Stand::Proposed { .. } => body::Seat::Waiting,
            Stand::Matched { match_id, role } => self.talking_seat(at, match_id, role, false),
        })
    }

    /// `Talking` with the ticket, when it is old or `renew` says so, or `Awaiting`.
    pub(crate) fn talking_seat(
        &mut self,
        at: Moment,
        match_id: Id,
        role: Role,
        renew: bool,
    ) -> body::Seat {
        let Some(talk) = self.matches.get(&match_id) else {
            return body::Seat::Free;
        };
        if talk.awaited.is_some() {
            return body::Seat::Awaiting;
        }
        let peer = self.seats.of(talk.side(role.other()).account);
        let peer_here = peer.is_some_and(|seat| seat.link.is_some());
        let age = at.wall.saturating_sub(talk.side(role).sealed);
        let old = renew || age >= bounds::RENEW_AFTER;
        let ticket = if old {
            self.seal(at, match_id, role)
        } else {
            None
        };
        body::Seat::Talking { peer_here, ticket }
    }

    pub(crate) fn seal(&mut self, at: Moment, match_id: Id, role: Role) -> Option<Secret<String>> {
        let talk = self.matches.get_mut(&match_id)?;
        talk.side_mut(role).sealed = at.wall;
        let ticket = talk.ticket(match_id, role, at.wall);
        self.sealer.seal(&ticket, &mut self.rng)
    }

    pub(crate) fn tell(&mut self, link: Option<LinkKey>, told: Told) {
        if let Some(link) = link {
            self.outputs.push_back(Output::Tell { link, told });
        }
    }

    pub(crate) fn route(&mut self, link: Option<LinkKey>, to: Option<LinkKey>) {
        if let Some(link) = link {
            self.outputs.push_back(Output::Route { link, to });
        }
    }

    /// Tells the other side of a match whether this one is connected.
    pub(crate) fn tell_peer(&mut self, match_id: Id, role: Role, here: bool) {
        let Some(talk) = self.matches.get(&match_id) else {
            return;
        };
        let peer = self
            .seats
            .of(talk.side(role.other()).account)
            .and_then(|seat| seat.link);
        self.tell(
            peer,
            Told::Notice(Notice::Peer {
                r#match: match_id,
                here,
            }),
        );
    }

    /// Takes the seat of an account out of every table it stands in.
    pub(crate) fn unseat(&mut self, account: Account) -> Option<Seat> {
        if let Some(index) = self.seats.index_of(account) {
            self.pool.remove(index);
        }
        self.seats.remove(account)
    }
}

pub(crate) fn sorted(mut blocks: Vec<Binary<32>>) -> Vec<Binary<32>> {
    blocks.truncate(bounds::BLOCKS_MAX);
    blocks.sort_unstable();
    blocks
}

impl std::fmt::Debug for Lobby {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lobby")
            .field("here", &self.here())
            .field("waiting", &self.waiting())
            .field("talking", &self.talking())
            .finish_non_exhaustive()
    }
}
