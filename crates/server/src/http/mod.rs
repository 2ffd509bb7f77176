//! HTTP: the page, `/ws`, `/cookie`, `/healthz`, `/readyz`; nothing else. Accounts speak FLOATER.

mod accept;
mod admin;
mod cookie;
mod forwarded;
mod guest;
mod headers;
mod origin;
mod page;
mod tls;

pub use accept::serve;
pub use admin::serve_metrics;
pub use origin::Origins;
pub use tls::{Certificates, TlsError};

use crate::client::Address;
use crate::{Client, Server, figures};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use floater_proto::Secret;
use guest::Guest;
use std::net::IpAddr;
use std::sync::Arc;

/// What answers requests: the server, and who may ask from where.
#[derive(Debug)]
pub struct Site {
    /// The server.
    pub server: Arc<Server>,
    /// Origins from which the page may connect.
    pub origins: Origins,
    /// Clients speak TLS, with us or with the proxy in front.
    pub secure: bool,
}

impl Site {
    /// Answers one request that came from `peer`, on a connection that counts for `guest`.
    async fn answer(&self, (peer, guest): (IpAddr, &Guest), request: Request) -> Response {
        let address = self.address(peer, &request);
        let mut response = if guest.is_of(Address::new(address)) {
            self.route(address, request).await
        } else {
            figures::link_refused("full");
            plain(StatusCode::TOO_MANY_REQUESTS, "too many connections\n")
        };
        headers::put(response.headers_mut(), self.secure);
        response
    }

    async fn route(&self, address: IpAddr, request: Request) -> Response {
        let path = request.uri().path();
        match (request.method(), path) {
            (&Method::GET, "/ws") => self.web_socket(address, request).await,
            (&Method::POST, "/cookie") => self.cookie(address, request).await,
            (&Method::GET | &Method::HEAD, "/healthz") => "ok\n".into_response(),
            (&Method::GET | &Method::HEAD, "/readyz") => self.ready(),
            (&Method::GET | &Method::HEAD, path) => page::answer(path, request.headers()),
            _ => plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET, and POST to /cookie\n",
            ),
        }
    }

    fn ready(&self) -> Response {
        if self.server.is_ready() {
            "ready\n".into_response()
        } else {
            plain(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }

    // FLOATER/1.0 §2.3
    async fn web_socket(&self, address: IpAddr, request: Request) -> Response {
        if !self.origins.allow(request.headers()) {
            return plain(StatusCode::FORBIDDEN, "this origin may not connect\n");
        }
        let cookie = cookie::read(request.headers(), self.secure);
        let client = Client::new(address, cookie.map(Secret::new));
        crate::door::upgrade(Arc::clone(&self.server), client, request).await
    }

    async fn cookie(&self, address: IpAddr, request: Request) -> Response {
        if !self.origins.allow(request.headers()) {
            return plain(StatusCode::FORBIDDEN, "this origin may not set a cookie\n");
        }
        cookie::exchange(self, address, request).await
    }

    /// Where the request comes from: as seen, or as a trusted proxy says.
    fn address(&self, peer: IpAddr, request: &Request) -> IpAddr {
        forwarded::address(
            peer,
            request.headers(),
            &self.server.config.http.trusted_proxies,
        )
    }

    /// Whether this peer is believed about whom it asks for.
    fn is_proxy(&self, peer: IpAddr) -> bool {
        forwarded::is_trusted(peer, &self.server.config.http.trusted_proxies)
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}
