//! From a configuration and a data directory to a running server, and back.

use crate::figures::Figures;
use crate::http::{Certificates, Origins, Site, TlsError};
use crate::mail::{Transport, TransportError};
use crate::secrets::Secrets;
use crate::state::Parts;
use crate::store::{SqliteStore, StoreError};
use crate::{Config, LobbyAsk, Server, WhichSessions, direct, door, http, mail};
use floater_proto::body::SessionEnd;
use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("the data directory {path}: {error}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another server runs on it.
    #[error("another floaterd uses the data directory {0}")]
    InUse(PathBuf),
    /// A listener cannot open.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The way of mails.
    #[error(transparent)]
    Mail(#[from] TransportError),
}

/// Suspensions that the command line wrote are looked for this often.
const SUSPENSIONS_EVERY: Duration = Duration::from_millis(500);
/// What is over is removed, certificates are looked at, limits are tidied this often.
const UPKEEP_EVERY: Duration = Duration::from_secs(30);
/// Links have so long to hear that the server stops, beyond the spread.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// What its parts share.
    pub server: Arc<Server>,
    /// Where page and WebSocket are.
    pub http: SocketAddr,
    /// Where native clients come in.
    pub native: Option<SocketAddr>,
    /// Of the certificate that native clients see.
    pub fingerprint: Option<String>,
    /// Where `/metrics` is.
    pub admin: Option<SocketAddr>,
    /// Where mails are written, without a mail server.
    pub outbox: Option<PathBuf>,
    store: SqliteStore,
    lobby: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    _lock: File,
}

/// Opened before anything runs, so that a port in use stops the start.
struct Listeners {
    http: TcpListener,
    native: Option<TcpListener>,
    admin: Option<TcpListener>,
    reflectors: Vec<TcpListener>,
}

impl Running {
    /// Starts a server: everything that can fail fails before the first connection is accepted.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: Config, data: &Path) -> Result<Self, StartError> {
        let lock = lock(data)?;
        let figures = Figures::of_process();
        let on_loopback = config.http.listen.ip().is_loopback() && !config.http.behind_proxy;
        let transport = Transport::open(&config.mail, data, on_loopback)?;
        let certificates = config
            .tls
            .is_set()
            .then(|| Certificates::read(&config.tls))
            .transpose()?;
        let store = SqliteStore::open(data).await?;
        let secrets = Secrets::open(data).map_err(|error| unusable(data, error))?;
        let listeners = Listeners::open(&config).await?;
        let outbox = config.mail.host.is_empty().then(|| data.join("outbox"));
        let parts = Parts {
            config,
            store: Arc::new(store.clone()),
            secrets,
        };
        let (server, asks) = Server::new(parts);
        let addresses = listeners.addresses();
        let (http, native, admin) = addresses.map_err(|error| unusable(data, error))?;
        let lobby = door::start(Arc::clone(&server), asks);
        let fingerprint = certificates.as_ref().map(|it| it.fingerprint());
        let mut tasks = listeners.serve(&server, certificates.as_ref())?;
        tasks.push(tokio::spawn(mail::run(Arc::clone(&server), transport)));
        tasks.push(tokio::spawn(tell_suspensions(Arc::clone(&server))));
        tasks.push(tokio::spawn(keep_up(
            Arc::clone(&server),
            figures,
            certificates,
        )));
        server.set_ready(true);
        Ok(Self {
            server,
            http,
            native,
            fingerprint,
            admin,
            outbox,
            store,
            lobby,
            tasks,
            _lock: lock,
        })
    }

    /// Tells every link, ends the tasks, closes the store.
    pub async fn stop(self) {
        self.server.set_ready(false);
        self.server.stop.cancel();
        let spread = Duration::from_millis(self.server.config.links.shutdown_spread);
        let ended = async {
            for task in std::iter::once(self.lobby).chain(self.tasks) {
                if task.await.is_err() {
                    tracing::error!("a task of the server ended badly");
                }
            }
        };
        if tokio::time::timeout(spread + STOP_WITHIN, ended)
            .await
            .is_err()
        {
            tracing::warn!("some tasks did not end in time");
        }
        self.store.close().await;
    }
}

impl Listeners {
    async fn open(config: &Config) -> Result<Self, StartError> {
        let native = config.native.enabled.then_some(config.native.listen);
        let mut reflectors = Vec::new();
        if config.direct.enabled {
            for address in &config.direct.listen {
                reflectors.push(listen(*address).await?);
            }
        }
        let admin = config.admin.enabled.then_some(config.admin.listen);
        Ok(Self {
            http: listen(config.http.listen).await?,
            native: match native {
                Some(address) => Some(listen(address).await?),
                None => None,
            },
            admin: match admin {
                Some(address) => Some(listen(address).await?),
                None => None,
            },
            reflectors,
        })
    }

    fn addresses(&self) -> io::Result<(SocketAddr, Option<SocketAddr>, Option<SocketAddr>)> {
        let local = |listener: &Option<TcpListener>| {
            listener.as_ref().map(TcpListener::local_addr).transpose()
        };
        Ok((
            self.http.local_addr()?,
            local(&self.native)?,
            local(&self.admin)?,
        ))
    }

    fn serve(
        self,
        server: &Arc<Server>,
        certificates: Option<&Arc<Certificates>>,
    ) -> Result<Vec<JoinHandle<()>>, StartError> {
        let bound = self.http.local_addr().unwrap_or(server.config.http.listen);
        let site = Arc::new(Site {
            server: Arc::clone(server),
            origins: Origins::new(&server.config.http, bound),
            secure: certificates.is_some() || server.config.http.behind_proxy,
        });
        // A proxy has taken TLS off already; the certificates are the native door's then.
        let own_tls = certificates.filter(|_| !server.config.http.behind_proxy);
        let tls = own_tls.map(Certificates::for_http).transpose()?;
        let mut tasks = vec![tokio::spawn(http::serve(site, self.http, tls))];
        if let Some(listener) = self.native {
            let tls = certificates.map(Certificates::for_native).transpose()?;
            tasks.push(tokio::spawn(door::native(
                Arc::clone(server),
                listener,
                tls,
            )));
        }
        if let Some(listener) = self.admin {
            tasks.push(tokio::spawn(http::serve_metrics(
                Arc::clone(server),
                listener,
            )));
        }
        tasks.extend(direct::reflect(server, self.reflectors));
        Ok(tasks)
    }
}

/// One server a data directory; the lock goes with the process.
fn lock(data: &Path) -> Result<File, StartError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data);
    made.map_err(|error| unusable(data, error))?;
    let mut options = File::options();
    let options = options.create(true).truncate(false).write(true).mode(0o600);
    let file = options
        .open(data.join("lock"))
        .map_err(|error| unusable(data, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(data.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(data, error)),
    }
}

fn unusable(data: &Path, error: io::Error) -> StartError {
    StartError::Data {
        path: data.to_owned(),
        error,
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::Listen { address, error })
}

/// The command line suspends in the store; here it takes effect on who is connected.
async fn tell_suspensions(server: Arc<Server>) {
    let stop = server.stop.clone();
    let mut ticks = tokio::time::interval(SUSPENSIONS_EVERY);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let suspended = server
            .store
            .newly_suspended()
            .await
            .unwrap_or_else(|error| {
                tracing::error!(%error, "suspensions cannot be read");
                Vec::new()
            });
        for account in suspended {
            tracing::info!(account, "an account is suspended");
            let (which, why) = (WhichSessions::All, SessionEnd::Suspended);
            server
                .tell_lobby(LobbyAsk::EndSessions {
                    account,
                    which,
                    why,
                })
                .await;
        }
    }
}

async fn keep_up(server: Arc<Server>, figures: Figures, certificates: Option<Arc<Certificates>>) {
    let stop = server.stop.clone();
    let mut ticks = tokio::time::interval(UPKEEP_EVERY);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Some(certificates) = &certificates {
            certificates.refresh();
        }
        server.rates.forget_rested();
        figures.upkeep();
        let (now, keep_closed) = (
            server.clock.seconds(),
            server.config.moderation.keep_closed(),
        );
        if let Err(error) = server.store.sweep(now, keep_closed).await {
            tracing::error!(%error, "what is over cannot be removed");
        }
    }
}
