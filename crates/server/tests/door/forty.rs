//! Everything wrong, at each door, while two others talk: each gets the status that the
//! specification gives it, and after each of them the two hear one another as before.

use crate::codes;
use crate::raw::{Door, Got, Raw, meet};
use crate::world::World;
use crate::wrong::{Wrong, broken, out_of_state, without_session};
use floater_proto::limits::RELAY_MAX;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// The world, the door at which all this happens, and two who talk meanwhile, one at each door.
pub(crate) struct Forty {
    pub(crate) world: World,
    pub(crate) door: Door,
    two: [Raw; 2],
    count: u32,
}

impl Forty {
    async fn new(door: Door) -> Self {
        let world = World::new().await;
        let mut two = [
            world.person(Door::Native, "lan").await,
            world.person(Door::Web, "mei").await,
        ];
        let [a, b] = &mut two;
        meet(a, b).await;
        Self {
            world,
            door,
            two,
            count: 0,
        }
    }

    pub(crate) async fn link(&self) -> Raw {
        self.world.link(self.door).await
    }

    /// A wrong thing was answered so, and the two go on.
    pub(crate) async fn answered(&mut self, what: &str, got: &Got, expected: (u16, &str)) {
        let told = (got.status, got.error());
        let (status, error) = expected;
        assert_eq!(
            told,
            (status, error.to_owned()),
            "{what} at {:?}",
            self.door
        );
        self.refused(what, got.status, status).await;
    }

    /// The same for what has no message as its answer: a status of HTTP, a close code.
    pub(crate) async fn refused(&mut self, what: &str, got: u16, expected: u16) {
        assert_eq!(got, expected, "{what} at {:?}", self.door);
        self.count += 1;
        let line = format!("line {}, after {what}", self.count);
        let [a, b] = &mut self.two;
        talk(a, b, &line).await;
        talk(b, a, &line).await;
    }

    async fn each(&mut self, raw: &mut Raw, wrong: Vec<Wrong>) {
        for (method, resource, body, status, fault) in wrong {
            let got = raw.ask(method, resource, body.to_string().as_bytes()).await;
            let what = format!("{method} {resource} {body}");
            self.answered(&what, &got, (status, fault)).await;
        }
    }
}

/// One says a line, and the other hears it and nothing else.
async fn talk(from: &mut Raw, to: &mut Raw, line: &str) {
    from.relay(line.as_bytes()).await;
    let heard = to.next().await.expect("the link of a bystander");
    let heard = (heard.resource.as_str(), String::from_utf8(heard.body));
    assert_eq!(heard, ("/relay", Ok(line.to_owned())));
}

#[tokio::test]
async fn a_hundred_wrong_things_at_each_door_and_two_talk_on() {
    for door in [Door::Native, Door::Web] {
        let mut forty = Forty::new(door).await;
        framing(&mut forty).await;
        states(&mut forty).await;
        sizes(&mut forty).await;
        tickets(&mut forty).await;
        ended_matches(&mut forty).await;
        codes::mailed(&mut forty).await;
        codes::sessions(&mut forty).await;
        if door == Door::Web {
            frames(&mut forty).await;
            codes::cookies(&mut forty).await;
        }
        println!(
            "{door:?}: {} wrong things, each with its status; two talked on after each",
            forty.count
        );
        assert!(forty.count >= 100, "{}", forty.count);
    }
}

/// One answer without an id, then the link is closed. FLOATER/1.0 §1.4
async fn framing(forty: &mut Forty) {
    for (what, bytes, status) in broken() {
        let mut raw = forty.link().await;
        raw.send(&bytes).await;
        let got = raw.next().await.expect(what);
        assert_eq!(got.id, None, "{what}");
        let error = if status == 413 {
            "too-large"
        } else {
            "malformed"
        };
        assert!(raw.next().await.is_none(), "{what}: the link is closed");
        if forty.door == Door::Web {
            assert_eq!(raw.close_code, Some(1002), "{what}");
        }
        forty.answered(what, &got, (status, error)).await;
    }
}

/// What is well framed and does not fit; the link lives on. FLOATER/1.0 §3.1
async fn states(forty: &mut Forty) {
    let mut raw = forty.link().await;
    forty.each(&mut raw, without_session()).await;
    let instance = raw.instance.clone();
    let unknown = json!({ "keep": "token", "instance": instance, "token": "unknown" });
    let nobody = json!({ "keep": "token", "instance": instance });
    let mut wrong = vec![
        ("POST", "/session", unknown, 401, "session-ended"),
        ("POST", "/session", nobody, 401, "not-logged-in"),
    ];
    if forty.door == Door::Native {
        let cookie = json!({ "keep": "cookie", "instance": instance });
        wrong.push(("POST", "/session", cookie, 422, "invalid"));
    }
    forty.each(&mut raw, wrong).await;
    raw.send(b"Request-Method: POST\r\nResource: /session\r\nRequest-Id: 900\r\nContent-type: text/html\r\nContent-length: 2\r\n\r\n{}").await;
    let got = raw.answer(900).await;
    forty.answered("HTML", &got, (415, "wrong-type")).await;

    let mut raw = forty.world.person(forty.door, "ming").await;
    forty.each(&mut raw, out_of_state()).await;
    assert_eq!(raw.post("/seek/end", &json!({})).await.status, 200);
}

async fn sizes(forty: &mut Forty) {
    let mut raw = forty.link().await;
    let got = raw.ask("POST", "/relay", &vec![7; RELAY_MAX + 1]).await;
    forty
        .answered("a relay too large", &got, (413, "too-large"))
        .await;
    let body = json!({ "email": format!("{}@example.org", "x".repeat(300)) });
    let got = raw.post("/account/recovery", &body).await;
    forty
        .answered("a long address", &got, (422, "invalid"))
        .await;
}

fn ticket(told: &Value) -> String {
    told["ticket"].as_str().unwrap().to_owned()
}

/// Foreign, forged and copied tickets open nothing. FLOATER/1.0 §3.7
async fn tickets(forty: &mut Forty) {
    let mut a = forty.world.person(forty.door, "hua").await;
    let mut b = forty.world.person(forty.door, "yun").await;
    let (a_told, b_told) = meet(&mut a, &mut b).await;
    let (own, foreign) = (ticket(&a_told), ticket(&b_told));
    let mut forged = own.clone().into_bytes();
    let middle = forged.len() / 2;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    let email = "hua@example.org";

    let mut other = forty.link().await;
    let got = other.log_in(email, Some(&own)).await;
    let what = "the ticket on another instance";
    forty.answered(what, &got, (403, "ticket-foreign")).await;
    other.instance.clone_from(&a.instance);
    let got = other.log_in(email, Some(&foreign)).await;
    forty
        .answered("the partner's ticket", &got, (403, "ticket-foreign"))
        .await;
    for (what, wrong) in [
        ("an empty ticket", ""),
        ("a short ticket", "AAAA"),
        ("a ticket in other letters", "not base64url!"),
        ("a long ticket", &"A".repeat(1000)),
        ("a forged ticket", &forged),
    ] {
        let got = other.log_in(email, Some(wrong)).await;
        forty.answered(what, &got, (410, "ticket-expired")).await;
    }
    let report = |ticket: &str| {
        let id = crate::raw::fresh_id();
        json!({ "id": id, "ticket": ticket, "offence": "spam", "messages": [] })
    };
    let block = |ticket: &str| json!({ "ticket": ticket, "name": "x" });
    let wrong = vec![
        ("POST", "/block", block(&foreign), 403, "ticket-foreign"),
        ("POST", "/block", block(&forged), 410, "ticket-expired"),
        ("POST", "/report", report(&foreign), 403, "ticket-foreign"),
        ("POST", "/report", report(&forged), 410, "ticket-expired"),
        ("POST", "/seek", json!({}), 409, "seated"),
    ];
    forty.each(&mut a, wrong).await;
    let status = b.get("/status").await.json();
    assert_eq!(status["seat"]["state"], "talking", "the match stands");
    let left = json!({ "reason": "left" });
    assert_eq!(a.post("/match/end", &left).await.status, 200);
}

/// A match that is over takes nothing more, and its ticket opens none.
async fn ended_matches(forty: &mut Forty) {
    let mut a = forty.world.person(forty.door, "song").await;
    let mut b = forty.world.person(forty.door, "tang").await;
    let (told, _) = meet(&mut a, &mut b).await;
    let end = json!({ "match": told["match"], "reason": "left" });
    assert_eq!(a.post("/match/end", &end).await.status, 200);
    b.told("/match/end").await;
    let got = b.post("/relay", &json!({})).await;
    forty
        .answered("a relay after the end", &got, (404, "no-match"))
        .await;
    let accept = json!({ "match": told["match"], "role": "A" });
    let got = b.accept(&accept).await;
    forty
        .answered("an accept after the end", &got, (410, "match-over"))
        .await;
    let mut again = forty.link().await;
    again.instance.clone_from(&a.instance);
    let got = again.log_in("song@example.org", Some(&ticket(&told))).await;
    assert_eq!(got.json()["seat"]["state"], "over", "a replayed ticket");
    forty.refused("a replayed ticket", got.status, 200).await;
    for one in [&mut again, &mut b] {
        let sought = one.post("/seek", &json!({})).await;
        assert_eq!(sought.status, 202, "both can be matched again");
        assert_eq!(one.post("/seek/end", &json!({})).await.status, 200);
    }
}

/// What only a WebSocket can do wrong. FLOATER/1.0 §2.1
async fn frames(forty: &mut Forty) {
    let huge = Message::binary(vec![b'A'; 70 * 1024]);
    for (what, frame, code) in [
        ("a text frame", Message::text("Request-Method: GET"), 1003),
        ("a huge frame", huge, 1009),
    ] {
        let mut raw = forty.link().await;
        raw.send_frame(frame).await;
        assert!(raw.next().await.is_none(), "{what}");
        let code_got = raw.close_code.unwrap_or_default();
        forty.refused(what, code_got, code).await;
    }
    let web = forty.world.web;
    let own = format!("http://{web}");
    let floater = ("Sec-WebSocket-Protocol", "floater.1");
    let other = ("Sec-WebSocket-Protocol", "floater.2");
    for (what, headers, status) in [
        (
            "a foreign origin",
            vec![floater, ("Origin", "http://evil.example")],
            403,
        ),
        ("a null origin", vec![floater, ("Origin", "null")], 403),
        ("no origin", vec![floater], 403),
        ("no subprotocol", vec![("Origin", own.as_str())], 400),
        (
            "another subprotocol",
            vec![other, ("Origin", own.as_str())],
            400,
        ),
    ] {
        let got = Raw::web_with(web, &headers).await.err();
        forty.refused(what, got.unwrap_or_default(), status).await;
    }
}
