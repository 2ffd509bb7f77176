use super::Site;
use super::guest::Guest;
use crate::accept::Acceptor;
use crate::client::Address;
use crate::figures;
use crate::places::Places;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// A request's head must be complete this long after the connection or the last answer.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The TLS handshake must be done by then.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a head.
const HEAD_MAX: usize = 16 * 1024;

/// Accepts connections until the server stops.
pub async fn serve(site: Arc<Site>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let open = Arc::new(Semaphore::new(site.server.config.links.open));
    let places = Places::new(site.server.config.links.open_by_address);
    let stop = site.server.stop.clone();
    let mut door = Acceptor::new(listener, "http");
    while let Some(room) = stop
        .run_until_cancelled(Arc::clone(&open).acquire_owned())
        .await
    {
        let Some((stream, peer)) = stop.run_until_cancelled(door.next()).await else {
            return;
        };
        let (peer, guest) = (peer.ip(), Guest::unknown(&places));
        // A proxy says only in its requests for whom it asks.
        if !site.is_proxy(peer) && !guest.is_of(Address::new(peer)) {
            figures::link_refused("full");
            continue;
        }
        let (site, tls) = (Arc::clone(&site), tls.clone());
        tokio::spawn(async move {
            let _room = room;
            connection(site, stream, (peer, guest), tls).await;
        });
    }
}

async fn connection(
    site: Arc<Site>,
    stream: TcpStream,
    from: (IpAddr, Guest),
    tls: Option<TlsAcceptor>,
) {
    // Without it small answers wait for acknowledgements; a failure only costs time.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return speak(site, stream, from).await;
    };
    if let Ok(Ok(stream)) = tokio::time::timeout(TLS_TIMEOUT, tls.accept(stream)).await {
        speak(site, stream, from).await;
    }
}

async fn speak<S>(site: Arc<Site>, stream: S, (peer, guest): (IpAddr, Guest))
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = site.server.stop.clone();
    let life = site.server.config.links.spans.http;
    let guest = Arc::new(guest);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (site, guest) = (Arc::clone(&site), Arc::clone(&guest));
        async move {
            let request: Request = request.map(Body::new);
            Ok::<_, Infallible>(site.answer((peer, &guest), request).await)
        }
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    // A connection that breaks concerns only who broke it.
    let spoken = stop.run_until_cancelled(connection.as_mut());
    if let Ok(Some(_)) = tokio::time::timeout(life, spoken).await {
        return;
    }
    // What is being answered may be read to its end, for as long once more.
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(life, connection).await;
}
