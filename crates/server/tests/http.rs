//! The doors of HTTP: headers on everything, exact origins, a cookie by a code, nothing else.

mod world;

use std::net::SocketAddr;
use world::{World, get, http};

const HEADERS: [&str; 6] = [
    "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src \
     'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for \
     'script'; trusted-types svelte-trusted-html floater-worker\r\n",
    "x-content-type-options: nosniff\r\n",
    "referrer-policy: no-referrer\r\n",
    "cross-origin-opener-policy: same-origin\r\n",
    "cross-origin-resource-policy: same-origin\r\n",
    "permissions-policy: \r\n",
];

#[tokio::test]
async fn p29_every_answer_has_the_headers() {
    let world = World::start().await;
    for path in [
        "/",
        "/nothing",
        "/healthz",
        "/readyz",
        "/ws",
        "/assets/no.js",
    ] {
        let answer = get(world.running.http, path).await;
        for header in HEADERS {
            assert!(answer.contains(header), "{path} lacks {header}:\n{answer}");
        }
        assert!(
            !answer.contains("strict-transport-security"),
            "plain HTTP cannot promise TLS"
        );
    }
}

#[tokio::test]
async fn there_is_nothing_else() {
    let world = World::start().await;
    let at = world.running.http;
    for (request, status) in [
        ("GET /healthz", "200"),
        ("GET /readyz", "200"),
        ("GET /metrics", "404"),
        ("GET /account", "404"),
        ("GET /../Cargo.toml", "404"),
        ("POST /", "405"),
        ("DELETE /cookie", "405"),
        ("GET /ws", "403"),
        ("POST /cookie", "403"),
    ] {
        let request = format!("{request} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n");
        let answer = http(at, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}: {answer}"
        );
    }
    let metrics = get(world.running.admin.unwrap(), "/metrics").await;
    assert!(metrics.starts_with("HTTP/1.1 200 "), "{metrics}");
}

async fn post_cookie(at: SocketAddr, origin: &str, body: &str) -> String {
    let length = body.len();
    let head = format!(
        "POST /cookie HTTP/1.1\r\nHost: f\r\nOrigin: {origin}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    http(at, &head).await
}

#[tokio::test]
async fn a_code_sets_the_cookie_once_and_an_empty_body_clears_it() {
    let world = World::start().await;
    let at = world.running.http;
    let own = format!("http://localhost:{}", at.port());
    let now = world.server.clock.millis();
    let code = world.server.cookie_codes.give(now, "the-token".into());
    let foreign = post_cookie(at, "http://evil.example", code.expose()).await;
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    let set = post_cookie(at, &own, code.expose()).await;
    assert!(set.starts_with("HTTP/1.1 204 "), "{set}");
    assert!(
        set.contains("set-cookie: floater=the-token; Path=/; Max-Age="),
        "{set}"
    );
    assert!(set.contains("; HttpOnly; SameSite=Strict\r\n"), "{set}");
    let again = post_cookie(at, &own, code.expose()).await;
    assert!(again.starts_with("HTTP/1.1 422 "), "{again}");
    let cleared = post_cookie(at, &own, "").await;
    assert!(
        cleared.contains("set-cookie: floater=; Path=/; Max-Age=0;"),
        "{cleared}"
    );
}

#[tokio::test]
async fn behind_a_proxy_the_cookie_is_secure_and_tls_is_promised() {
    let world = World::with(Vec::new(), |config| {
        config.http.behind_proxy = true;
        config.http.public_url = "https://floater.example".to_owned();
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let at = world.running.http;
    let code = world
        .server
        .cookie_codes
        .give(world.server.clock.millis(), "token".into());
    let set = post_cookie(at, "https://floater.example", code.expose()).await;
    assert!(
        set.contains("set-cookie: __Host-floater=token; Path=/;"),
        "{set}"
    );
    assert!(set.contains("; SameSite=Strict; Secure\r\n"), "{set}");
    assert!(
        set.contains("strict-transport-security: max-age=31536000\r\n"),
        "{set}"
    );
    let local = post_cookie(at, &format!("http://localhost:{}", at.port()), "").await;
    assert!(local.starts_with("HTTP/1.1 403 "), "{local}");
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let world = World::start().await;
    let first = get(world.running.http, "/").await;
    let Some(etag) = first.lines().find_map(|line| line.strip_prefix("etag: ")) else {
        assert!(
            first.contains("make run"),
            "without a page the server says how to build it"
        );
        return;
    };
    let request =
        format!("GET / HTTP/1.1\r\nHost: f\r\nIf-None-Match: {etag}\r\nConnection: close\r\n\r\n");
    let second = http(world.running.http, &request).await;
    assert!(second.starts_with("HTTP/1.1 304 "), "{second}");
}
