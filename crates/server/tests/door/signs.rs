//! Signs of life: heads that do not end, links that are dead, links on which nobody logs in.
//! FLOATER/1.0 §2.4. The spans of this server are short.

use crate::raw::{Door, Raw, meet};
use crate::world::World;
use crate::wrong::DOORS;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const SHORT: Duration = Duration::from_millis(300);
/// Long enough for a log-in on a busy machine, in which the link says nothing, and for a moment in
/// which nothing runs at all.
const DEAD_AFTER: Duration = SHORT.saturating_mul(10);

/// Until the server has forgotten all links but so many.
async fn open_links(world: &World, links: usize) {
    while world.server.doors.open() != links {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_head_that_does_not_end_is_told_so_and_closed() {
    let world = World::with(|config| config.links.spans.head = SHORT).await;
    for door in DOORS {
        let mut raw = world.link(door).await;
        let begun = Instant::now();
        // Each byte is a sign of life, and does not help.
        for byte in b"Request-Method: GET\r\nResource: /sta" {
            raw.send(&[*byte]).await;
        }
        let got = raw.next().await.expect("an answer");
        assert!(begun.elapsed() >= SHORT);
        assert_eq!((got.status, got.id), (408, None), "{door:?}");
        assert_eq!(got.error(), "slow");
        assert!(raw.next().await.is_none(), "closed");
        if door == Door::Web {
            assert_eq!(raw.close_code, Some(1008));
        }
    }
}

#[tokio::test]
async fn a_head_that_ends_in_time_may_have_a_slow_body() {
    let world = World::with(|config| config.links.spans.head = SHORT).await;
    let mut raw = world.link(Door::Native).await;
    raw.send(
        b"Request-Method: POST\r\nResource: /seek\r\nRequest-Id: 1\r\nContent-length: 2\r\n\r\n{",
    )
    .await;
    let late = tokio::time::timeout(2 * SHORT, raw.next()).await;
    assert!(late.is_err(), "the bound of a body is the sign of life");
    raw.send(b"}").await;
    assert_eq!(raw.answer(1).await.status, 401);
}

#[tokio::test]
async fn a_link_without_a_sign_of_life_is_lost_and_its_seat_held() {
    for door in DOORS {
        let world = World::with(|config| {
            config.links.spans.ping_every = SHORT;
            config.links.spans.dead_after = DEAD_AFTER;
        })
        .await;
        let ming = world.account("ming").await;
        let hong = world.account("hong").await;
        let mut silent = world.link(door).await;
        assert_eq!(silent.log_in(&ming, None).await.status, 200);
        let mut other = world.link(Door::Web).await;
        assert_eq!(other.log_in(&hong, None).await.status, 200);
        meet(&mut silent, &mut other).await;
        // Reading answers pings: from here on nobody reads on the one link.
        let begun = Instant::now();
        let notice = other.told("/notice").await.json();
        assert_eq!(
            (&notice["kind"], &notice["here"]),
            (&json!("peer"), &json!(false)),
            "{door:?}"
        );
        assert!(begun.elapsed() >= DEAD_AFTER / 2, "not before its time");
        assert!(matches!(world.server.doors.open(), 1 | 2));
        open_links(&world, 1).await;
        drop(silent);
    }
}

#[tokio::test]
async fn a_websocket_that_answers_pings_lives_on() {
    let world = World::with(|config| {
        config.links.spans.ping_every = SHORT;
        config.links.spans.dead_after = DEAD_AFTER;
    })
    .await;
    let mut raw = world.link(Door::Web).await;
    let begun = Instant::now();
    while begun.elapsed() < 2 * DEAD_AFTER {
        assert!(raw.hear().await, "a ping");
    }
    assert_eq!(raw.get("/status").await.status, 401);
}

/// On the native door `/status` is the only sign of life: whoever asks in time is there, whoever has
/// nothing to ask and does not is not, in session or not.
#[tokio::test]
async fn an_idle_native_link_lives_by_asking_for_its_status() {
    let world = World::with(|config| config.links.spans.dead_after = DEAD_AFTER).await;
    let mut idle = world.person(Door::Native, "hong").await;
    let mut asking = world.person(Door::Native, "ming").await;
    let heard = Instant::now();
    assert_eq!(idle.get("/status").await.status, 200);
    loop {
        assert_eq!(asking.get("/status").await.status, 200);
        match tokio::time::timeout(DEAD_AFTER / 20, idle.next()).await {
            Ok(None) => break,
            Ok(Some(told)) => panic!("said to who is idle: {told:?}"),
            Err(_) => {}
        }
    }
    assert!(heard.elapsed() >= DEAD_AFTER, "not before its time");
    open_links(&world, 1).await;
    assert_eq!(asking.get("/status").await.status, 200);
}

/// FLOATER/1.0 §2.4, 3: a message that trickles in is a sign of life with each byte, and no longer.
#[tokio::test]
async fn a_body_that_trickles_in_holds_the_link_until_it_stops() {
    let world = World::with(|config| config.links.spans.dead_after = DEAD_AFTER).await;
    let mut raw = world.person(Door::Native, "ming").await;
    raw.send(
        b"Request-Method: POST\r\nResource: /seek\r\nRequest-Id: 9\r\nContent-length: 64\r\n\r\n{",
    )
    .await;
    let begun = Instant::now();
    let mut last = begun;
    while begun.elapsed() < 2 * DEAD_AFTER {
        last = Instant::now();
        raw.send(b" ").await;
        let silent = tokio::time::timeout(DEAD_AFTER / 20, raw.next()).await;
        assert!(silent.is_err(), "closed or answered: {silent:?}");
    }
    assert!(raw.next().await.is_none(), "closed");
    assert!(last.elapsed() >= DEAD_AFTER, "not before its time");
    open_links(&world, 0).await;
}

#[tokio::test]
async fn a_link_on_which_nobody_logs_in_is_closed_without_a_word() {
    let world = World::with(|config| config.links.log_in_seconds = 3).await;
    let mut logged_in = world.person(Door::Native, "ming").await;
    let mut anonymous: Vec<Raw> = Vec::new();
    for door in DOORS {
        let mut raw = world.link(door).await;
        // Who only says that they live is not there for long.
        assert_eq!(raw.get("/status").await.status, 401);
        anonymous.push(raw);
    }
    for raw in &mut anonymous {
        assert!(raw.next().await.is_none(), "closed");
    }
    assert_eq!(anonymous[1].close_code, Some(1008));
    open_links(&world, 1).await;
    assert_eq!(logged_in.get("/status").await.status, 200);
}

/// Registering, activating and logging in need no link in common.
#[tokio::test]
async fn each_step_of_the_door_may_come_on_a_link_of_its_own() {
    let world = World::with(|config| config.links.log_in_seconds = 3).await;
    let email = "ming@example.org";
    let body = json!({
        "email": email, "username": "x", "password": crate::world::PASSWORD, "adult": true,
    });
    let mut raw = world.link(Door::Web).await;
    assert_eq!(raw.post("/account", &body).await.status, 202);
    assert!(raw.next().await.is_none());
    let mail = world.mail_of_age(0).await;
    let mut raw = world.link(Door::Native).await;
    let proof = json!({ "proof": world.typed(email, mail) });
    assert_eq!(raw.post("/account/activation", &proof).await.status, 200);
    assert!(raw.next().await.is_none());
    let mut raw = world.link(Door::Web).await;
    assert_eq!(raw.log_in(email, None).await.status, 200);
    open_links(&world, 1).await;
}
