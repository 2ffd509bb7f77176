//! A small server that keeps the promises a client may rely on: sessions, rounds, two-phase
//! matches, tickets that outlive a restart, a relay that drops for who is not there.

use floater_proto::body::*;
use floater_proto::{
    Binary, ContentRange, Decoder, Id, Method, Resource, Role, Secret, Start, Status, encode,
    field, limits,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

mod matches;
mod paths;
mod rounds;
mod sessions;

const ROUND: u64 = 250;
const ACCEPT: u64 = 2_000;
const GRACE: u64 = 120_000;

pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) username: String,
    password: String,
    active: bool,
}

#[derive(Default)]
pub(crate) struct Link {
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

pub(crate) struct ReportSeen {
    pub(crate) reports: Vec<Report>,
    pub(crate) pictures: BTreeMap<String, Vec<u8>>,
}

/// What a restart does not lose stands first.
pub(crate) struct Server {
    pub(crate) accounts: Vec<Account>,
    pub(crate) sessions: BTreeMap<String, usize>,
    pub(crate) codes: BTreeMap<String, String>,
    tickets: BTreeMap<String, (Id, Role, usize)>,
    tombs: BTreeMap<Id, Over>,
    keys: BTreeMap<(Id, char), Binary<32>>,
    pub(crate) reports: BTreeMap<Id, ReportSeen>,
    pub(crate) blocks: Vec<String>,
    /// What was asked about the account, besides what this model does.
    pub(crate) wishes: Vec<(Resource, String)>,
    /// So many reports that come next are put off.
    pub(crate) put_off: usize,
    pub(crate) links: BTreeMap<u32, Link>,
    waiting: BTreeMap<usize, u32>,
    matches: BTreeMap<Id, Match>,
    pub(crate) sent: VecDeque<(u32, Vec<u8>)>,
    pub(crate) closed: Vec<u32>,
    paths: BTreeMap<Id, paths::Paths>,
    /// When a side of a match last said that its direct path is alive.
    direct: BTreeMap<(Id, usize), u64>,
    /// Reflectors answer.
    pub(crate) helps: bool,
    /// What `/path` is refused with.
    pub(crate) path_problem: Option<Problem>,
    /// Who told what it prepared, after which offer, and the port of it.
    pub(crate) told_paths: Vec<(usize, u32, u16)>,
    /// Pairs that were matched, in order: for the property tests.
    pub(crate) met: Vec<(usize, usize)>,
    /// Requests are taken, and answered to nobody.
    pub(crate) mute: bool,
    /// How often somebody asked how things stand.
    pub(crate) asked_status: usize,
    next_round: u64,
    drawn: u64,
    seed: u64,
}

/// One request; for a piece of a picture, of what it is and where it stands.
struct Asked<'a> {
    method: Method,
    resource: Resource,
    body: &'a [u8],
    place: Option<(String, String)>,
}

type Reply = Result<(Status, Vec<u8>), Problem>;

fn ok() -> Reply {
    Ok((Status::OK, Vec::new()))
}

fn index(role: Role) -> usize {
    usize::from(role == Role::B)
}

impl Server {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            accounts: Vec::new(),
            sessions: BTreeMap::new(),
            codes: BTreeMap::new(),
            tickets: BTreeMap::new(),
            tombs: BTreeMap::new(),
            keys: BTreeMap::new(),
            reports: BTreeMap::new(),
            blocks: Vec::new(),
            wishes: Vec::new(),
            put_off: 0,
            links: BTreeMap::new(),
            waiting: BTreeMap::new(),
            matches: BTreeMap::new(),
            sent: VecDeque::new(),
            closed: Vec::new(),
            paths: BTreeMap::new(),
            direct: BTreeMap::new(),
            helps: false,
            path_problem: None,
            told_paths: Vec::new(),
            met: Vec::new(),
            mute: false,
            asked_status: 0,
            next_round: 0,
            drawn: 0,
            seed,
        }
    }

    /// Killed and started again: seats and matches are forgotten, what was durable is not.
    pub(crate) fn restart(&mut self) {
        self.links.clear();
        self.waiting.clear();
        self.matches.clear();
        self.paths.clear();
        self.direct.clear();
        self.sent.clear();
    }

    /// An account as registration and activation would make it.
    pub(crate) fn add_account(&mut self, email: &str, username: &str, password: &str) {
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

    pub(crate) fn opened(&mut self, link: u32, cookie: Option<String>) {
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
    pub(crate) fn gone(&mut self, now: u64, link: u32, goodbye: bool) {
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
            let link = side.link.filter(|link| self.links.contains_key(link));
            if let Some(link) = link.filter(|_| side.keys.is_some()) {
                self.waiting.insert(side.account, link);
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

    pub(crate) fn bytes(&mut self, now: u64, link: u32, bytes: &[u8]) {
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
            let asked = Asked {
                method,
                resource,
                body: message.body,
                place,
            };
            let reply = self.take(now, link, &asked);
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

    fn take(&mut self, now: u64, link: u32, asked: &Asked<'_>) -> Reply {
        match (asked.method, asked.resource) {
            (Method::Post, Resource::Account) => self.register(asked.body),
            (Method::Post, Resource::AccountActivation) => self.activate(asked.body),
            (Method::Post, Resource::Session) => self.session(now, link, asked.body),
            (Method::Post, Resource::AccountActivationAgain | Resource::AccountRecovery) => {
                let mailed = Mailed {
                    secret: Secret::from("browser"),
                };
                self.wish(asked)?;
                Ok((Status::ACCEPTED, to_json(&mailed)))
            }
            (Method::Post, Resource::AccountPassword) => self.wish(asked),
            _ => {
                let account = self.links.get(&link).and_then(|l| l.account);
                let account = account.ok_or(Problem::new(Fault::NotLoggedIn, "log in"))?;
                self.take_in_session(now, (link, account), asked)
            }
        }
    }

    fn wish(&mut self, asked: &Asked<'_>) -> Reply {
        let body = String::from_utf8_lossy(asked.body).into_owned();
        self.wishes.push((asked.resource, body));
        ok()
    }

    fn take_in_session(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        asked: &Asked<'_>,
    ) -> Reply {
        let body = asked.body;
        match (asked.method, asked.resource) {
            (Method::Get, Resource::Status) => {
                self.asked_status += 1;
                self.hears_of_direct(now, account, body);
                self.status(link, account)
            }
            (Method::Post, Resource::SessionEnd) => {
                let end: EndSession = from_json(body)?;
                if end.session.is_some() || end.all_others {
                    return self.wish(asked);
                }
                self.session_end(link, account)
            }
            (Method::Post, Resource::BlockEnd | Resource::AccountDeletion) => self.wish(asked),
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
            (Method::Post, Resource::Path) => self.path(link, account, body),
            (Method::Post, Resource::Report) => self.report(account, body),
            (Method::Post, Resource::ReportPicture(id)) => {
                self.report_picture(id, body, asked.place.clone())
            }
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

    fn report(&mut self, account: usize, body: &[u8]) -> Reply {
        if let Some(left) = self.put_off.checked_sub(1) {
            self.put_off = left;
            return Err(Problem::new(Fault::TooMany, "later"));
        }
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
}
