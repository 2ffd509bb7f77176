//! What every part of the server shares.

use crate::account::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::rates::Rates;
use crate::secrets::Secrets;
use crate::session::CookieCodes;
use crate::store::{AccountId, Store};
use floater_proto::body::{Problem, SessionEnd};
use floater_proto::{Binary, Id, Role, Secret, Username};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// The server: configuration, store, limits, and the way to the lobby.
pub struct Server {
    /// As it was read and checked.
    pub config: Config,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Wall and monotonic time.
    pub clock: Clock,
    /// The pepper and what is derived from it.
    pub secrets: Secrets,
    /// Hashes and verifies on a bounded pool.
    pub passwords: Passwords,
    /// How often who may do what.
    pub rates: Rates,
    /// One-time codes for `POST /cookie`.
    pub cookie_codes: CookieCodes,
    /// Rung when a row came into the outbox.
    pub mail_bell: Notify,
    /// To the lobby task.
    pub lobby: mpsc::Sender<LobbyAsk>,
    /// On which ports the reflectors answer, once they do.
    pub reflector_ports: OnceLock<Vec<u16>>,
    /// Whence sessions are seen by the reflectors.
    pub seen: Arc<crate::direct::Seen>,
    /// Who may ask the reflectors to dial.
    pub dialling: crate::direct::Dialling,
    /// Which links are open.
    pub doors: crate::door::Doors,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
    ready: AtomicBool,
}

/// What the server is made of, before it runs.
pub struct Parts {
    /// As it was read and checked.
    pub config: Config,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// The pepper.
    pub secrets: Secrets,
}

/// Asks of the lobby, which holds every seat and link, that it may have open: more wait.
const LOBBY_ASKS_MAX: usize = 1024;

impl Server {
    /// Puts the parts together. The receiver goes to the lobby task.
    #[must_use]
    pub fn new(parts: Parts) -> (Arc<Self>, mpsc::Receiver<LobbyAsk>) {
        let (lobby, asks) = mpsc::channel(LOBBY_ASKS_MAX);
        let Parts {
            config,
            store,
            secrets,
        } = parts;
        let server = Self {
            passwords: Passwords::new(&config.accounts, secrets.password_pepper()),
            rates: Rates::new(&config.rates),
            dialling: crate::direct::Dialling::new(&config.direct),
            cookie_codes: CookieCodes::new(config.links.spans.cookie_code),
            config,
            store,
            clock: Clock::new(),
            secrets,
            mail_bell: Notify::new(),
            lobby,
            reflector_ports: OnceLock::new(),
            seen: Arc::default(),
            doors: crate::door::Doors::default(),
            stop: CancellationToken::new(),
            ready: AtomicBool::new(false),
        };
        (Arc::new(server), asks)
    }

    /// Tells the lobby. While the server stops nobody listens, and there is nothing left to tell.
    pub async fn tell_lobby(&self, ask: LobbyAsk) {
        if self.lobby.send(ask).await.is_err() {
            tracing::debug!("the lobby has stopped");
        }
    }

    /// Which addresses one side may be told of the other.
    pub(crate) const fn direct_rules(&self) -> floater_punch::Rules {
        floater_punch::Rules {
            loopback: self.config.direct.loopback,
        }
    }

    /// Whether `/readyz` says yes.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Turns `/readyz` on or off.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// What the rest of the server wants of the lobby task.
#[derive(Debug)]
pub enum LobbyAsk {
    /// A link asks.
    Link(crate::door::LinkAsk),
    /// The account wants another name. Answered `false` during a match: it is fixed then.
    Rename {
        /// Whose.
        account: AccountId,
        /// The new name.
        username: Username,
        /// Whether it may.
        answer: oneshot::Sender<bool>,
    },
    /// Sessions are over: tell their links `/notice session-ended`, close them, and end the
    /// conversation of the account if it runs on one of them (any, for deletion and suspension).
    EndSessions {
        /// Whose.
        account: AccountId,
        /// Which of them.
        which: WhichSessions,
        /// Told to the links.
        why: SessionEnd,
    },
    /// How many are where, for `/metrics`.
    Count {
        /// The figures of this moment.
        answer: oneshot::Sender<Counts>,
    },
    /// The account blocked somebody or took it back: read its digests again if it waits.
    BlocksChanged {
        /// Whose.
        account: AccountId,
    },
    /// Opens a ticket for a report or a block: it must name this account and be younger than
    /// seven days.
    OpenTicket {
        /// Who brings it.
        account: AccountId,
        /// As it was sealed.
        ticket: Secret<String>,
        /// What it holds, or [`floater_proto::body::Fault::TicketForeign`] or `TicketExpired`.
        answer: oneshot::Sender<Result<OpenedTicket, Problem>>,
    },
}

/// How many are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Links in session.
    pub in_session: usize,
    /// Accounts with such a link.
    pub here: usize,
    /// Accounts that wait for a stranger.
    pub waiting: usize,
    /// Matches that run, or are held.
    pub matches: usize,
}

/// Sessions of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichSessions {
    /// All of them.
    All,
    /// All but one.
    AllBut(Id),
    /// One.
    Only(Id),
}

/// What a ticket ties together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedTicket {
    /// The match.
    pub match_id: Id,
    /// The role of whose ticket it is.
    pub role: Role,
    /// The account of the other one.
    pub peer: AccountId,
    /// Verifies what the ticket's owner said.
    pub own_key: Binary<32>,
    /// Verifies what the other one said.
    pub peer_key: Binary<32>,
}
