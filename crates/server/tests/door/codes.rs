//! Codes of mails and cookies that are too old, used, or another's; sessions that were revoked.

use crate::forty::Forty;
use crate::raw::{Door, Raw};
use crate::world::{PASSWORD, World};
use floater_server::store::{ACTIVATION_LIFE, RECOVERY_LIFE};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn register(raw: &mut Raw, email: &str) -> Value {
    let body = json!({
        "email": email, "username": "x", "password": PASSWORD, "adult": true,
    });
    raw.post("/account", &body).await.json()["secret"].clone()
}

async fn recover(raw: &mut Raw, email: &str) -> Value {
    let body = json!({ "email": email });
    let answer = raw.post("/account/recovery", &body).await;
    answer.json()["secret"].clone()
}

/// Activation and recovery. FLOATER/1.0 §3.2.2, §3.2.4
pub(crate) async fn mailed(forty: &mut Forty) {
    let mut raw = forty.link().await;
    let email = "qing@example.org";
    let activate = |proof: &Value| ("/account/activation", json!({ "proof": proof }));
    let reset = |proof: &Value| {
        let body = json!({ "proof": proof, "new": "four brown ducks" });
        ("/account/password", body)
    };

    let secret = register(&mut raw, email).await;
    let old = forty.world.mail_of_age(ACTIVATION_LIFE + 1).await;
    let pressed = forty.world.pressed(old, &secret);
    let wrong = [
        ("an old link", activate(&pressed), (410, "code-expired")),
        (
            "an old code",
            activate(&forty.world.typed(email, old)),
            (422, "code-wrong"),
        ),
    ];
    all(forty, &mut raw, wrong.into()).await;

    let secret = register(&mut raw, email).await;
    let mail = forty.world.mail_of_age(0).await;
    let pressed = forty.world.pressed(mail, &secret);
    let elsewhere = forty.world.pressed(mail, &json!("another secret"));
    let nobody = forty.world.typed("nobody@example.org", mail);
    let unknown = json!({ "token": "unknown", "secret": secret });
    let wrong = [
        (
            "a link pressed elsewhere",
            activate(&elsewhere),
            (403, "type-code"),
        ),
        ("a token of nobody", activate(&unknown), (422, "code-wrong")),
        ("another's address", activate(&nobody), (422, "code-wrong")),
        (
            "a link for another purpose",
            reset(&pressed),
            (422, "code-wrong"),
        ),
    ];
    all(forty, &mut raw, wrong.into()).await;
    let (resource, body) = activate(&pressed);
    assert_eq!(raw.post(resource, &body).await.status, 200);
    let wrong = [
        ("a used link", activate(&pressed), (410, "code-expired")),
        (
            "a used code",
            activate(&forty.world.typed(email, mail)),
            (422, "code-wrong"),
        ),
    ];
    all(forty, &mut raw, wrong.into()).await;

    let secret = recover(&mut raw, email).await;
    let old = forty.world.mail_of_age(RECOVERY_LIFE + 1).await;
    let pressed = forty.world.pressed(old, &secret);
    let wrong = [
        ("an old recovery", reset(&pressed), (410, "code-expired")),
        (
            "an old recovery's code",
            reset(&forty.world.typed(email, old)),
            (422, "code-wrong"),
        ),
    ];
    all(forty, &mut raw, wrong.into()).await;
    recover(&mut raw, email).await;
    let mail = forty.world.mail_of_age(0).await;
    let (resource, body) = reset(&forty.world.typed(email, mail));
    assert_eq!(raw.post(resource, &body).await.status, 200);
    // The mail that tells of it is in the outbox.
    forty.world.mail_of_age(0).await;
    let again = reset(&forty.world.typed(email, mail));
    let wrong = [("a used recovery", again, (422, "code-wrong"))];
    all(forty, &mut raw, wrong.into()).await;
}

type Tried = (&'static str, (&'static str, Value), (u16, &'static str));

async fn all(forty: &mut Forty, raw: &mut Raw, wrong: Vec<Tried>) {
    for (what, (resource, body), expected) in wrong {
        let got = raw.post(resource, &body).await;
        forty.answered(what, &got, expected).await;
    }
}

/// A session that was ended elsewhere. FLOATER/1.0 §3.3
pub(crate) async fn sessions(forty: &mut Forty) {
    let email = forty.world.account("bai").await;
    let mut first = forty.link().await;
    let token = first.log_in(&email, None).await.json()["token"].clone();
    let mut second = forty.link().await;
    assert_eq!(second.log_in(&email, None).await.status, 200);
    let others = json!({ "all_others": true });
    assert_eq!(second.post("/session/end", &others).await.status, 200);
    let notice = first.told("/notice").await.json();
    assert_eq!(notice["kind"], "session-ended");
    while first.next().await.is_some() {}
    let mut back = forty.link().await;
    let resume = json!({ "token": token, "keep": "token", "instance": back.instance });
    let got = back.post("/session", &resume).await;
    forty
        .answered("a revoked session", &got, (401, "session-ended"))
        .await;
    let wrong = json!({ "password": "not this one" });
    let got = second.post("/account/deletion", &wrong).await;
    forty
        .answered("another password", &got, (401, "wrong-credentials"))
        .await;
}

/// `POST /cookie`: status, and the cookie that it set.
async fn post_cookie(at: SocketAddr, origin: &str, body: &str) -> (u16, Option<String>) {
    let length = body.len();
    let request = format!(
        "POST /cookie HTTP/1.1\r\nHost: f\r\nOrigin: {origin}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let set = answer.lines().find_map(|line| {
        let (pair, _) = line.strip_prefix("set-cookie: ")?.split_once(';')?;
        Some(pair.to_owned())
    });
    (status, set)
}

async fn cookie_code(raw: &mut Raw, email: &str) -> String {
    let login = json!({ "email": email, "password": PASSWORD });
    let body = json!({ "login": login, "keep": "cookie", "instance": raw.instance });
    let opened = raw.post("/session", &body).await.json();
    opened["cookie_code"].as_str().unwrap().to_owned()
}

/// The code of a cookie, and the cookie. FLOATER/1.0 §2.3
pub(crate) async fn cookies(forty: &mut Forty) {
    let (web, own) = (forty.world.web, format!("http://{}", forty.world.web));
    let email = forty.world.account("du").await;
    let mut raw = forty.link().await;
    let code = cookie_code(&mut raw, &email).await;
    let long = "x".repeat(1000);
    for (what, origin, body, status) in [
        (
            "/cookie from a foreign origin",
            "http://evil.example",
            &code,
            403,
        ),
        ("/cookie with a long code", &own, &long, 413),
        (
            "/cookie with no such code",
            &own,
            &"unknown".to_owned(),
            422,
        ),
    ] {
        let (got, set) = post_cookie(web, origin, body).await;
        assert_eq!(set, None, "{what}");
        forty.refused(what, got, status).await;
    }
    let (good, cookie) = post_cookie(web, &own, &code).await;
    assert_eq!(good, 204, "the foreign origin used nothing up");
    let (got, _) = post_cookie(web, &own, &code).await;
    forty.refused("/cookie with a used code", got, 422).await;

    assert_eq!(raw.post("/session/end", &json!({})).await.status, 200);
    let headers = [
        ("Sec-WebSocket-Protocol", "floater.1"),
        ("Origin", own.as_str()),
        ("Cookie", cookie.as_deref().unwrap()),
    ];
    let mut back = Raw::web_with(web, &headers).await.unwrap();
    let resume = json!({ "keep": "cookie", "instance": back.instance });
    let got = back.post("/session", &resume).await;
    forty
        .answered("a revoked cookie", &got, (401, "session-ended"))
        .await;
}

#[tokio::test]
async fn a_cookie_code_is_good_for_its_time_only() {
    let world = World::with(|config| config.links.spans.cookie_code = Duration::ZERO).await;
    let email = world.account("ming").await;
    let mut raw = world.link(Door::Web).await;
    let code = cookie_code(&mut raw, &email).await;
    let own = format!("http://{}", world.web);
    assert_eq!(post_cookie(world.web, &own, &code).await, (422, None));
}
