//! Links break, servers die, tickets come back. FLOATER/1.0 §3.7

use crate::raw::{Door, Raw, meet};
use crate::world::World;
use floater_proto::body::SessionEnd;
use floater_server::door::{self, LinkAsk};
use floater_server::{LobbyAsk, Server, WhichSessions};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

struct Two {
    world: World,
    a: Raw,
    b: Raw,
    a_told: Value,
    b_told: Value,
}

const A: &str = "ming@example.org";
const B: &str = "hong@example.org";

async fn two(door: Door) -> Two {
    let world = World::new().await;
    let mut a = world.person(door, "ming").await;
    let mut b = world.person(door, "hong").await;
    let (a_told, b_told) = meet(&mut a, &mut b).await;
    Two {
        world,
        a,
        b,
        a_told,
        b_told,
    }
}

/// The server was killed and started again, and the first of the two is back.
struct Awaiting {
    world: World,
    a: Raw,
    /// The other one's instance.
    bt: String,
    b_told: Value,
}

async fn awaiting() -> Awaiting {
    let two = two(Door::Native).await;
    let (at, bt) = (two.a.instance.clone(), two.b.instance.clone());
    let world = two.world.kill_and_restart().await;
    let mut a = back(&world, Door::Native, &at).await;
    assert_eq!(
        state(&a.log_in(A, Some(&ticket(&two.a_told))).await.json()),
        "awaiting"
    );
    Awaiting {
        world,
        a,
        bt,
        b_told: two.b_told,
    }
}

fn ticket(told: &Value) -> String {
    told["ticket"].as_str().unwrap().to_owned()
}

fn state(opened: &Value) -> &str {
    opened["seat"]["state"].as_str().unwrap()
}

/// A new link of the same instance.
async fn back(world: &World, door: Door, instance: &str) -> Raw {
    let mut raw = world.link(door).await;
    instance.clone_into(&mut raw.instance);
    raw
}

#[tokio::test]
async fn a_lost_link_is_held_and_comes_back() {
    let Two {
        world,
        a,
        mut b,
        a_told,
        ..
    } = two(Door::Web).await;
    let instance = a.instance.clone();
    a.hang_up(None).await;
    let away = b.told("/notice").await.json();
    assert_eq!(
        (&away["kind"], &away["here"]),
        (&json!("peer"), &json!(false))
    );
    b.relay(b"into the dark").await;

    let mut a = back(&world, Door::Web, &instance).await;
    let opened = a.log_in(A, Some(&ticket(&a_told))).await.json();
    assert_eq!(state(&opened), "talking");
    assert_eq!(opened["seat"]["peer_here"], true);
    assert_ne!(opened["seat"]["ticket"], a_told["ticket"], "renewed");
    assert_eq!(b.told("/notice").await.json()["here"], true);
    b.relay(b"light").await;
    assert_eq!(
        a.told("/relay").await.body,
        b"light",
        "what went into the dark is gone"
    );
}

#[tokio::test]
async fn a_page_that_goes_away_ends_the_match() {
    let Two { a, mut b, .. } = two(Door::Web).await;
    a.hang_up(Some(1001)).await;
    let ended = b.told("/match/end").await.json();
    assert_eq!(ended["reason"], "left");
}

#[tokio::test]
async fn a_newer_link_of_the_instance_takes_the_seat() {
    let Two {
        world,
        mut a,
        mut b,
        a_told,
        ..
    } = two(Door::Web).await;
    let mut newer = back(&world, Door::Web, &a.instance).await;
    let opened = newer.log_in(A, Some(&ticket(&a_told))).await.json();
    assert_eq!(state(&opened), "talking");
    assert_eq!(a.told("/notice").await.json()["kind"], "replaced");
    assert!(a.next().await.is_none());
    assert_eq!(a.close_code, Some(4001));
    b.relay(b"still here").await;
    assert_eq!(newer.told("/relay").await.body, b"still here");
}

#[tokio::test]
async fn an_instance_that_says_none_ends_the_match() {
    let Two {
        world, a, mut b, ..
    } = two(Door::Native).await;
    let mut same = back(&world, Door::Native, &a.instance).await;
    assert_eq!(state(&same.log_in(A, None).await.json()), "free");
    assert_eq!(b.told("/match/end").await.json()["reason"], "lost");
}

#[tokio::test]
async fn another_instance_is_elsewhere_and_may_end_it() {
    let Two { world, mut b, .. } = two(Door::Native).await;
    let mut other = world.link(Door::Web).await;
    assert_eq!(state(&other.log_in(A, None).await.json()), "elsewhere");
    let refused = other.post("/seek", &json!({})).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (409, "elsewhere")
    );
    assert_eq!(
        other
            .post("/match/end", &json!({ "reason": "left" }))
            .await
            .status,
        200
    );
    assert_eq!(b.told("/match/end").await.json()["reason"], "left");
    assert_eq!(other.post("/seek", &json!({})).await.status, 202);
}

#[tokio::test]
async fn a_killed_server_forgets_nobody_who_has_a_ticket() {
    let Awaiting {
        world,
        mut a,
        bt,
        b_told,
    } = awaiting().await;
    let mut b = back(&world, Door::Web, &bt).await;
    assert_eq!(
        state(&b.log_in(B, Some(&ticket(&b_told))).await.json()),
        "talking"
    );
    assert_eq!(a.told("/notice").await.json()["here"], true);
    a.relay(b"where were we").await;
    assert_eq!(b.told("/relay").await.body, b"where were we");
    assert_eq!(a.get("/status").await.json()["seat"]["state"], "talking");
}

#[tokio::test]
async fn after_a_kill_none_of_the_awaited_ends_the_match() {
    let Awaiting {
        world, mut a, bt, ..
    } = awaiting().await;
    let mut b = back(&world, Door::Native, &bt).await;
    assert_eq!(state(&b.log_in(B, None).await.json()), "free");
    assert_eq!(a.told("/match/end").await.json()["reason"], "lost");
}

#[tokio::test]
async fn a_tombstone_outlives_the_server() {
    let Two {
        world,
        mut a,
        b,
        a_told,
        b_told,
    } = two(Door::Native).await;
    let bt = b.instance.clone();
    let end = json!({ "match": a_told["match"], "reason": "left" });
    assert_eq!(a.post("/match/end", &end).await.status, 200);
    let world = world.kill_and_restart().await;
    let mut b = back(&world, Door::Native, &bt).await;
    let opened = b.log_in(B, Some(&ticket(&b_told))).await.json();
    assert_eq!(
        (state(&opened), &opened["seat"]["reason"]),
        ("over", &json!("left"))
    );
    assert_eq!(
        b.post("/match/end", &end).await.status,
        200,
        "known by its tombstone"
    );
}

#[tokio::test]
async fn a_ticket_counts_only_for_its_account_and_instance() {
    let Two {
        world,
        a,
        mut b,
        a_told,
        b_told,
    } = two(Door::Native).await;
    let mut thief = back(&world, Door::Native, &a.instance).await;
    let foreign = thief.log_in(A, Some(&ticket(&b_told))).await;
    assert_eq!(
        (foreign.status, foreign.error().as_str()),
        (403, "ticket-foreign")
    );
    let mut copy = world.link(Door::Native).await;
    let foreign = copy.log_in(A, Some(&ticket(&a_told))).await;
    assert_eq!(
        (foreign.status, foreign.error().as_str()),
        (403, "ticket-foreign")
    );
    for wrong in ["", "AAAA", "not base64url!", &"A".repeat(1000)] {
        let expired = copy.log_in(A, Some(wrong)).await;
        assert_eq!(
            (expired.status, expired.error().as_str()),
            (410, "ticket-expired"),
            "{wrong}"
        );
    }
    let mut forged = ticket(&a_told).into_bytes();
    let middle = forged.len() / 2;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    let expired = copy
        .log_in(A, Some(std::str::from_utf8(&forged).unwrap()))
        .await;
    assert_eq!(expired.error(), "ticket-expired");
    // Nobody else noticed.
    assert_eq!(b.get("/status").await.json()["seat"]["state"], "talking");
}

#[tokio::test]
async fn ended_sessions_end_the_conversation_and_close_the_link() {
    let Two {
        world,
        mut a,
        mut b,
        ..
    } = two(Door::Web).await;
    world.end_sessions(A, SessionEnd::Suspended).await;
    let notice = a.told("/notice").await.json();
    assert_eq!(
        (&notice["kind"], &notice["why"]),
        (&json!("session-ended"), &json!("suspended"))
    );
    assert_eq!(b.told("/match/end").await.json()["reason"], "moderator");
    while a.next().await.is_some() {}
    assert_eq!(a.close_code, Some(4003));
}

/// Ends each session that is resumed, after the server has found it and before the lobby hears of
/// its link.
fn end_what_is_resumed(server: Arc<Server>, mut asks: mpsc::Receiver<LobbyAsk>) -> JoinHandle<()> {
    let (pass, passed) = mpsc::channel(1);
    let lobby = door::start(server.clone(), passed);
    tokio::spawn(async move {
        let mut known = Vec::new();
        while let Some(ask) = asks.recv().await {
            if let LobbyAsk::Link(LinkAsk::Join { join, .. }) = &ask {
                let (account, session) = (join.account.0, join.session);
                if known.contains(&session) {
                    server.store.end_session(account, session).await.unwrap();
                    let (which, why) = (WhichSessions::Only(session), SessionEnd::LoggedOut);
                    let ended = LobbyAsk::EndSessions {
                        account,
                        which,
                        why,
                    };
                    pass.send(ended).await.unwrap();
                }
                known.push(session);
            }
            pass.send(ask).await.unwrap();
        }
    });
    lobby
}

#[tokio::test]
async fn a_session_that_ends_while_it_is_resumed_is_over_on_the_new_link_too() {
    let world = World::behind(end_what_is_resumed).await;
    let email = world.account("ming").await;
    let mut first = world.link(Door::Native).await;
    let token = first.log_in(&email, None).await.json()["token"].clone();
    let mut second = world.link(Door::Web).await;
    let body = json!({ "token": token, "keep": "token", "instance": second.instance });
    let refused = second.post("/session", &body).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (401, "session-ended")
    );
    assert_eq!(second.told("/notice").await.json()["kind"], "session-ended");
    while second.next().await.is_some() {}
    assert_eq!(second.close_code, Some(4003));
    assert_eq!(first.told("/notice").await.json()["kind"], "session-ended");
}

/// FLOATER/1.0 §3.3: 32 sessions of an account; a further one ends the oldest.
#[tokio::test]
async fn a_further_session_ends_the_oldest_and_tells_it() {
    let world = World::new().await;
    let mut oldest = world.person(Door::Web, "ming").await;
    for further in 0..32 {
        assert_eq!(oldest.get("/status").await.status, 200, "{further} further");
        let mut next = world.link(Door::Native).await;
        assert_eq!(next.log_in("ming@example.org", None).await.status, 200);
    }
    let notice = oldest.told("/notice").await.json();
    assert_eq!(
        (&notice["kind"], &notice["why"]),
        (&json!("session-ended"), &json!("expired"))
    );
    while oldest.next().await.is_some() {}
    assert_eq!(oldest.close_code, Some(4003));
}

#[tokio::test]
async fn logging_out_is_answered_then_ends_conversation_and_link() {
    let Two { mut a, mut b, .. } = two(Door::Web).await;
    assert_eq!(a.post("/session/end", &json!({})).await.status, 200);
    assert_eq!(b.told("/match/end").await.json()["reason"], "left");
    while a.next().await.is_some() {}
    assert_eq!(a.close_code, Some(4003));
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_when_to_come_back() {
    let Two { world, mut a, .. } = two(Door::Web).await;
    world.server.stop.cancel();
    let notice = a.told("/notice").await.json();
    assert_eq!(
        (&notice["kind"], &notice["spread"]),
        (&json!("shutdown"), &json!(2000))
    );
    while a.next().await.is_some() {}
    assert_eq!(a.close_code, Some(1001));
}
