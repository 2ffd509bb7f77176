//! The lobby task: it alone holds the lobby, and tells links what the lobby decides.

use super::port::{Out, Port};
use crate::{Counts, LobbyAsk, OpenedTicket, Reply, Server, WhichSessions, direct, store};
use floater_lobby::{
    Account, Closing, InstanceHash, Join, LinkKey, Lobby, Moment, Output, Sealer, SealingKey,
    Setup, Ticket, TicketError, Told, Tombstone, Which, bounds,
};
use floater_proto::body::{Accept, AskStatus, EndMatch, Fault, PreparedPath, Problem, Seat};
use floater_proto::{Binary, Id, Secret, Status};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// What a link asks of the lobby.
#[derive(Debug)]
pub enum LinkAsk {
    /// Opens a ticket for `POST /session`: it must be of this account and this instance.
    Ticket {
        /// Who presents it.
        account: u64,
        /// On which instance.
        instance: Id,
        /// As it was sealed.
        text: Secret<String>,
        /// What it holds.
        answer: oneshot::Sender<Result<Ticket, Problem>>,
    },
    /// A session was opened. Answered where it stands; nothing if the link is gone meanwhile.
    Join {
        /// The way into the link.
        port: Arc<Port>,
        /// Who it is.
        join: Box<Join>,
        /// Where the account stands.
        answer: oneshot::Sender<Option<Seat>>,
    },
    /// A request about seat or match.
    Wish {
        /// The link.
        link: LinkKey,
        /// What is wanted.
        wish: Wish,
        /// How it went; after an end, when the tombstone is kept.
        answer: oneshot::Sender<Result<Reply, Problem>>,
    },
    /// The digests of an account's blocks were read again.
    Blocks {
        /// Whose.
        account: u64,
        /// All of them.
        digests: Vec<Binary<32>>,
    },
    /// A link is gone.
    Closed {
        /// Which.
        link: LinkKey,
        /// How it went.
        closing: Closing,
    },
}

/// A request about seat or match.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is the resource that it names")]
pub enum Wish {
    Seek(Vec<Binary<32>>),
    EndSeek,
    Accept(Box<Accept>),
    End(EndMatch),
    Status(AskStatus),
    Path(Box<PreparedPath>),
}

/// What waits to be kept: more ends at once than this are kept late or, if the store stays away,
/// only in the lobby's own memory.
const KEEPS_MAX: usize = bounds::ENDS_REMEMBERED;
/// How often it is looked whether a new sealing key is due.
const KEYS_EVERY: Duration = Duration::from_secs(3600);
/// After the stop links have so long to go.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// How long a store that failed is left alone.
const STORE_RETRY: Duration = Duration::from_secs(1);

pub(super) async fn run(server: Arc<Server>, asks: mpsc::Receiver<LobbyAsk>) {
    match Desk::open(server.clone()).await {
        Ok(desk) => desk.run(asks).await,
        Err(problem) => {
            tracing::error!(problem.message, "the lobby cannot begin");
            server.stop.cancel();
        }
    }
}

struct Desk {
    server: Arc<Server>,
    lobby: Lobby,
    ports: HashMap<LinkKey, Arc<Port>>,
    keeper: mpsc::Sender<Keep>,
}

impl Desk {
    async fn open(server: Arc<Server>) -> Result<Self, Problem> {
        let start = moment(&server);
        let digests = server.clone();
        let setup = Setup {
            seed: crate::secrets::random(),
            sealer: sealer(&server, start.wall).await?,
            block_digest: Box::new(move |a, b| digests.secrets.block_digest(a.0, b.0)),
            was_live: server.store.was_live().await?,
            start,
            seats_max: bounds::SEATS_MAX,
        };
        let (keeper, keeps) = mpsc::channel(KEEPS_MAX);
        tokio::spawn(keep_all(server.clone(), keeps));
        Ok(Self {
            server,
            lobby: Lobby::new(setup),
            ports: HashMap::new(),
            keeper,
        })
    }

    async fn run(mut self, mut asks: mpsc::Receiver<LobbyAsk>) {
        let stop = self.server.stop.clone();
        let mut keys = tokio::time::interval(KEYS_EVERY);
        let mut stop_by = None;
        loop {
            let wake = self.next_wake();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.handle(ask),
                    None => return,
                },
                () = tokio::time::sleep_until(wake) => self.lobby.handle_wake(moment(&self.server)),
                _ = keys.tick() => self.renew_keys().await,
                () = stop.cancelled(), if stop_by.is_none() => {
                    stop_by = Some(Instant::now() + STOP_WITHIN);
                }
            }
            self.flush();
            if stop_by.is_some_and(|by| self.server.doors.open() == 0 || by <= Instant::now()) {
                return;
            }
        }
    }

    fn next_wake(&self) -> Instant {
        let now = self.server.clock.millis();
        let idle = if self.server.stop.is_cancelled() {
            50
        } else {
            60_000
        };
        let wait = self
            .lobby
            .wake_at()
            .map_or(idle, |at| at.saturating_sub(now).min(idle));
        Instant::now() + Duration::from_millis(wait)
    }

    fn handle(&mut self, ask: LobbyAsk) {
        let at = moment(&self.server);
        match ask {
            LobbyAsk::Link(ask) => self.handle_link(at, ask),
            LobbyAsk::Rename {
                account,
                username,
                answer,
            } => {
                let renamed = self.lobby.rename(Account(account), &username);
                if answer.send(renamed).is_err() {
                    tracing::debug!("nobody waits for the new name any more");
                }
            }
            LobbyAsk::EndSessions {
                account,
                which,
                why,
            } => {
                self.lobby
                    .end_sessions(at, Account(account), meant(which), why);
            }
            LobbyAsk::BlocksChanged { account } => self.read_blocks(account),
            LobbyAsk::Count { answer } => drop(answer.send(self.counts())),
            LobbyAsk::OpenTicket {
                account,
                ticket,
                answer,
            } => {
                let opened = self
                    .lobby
                    .open_ticket(Account(account), ticket.expose(), at.wall);
                drop(answer.send(opened.map(opened_ticket).map_err(ticket_problem)));
            }
        }
    }

    fn handle_link(&mut self, at: Moment, ask: LinkAsk) {
        match ask {
            LinkAsk::Ticket {
                account,
                instance,
                text,
                answer,
            } => {
                let opened = self
                    .lobby
                    .open_ticket(Account(account), text.expose(), at.wall);
                let own = InstanceHash::of(&instance);
                let opened = opened.and_then(|ticket| {
                    if ticket.instance == own {
                        Ok(ticket)
                    } else {
                        Err(TicketError::Foreign)
                    }
                });
                drop(answer.send(opened.map_err(ticket_problem)));
            }
            LinkAsk::Join { port, join, answer } => self.join(at, port, *join, answer),
            LinkAsk::Wish { link, wish, answer } => self.wish(at, link, wish, answer),
            LinkAsk::Blocks { account, digests } => {
                self.lobby.set_blocks(Account(account), digests);
            }
            LinkAsk::Closed { link, closing } => {
                self.ports.remove(&link);
                self.lobby.handle_closed(at, link, closing);
            }
        }
    }

    fn join(
        &mut self,
        at: Moment,
        port: Arc<Port>,
        join: Join,
        answer: oneshot::Sender<Option<Seat>>,
    ) {
        // A link that went while it logged in has told so already.
        if port.is_gone() || self.ports.len() >= bounds::LINKS_MAX {
            drop(answer.send(None));
            return;
        }
        self.ports.insert(port.key, port);
        let seat = self.lobby.join(at, join);
        self.flush();
        drop(answer.send(Some(seat)));
    }

    fn wish(
        &mut self,
        at: Moment,
        link: LinkKey,
        wish: Wish,
        answer: oneshot::Sender<Result<Reply, Problem>>,
    ) {
        let result = match wish {
            Wish::Seek(blocks) => {
                let accepted = Reply {
                    status: Status::ACCEPTED,
                    ..Reply::done()
                };
                self.lobby.seek(at, link, blocks).map(|()| accepted)
            }
            Wish::EndSeek => self.lobby.end_seek(at, link).map(|()| Reply::done()),
            Wish::Accept(accept) => self.lobby.accept(at, link, *accept).map(|()| Reply::done()),
            Wish::Path(prepared) => self.lobby.prepare(link, *prepared).map(|()| Reply::done()),
            Wish::Status(ask) => {
                let now = self.lobby.status(at, link, &ask);
                now.map(|now| Reply::json(Status::OK, &now))
            }
            Wish::End(end) => {
                let ended = self.lobby.end(at, link, &end).map(|()| Reply::done());
                self.flush();
                return self.keep(Keep::Answer(answer, ended));
            }
        };
        drop(answer.send(result));
    }

    /// Does what the lobby decided, in its order.
    fn flush(&mut self) {
        for output in self.lobby.drain() {
            match output {
                Output::Tell { link, told } => {
                    if let Some(port) = self.ports.get(&link) {
                        port.put(Out::Tell(Box::new(told)));
                    }
                }
                Output::Route { link, to } => {
                    let to = to.and_then(|to| self.ports.get(&to)).cloned();
                    if let Some(port) = self.ports.get(&link) {
                        if to.is_some() {
                            port.begin_epoch();
                        }
                        port.put(Out::Route(to));
                    }
                }
                Output::Offer {
                    match_id,
                    number,
                    sides,
                } => {
                    let rules = self.server.direct_rules();
                    let [(a, of_a), (b, of_b)] = &*sides;
                    let offers = direct::offers(match_id, number, [of_a, of_b], rules);
                    for (link, offer) in [a, b].into_iter().zip(offers) {
                        if let Some(port) = self.ports.get(link) {
                            port.put(Out::Tell(Box::new(Told::Offer(Box::new(offer)))));
                        }
                    }
                }
                Output::Close { link } => {
                    if let Some(port) = self.ports.remove(&link) {
                        port.put(Out::Close);
                    }
                }
                Output::Tombstone(tombstone) => keep(&self.keeper, Keep::Tombstone(tombstone)),
                Output::Live(live) => keep(&self.keeper, Keep::Live(live)),
            }
        }
    }

    fn counts(&self) -> Counts {
        Counts {
            in_session: self.ports.len(),
            here: self.lobby.here(),
            waiting: self.lobby.waiting(),
            matches: self.lobby.talking(),
        }
    }

    fn keep(&self, what: Keep) {
        keep(&self.keeper, what);
    }

    fn read_blocks(&self, account: u64) {
        let server = self.server.clone();
        tokio::spawn(async move {
            if let Ok(digests) = server.store.block_digests(account).await {
                server
                    .tell_lobby(LobbyAsk::Link(LinkAsk::Blocks { account, digests }))
                    .await;
            }
        });
    }

    async fn renew_keys(&mut self) {
        match sealer(&self.server, self.server.clock.seconds()).await {
            Ok(sealer) => self.lobby.set_sealer(sealer),
            Err(_) => tracing::warn!("the sealing keys cannot be renewed now"),
        }
    }
}

fn moment(server: &Server) -> Moment {
    Moment {
        now: server.clock.millis(),
        wall: server.clock.seconds(),
    }
}

/// The sealing keys of the store, a fresh one among them when it is due. It is kept before it
/// seals anything.
async fn sealer(server: &Server, wall: u64) -> Result<Sealer, Problem> {
    let kept = server.store.sealing_keys().await?;
    let mut keys: Vec<SealingKey> = kept.iter().map(from_store).collect();
    let sealer = Sealer::new(keys.clone(), wall);
    if !sealer.needs_key(wall) {
        return Ok(sealer);
    }
    let fresh = crate::secrets::random();
    let record = store::SealingKey {
        id: sealer.next_id(),
        created: wall,
        key: Secret::new(fresh),
    };
    server.store.put_sealing_key(&record).await?;
    server
        .store
        .drop_sealing_keys(Sealer::destroy_before(wall))
        .await?;
    keys.push(from_store(&record));
    Ok(Sealer::new(keys, wall))
}

fn from_store(key: &store::SealingKey) -> SealingKey {
    SealingKey {
        id: key.id,
        born: key.created,
        secret: *key.key.expose(),
    }
}

const fn meant(which: WhichSessions) -> Which {
    match which {
        WhichSessions::All => Which::All,
        WhichSessions::AllBut(session) => Which::AllBut(session),
        WhichSessions::Only(session) => Which::Only(session),
    }
}

const fn opened_ticket(ticket: Ticket) -> OpenedTicket {
    OpenedTicket {
        match_id: ticket.match_id,
        role: ticket.role,
        peer: ticket.peer.0,
        own_key: ticket.key,
        peer_key: ticket.peer_key,
    }
}

fn ticket_problem(error: TicketError) -> Problem {
    let fault = match error {
        TicketError::Foreign => Fault::TicketForeign,
        _ => Fault::TicketExpired,
    };
    Problem::new(fault, error.to_string())
}

/// What the store is to keep, in order; an answer waits for what stands before it.
enum Keep {
    Tombstone(Tombstone),
    Live(bool),
    Answer(
        oneshot::Sender<Result<Reply, Problem>>,
        Result<Reply, Problem>,
    ),
}

fn keep(keeper: &mpsc::Sender<Keep>, what: Keep) {
    if keeper.try_send(what).is_err() {
        tracing::error!("more ends than can be kept");
    }
}

async fn keep_all(server: Arc<Server>, mut keeps: mpsc::Receiver<Keep>) {
    let mut unkept: VecDeque<Tombstone> = VecDeque::new();
    loop {
        let next = match unkept.is_empty() {
            true => keeps.recv().await,
            false => match tokio::time::timeout(STORE_RETRY, keeps.recv()).await {
                Ok(next) => next,
                Err(_) => {
                    keep_tombstones(&server, &mut unkept).await;
                    continue;
                }
            },
        };
        match next {
            Some(Keep::Tombstone(tombstone)) => {
                unkept.push_back(tombstone);
                unkept.truncate(KEEPS_MAX);
                keep_tombstones(&server, &mut unkept).await;
            }
            Some(Keep::Live(live)) => {
                if let Err(error) = server.store.set_live(live).await {
                    tracing::warn!(%error, "whether conversations are live is not kept");
                }
            }
            Some(Keep::Answer(answer, result)) => {
                let late = Problem::new(Fault::Unavailable, "it ended, and is not kept yet");
                let kept = unkept.is_empty() || result.is_err();
                drop(answer.send(if kept { result } else { Err(late) }));
            }
            None => return,
        }
    }
}

async fn keep_tombstones(server: &Server, unkept: &mut VecDeque<Tombstone>) {
    while let Some(tombstone) = unkept.front() {
        let now = server.clock.seconds();
        let kept = server
            .store
            .put_tombstone(tombstone.match_id, tombstone.over, now)
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "a tombstone is not kept yet");
            return;
        }
        unkept.pop_front();
    }
}
