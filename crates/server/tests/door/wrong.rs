//! What a client can do wrong, and the status that the specification gives it. `forty` does it all
//! at each door.

use crate::raw::{Door, fresh_id, keys};
use crate::world::World;
use serde_json::{Value, json};

pub(crate) const DOORS: [Door; 2] = [Door::Native, Door::Web];

/// Bytes after which framing is lost: one answer without an id, then the link is closed.
/// FLOATER/1.0 §1.4
#[rustfmt::skip]
const BROKEN: &[(&str, &str, u16)] = &[
    ("a bare LF", "Request-Method: GET\nResource: /status\n\n", 400),
    ("a bare CR", "Request-Method: GET\rResource: /status\r\r", 400),
    ("a NUL in a value", "Request-Method: POST\r\nResource: /a\0b\r\n\r\n", 400),
    ("UTF-8 in a value", "Request-Method: POST\r\nReferrer: 你\r\n\r\n", 400),
    ("no colon", "Request-Method POST\r\n\r\n", 400),
    ("space before the colon", "Request-Method : POST\r\n\r\n", 400),
    ("no space behind the colon", "Request-Method:POST\r\n\r\n", 400),
    ("two spaces behind the colon", "Request-Method:  POST\r\n\r\n", 400),
    ("folding", "Request-Method: POST\r\n folded\r\n\r\n", 400),
    ("HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("an empty head", "\r\n", 400),
    ("another first field", "Resource: /seek\r\nRequest-Method: POST\r\n\r\n", 400),
    ("another method", "Request-Method: PUT\r\nResource: /seek\r\n\r\n", 405),
    ("a method in lower case", "Request-Method: post\r\nResource: /seek\r\n\r\n", 405),
    ("another version", "Version: FLOATER/2.0\r\nStatus: 200 OK\r\n\r\n", 505),
    ("a response without status", "Version: FLOATER/1.0\r\n\r\n", 400),
    ("a status without words", "Version: FLOATER/1.0\r\nStatus: 200\r\n\r\n", 400),
    ("no resource", "Request-Method: POST\r\n\r\n", 400),
    ("a resource without slash", "Request-Method: POST\r\nResource: seek\r\n\r\n", 400),
];

/// The same, behind the first two fields of a request.
#[rustfmt::skip]
const BROKEN_LATER: &[(&str, &str, u16)] = &[
    ("a field twice", "Resource: /seek\r\n\r\n", 400),
    ("a field twice in other case", "RESOURCE: /seek\r\n\r\n", 400),
    ("a signed length", "Content-length: +2\r\n\r\n{}", 400),
    ("a negative length", "Content-length: -2\r\n\r\n{}", 400),
    ("a leading zero", "Content-length: 02\r\n\r\n{}", 400),
    ("a hexadecimal length", "Content-length: 0x2\r\n\r\n{}", 400),
    ("a request id in words", "Request-Id: one\r\n\r\n", 400),
    ("a message too large", "Content-length: 49152\r\n\r\n", 413),
    ("a huge length", "Content-length: 9999999999999999999\r\n\r\n", 413),
];

pub(crate) fn broken() -> Vec<(&'static str, Vec<u8>, u16)> {
    let post = "Request-Method: POST\r\nResource: /seek\r\n";
    let bytes = |text: &str| text.as_bytes().to_vec();
    let long_value = "v".repeat(1100);
    let many: String = (0..40).map(|n| format!("F-{n}: x\r\n")).collect();
    let large: String = (0..12)
        .map(|n| format!("F-{n}: {}\r\n", "x".repeat(900)))
        .collect();
    let mut all = vec![
        (
            "a length of 20 digits",
            bytes(&format!("{post}Content-length: {}\r\n\r\n", "1".repeat(20))),
            400,
        ),
        (
            "a long line",
            bytes(&format!("{post}Referrer: {long_value}\r\n\r\n")),
            431,
        ),
        ("a line that never ends", bytes(&"A".repeat(1100)), 431),
        ("many fields", bytes(&format!("{post}{many}\r\n")), 431),
        ("a large head", bytes(&format!("{post}{large}\r\n")), 431),
    ];
    all.extend(
        BROKEN
            .iter()
            .map(|&(what, text, code)| (what, bytes(text), code)),
    );
    let later = BROKEN_LATER.iter();
    all.extend(later.map(|&(what, text, code)| (what, bytes(&format!("{post}{text}")), code)));
    all
}

/// Method, resource, body, status, fault: well framed, wrong, and the link lives on.
pub(crate) type Wrong = (&'static str, &'static str, Value, u16, &'static str);

pub(crate) fn without_session() -> Vec<Wrong> {
    vec![
        ("POST", "/nothing", json!({}), 404, "unknown-resource"),
        ("POST", "/", json!({}), 404, "unknown-resource"),
        ("POST", "/seek/", json!({}), 404, "unknown-resource"),
        (
            "POST",
            "/report/short/picture",
            json!({}),
            404,
            "unknown-resource",
        ),
        ("GET", "/seek", json!({}), 405, "wrong-method"),
        ("POST", "/status", json!({}), 405, "wrong-method"),
        ("POST", "/match", json!({}), 405, "wrong-method"),
        ("POST", "/match/proposal", json!({}), 405, "wrong-method"),
        ("POST", "/notice", json!({}), 405, "wrong-method"),
        ("POST", "/text", json!({}), 405, "wrong-method"),
        ("POST", "/hello", json!({}), 405, "wrong-method"),
        ("GET", "/relay", json!({}), 405, "wrong-method"),
        ("GET", "/account", json!({}), 401, "not-logged-in"),
        ("GET", "/account/export", json!({}), 401, "not-logged-in"),
        ("GET", "/sessions", json!({}), 401, "not-logged-in"),
        ("GET", "/status", json!({}), 401, "not-logged-in"),
        ("GET", "/blocks", json!({}), 401, "not-logged-in"),
        ("POST", "/seek", json!({}), 401, "not-logged-in"),
        ("POST", "/seek/end", json!({}), 401, "not-logged-in"),
        ("POST", "/match/accept", json!({}), 401, "not-logged-in"),
        (
            "POST",
            "/match/end",
            json!({ "reason": "left" }),
            401,
            "not-logged-in",
        ),
        ("POST", "/session/end", json!({}), 401, "not-logged-in"),
        ("POST", "/relay", json!({}), 401, "not-logged-in"),
        ("POST", "/session", json!({}), 400, "malformed"),
        ("POST", "/session", json!([]), 400, "malformed"),
        (
            "POST",
            "/session",
            json!({ "keep": "token", "instance": "short" }),
            400,
            "malformed",
        ),
        (
            "POST",
            "/account",
            json!({ "email": "no address" }),
            422,
            "invalid",
        ),
    ]
}

/// The same for who is logged in and in no match.
pub(crate) fn out_of_state() -> Vec<Wrong> {
    let nobody = json!({ "match": fresh_id(), "reason": "left" });
    let mut accept = keys("A");
    accept["match"] = json!(fresh_id());
    let end = |reason: &str| json!({ "reason": reason });
    let block = json!({ "ticket": "AAAA", "name": "x" });
    let again = json!({ "keep": "token", "instance": fresh_id() });
    vec![
        ("POST", "/match/end", nobody, 404, "no-match"),
        ("POST", "/match/end", end("left"), 404, "no-match"),
        ("POST", "/match/end", end("lost"), 422, "invalid"),
        ("POST", "/match/end", end("moderator"), 422, "invalid"),
        ("POST", "/match/end", end("bored"), 400, "malformed"),
        ("POST", "/match/accept", accept, 410, "match-over"),
        (
            "POST",
            "/match/accept",
            json!({ "match": 7 }),
            400,
            "malformed",
        ),
        ("POST", "/relay", json!({}), 404, "no-match"),
        ("POST", "/block", block, 410, "ticket-expired"),
        ("POST", "/session", again, 409, "logged-in"),
    ]
}

#[tokio::test]
async fn weak_keys_are_refused_and_the_proposal_stands() {
    let world = World::new().await;
    let mut a = world.person(Door::Native, "ming").await;
    let mut b = world.person(Door::Web, "hong").await;
    assert_eq!(a.post("/seek", &json!({})).await.status, 202);
    assert_eq!(a.post("/seek", &json!({})).await.status, 202, "idempotent");
    assert_eq!(b.post("/seek", &json!({})).await.status, 202);
    let proposal = a.told("/match/proposal").await.json();
    let zero = floater_proto::Binary([0_u8; 32]);
    for weak in ["x25519", "ed25519"] {
        let mut accept = keys(proposal["role"].as_str().unwrap());
        accept["match"] = proposal["match"].clone();
        accept[weak] = json!(zero);
        let got = a.post("/match/accept", &accept).await;
        assert_eq!(
            (got.status, got.error().as_str()),
            (422, "not-proved"),
            "{weak}"
        );
    }
    let mut other_role = keys(if proposal["role"] == "A" { "B" } else { "A" });
    other_role["match"] = proposal["match"].clone();
    assert_eq!(
        a.post("/match/accept", &other_role).await.error(),
        "not-proved"
    );
    assert_eq!(a.accept(&proposal).await.status, 200);
    assert_eq!(a.accept(&proposal).await.status, 200, "the first stands");
    let theirs = b.told("/match/proposal").await.json();
    assert_eq!(b.accept(&theirs).await.status, 200);
    assert_eq!(a.told("/match").await.json()["match"], theirs["match"]);
    let got = a.post("/seek", &json!({})).await;
    assert_eq!((got.status, got.error().as_str()), (409, "seated"));
}

#[tokio::test]
async fn who_does_not_accept_leaves_and_the_other_waits_on() {
    let world = World::new().await;
    let mut a = world.person(Door::Native, "ming").await;
    let mut b = world.person(Door::Native, "hong").await;
    for one in [&mut a, &mut b] {
        assert_eq!(one.post("/seek", &json!({})).await.status, 202);
    }
    let proposal = a.told("/match/proposal").await.json();
    assert_eq!(a.accept(&proposal).await.status, 200);
    b.told("/match/proposal").await;
    let mut c = world.person(Door::Web, "lan").await;
    assert_eq!(c.post("/seek", &json!({})).await.status, 202);
    let again = a.told("/match/proposal").await.json();
    assert_ne!(again["match"], proposal["match"]);
    assert_eq!(a.accept(&again).await.status, 200);
    let theirs = c.told("/match/proposal").await.json();
    assert_eq!(c.accept(&theirs).await.status, 200);
    assert_eq!(a.told("/match").await.json()["peer"]["username"], "lan");
    assert_eq!(b.accept(&proposal).await.status, 410);
    assert_eq!(b.get("/status").await.json()["seat"]["state"], "free");
}

#[tokio::test]
async fn messages_may_come_in_any_pieces_and_ids_in_any_order() {
    let world = World::new().await;
    let two = b"Request-Method: GET\r\nResource: /blocks\r\nRequest-Id: 900\r\n\r\n\
                Request-Method: GET\r\nResource: /status\r\nRequest-Id: 7\r\n\r\n";
    for door in DOORS {
        let mut raw = world.link(door).await;
        for piece in two.chunks(5) {
            raw.send(piece).await;
        }
        assert_eq!(raw.answer(900).await.status, 401);
        assert_eq!(raw.answer(7).await.status, 401);
    }
}

#[tokio::test]
async fn what_has_no_id_is_not_answered_and_foreign_answers_are_dropped() {
    let world = World::new().await;
    let mut raw = world.link(Door::Native).await;
    raw.send(b"Request-Method: GET\r\nResource: /nothing\r\n\r\n")
        .await;
    raw.send(b"Request-Method: GET\r\nResource: /status\r\n\r\n")
        .await;
    raw.send(b"Version: FLOATER/1.0\r\nStatus: 200 OK\r\nRequest-Id: 77\r\n\r\n")
        .await;
    assert_eq!(
        raw.get("/blocks").await.status,
        401,
        "the first thing that is answered"
    );
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back_and_then_cut() {
    let world = World::with(|config| {
        (
            config.links.requests_at_once,
            config.links.requests_per_second,
        ) = (5, 1);
    })
    .await;
    let mut raw = world.link(Door::Web).await;
    let mut refused = 0;
    let request = b"Request-Method: GET\r\nResource: /blocks\r\nRequest-Id: 1\r\n\r\n";
    for _ in 0..60 {
        raw.send(&request.repeat(5)).await;
    }
    while let Some(got) = raw.next().await {
        if got.status == 429 {
            assert_eq!(got.error(), "too-many");
            assert!(got.json()["retry_after"].as_u64().unwrap() > 0);
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
    assert_eq!(raw.close_code, Some(1008));
}

#[tokio::test]
async fn one_address_has_a_bounded_number_of_links() {
    let world = World::with(|config| config.links.open_by_address = 2).await;
    let mut first = world.link(Door::Native).await;
    let mut second = world.link(Door::Native).await;
    for one in [&mut first, &mut second] {
        assert_eq!(one.get("/status").await.status, 401);
    }
    let mut third = world.link(Door::Native).await;
    assert!(third.next().await.is_none(), "closed without a word");
    first.hang_up(None).await;
    while world.server.doors.open() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        world.link(Door::Native).await.get("/status").await.status,
        401
    );
}
