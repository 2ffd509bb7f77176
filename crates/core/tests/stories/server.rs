//! A small server that keeps the promises a client may rely on: sessions, rounds, two-phase
//! matches, tickets that outlive a restart, a relay that drops for who is not there.

use floater_proto::body::*;
use floater_proto::{
    Binary, ContentRange, Decoder, Id, Method, Resource, Role, Secret, Start, Status, encode,
    field, limits,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const ROUND: u64 = 250;
const ACCEPT: u64 = 2_000;
const GRACE: u64 = 120_000;

pub struct Account {
    pub email: String,
    pub username: String,
    password: String,
    active: bool,
}

#[derive(Default)]
pub struct Link {
    decoder: Option<Decoder>,
    cookie: Option<String>,
    account: Option<usize>,
    instance: Option<Id>,
    open: BTreeMap<u64, Resource>,
    next: u64,
}

struct Side {
    account: usize,
    instance: Option<Id>,
    keys: Option<PublicKeys>,
    link: Option<u32>,
    away_since: Option<u64>,
}

struct Match {
    sides: [Option<Side>; 2],
    begun: bool,
    asked_at: u64,
}

pub struct ReportSeen {
    pub reports: Vec<Report>,
    pub pictures: BTreeMap<String, Vec<u8>>,
}

/// What a restart does not lose stands first.
pub struct Server {
    pub accounts: Vec<Account>,
    pub sessions: BTreeMap<String, usize>,
    pub codes: BTreeMap<String, String>,
    tickets: BTreeMap<String, (Id, Role, usize)>,
    tombs: BTreeMap<Id, Over>,
    keys: BTreeMap<(Id, char), Binary<32>>,
    pub reports: BTreeMap<Id, ReportSeen>,
    pub blocks: Vec<String>,
    pub links: BTreeMap<u32, Link>,
    waiting: BTreeMap<usize, u32>,
    matches: BTreeMap<Id, Match>,
    pub sent: VecDeque<(u32, Vec<u8>)>,
    pub closed: Vec<u32>,
    /// Pairs that were matched, in order: for the property tests.
    pub met: Vec<(usize, usize)>,
    /// Requests are taken, and answered to nobody.
    pub mute: bool,
    next_round: u64,
    drawn: u64,
    seed: u64,
}

type Reply = Result<(Status, Vec<u8>), Problem>;

fn ok() -> Reply {
    Ok((Status::OK, Vec::new()))
}

fn index(role: Role) -> usize {
    usize::from(role == Role::B)
}

impl Server {
    pub fn new(seed: u64) -> Self {
        Self {
            accounts: Vec::new(),
            sessions: BTreeMap::new(),
            codes: BTreeMap::new(),
            tickets: BTreeMap::new(),
            tombs: BTreeMap::new(),
            keys: BTreeMap::new(),
            reports: BTreeMap::new(),
            blocks: Vec::new(),
            links: BTreeMap::new(),
            waiting: BTreeMap::new(),
            matches: BTreeMap::new(),
            sent: VecDeque::new(),
            closed: Vec::new(),
            met: Vec::new(),
            mute: false,
            next_round: 0,
            drawn: 0,
            seed,
        }
    }

    /// Killed and started again: seats and matches are forgotten, what was durable is not.
    pub fn restart(&mut self) {
        self.links.clear();
        self.waiting.clear();
        self.matches.clear();
        self.sent.clear();
    }

    /// An account as registration and activation would make it.
    pub fn add_account(&mut self, email: &str, username: &str, password: &str) {
        let (email, username, password) = (email.into(), username.into(), password.into());
        self.accounts.push(Account {
            email,
            username,
            password,
            active: true,
        });
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let mut x = self.seed ^ self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn draw_id(&mut self) -> Id {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.draw().to_be_bytes());
        id[8..].copy_from_slice(&self.draw().to_be_bytes());
        Binary(id)
    }

    fn draw_text(&mut self, kind: &str) -> String {
        format!("{kind}-{}", self.draw_id())
    }

    pub fn opened(&mut self, link: u32, cookie: Option<String>) {
        let decoder = Some(Decoder::new(limits::MESSAGE_MAX));
        self.links.insert(
            link,
            Link {
                decoder,
                cookie,
                next: 1,
                ..Link::default()
            },
        );
    }

    /// The link is gone; `goodbye` as a browser's 1001 says it.
    pub fn gone(&mut self, now: u64, link: u32, goodbye: bool) {
        self.links.remove(&link);
        self.waiting.retain(|_, waiting| *waiting != link);
        let mine = |m: &Match| m.sides.iter().flatten().any(|side| side.link == Some(link));
        let ids: Vec<Id> = self
            .matches
            .iter()
            .filter(|(_, m)| mine(m))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            if goodbye {
                self.end(id, Reason::Left, None);
            } else {
                self.lose_side(now, id, link);
            }
        }
    }

    fn lose_side(&mut self, now: u64, id: Id, link: u32) {
        let Some(the_match) = self.matches.get_mut(&id) else {
            return;
        };
        if !the_match.begun {
            self.dissolve(id);
            return;
        }
        for side in the_match
            .sides
            .iter_mut()
            .flatten()
            .filter(|side| side.link == Some(link))
        {
            side.link = None;
            side.away_since = Some(now);
        }
        self.tell_here(id, link, false);
    }

    /// Tells the partner of `link` whether it is there.
    fn tell_here(&mut self, id: Id, link: u32, here: bool) {
        let Some(the_match) = self.matches.get(&id) else {
            return;
        };
        let links: Vec<u32> = the_match
            .sides
            .iter()
            .flatten()
            .filter_map(|side| side.link)
            .collect();
        for other in links.into_iter().filter(|other| *other != link) {
            let notice = Notice::Peer { r#match: id, here };
            self.push(other, Resource::Notice, &to_json(&notice), false);
        }
    }

    /// A match that did not begin: who is there waits on.
    fn dissolve(&mut self, id: Id) {
        let Some(the_match) = self.matches.remove(&id) else {
            return;
        };
        for side in the_match.sides.into_iter().flatten() {
            if let (Some(link), true) = (side.link, side.keys.is_some()) {
                if self.links.contains_key(&link) {
                    self.waiting.insert(side.account, link);
                }
            }
        }
    }

    fn push(&mut self, link: u32, resource: Resource, body: &[u8], answered: bool) {
        let Some(to) = self.links.get_mut(&link) else {
            return;
        };
        let mut out = Vec::new();
        let mut head = encode::request(&mut out, Method::Post, resource).content_type(JSON);
        if answered {
            head = head.request_id(to.next);
            to.open.insert(to.next, resource);
            to.next += 1;
        }
        head.finish(body).unwrap();
        self.sent.push_back((link, out));
    }

    pub fn bytes(&mut self, now: u64, link: u32, bytes: &[u8]) {
        let Some(mut decoder) = self.links.get_mut(&link).and_then(|l| l.decoder.take()) else {
            return;
        };
        decoder.push(bytes).unwrap();
        while let Some(message) = decoder.next().unwrap() {
            let id = message.request_id;
            let (method, resource) = match message.start {
                Start::Request { method, resource } => (method, resource),
                Start::Response { status } => {
                    let open = self
                        .links
                        .get_mut(&link)
                        .map(|l| l.open.remove(&id.unwrap()));
                    assert!(
                        open.is_none_or(|open| open.is_some()),
                        "an answer to no request"
                    );
                    assert_eq!(status, Status::OK, "clients answer 200");
                    continue;
                }
            };
            let resource = Resource::parse(resource).expect("a resource of the protocol");
            let referrer = message.field(field::REFERRER).map(str::to_owned);
            let range = message.field(field::CONTENT_RANGE).map(str::to_owned);
            let place = referrer.zip(range);
            let reply = self.take(now, link, (method, resource), message.body, place);
            if let Some(id) = id.filter(|_| !self.mute) {
                self.answer(link, id, reply);
            }
            self.told_after(now, link, resource);
        }
        if let Some(l) = self.links.get_mut(&link) {
            l.decoder = Some(decoder);
        }
    }

    fn answer(&mut self, link: u32, id: u64, reply: Reply) {
        let (status, body) = match reply {
            Ok(reply) => reply,
            Err(problem) => (problem.error.status(), to_json(&problem)),
        };
        let mut out = Vec::new();
        encode::response(&mut out, status)
            .request_id(id)
            .finish(&body)
            .unwrap();
        self.sent.push_back((link, out));
    }

    fn take(
        &mut self,
        now: u64,
        link: u32,
        (method, resource): (Method, Resource),
        body: &[u8],
        place: Option<(String, String)>,
    ) -> Reply {
        match (method, resource) {
            (Method::Post, Resource::Account) => self.register(body),
            (Method::Post, Resource::AccountActivation) => self.activate(body),
            (Method::Post, Resource::Session) => self.session(now, link, body),
            _ => {
                let account = self.links.get(&link).and_then(|l| l.account);
                let account = account.ok_or(Problem::new(Fault::NotLoggedIn, "log in"))?;
                self.take_in_session(now, (link, account), (method, resource), body, place)
            }
        }
    }

    fn take_in_session(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        (method, resource): (Method, Resource),
        body: &[u8],
        place: Option<(String, String)>,
    ) -> Reply {
        match (method, resource) {
            (Method::Get, Resource::Status) => self.status(link, account),
            (Method::Post, Resource::SessionEnd) => self.session_end(link, account),
            (Method::Post, Resource::Seek) => self.seek(link, account),
            (Method::Post, Resource::SeekEnd) => {
                self.waiting.remove(&account);
                ok()
            }
            (Method::Post, Resource::MatchAccept) => self.accept(link, body),
            (Method::Post, Resource::MatchEnd) => self.match_end(now, account, body),
            (Method::Post, Resource::Relay) => {
                self.relay(link, body);
                ok()
            }
            (Method::Post, Resource::Report) => self.report(account, body),
            (Method::Post, Resource::ReportPicture(id)) => self.report_picture(id, body, place),
            (Method::Post, Resource::Block) => {
                let block: Block = from_json(body)?;
                self.ticket(account, &block.ticket)?;
                self.blocks.push(block.name.as_str().to_owned());
                ok()
            }
            (Method::Post, Resource::AccountUsername) => {
                let rename: ChangeUsername = from_json(body)?;
                self.accounts[account].username = rename.username.as_str().to_owned();
                ok()
            }
            _ => Err(Problem::new(Fault::UnknownResource, "not in this model")),
        }
    }

    fn register(&mut self, body: &[u8]) -> Reply {
        let register: Register = from_json(body)?;
        self.accounts.push(Account {
            email: register.email.as_str().to_owned(),
            username: register.username.as_str().to_owned(),
            password: register.password.expose().clone(),
            active: false,
        });
        Ok((
            Status::ACCEPTED,
            to_json(&Mailed {
                secret: Secret::from("browser"),
            }),
        ))
    }

    fn activate(&mut self, body: &[u8]) -> Reply {
        let Activate {
            proof: MailProof::Code { email, code },
        } = from_json(body)?
        else {
            return Err(Problem::new(Fault::TypeCode, "type the code"));
        };
        if code.expose() != "ABCD2345" {
            return Err(Problem::new(Fault::CodeWrong, "wrong"));
        }
        let mut known = self
            .accounts
            .iter_mut()
            .filter(|a| a.email == email.as_str());
        known
            .next()
            .ok_or(Problem::new(Fault::CodeWrong, "wrong"))?
            .active = true;
        ok()
    }

    fn session(&mut self, now: u64, link: u32, body: &[u8]) -> Reply {
        let open: OpenSession = from_json(body)?;
        let cookie = self.links[&link].cookie.clone();
        if self.links[&link].account.is_some() {
            return Err(Problem::new(Fault::LoggedIn, "somebody is"));
        }
        let (account, new) = match (&open.login, &open.token) {
            (Some(login), _) => (self.login(login)?, true),
            (None, Some(token)) => (self.known_session(Some(token.expose()))?, false),
            (None, None) => (self.known_session(cookie.as_ref())?, false),
        };
        let seat = self.seat_at_open(now, (link, account), &open)?;
        let l = self.links.get_mut(&link).unwrap();
        (l.account, l.instance) = (Some(account), Some(open.instance));
        let (mut token, mut cookie_code) = (None, None);
        if new {
            let session = self.draw_text("session");
            self.sessions.insert(session.clone(), account);
            match open.keep {
                Keep::Token => token = Some(Secret::new(session)),
                Keep::Cookie => {
                    let code = self.draw_text("code");
                    self.codes.insert(code.clone(), session);
                    cookie_code = Some(Secret::new(code));
                }
            }
        }
        let username = self.accounts[account].username.clone().try_into().unwrap();
        let opened = SessionOpened {
            session: self.draw_id(),
            username,
            token,
            cookie_code,
            seat,
        };
        Ok((Status::OK, to_json(&opened)))
    }

    fn login(&self, login: &LogIn) -> Result<usize, Problem> {
        let known = self.accounts.iter().position(|account| {
            account.email == login.email.as_str() && account.password == *login.password.expose()
        });
        let account = known.ok_or(Problem::new(Fault::WrongCredentials, "no"))?;
        let active = self.accounts[account].active;
        active
            .then_some(account)
            .ok_or(Problem::new(Fault::NotActivated, "activate first"))
    }

    fn known_session(&self, token: Option<&String>) -> Result<usize, Problem> {
        let known = token.and_then(|token| self.sessions.get(token)).copied();
        known.ok_or(Problem::new(Fault::NotLoggedIn, "log in"))
    }

    fn ticket(&self, account: usize, ticket: &Secret<String>) -> Result<(Id, Role), Problem> {
        let known = self.tickets.get(ticket.expose());
        let (id, role, of) = *known.ok_or(Problem::new(Fault::TicketExpired, "unreadable"))?;
        if of == account {
            Ok((id, role))
        } else {
            Err(Problem::new(Fault::TicketForeign, "no"))
        }
    }

    fn seal(&mut self, id: Id, role: Role, account: usize) -> Secret<String> {
        let ticket = self.draw_text("ticket");
        self.tickets.insert(ticket.clone(), (id, role, account));
        Secret::new(ticket)
    }

    /// The match of a ticket, and the key that verifies what a role said in it.
    pub fn key_of(&self, ticket: &Secret<String>, by: Role) -> (Id, Binary<32>) {
        let (id, _, _) = self.tickets[ticket.expose()];
        (id, self.keys[&(id, char::from(by.byte()))])
    }

    fn match_of(&self, account: usize) -> Option<(Id, usize)> {
        self.matches.iter().find_map(|(id, m)| {
            let at = m
                .sides
                .iter()
                .position(|s| s.as_ref().is_some_and(|s| s.account == account));
            at.map(|at| (*id, at))
        })
    }

    fn seat_at_open(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        open: &OpenSession,
    ) -> Result<Seat, Problem> {
        let brought = open
            .ticket
            .as_ref()
            .map(|t| self.ticket(account, t))
            .transpose()?;
        if let Some((id, role)) = brought {
            if let Some(over) = self.tombs.get(&id) {
                return Ok(Seat::Over(*over));
            }
            return Ok(self.resume(now, (link, account), (id, role), open.instance));
        }
        if let Some((id, at)) = self.match_of(account) {
            let side = self.matches[&id].sides[at].as_ref().unwrap();
            if side.instance != Some(open.instance) {
                return Ok(Seat::Elsewhere);
            }
            // The seat's own instance says "none".
            self.end(id, Reason::Left, None);
        }
        let waits = self.waiting.get(&account).copied();
        match waits.and_then(|other| self.links.get(&other)) {
            Some(other) if other.instance != Some(open.instance) => Ok(Seat::Elsewhere),
            Some(_) => {
                self.waiting.insert(account, link);
                Ok(Seat::Waiting)
            }
            None => Ok(Seat::Free),
        }
    }

    fn resume(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        (id, role): (Id, Role),
        instance: Id,
    ) -> Seat {
        let fresh = || Match {
            sides: [None, None],
            begun: true,
            asked_at: now,
        };
        let the_match = self.matches.entry(id).or_insert_with(fresh);
        let side = &mut the_match.sides[index(role)];
        let old = side
            .as_ref()
            .and_then(|side| side.link)
            .filter(|old| *old != link);
        let (instance, link_now) = (Some(instance), Some(link));
        let keys = side.take().and_then(|side| side.keys);
        *side = Some(Side {
            account,
            instance,
            keys,
            link: link_now,
            away_since: None,
        });
        let other = the_match.sides[index(role.other())].as_ref();
        let seat = match other {
            None => Seat::Awaiting,
            Some(other) => {
                let peer_here = other.link.is_some();
                Seat::Talking {
                    peer_here,
                    ticket: Some(self.seal(id, role, account)),
                }
            }
        };
        if let Some(old) = old {
            self.push(old, Resource::Notice, &to_json(&Notice::Replaced), false);
            self.links.remove(&old);
            self.closed.push(old);
        }
        seat
    }

    /// What is told after the answer went out.
    fn told_after(&mut self, _now: u64, link: u32, resource: Resource) {
        let account = self.links.get(&link).and_then(|l| l.account);
        if let (Resource::Session, Some((id, _))) =
            (resource, account.and_then(|a| self.match_of(a)))
        {
            self.tell_here(id, link, true);
        }
    }

    fn session_end(&mut self, link: u32, account: usize) -> Reply {
        self.sessions.retain(|_, of| *of != account);
        if let Some((id, at)) = self.match_of(account) {
            self.end(
                id,
                Reason::Left,
                Some(if at == 0 { Role::A } else { Role::B }),
            );
        }
        self.waiting.remove(&account);
        self.links.get_mut(&link).unwrap().account = None;
        ok()
    }

    fn seat(&self, link: u32, account: usize) -> Seat {
        if let Some((id, at)) = self
            .match_of(account)
            .filter(|(id, _)| self.matches[id].begun)
        {
            let sides = &self.matches[&id].sides;
            if sides[at].as_ref().unwrap().link != Some(link) {
                return Seat::Elsewhere;
            }
            return match &sides[1 - at] {
                None => Seat::Awaiting,
                Some(other) => Seat::Talking {
                    peer_here: other.link.is_some(),
                    ticket: None,
                },
            };
        }
        match self.waiting.get(&account) {
            Some(waits) if *waits == link => Seat::Waiting,
            Some(_) => Seat::Elsewhere,
            None if self.match_of(account).is_some() => Seat::Waiting,
            None => Seat::Free,
        }
    }

    fn status(&self, link: u32, account: usize) -> Reply {
        let here = Here::range_of(self.links.len());
        Ok((
            Status::OK,
            to_json(&StatusNow {
                here,
                seat: self.seat(link, account),
            }),
        ))
    }

    fn seek(&mut self, link: u32, account: usize) -> Reply {
        if let Some((id, at)) = self.match_of(account) {
            let here = self.matches[&id].sides[at].as_ref().unwrap().link == Some(link);
            let fault = if here {
                Fault::Seated
            } else {
                Fault::Elsewhere
            };
            return Err(Problem::new(fault, "in a match"));
        }
        if self
            .waiting
            .get(&account)
            .is_some_and(|waits| *waits != link)
        {
            return Err(Problem::new(Fault::Elsewhere, "waits elsewhere"));
        }
        self.waiting.insert(account, link);
        Ok((Status::ACCEPTED, Vec::new()))
    }

    fn accept(&mut self, link: u32, body: &[u8]) -> Reply {
        let accept: Accept = from_json(body)?;
        let over = Problem::new(Fault::MatchOver, "too late");
        let the_match = self.matches.get_mut(&accept.r#match).ok_or(over)?;
        let mut sides = the_match.sides.iter_mut().flatten();
        let side = sides
            .find(|side| side.link == Some(link))
            .expect("only who was asked accepts");
        side.keys = Some(accept.keys);
        let both = the_match
            .sides
            .iter()
            .flatten()
            .all(|side| side.keys.is_some());
        if both && !the_match.begun {
            the_match.begun = true;
            self.begin(accept.r#match);
        }
        ok()
    }

    fn begin(&mut self, id: Id) {
        let sides: Vec<_> = self.matches[&id]
            .sides
            .iter()
            .flatten()
            .map(|side| (side.account, side.link.unwrap(), side.keys.clone().unwrap()))
            .collect();
        self.met.push((sides[0].0, sides[1].0));
        for (at, role) in [(0, Role::A), (1, Role::B)] {
            let (account, link, _) = sides[at];
            let (other, _, keys) = sides[1 - at].clone();
            let username = self.accounts[other].username.clone().try_into().unwrap();
            let ticket = self.seal(id, role, account);
            self.keys
                .insert((id, char::from(role.other().byte())), keys.ed25519);
            let peer = Peer { username, keys };
            let matched = Matched {
                r#match: id,
                peer,
                ticket,
                met_before: false,
            };
            self.push(link, Resource::Match, &to_json(&matched), true);
        }
    }

    fn match_end(&mut self, _now: u64, account: usize, body: &[u8]) -> Reply {
        let end: EndMatch = from_json(body)?;
        let none = Problem::new(Fault::NoMatch, "no such match");
        let Some(id) = end.r#match else {
            let (id, at) = self.match_of(account).ok_or(none)?;
            self.end(
                id,
                end.reason,
                Some(if at == 0 { Role::A } else { Role::B }),
            );
            return ok();
        };
        if self.tombs.contains_key(&id) {
            return ok();
        }
        let (known, at) = self.match_of(account).ok_or(none.clone())?;
        if known != id {
            return Err(none);
        }
        self.end(
            id,
            end.reason,
            Some(if at == 0 { Role::A } else { Role::B }),
        );
        ok()
    }

    fn end(&mut self, id: Id, reason: Reason, by: Option<Role>) {
        let Some(the_match) = self.matches.remove(&id) else {
            return;
        };
        let over = Over { reason, by };
        self.tombs.insert(id, over);
        for link in the_match
            .sides
            .iter()
            .flatten()
            .filter_map(|side| side.link)
        {
            let ended = MatchEnded { r#match: id, over };
            self.push(link, Resource::MatchEnd, &to_json(&ended), true);
        }
    }

    fn relay(&mut self, link: u32, body: &[u8]) {
        let mine = |m: &&Match| m.sides.iter().flatten().any(|side| side.link == Some(link));
        let Some(the_match) = self.matches.values().find(mine) else {
            return;
        };
        let others = the_match
            .sides
            .iter()
            .flatten()
            .filter_map(|side| side.link);
        for other in others.filter(|other| *other != link).collect::<Vec<_>>() {
            self.push(other, Resource::Relay, body, false);
        }
    }

    fn report(&mut self, account: usize, body: &[u8]) -> Reply {
        let report: Report = from_json(body)?;
        self.ticket(account, &report.ticket)?;
        let fresh = || ReportSeen {
            reports: Vec::new(),
            pictures: BTreeMap::new(),
        };
        let seen = self.reports.entry(report.id).or_insert_with(fresh);
        seen.reports.push(report);
        Ok((Status::CREATED, to_json(&ReportKept { messages: 0 })))
    }

    fn report_picture(&mut self, id: Id, body: &[u8], place: Option<(String, String)>) -> Reply {
        let (referrer, range) = place.expect("a piece says of what and where it is");
        let range = ContentRange::parse(&range).unwrap();
        let seen = self
            .reports
            .get_mut(&id)
            .ok_or(Problem::new(Fault::NoPicture, "no"))?;
        let picture = seen.pictures.entry(referrer).or_default();
        assert_eq!(
            range.ranges[0].first,
            picture.len() as u64,
            "pieces come in order"
        );
        assert_eq!(range.ranges[0].span(), body.len() as u64);
        picture.extend_from_slice(body);
        ok()
    }

    /// What time does: rounds, late acceptances, graces that are over.
    pub fn tick(&mut self, now: u64) {
        if now >= self.next_round {
            self.next_round = now + ROUND;
            self.round(now);
        }
        let late = |m: &Match| !m.begun && m.asked_at + ACCEPT <= now;
        let late: Vec<Id> = self
            .matches
            .iter()
            .filter(|(_, m)| late(m))
            .map(|(id, _)| *id)
            .collect();
        late.into_iter().for_each(|id| self.dissolve(id));
        let over = |m: &Match| {
            let lonely =
                m.begun && m.sides.iter().flatten().count() < 2 && m.asked_at + GRACE <= now;
            let held = |s: &Side| s.away_since.is_some_and(|since| since + GRACE <= now);
            lonely || m.sides.iter().flatten().any(held)
        };
        let over: Vec<Id> = self
            .matches
            .iter()
            .filter(|(_, m)| over(m))
            .map(|(id, _)| *id)
            .collect();
        over.into_iter()
            .for_each(|id| self.end(id, Reason::Lost, None));
    }

    fn round(&mut self, now: u64) {
        let mut pool: Vec<(usize, u32)> = self.waiting.iter().map(|(a, l)| (*a, *l)).collect();
        let mut drawn = BTreeSet::new();
        while pool.len() >= 2 {
            let mut side = || {
                let at = usize::try_from(self.draw()).unwrap() % pool.len();
                pool.swap_remove(at)
            };
            let pair = [side(), side()];
            pair.iter()
                .for_each(|(account, _)| drawn.extend([*account]));
            self.propose(now, pair);
        }
        self.waiting.retain(|account, _| !drawn.contains(account));
    }

    fn propose(&mut self, now: u64, pair: [(usize, u32); 2]) {
        let id = self.draw_id();
        let links = pair.map(|(_, link)| link);
        let sides = pair.map(|(account, link)| {
            let instance = self.links[&link].instance;
            Some(Side {
                account,
                instance,
                keys: None,
                link: Some(link),
                away_since: None,
            })
        });
        self.matches.insert(
            id,
            Match {
                sides,
                begun: false,
                asked_at: now,
            },
        );
        for (link, role) in links.into_iter().zip([Role::A, Role::B]) {
            let proposal = to_json(&Proposal { r#match: id, role });
            self.push(link, Resource::MatchProposal, &proposal, true);
        }
    }

    /// Live matches that have begun, as accounts.
    pub fn live(&self) -> Vec<Vec<usize>> {
        let begun = self.matches.values().filter(|m| m.begun);
        begun
            .map(|m| m.sides.iter().flatten().map(|side| side.account).collect())
            .collect()
    }
}
