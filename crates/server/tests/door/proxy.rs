//! A TCP proxy in front of the native door says where its links come from.

use crate::raw::Raw;
use crate::world::World;
use floater_server::config::{Config, Rate};
use std::time::Duration;

fn behind(proxy: &str) -> impl FnOnce(&mut Config) {
    let proxy = proxy.parse().unwrap();
    move |config| config.native.trusted_proxies = vec![proxy]
}

/// PROXY, TCP over IPv4, from this address.
fn header(client: [u8; 4]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    header.extend(client);
    header.extend([127, 0, 0, 1, 0xc0, 0, 0x1d, 0x98]);
    header
}

async fn from(world: &World, client: [u8; 4]) -> Raw {
    let mut raw = Raw::native(world.native).await;
    raw.send(&header(client)).await;
    raw
}

#[tokio::test]
async fn the_address_of_the_header_counts() {
    let world = World::with(|config| {
        behind("127.0.0.0/8")(config);
        config.links.open_by_address = 1;
        config.rates.login_by_address = Rate::new(1, 1);
    })
    .await;
    let mut first = from(&world, [203, 0, 113, 1]).await;
    let wrong = |raw: &Raw| {
        let login = serde_json::json!({ "email": "a@example.org", "password": "wrong horse" });
        serde_json::json!({ "login": login, "keep": "token", "instance": raw.instance })
    };
    let body = wrong(&first);
    assert_eq!(first.post("/session", &body).await.status, 401);
    assert_eq!(first.post("/session", &body).await.status, 429);
    let mut again = from(&world, [203, 0, 113, 1]).await;
    assert!(again.next().await.is_none(), "one link for this address");
    let mut second = from(&world, [203, 0, 113, 2]).await;
    let body = wrong(&second);
    assert_eq!(second.post("/session", &body).await.status, 401);
    assert_eq!(second.get("/status").await.status, 401);
}

#[tokio::test]
async fn the_header_may_come_in_pieces_and_the_message_with_it() {
    let world = World::with(behind("127.0.0.1/32")).await;
    let request = b"Request-Method: GET\r\nResource: /status\r\nRequest-Id: 5\r\n\r\n";
    let bytes = [header([203, 0, 113, 1]), request.to_vec()].concat();
    let mut raw = Raw::native(world.native).await;
    for piece in bytes.chunks(7) {
        raw.send(piece).await;
    }
    assert_eq!(raw.answer(5).await.status, 401);
}

#[tokio::test]
async fn without_its_header_nobody_comes_in() {
    let world = World::with(|config| {
        behind("127.0.0.1/32")(config);
        config.links.spans.proxy_header = Duration::from_millis(500);
    })
    .await;
    for wrong in [
        b"Request-Method: GET\r\nResource: /status\r\nRequest-Id: 1\r\n\r\n".as_slice(),
        b"PROXY TCP4 203.0.113.1 127.0.0.1 49152 7576\r\n",
        &header([203, 0, 113, 1])[..20],
        b"",
    ] {
        let mut raw = Raw::native(world.native).await;
        raw.send(wrong).await;
        assert!(raw.next().await.is_none(), "closed without a word");
    }
    assert_eq!(world.server.doors.open(), 0, "none of them was a link");
    let mut good = from(&world, [203, 0, 113, 1]).await;
    assert_eq!(good.get("/status").await.status, 401);
}

#[tokio::test]
async fn who_is_no_trusted_proxy_is_refused_header_or_not() {
    let world = World::with(behind("192.0.2.7/32")).await;
    let mut with = Raw::native(world.native).await;
    assert!(with.next().await.is_none());
    let mut pretending = from(&world, [203, 0, 113, 1]).await;
    assert!(pretending.next().await.is_none());
    assert_eq!(world.server.doors.open(), 0);
}

#[tokio::test]
async fn without_proxies_a_header_is_a_broken_message() {
    let world = World::new().await;
    let mut raw = from(&world, [203, 0, 113, 1]).await;
    let got = raw.next().await.unwrap();
    assert_eq!((got.status, got.error().as_str()), (400, "malformed"));
}
