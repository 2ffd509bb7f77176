//! Those who ask more than anybody needs, or never let an answer end, stop nobody else.

use crate::raw::{Door, PATIENCE, Raw, fresh_id};
use crate::world::World;
use floater_server::config::Rate;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

const SHORT: Duration = Duration::from_millis(300);
const FIRST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A connection from this address, with little room for what is not read.
async fn connect(source: Ipv4Addr, at: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind((source, 0).into()).unwrap();
    socket.connect(at).await.unwrap()
}

/// All that comes until the connection is closed, in order or not.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset is an end too.
    let _ = read.expect("the connection stays open");
    String::from_utf8(answer).unwrap()
}

/// One request for the server's health, on a connection of its own.
async fn health(stream: &mut TcpStream, field: &str) -> String {
    let request = format!("GET /healthz HTTP/1.1\r\nHost: f\r\nConnection: close\r\n{field}\r\n");
    let _ = stream.write_all(request.as_bytes()).await;
    rest(stream).await
}

/// Asks on and on and reads nothing, until it is cut.
async fn never_read(mut stream: TcpStream) {
    let requests = "GET / HTTP/1.1\r\nHost: f\r\n\r\n".repeat(100);
    while stream.write_all(requests.as_bytes()).await.is_ok() {}
}

#[tokio::test]
async fn who_reads_nothing_takes_the_places_of_his_own_address_only() {
    let world = World::with(|config| {
        config.links.open = 12;
        config.links.open_by_address = 8;
    })
    .await;
    let mut floods = JoinSet::new();
    for _ in 0..world.server.config.links.open {
        floods.spawn(never_read(connect(FIRST, world.web).await));
    }
    let mut other = connect(OTHER, world.web).await;
    let answer = health(&mut other, "").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let origin = format!("http://{}", world.web);
    let headers = [
        ("Sec-WebSocket-Protocol", "floater.1"),
        ("Origin", origin.as_str()),
    ];
    let stream = connect(OTHER, world.web).await;
    let opened = timeout(PATIENCE, Raw::web_on(stream, &headers)).await;
    let mut link = opened.expect("no place").unwrap();
    assert_eq!(link.get("/status").await.status, 401);

    let mut same = connect(FIRST, world.web).await;
    assert_eq!(health(&mut same, "").await, "", "closed without a word");
}

#[tokio::test]
async fn who_reads_nothing_is_cut_when_the_time_of_a_connection_is_over() {
    let world = World::with(|config| config.links.spans.http = SHORT).await;
    let begun = Instant::now();
    let flood = never_read(connect(FIRST, world.web).await);
    timeout(PATIENCE, flood).await.expect("never cut");
    assert!(begun.elapsed() >= SHORT, "not before its time");
}

#[tokio::test]
async fn the_body_of_a_cookie_comes_in_time_or_is_told_that_it_is_late() {
    let world = World::with(|config| config.links.spans.http_body = SHORT).await;
    let mut stream = connect(FIRST, world.web).await;
    let begun = Instant::now();
    let request = format!(
        "POST /cookie HTTP/1.1\r\nHost: f\r\nOrigin: http://{}\r\nContent-length: 100\r\n\r\nab",
        world.web
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(begun.elapsed() >= SHORT, "not before its time");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn behind_a_proxy_a_connection_counts_for_whom_it_asks() {
    let world = World::with(|config| {
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        config.links.open_by_address = 1;
    })
    .await;
    let of = |last: u8| format!("X-Forwarded-For: 203.0.113.{last}\r\n");
    let mut held = connect(FIRST, world.web).await;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: f\r\n{}\r\n", of(1));
    held.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 13];
    held.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 ");

    let ask = async |last: u8| health(&mut connect(FIRST, world.web).await, &of(last)).await;
    let same = ask(1).await;
    assert!(same.starts_with("HTTP/1.1 429 "), "{same}");
    let other = ask(2).await;
    assert!(other.starts_with("HTTP/1.1 200 "), "{other}");
    drop(held);
    let freed = async {
        while !ask(1).await.starts_with("HTTP/1.1 200 ") {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, freed).await.expect("still counted");
}

#[tokio::test]
async fn mails_are_bounded_for_everybody_together() {
    let world = World::with(|config| config.rates.mail_globally = Rate::new(2, 1)).await;
    let mut raw = world.link(Door::Native).await;
    let email = |name: &str| json!({ "email": format!("{name}@example.org") });
    let taken = [
        ("/account/recovery", "ming"),
        ("/account/activation/again", "hong"),
    ];
    for (resource, name) in taken {
        assert_eq!(raw.post(resource, &email(name)).await.status, 202);
    }
    let mut other = world.link(Door::Web).await;
    for (resource, _) in taken {
        let got = other.post(resource, &email("lan")).await;
        assert_eq!((got.status, got.error().as_str()), (429, "too-many"));
        assert!(got.json()["retry_after"].as_u64().unwrap() > 0);
    }
    for _ in taken {
        world.mail_of_age(0).await;
    }
    let now = world.server.clock.seconds();
    let further = world.server.store.due_mail(now).await.unwrap();
    assert!(further.is_none(), "who was refused wrote nothing");
}

#[tokio::test]
async fn codes_cookies_seeking_and_reports_are_bounded_for_everybody_together() {
    let world = World::with(|config| {
        config.rates.code_globally = Rate::new(3, 1);
        config.rates.cookie_globally = Rate::new(1, 1);
        config.rates.seek_globally = Rate::new(1, 1);
        config.rates.report_globally = Rate::new(1, 1);
    })
    .await;
    // Each activates with a code.
    let mut ming = world.person(Door::Native, "ming").await;
    let mut hong = world.person(Door::Web, "hong").await;
    let proof = |name: &str| {
        let email = format!("{name}@example.org");
        json!({ "proof": { "email": email, "code": "22222222" } })
    };
    let report = json!({
        "id": fresh_id(), "ticket": "none", "offence": "spam", "note": "", "messages": [],
    });
    let asked = [
        ("/account/activation", proof("lan"), proof("mei"), 422),
        ("/seek", json!({}), json!({}), 202),
        ("/report", report.clone(), report, 410),
    ];
    for (resource, first, second, status) in asked {
        let got = ming.post(resource, &first).await;
        assert_eq!(got.status, status, "{resource}: {got:?}");
        let got = hong.post(resource, &second).await;
        assert_eq!((got.status, got.error().as_str()), (429, "too-many"));
        assert!(got.json()["retry_after"].as_u64().unwrap() > 0);
    }
    for status in ["204", "429"] {
        let request = format!(
            "POST /cookie HTTP/1.1\r\nHost: f\r\nOrigin: http://{}\r\nConnection: close\r\n\
             Content-length: 0\r\n\r\n",
            world.web
        );
        let mut stream = connect(FIRST, world.web).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        let line = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&line), "{answer}");
        assert_eq!(answer.contains("retry-after: "), status == "429");
    }
}

/// Requests without an id, which want no answer.
fn requests(resource: &str, count: usize) -> Vec<u8> {
    format!("Request-Method: POST\r\nResource: {resource}\r\n\r\n")
        .repeat(count)
        .into_bytes()
}

#[tokio::test]
async fn what_no_verb_takes_counts_against_the_rate_of_its_link() {
    let world = World::with(|config| {
        config.links.requests_at_once = 3;
        config.links.requests_per_second = 1;
    })
    .await;
    for resource in ["/nothing", "/notice", "/relay"] {
        let mut raw = world.link(Door::Native).await;
        let ask = b"Request-Method: GET\r\nResource: /status\r\nRequest-Id: 1\r\n\r\n";
        raw.send(&[requests(resource, 3).as_slice(), ask].concat())
            .await;
        let refused = raw.answer(1).await;
        assert_eq!(refused.error(), "too-many", "{resource}");
        raw.send(&requests(resource, 400)).await;
        assert!(raw.next().await.is_none(), "{resource}: not cut");
    }
}

/// When a match ends, a window of 128 KiB may be under way, in frames of 256 bytes.
#[tokio::test]
async fn what_comes_after_a_match_costs_nothing_and_a_flood_of_it_is_cut() {
    let world = World::new().await;
    let mut raw = world.person(Door::Native, "ming").await;
    raw.send(&requests("/relay", 512)).await;
    for _ in 0..world.server.config.links.requests_at_once / 2 {
        assert_eq!(raw.get("/status").await.status, 200);
    }
    raw.send(&requests("/relay", 3000)).await;
    assert!(raw.next().await.is_none(), "not cut");
}
