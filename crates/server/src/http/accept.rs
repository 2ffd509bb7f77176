use super::Site;
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
/// The wait after the system had no descriptor left.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// Bytes of a head.
const HEAD_MAX: usize = 16 * 1024;

/// Accepts connections until the server stops.
pub async fn serve(site: Arc<Site>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let places = Arc::new(Semaphore::new(site.server.config.links.open));
    let stop = site.server.stop.clone();
    while let Some(place) = stop
        .run_until_cancelled(Arc::clone(&places).acquire_owned())
        .await
    {
        let Some(accepted) = stop.run_until_cancelled(listener.accept()).await else {
            return;
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(EXHAUSTED).await;
            continue;
        };
        let (site, tls) = (Arc::clone(&site), tls.clone());
        tokio::spawn(async move {
            let _place = place;
            connection(site, stream, peer.ip(), tls).await;
        });
    }
}

async fn connection(site: Arc<Site>, stream: TcpStream, peer: IpAddr, tls: Option<TlsAcceptor>) {
    // Without it small answers wait for acknowledgements; a failure only costs time.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return speak(site, stream, peer).await;
    };
    if let Ok(Ok(stream)) = tokio::time::timeout(TLS_TIMEOUT, tls.accept(stream)).await {
        speak(site, stream, peer).await;
    }
}

async fn speak<S>(site: Arc<Site>, stream: S, peer: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = site.server.stop.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let site = Arc::clone(&site);
        async move {
            let request: Request = request.map(Body::new);
            Ok::<_, Infallible>(site.answer(peer, request).await)
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
    if stop
        .run_until_cancelled(connection.as_mut())
        .await
        .is_some()
    {
        return;
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
