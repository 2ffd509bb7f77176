//! A server with a data directory of its own, both doors open.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::routing::any;
use floater_proto::Email;
use floater_proto::body::SessionEnd;
use floater_server::config::{Config, Rate, Rates};
use floater_server::secrets::Secrets;
use floater_server::state::Parts;
use floater_server::store::SqliteStore;
use floater_server::{Client, LobbyAsk, Server, WhichSessions, door};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::raw::{Door, Raw};

pub(crate) struct World {
    pub(crate) server: Arc<Server>,
    pub(crate) native: SocketAddr,
    pub(crate) web: SocketAddr,
    lobby: JoinHandle<()>,
    data: TempDir,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            rates: Rates::uniform(Rate::new(100_000, 1_000_000)),
            ..Config::default()
        };
        set(&mut config);
        Self::start(config, tempfile::tempdir().unwrap()).await
    }

    async fn start(config: Config, data: TempDir) -> Self {
        let store = Arc::new(SqliteStore::open(data.path()).await.unwrap());
        let secrets = Secrets::open(data.path()).unwrap();
        let (server, asks) = Server::new(Parts {
            config,
            store,
            secrets,
        });
        let lobby = door::start(server.clone(), asks);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let native = listener.local_addr().unwrap();
        tokio::spawn(door::native(server.clone(), listener, None));
        let web = serve_web(&server).await;
        Self {
            server,
            native,
            web,
            lobby,
            data,
        }
    }

    /// Stops as a killed server does: nobody is told, nothing is kept that was not kept before.
    pub(crate) async fn kill_and_restart(self) -> Self {
        let config = self.server.config.clone();
        self.lobby.abort();
        self.server.stop.cancel();
        Self::start(config, self.data).await
    }

    /// An activated account: its e-mail address.
    pub(crate) async fn account(&self, name: &str) -> String {
        let email = format!("{name}@example.org");
        let mut raw = self.link(Door::Native).await;
        let body = json!({ "email": email, "username": name, "password": PASSWORD, "adult": true });
        assert_eq!(raw.post("/account", &body).await.status, 202);
        let store = &self.server.store;
        let now = self.server.clock.seconds();
        let mail = store.due_mail(now).await.unwrap().unwrap();
        store.decide_mail(&mail, now).await.unwrap();
        store.settle_mail(mail.id, now).await.unwrap();
        let code = self.server.secrets.mail_code(mail.id);
        let proof = json!({ "proof": { "email": email, "code": code.expose() } });
        let activated = raw.post("/account/activation", &proof).await;
        assert_eq!(activated.status, 200, "{activated:?}");
        email
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

async fn serve_web(server: &Arc<Server>) -> SocketAddr {
    let state = server.clone();
    let enter = move |ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request| {
        door::upgrade(state.clone(), Client::new(from.ip(), None), request)
    };
    let app = Router::new().route("/ws", any(enter));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
