//! What must hold for a lobby, whatever its clients do, in any order: nobody is in two matches,
//! nobody is matched to nobody, and every table is bounded.

use floater_lobby::{
    Account, Closing, Join, LinkKey, Lobby, Moment, Output, Sealer, SealingKey, Setup, Told, Which,
    bounds,
};
use floater_proto::body::{
    Accept, AskStatus, EndMatch, Over, Policy, PublicKeys, Reason, Seat, SessionEnd,
};
use floater_proto::{Binary, Id, Role, Secret, Username};
use script::Script;
use std::collections::HashMap;

#[expect(dead_code, reason = "nothing here is bytes")]
mod script;

const ACCOUNTS: u8 = 6;
const INSTANCES: u8 = 2;
const OPERATIONS_MAX: usize = 600;
const WALL: u64 = 1_800_000_000;

/// Panics if a promise does not hold after one of the operations that the bytes spell.
pub(crate) fn check(bytes: &[u8]) {
    script::play(&mut World::new(bytes), OPERATIONS_MAX);
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Person {
    account: Account,
    instance: u8,
}

struct World<'a> {
    script: Script<'a>,
    lobby: Lobby,
    /// How often the server was started again.
    starts: u16,
    now: u64,
    next_link: u64,
    live: bool,
    links: HashMap<LinkKey, Person>,
    routes: HashMap<LinkKey, LinkKey>,
    proposals: HashMap<LinkKey, (Id, Role)>,
    tickets: Vec<(Person, Secret<String>)>,
    tombstones: HashMap<Id, Over>,
    /// Who is in which match, as they were told.
    talks: HashMap<Account, Id>,
}

fn lobby(now: u64, was_live: bool, limit: u8, start: u16) -> Lobby {
    // Each start has a seed of its own, as in the server: names of matches never come again.
    let mut seed = [limit; 32];
    [seed[0], seed[1]] = start.to_be_bytes();
    let moment = Moment {
        now,
        wall: WALL.saturating_add(now / 1000),
    };
    let key = SealingKey {
        id: 1,
        born: moment.wall,
        secret: [1; 32],
    };
    Lobby::new(Setup {
        seed,
        sealer: Sealer::new(vec![key], moment.wall),
        block_digest: Box::new(digest),
        was_live,
        start: moment,
        seats_max: usize::from(limit % 4) + 4,
    })
}

fn digest(a: Account, b: Account) -> Binary<32> {
    let mut digest = [0; 32];
    digest
        .iter_mut()
        .zip(a.0.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    digest
        .iter_mut()
        .skip(8)
        .zip(b.0.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    Binary(digest)
}

fn keys(role: Role) -> PublicKeys {
    // The base point: of prime order, so no weak key.
    let mut ed25519 = [0x66; 32];
    ed25519[0] = 0x58;
    let ek = (role == Role::B).then(|| Box::new(Binary([0; 1184])));
    PublicKeys {
        x25519: Binary([9; 32]),
        ed25519: Binary(ed25519),
        ek,
        policy: Policy::Hidden,
    }
}

impl<'a> script::World<'a> for World<'a> {
    fn script(&mut self) -> &mut Script<'a> {
        &mut self.script
    }

    fn operate(&mut self, operation: u8) {
        match operation % 16 {
            0 | 1 => self.join(),
            2..=4 => self.with_link(|lobby, at, link| drop(lobby.seek(at, link, Vec::new()))),
            5 => self.seek_blocking(),
            6 | 7 => self.accept(),
            8 => self.end(),
            9 => self.close(),
            10 => self.with_link(|lobby, at, link| drop(lobby.end_seek(at, link))),
            11 => self.status(),
            12 => self.end_sessions(),
            13 => self.pass(),
            14 => self.accept_all(),
            _ => self.rare(),
        }
        self.settle();
    }
}

impl<'a> World<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let limit = bytes.first().copied().unwrap_or(0);
        Self {
            script: Script::new(bytes),
            lobby: lobby(0, false, limit, 0),
            starts: 0,
            now: 0,
            next_link: 1,
            live: false,
            links: HashMap::new(),
            routes: HashMap::new(),
            proposals: HashMap::new(),
            tickets: Vec::new(),
            tombstones: HashMap::new(),
            talks: HashMap::new(),
        }
    }

    fn at(&self) -> Moment {
        Moment {
            now: self.now,
            wall: WALL + self.now / 1000,
        }
    }

    fn some_account(&mut self) -> Account {
        Account(u64::from(self.script.below(ACCOUNTS)))
    }

    fn some_link(&mut self) -> Option<LinkKey> {
        let mut links: Vec<_> = self.links.keys().copied().collect();
        links.sort_unstable();
        let at = self
            .script
            .below(u8::try_from(links.len().min(255)).unwrap_or(255));
        links.get(usize::from(at)).copied()
    }

    fn with_link(&mut self, act: impl FnOnce(&mut Lobby, Moment, LinkKey)) {
        if let Some(link) = self.some_link() {
            let at = self.at();
            act(&mut self.lobby, at, link);
        }
    }

    fn join(&mut self) {
        let who = Person {
            account: self.some_account(),
            instance: self.script.below(INSTANCES),
        };
        let link = LinkKey(self.next_link);
        self.next_link += 1;
        let own: Vec<_> = self
            .tickets
            .iter()
            .filter(|(owner, _)| *owner == who)
            .collect();
        let text = own.last().map(|(_, text)| text.expose().clone());
        let with = self.script.below(4) > 0;
        let at = self.at();
        let open = |text: String| self.lobby.open_ticket(who.account, &text, at.wall).ok();
        let ticket = text.filter(|_| with).and_then(open);
        let instance = Binary([who.instance + 10 * u8::try_from(who.account.0).unwrap_or(0); 16]);
        let (account, session) = (who.account, instance);
        let tombstone = ticket.and_then(|ticket| self.tombstones.get(&ticket.match_id).copied());
        let username = Username::new("n").expect("a name");
        self.links.insert(link, who);
        let join = Join {
            link,
            account,
            session,
            instance,
            username,
            ticket,
            tombstone,
        };
        let seat = self.lobby.join(at, join);
        self.settle();
        if matches!(seat, Seat::Talking { .. } | Seat::Awaiting) {
            let match_id = ticket.expect("only a ticket resumes").match_id;
            assert_eq!(tombstone, None, "what is over does not go on");
            let before = self.talks.insert(account, match_id);
            assert!(
                before.is_none_or(|before| before == match_id),
                "in two matches"
            );
        }
    }

    fn seek_blocking(&mut self) {
        let whom = self.some_account();
        let Some(link) = self.some_link() else { return };
        let blocks = self.links.get(&link).map(|who| digest(who.account, whom));
        let at = self.at();
        drop(self.lobby.seek(at, link, blocks.into_iter().collect()));
    }

    fn accept(&mut self) {
        let Some(link) = self.some_link() else { return };
        if let Some((id, role)) = self.proposals.get(&link).copied() {
            let role = if self.script.below(8) == 0 {
                role.other()
            } else {
                role
            };
            let at = self.at();
            drop(self.lobby.accept(
                at,
                link,
                Accept {
                    r#match: id,
                    keys: keys(role),
                },
            ));
        }
    }

    fn accept_all(&mut self) {
        let at = self.at();
        for (link, (id, role)) in std::mem::take(&mut self.proposals) {
            drop(self.lobby.accept(
                at,
                link,
                Accept {
                    r#match: id,
                    keys: keys(role),
                },
            ));
        }
    }

    fn end(&mut self) {
        let Some(link) = self.some_link() else { return };
        let own = self
            .links
            .get(&link)
            .and_then(|who| self.talks.get(&who.account))
            .copied();
        let named = if self.script.below(3) == 0 { None } else { own };
        let reason = match self.script.below(5) {
            0 => Reason::Silent,
            1 => Reason::Unreachable,
            2 => Reason::Moderator,
            _ => Reason::Left,
        };
        let at = self.at();
        drop(self.lobby.end(
            at,
            link,
            &EndMatch {
                r#match: named,
                reason,
            },
        ));
    }

    fn close(&mut self) {
        let Some(link) = self.some_link() else { return };
        let closing = if self.script.below(3) == 0 {
            Closing::Goodbye
        } else {
            Closing::Lost
        };
        self.forget(link);
        let at = self.at();
        self.lobby.handle_closed(at, link, closing);
    }

    fn forget(&mut self, link: LinkKey) {
        self.links.remove(&link);
        self.proposals.remove(&link);
        self.routes.remove(&link);
    }

    fn status(&mut self) {
        let direct = self.script.below(2) == 0;
        self.with_link(|lobby, at, link| drop(lobby.status(at, link, &AskStatus { direct })));
    }

    fn end_sessions(&mut self) {
        let account = self.some_account();
        let session =
            Binary([self.script.below(INSTANCES) + 10 * u8::try_from(account.0).unwrap_or(0); 16]);
        let which = match self.script.below(3) {
            0 => Which::All,
            1 => Which::AllBut(session),
            _ => Which::Only(session),
        };
        let at = self.at();
        self.lobby
            .end_sessions(at, account, which, SessionEnd::LoggedOut);
    }

    fn pass(&mut self) {
        let span = [1, 50, 250, 250, 1000, 2000, 60_000, 120_000];
        let end = self.now
            + span
                .get(usize::from(self.script.below(8)))
                .copied()
                .unwrap_or(1);
        let mut wakes = 0;
        while let Some(wake) = self.lobby.wake_at().filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            let at = self.at();
            self.lobby.handle_wake(at);
            self.settle();
            wakes += 1;
            assert!(wakes < 2000, "it wakes without end");
        }
        self.now = end;
    }

    /// A killed server, a day, another name.
    fn rare(&mut self) {
        match self.script.below(3) {
            0 => {
                self.starts = self.starts.wrapping_add(1);
                let limit = self.script.below(255);
                self.lobby = lobby(self.now, self.live, limit, self.starts);
                self.links.clear();
                self.routes.clear();
                self.proposals.clear();
                self.talks.clear();
            }
            1 => self.now += 24 * 3600 * 1000,
            _ => {
                let account = self.some_account();
                let name = Username::new("other").expect("a name");
                self.lobby.rename(account, &name);
            }
        }
    }

    /// Reads what came out and holds it against the promises.
    fn settle(&mut self) {
        let outputs: Vec<Output> = self.lobby.drain().collect();
        let mut matched: HashMap<Id, usize> = HashMap::new();
        for output in outputs {
            match output {
                Output::Tell { link, told } => self.told(link, told, &mut matched),
                Output::Route { link, to } => {
                    self.routes.remove(&link);
                    if let Some(to) = to {
                        self.routes.insert(link, to);
                    }
                }
                Output::Close { link } => self.forget(link),
                Output::Tombstone(tombstone) => {
                    self.tombstones
                        .entry(tombstone.match_id)
                        .or_insert(tombstone.over);
                    self.talks.retain(|_, id| *id != tombstone.match_id);
                }
                Output::Live(live) => self.live = live,
                Output::Offer { .. } => unreachable!("nobody prepares a path here"),
            }
        }
        assert!(matched.values().all(|told| *told == 2), "matched to nobody");
        for (from, to) in &self.routes {
            assert_eq!(self.routes.get(to), Some(from), "a relay that is no pair");
            assert!(self.links.contains_key(to), "a relay to nobody");
        }
        assert_eq!(self.lobby.inconsistency(), None);
        let accounts = usize::from(ACCOUNTS);
        assert!(self.lobby.waiting() <= accounts && self.lobby.talking() <= accounts);
        assert!(self.lobby.here() <= accounts);
        assert!(self.links.len() <= accounts * bounds::LINKS_AN_ACCOUNT);
    }

    fn told(&mut self, link: LinkKey, told: Told, matched: &mut HashMap<Id, usize>) {
        let who = *self.links.get(&link).expect("told to a link that is gone");
        match told {
            Told::Proposal(proposal) => {
                self.proposals
                    .insert(link, (proposal.r#match, proposal.role));
            }
            Told::Matched(told) => {
                *matched.entry(told.r#match).or_default() += 1;
                let before = self.talks.insert(who.account, told.r#match);
                assert_eq!(before, None, "in two matches");
                self.tickets.push((who, told.ticket.clone()));
            }
            Told::Ended(ended) => {
                self.talks.remove(&who.account);
                assert_ne!(ended.r#match, Binary([0; 16]));
            }
            Told::Notice(_) | Told::Offer(_) => {}
        }
    }
}
