//! Everything a client can do wrong, at each door: the status is the specification's, and nobody
//! else notices.

use crate::raw::{Door, Raw, fresh_id, keys, meet};
use crate::world::World;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

const DOORS: [Door; 2] = [Door::Native, Door::Web];

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

fn broken() -> Vec<(&'static str, Vec<u8>, u16)> {
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

#[tokio::test]
async fn what_breaks_the_framing_is_answered_once_and_closed() {
    let world = World::new().await;
    let mut witness = world.person(Door::Web, "witness").await;
    for door in DOORS {
        for (what, bytes, status) in broken() {
            let mut raw = world.link(door).await;
            raw.send(&bytes).await;
            let got = raw.next().await.expect(what);
            assert_eq!((got.status, got.id), (status, None), "{what} at {door:?}");
            assert!(
                !got.json()["message"].as_str().unwrap().is_empty(),
                "{what}"
            );
            assert!(raw.next().await.is_none(), "{what}: the link is closed");
            if door == Door::Web {
                assert_eq!(raw.close_code, Some(1002), "{what}");
            }
        }
    }
    assert_eq!(witness.get("/status").await.status, 200);
}

/// Method, resource, body, status, fault: well framed, wrong, and the link lives on.
type Wrong = (&'static str, &'static str, Value, u16, &'static str);

fn without_session() -> Vec<Wrong> {
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

#[tokio::test]
async fn what_is_well_framed_and_wrong_gets_its_status() {
    let world = World::new().await;
    for door in DOORS {
        let mut raw = world.link(door).await;
        for (method, resource, body, status, fault) in without_session() {
            let got = raw.ask(method, resource, body.to_string().as_bytes()).await;
            let told = (got.status, got.error());
            assert_eq!(
                told,
                (status, fault.to_owned()),
                "{method} {resource} at {door:?}"
            );
        }
        let keep = if door == Door::Web { "cookie" } else { "token" };
        let body = json!({ "keep": keep, "instance": fresh_id() });
        assert_eq!(raw.post("/session", &body).await.error(), "not-logged-in");
        let body = json!({ "keep": keep, "instance": fresh_id(), "token": "unknown" });
        assert_eq!(raw.post("/session", &body).await.error(), "session-ended");
    }
    let mut native = world.link(Door::Native).await;
    let body = json!({ "keep": "cookie", "instance": fresh_id() });
    let got = native.post("/session", &body).await;
    assert_eq!(
        (got.status, got.json()["field"].as_str()),
        (422, Some("keep"))
    );
}

#[tokio::test]
async fn what_is_out_of_state_gets_its_status() {
    let world = World::new().await;
    for (door, name) in [(Door::Native, "ming"), (Door::Web, "hong")] {
        let mut raw = world.person(door, name).await;
        let nobody = json!({ "match": fresh_id(), "reason": "left" });
        let mut accept = keys("A");
        accept["match"] = json!(fresh_id());
        let wrong = [
            ("/match/end", nobody, 404, "no-match"),
            ("/match/end", json!({ "reason": "left" }), 404, "no-match"),
            ("/match/end", json!({ "reason": "lost" }), 422, "invalid"),
            (
                "/match/end",
                json!({ "reason": "moderator" }),
                422,
                "invalid",
            ),
            ("/match/end", json!({ "reason": "bored" }), 400, "malformed"),
            ("/match/accept", accept, 410, "match-over"),
            ("/match/accept", json!({ "match": 7 }), 400, "malformed"),
            ("/relay", json!({}), 404, "no-match"),
            (
                "/block",
                json!({ "ticket": "AAAA", "name": "x" }),
                410,
                "ticket-expired",
            ),
            (
                "/session",
                json!({ "keep": "token", "instance": fresh_id() }),
                409,
                "logged-in",
            ),
        ];
        for (resource, body, status, fault) in wrong {
            let got = raw.post(resource, &body).await;
            assert_eq!(
                (got.status, got.error().as_str()),
                (status, fault),
                "{resource} {body}"
            );
        }
        assert_eq!(
            raw.post("/seek/end", &json!({})).await.status,
            200,
            "idempotent"
        );
    }
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
async fn a_text_frame_closes_with_1003_and_a_huge_one_with_1009() {
    let world = World::new().await;
    let mut raw = world.link(Door::Web).await;
    raw.send_frame(Message::text("Request-Method: GET")).await;
    assert!(raw.next().await.is_none());
    assert_eq!(raw.close_code, Some(1003));
    let mut raw = world.link(Door::Web).await;
    raw.send_frame(Message::binary(vec![b'A'; 70 * 1024])).await;
    assert!(raw.next().await.is_none());
    assert!(matches!(raw.close_code, Some(1009)), "{:?}", raw.close_code);
}

#[tokio::test]
async fn a_socket_without_the_subprotocol_is_refused() {
    let world = World::new().await;
    let stream = tokio::net::TcpStream::connect(world.web).await.unwrap();
    let url = format!("ws://{}/ws", world.web);
    let refused = tokio_tungstenite::client_async(url, stream)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("400"), "{refused}");
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
async fn a_wrong_content_type_is_refused() {
    let world = World::new().await;
    let mut raw = world.link(Door::Native).await;
    raw.send(b"Request-Method: POST\r\nResource: /session\r\nRequest-Id: 1\r\nContent-type: text/html\r\nContent-length: 2\r\n\r\n{}").await;
    let got = raw.answer(1).await;
    assert_eq!((got.status, got.error().as_str()), (415, "wrong-type"));
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back_and_then_cut() {
    let world = World::with(|config| config.links.requests_at_once = 5).await;
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

#[tokio::test]
async fn an_ended_match_takes_no_more() {
    let world = World::new().await;
    let mut a: Raw = world.person(Door::Native, "ming").await;
    let mut b: Raw = world.person(Door::Web, "hong").await;
    let (told, _) = meet(&mut a, &mut b).await;
    let end = json!({ "match": told["match"], "reason": "left" });
    assert_eq!(a.post("/match/end", &end).await.status, 200);
    b.told("/match/end").await;
    assert_eq!(b.post("/relay", &json!({})).await.error(), "no-match");
    let accept = json!({ "match": told["match"], "role": "A" });
    assert_eq!(b.accept(&accept).await.error(), "match-over");
    assert_eq!(a.post("/seek", &json!({})).await.status, 202);
    assert_eq!(
        b.post("/seek", &json!({})).await.status,
        202,
        "both can be matched again"
    );
}
