//! A server with a data directory of its own, both doors open.

use floater_proto::body::SessionEnd;
use floater_proto::{Email, Id};
use floater_server::config::{Config, Rate, Rates};
use floater_server::http::{self, Origins, Site};
use floater_server::secrets::Secrets;
use floater_server::state::Parts;
use floater_server::store::SqliteStore;
use floater_server::{LobbyAsk, Server, WhichSessions, direct, door};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::raw::{Door, Raw};

pub(crate) struct World {
    pub(crate) server: Arc<Server>,
    pub(crate) native: SocketAddr,
    pub(crate) web: SocketAddr,
    pub(crate) store: SqliteStore,
    pub(crate) data: TempDir,
    lobby: JoinHandle<()>,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        set(&mut config);
        Self::start(config, tempfile::tempdir().unwrap(), door::start).await
    }

    /// With this between links and lobby.
    pub(crate) async fn behind(
        lobby: impl FnOnce(Arc<Server>, Receiver<LobbyAsk>) -> JoinHandle<()>,
    ) -> Self {
        Self::start(config(), tempfile::tempdir().unwrap(), lobby).await
    }

    async fn start(
        config: Config,
        data: TempDir,
        lobby: impl FnOnce(Arc<Server>, Receiver<LobbyAsk>) -> JoinHandle<()>,
    ) -> Self {
        let store = SqliteStore::open(data.path()).await.unwrap();
        let secrets = Secrets::open(data.path()).unwrap();
        let (server, asks) = Server::new(Parts {
            config,
            store: Arc::new(store.clone()),
            secrets,
        });
        let lobby = lobby(server.clone(), asks);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let native = listener.local_addr().unwrap();
        tokio::spawn(door::native(server.clone(), listener, None));
        let mut reflectors = Vec::new();
        let count = if server.config.direct.enabled { 2 } else { 0 };
        for _ in 0..count {
            reflectors.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        direct::reflect(&server, reflectors);
        let web = serve_web(&server).await;
        Self {
            server,
            native,
            web,
            store,
            data,
            lobby,
        }
    }

    /// Stops as a killed server does: nobody is told, nothing is kept that was not kept before.
    pub(crate) async fn kill_and_restart(self) -> Self {
        let config = self.server.config.clone();
        self.lobby.abort();
        self.server.stop.cancel();
        Self::start(config, self.data, door::start).await
    }

    /// An activated account: its e-mail address.
    pub(crate) async fn account(&self, name: &str) -> String {
        let email = format!("{name}@example.org");
        let mut raw = self.link(Door::Native).await;
        let body = json!({ "email": email, "username": name, "password": PASSWORD, "adult": true });
        assert_eq!(raw.post("/account", &body).await.status, 202);
        let mail = self.mail_of_age(0).await;
        let proof = json!({ "proof": self.typed(&email, mail) });
        let activated = raw.post("/account/activation", &proof).await;
        assert_eq!(activated.status, 200, "{activated:?}");
        email
    }

    /// The mail that waits goes out, and went out so many seconds ago.
    pub(crate) async fn mail_of_age(&self, age: u64) -> Id {
        let store = &self.server.store;
        let now = self.server.clock.seconds();
        let mail = store.due_mail(now).await.unwrap().unwrap();
        store.decide_mail(&mail, now).await.unwrap();
        store.settle_mail(mail.id, now - age).await.unwrap();
        mail.id
    }

    /// The proof of who types the code of a mail.
    pub(crate) fn typed(&self, email: &str, mail: Id) -> Value {
        let code = self.server.secrets.mail_code(mail);
        json!({ "email": email, "code": code.expose() })
    }

    /// The proof of who opens the link of a mail, with this secret.
    pub(crate) fn pressed(&self, mail: Id, secret: &Value) -> Value {
        let token = self.server.secrets.mail_token(mail);
        json!({ "token": token.expose(), "secret": secret })
    }

    pub(crate) async fn link(&self, door: Door) -> Raw {
        match door {
            Door::Native => Raw::native(self.native).await,
            Door::Web => Raw::web(self.web).await,
        }
    }

    /// A link in session, on an instance of its own.
    pub(crate) async fn person(&self, door: Door, name: &str) -> Raw {
        let email = self.account(name).await;
        let mut raw = self.link(door).await;
        let opened = raw.log_in(&email, None).await;
        assert_eq!(opened.status, 200, "{opened:?}");
        raw
    }

    pub(crate) async fn end_sessions(&self, email: &str, why: SessionEnd) {
        let email = Email::new(email).unwrap();
        let account = self
            .server
            .store
            .account_by_email(&email)
            .await
            .unwrap()
            .unwrap()
            .id;
        let which = WhichSessions::All;
        self.server
            .tell_lobby(LobbyAsk::EndSessions {
                account,
                which,
                why,
            })
            .await;
    }
}

/// No rates but those that a test sets.
fn config() -> Config {
    Config {
        rates: Rates::uniform(Rate::new(100_000, 1_000_000)),
        ..Config::default()
    }
}

async fn serve_web(server: &Arc<Server>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Site {
        server: server.clone(),
        origins: Origins::new(&server.config.http, address),
        secure: false,
    };
    tokio::spawn(http::serve(Arc::new(site), listener, None));
    address
}
