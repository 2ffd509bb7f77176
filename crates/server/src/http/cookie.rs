use super::{Site, plain};
use crate::client::Address;
use crate::rates::Rate;
use crate::store::SESSION_LIFE;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Bytes of a code.
const BODY_MAX: usize = 128;

/// Not every browser takes `__Host-` on loopback without TLS.
const fn name(secure: bool) -> &'static str {
    if secure { "__Host-floater" } else { "floater" }
}

/// The session token that the cookie holds.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<String> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut found = pairs.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name(secure) && !value.is_empty()).then(|| value.to_owned())
    });
    found.next()
}

/// `POST /cookie`: a one-time code becomes the cookie; an empty body clears it.
pub(super) async fn exchange(site: &Site, address: IpAddr, request: Request) -> Response {
    let server = &site.server;
    let rates = &server.rates;
    let allowed = rates
        .check(Rate::CookieByAddress, Address::new(address))
        .and_then(|()| rates.check(Rate::CookieGlobally, ()));
    if let Err(problem) = allowed {
        let wait = problem
            .retry_after
            .unwrap_or(1000)
            .div_ceil(1000)
            .to_string();
        let headers = [(header::RETRY_AFTER, wait)];
        return (StatusCode::TOO_MANY_REQUESTS, headers, "too often\n").into_response();
    }
    let read = axum::body::to_bytes(request.into_body(), BODY_MAX);
    let Ok(read) = tokio::time::timeout(server.config.links.spans.http_body, read).await else {
        return plain(StatusCode::REQUEST_TIMEOUT, "a code comes at once\n");
    };
    let Ok(body) = read else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "a code is shorter\n");
    };
    if body.is_empty() {
        return set(site.secure, "", 0);
    }
    let code = std::str::from_utf8(&body).unwrap_or_default();
    match server.cookie_codes.take(server.clock.millis(), code) {
        Some(token) => set(site.secure, token.expose(), SESSION_LIFE),
        None => plain(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this code is used up or unknown\n",
        ),
    }
}

fn set(secure: bool, token: &str, seconds: u64) -> Response {
    let flag = if secure { "; Secure" } else { "" };
    let name = name(secure);
    let cookie =
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{flag}");
    let Ok(mut cookie) = HeaderValue::from_str(&cookie) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    cookie.set_sensitive(true);
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cookie_of_this_scheme_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "a=1; floater=plain; __Host-floater=tls".parse().unwrap(),
        );
        assert_eq!(read(&headers, false).as_deref(), Some("plain"));
        assert_eq!(read(&headers, true).as_deref(), Some("tls"));
    }
}
