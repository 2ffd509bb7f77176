//! Where links come in.

use super::link;
use super::transport::{Frames, Stream};
use crate::client::Address;
use crate::config::Links;
use crate::rates::Rate;
use crate::{Client, Server};
use axum::extract::FromRequest;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use floater_lobby::LinkKey;
use floater_proto::limits;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The protocol's name among WebSockets. FLOATER/1.0 §2.1
const SUBPROTOCOL: &str = "floater.1";
/// A TLS handshake may take so long.
const TLS_WITHIN: Duration = Duration::from_secs(10);
/// The pause after the system could not accept, for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Which links are open, by address.
#[derive(Debug, Default)]
pub struct Doors {
    next: AtomicU64,
    open: AtomicUsize,
    by_address: Mutex<HashMap<Address, usize>>,
}

impl Doors {
    /// How many links are open.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    fn enter(&self, bounds: &Links, address: Address) -> Option<LinkKey> {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let here = by_address.get(&address).copied().unwrap_or(0);
        if self.open() >= bounds.open || here >= bounds.open_by_address {
            return None;
        }
        by_address.insert(address, here.saturating_add(1));
        self.open.fetch_add(1, Ordering::AcqRel);
        Some(LinkKey(self.next.fetch_add(1, Ordering::AcqRel)))
    }

    fn leave(&self, address: Address) {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = by_address.get_mut(&address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                by_address.remove(&address);
            }
        }
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A link that is counted until this is dropped.
pub(super) struct Entry {
    server: Arc<Server>,
    address: Address,
    key: LinkKey,
}

impl Entry {
    fn new(server: &Arc<Server>, address: Address) -> Option<Self> {
        let by_address = server.rates.check(Rate::LinkByAddress, address);
        by_address
            .and_then(|()| server.rates.check(Rate::LinkGlobally, ()))
            .ok()?;
        let key = server.doors.enter(&server.config.links, address)?;
        Some(Self {
            server: server.clone(),
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
        self.server.doors.leave(self.address);
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
    let Some(entry) = Entry::new(&server, client.address) else {
        return (
            StatusCode::TOO_MANY_REQUESTS,
            "too many links; try again later\n",
        )
            .into_response();
    };
    upgrade
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_message_size(limits::WEBSOCKET_READ_MAX)
        .max_frame_size(limits::WEBSOCKET_READ_MAX)
        .on_upgrade(move |socket| link::serve(server, Frames(socket), client, entry))
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
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, address)) => enter(&server, stream, address, tls.clone()),
            Err(error) => {
                tracing::warn!(%error, "a link cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn enter(server: &Arc<Server>, stream: TcpStream, address: SocketAddr, tls: Option<TlsAcceptor>) {
    let client = Client::new(address.ip(), None);
    let Some(entry) = Entry::new(server, client.address) else {
        return;
    };
    let server = server.clone();
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a link is gone before it began");
        return;
    }
    tokio::spawn(async move {
        let Some(tls) = tls else {
            return link::serve(server, Stream(stream), client, entry).await;
        };
        // Boxed: its state is large and short-lived.
        let handshake = Box::pin(tokio::time::timeout(TLS_WITHIN, tls.accept(stream)));
        if let Ok(Ok(stream)) = handshake.await {
            link::serve(server, Stream(stream), client, entry).await;
        }
    });
}
