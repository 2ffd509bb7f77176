//! Where links come in.

use super::transport::{Frames, Stream};
use super::{link, proxied};
use crate::accept::Acceptor;
use crate::client::{Address, ByAddress};
use crate::config::Links;
use crate::rates::Rate;
use crate::{Client, Server, figures};
use axum::extract::FromRequest;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use floater_lobby::LinkKey;
use floater_proto::limits;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// The protocol's name among WebSockets. FLOATER/1.0 §2.1
const SUBPROTOCOL: &str = "floater.1";
/// Held by every WebSocket, idle or not. The smallest that is taken up again after a frame, at whose
/// end `bytes` forgets a capacity below 1 KiB.
const READ_BUFFER: usize = 1024;
/// A TLS handshake may take so long.
const TLS_WITHIN: Duration = Duration::from_secs(10);
/// Native links whose proxy has not said yet where they come from: more are not taken.
const HEADERS_MAX: usize = 1024;

/// Which door a link came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The WebSocket.
    Web,
    /// TLS on TCP.
    Native,
}

/// Which links are open, by address.
#[derive(Debug)]
pub struct Doors {
    next: AtomicU64,
    web: AtomicUsize,
    native: AtomicUsize,
    relayed: AtomicU64,
    by_address: Mutex<ByAddress>,
    /// Of those who come back with a session.
    pub(super) turns: Semaphore,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            next: AtomicU64::default(),
            web: AtomicUsize::default(),
            native: AtomicUsize::default(),
            relayed: AtomicU64::default(),
            by_address: Mutex::default(),
            turns: Semaphore::new(super::open::AT_ONCE),
        }
    }
}

impl Doors {
    /// How many links are open.
    pub fn open(&self) -> usize {
        [Door::Web, Door::Native]
            .map(|door| self.open_at(door))
            .iter()
            .sum()
    }

    /// How many of them came in by this door.
    pub fn open_at(&self, door: Door) -> usize {
        self.count(door).load(Ordering::Acquire)
    }

    /// Bytes of relayed messages since the start.
    pub fn relayed(&self) -> u64 {
        self.relayed.load(Ordering::Relaxed)
    }

    pub(super) fn count_relayed(&self, bytes: usize) {
        self.relayed.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    const fn count(&self, door: Door) -> &AtomicUsize {
        match door {
            Door::Web => &self.web,
            Door::Native => &self.native,
        }
    }

    fn enter(&self, bounds: &Links, door: Door, address: Address) -> Option<LinkKey> {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.open() >= bounds.open || !by_address.enter(address, bounds.open_by_address) {
            return None;
        }
        self.count(door).fetch_add(1, Ordering::AcqRel);
        Some(LinkKey(self.next.fetch_add(1, Ordering::AcqRel)))
    }

    fn leave(&self, door: Door, address: Address) {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        by_address.leave(address);
        self.count(door).fetch_sub(1, Ordering::AcqRel);
    }
}

/// A link that is counted until this is dropped.
pub(super) struct Entry {
    server: Arc<Server>,
    door: Door,
    address: Address,
    key: LinkKey,
}

impl Entry {
    fn new(server: &Arc<Server>, door: Door, address: Address) -> Option<Self> {
        let by_address = server.rates.check(Rate::LinkByAddress, address);
        by_address
            .and_then(|()| server.rates.check(Rate::LinkGlobally, ()))
            .ok()?;
        let Some(key) = server.doors.enter(&server.config.links, door, address) else {
            figures::link_refused("full");
            return None;
        };
        Some(Self {
            server: server.clone(),
            door,
            address,
            key,
        })
    }

    pub(super) const fn key(&self) -> LinkKey {
        self.key
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.server.doors.leave(self.door, self.address);
    }
}

/// Takes a WebSocket whose origin was checked.
pub async fn upgrade(
    server: Arc<Server>,
    client: Client,
    request: axum::extract::Request,
) -> Response {
    let upgrade = match WebSocketUpgrade::from_request(request, &()).await {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(refused) => return refused.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        let told = "the WebSocket must offer the subprotocol floater.1\n";
        return (StatusCode::BAD_REQUEST, told).into_response();
    }
    let Some(entry) = Entry::new(&server, Door::Web, client.address) else {
        return (
            StatusCode::TOO_MANY_REQUESTS,
            "too many links; try again later\n",
        )
            .into_response();
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(limits::WEBSOCKET_READ_MAX)
        .max_frame_size(limits::WEBSOCKET_READ_MAX)
        .on_upgrade(async move |socket| {
            // A task of its own: that of the upgrade keeps room for what it needed before.
            tokio::spawn(link::serve(server, Frames(socket), client, entry));
        })
}

/// Accepts native links until the server stops.
pub async fn native(server: Arc<Server>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let loopback = listener
        .local_addr()
        .is_ok_and(|address| address.ip().is_loopback());
    if tls.is_none() && !loopback {
        tracing::error!("without TLS the native door opens on loopback only");
        return;
    }
    let stop = server.stop.clone();
    let headers = Arc::new(Semaphore::new(HEADERS_MAX));
    let mut door = Acceptor::new(listener, "native");
    while let Some((stream, peer)) = stop.run_until_cancelled(door.next()).await {
        take(&server, stream, peer.ip(), (&headers, tls.clone()));
    }
}

/// A link from a client, or from a proxy that says first from whom.
fn take(
    server: &Arc<Server>,
    mut stream: TcpStream,
    peer: IpAddr,
    (headers, tls): (&Arc<Semaphore>, Option<TlsAcceptor>),
) {
    let proxies = &server.config.native.trusted_proxies;
    if proxies.is_empty() {
        return enter(server, stream, peer, tls);
    }
    let trusted = proxies.iter().any(|net| net.contains(&peer.to_canonical()));
    let place = Arc::clone(headers).try_acquire_owned();
    let (true, Ok(place)) = (trusted, place) else {
        return figures::link_refused("proxy");
    };
    let server = server.clone();
    tokio::spawn(async move {
        let within = server.config.links.spans.proxy_header;
        let header = proxied::client_of(&mut stream, peer);
        let client = tokio::time::timeout(within, header).await;
        drop(place);
        match client {
            Ok(Ok(client)) => enter(&server, stream, client, tls),
            Ok(Err(refused)) => {
                figures::link_refused("proxy");
                tracing::warn!(%refused, "a trusted proxy of the native door is not understood");
            }
            Err(_) => {
                figures::link_refused("proxy");
                tracing::warn!("a trusted proxy of the native door says nothing in time");
            }
        }
    });
}

fn enter(server: &Arc<Server>, stream: TcpStream, address: IpAddr, tls: Option<TlsAcceptor>) {
    let client = Client::new(address, None);
    let Some(entry) = Entry::new(server, Door::Native, client.address) else {
        return;
    };
    let server = server.clone();
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a link is gone before it began");
        return;
    }
    let Some(tls) = tls else {
        tokio::spawn(link::serve(server, Stream(stream), client, entry));
        return;
    };
    tokio::spawn(async move {
        let handshake = tokio::time::timeout(TLS_WITHIN, tls.accept(stream));
        if let Ok(Ok(stream)) = handshake.await {
            // A task of its own: this one keeps room for the handshake.
            tokio::spawn(link::serve(server, Stream(stream), client, entry));
        }
    });
}
