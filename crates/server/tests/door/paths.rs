//! Help with direct paths: what reflectors answer, and what is told of whom. FLOATER/1.0 §8

use crate::raw::{Door, Raw, meet};
use crate::world::World;
use floater_proto::body::Reflectors;
use floater_punch::reflect::{ANSWER_LENGTH, About, Ask, ReflectKey, observed};
use floater_server::config::{Config, Rate};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const A: &str = "ming@example.org";
const B: &str = "hong@example.org";

/// Somebody in session, and the reflectors that they were told of.
pub(crate) async fn person(
    world: &World,
    door: Door,
    name: &str,
    email: &str,
) -> (Raw, Reflectors) {
    world.account(name).await;
    let mut raw = world.link(door).await;
    let opened = raw.log_in(email, None).await.json();
    let told = serde_json::from_value(opened["reflectors"].clone()).unwrap();
    (raw, told)
}

pub(crate) fn key(told: &Reflectors) -> ReflectKey {
    ReflectKey(told.key.expose().0)
}

async fn dial(told: &Reflectors) -> TcpStream {
    let reflector = SocketAddr::from(([127, 0, 0, 1], told.ports[0]));
    TcpStream::connect(reflector).await.unwrap()
}

/// Asks on a connection: whence it is seen.
pub(crate) async fn ask(stream: &mut TcpStream, told: &Reflectors, nonce: u8) -> SocketAddr {
    let question = Ask {
        about: About::Source,
        id: told.id.0,
        nonce: [nonce; 16],
    };
    stream
        .write_all(&question.encode(&key(told)))
        .await
        .unwrap();
    let mut answer = [0; ANSWER_LENGTH];
    stream.read_exact(&mut answer).await.unwrap();
    observed(&answer, &question, &key(told)).unwrap().unwrap()
}

fn report(matched: &Value, seen: SocketAddr, rtt: u64) -> Value {
    json!({
        "match": matched["match"],
        "ports": [{ "slot": 1, "observed": seen, "private": ["192.168.1.2:5000", "8.8.8.8:53"] }],
        "mapping": "independent",
        "rtt": rtt,
    })
}

struct Two {
    world: World,
    a: Raw,
    b: Raw,
    at_a: Reflectors,
    at_b: Reflectors,
    matched: Value,
}

async fn two(door: Door) -> Two {
    two_with(door, |_| {}).await
}

async fn two_with(door: Door, how: impl FnOnce(&mut Config)) -> Two {
    let world = World::with(|config| {
        config.direct.loopback = true;
        how(config);
    })
    .await;
    let (mut a, at_a) = person(&world, door, "ming", A).await;
    let (mut b, at_b) = person(&world, door, "hong", B).await;
    let (matched, _) = meet(&mut a, &mut b).await;
    Two {
        world,
        a,
        b,
        at_a,
        at_b,
        matched,
    }
}

#[tokio::test]
async fn both_hear_what_the_other_one_prepared() {
    for door in [Door::Native, Door::Web] {
        let mut two = two(door).await;
        let (mut from_a, mut from_b) = (dial(&two.at_a).await, dial(&two.at_b).await);
        let seen_a = ask(&mut from_a, &two.at_a, 1).await;
        assert_eq!(seen_a, from_a.local_addr().unwrap());
        assert_eq!(
            ask(&mut from_a, &two.at_a, 2).await,
            seen_a,
            "it can be asked again"
        );
        let seen_b = ask(&mut from_b, &two.at_b, 3).await;
        let of_a = report(&two.matched, seen_a, 10);
        assert_eq!(two.a.post("/path", &of_a).await.status, 200);
        let of_b = report(&two.matched, seen_b, 50);
        assert_eq!(two.b.post("/path", &of_b).await.status, 200);
        let to_a = two.a.told("/path/offer").await.json();
        let to_b = two.b.told("/path/offer").await.json();
        assert_eq!((&to_a["number"], &to_b["number"]), (&json!(1), &json!(1)));
        assert_eq!((&to_a["delay"], &to_b["delay"]), (&json!(25), &json!(5)));
        assert_eq!(to_a["peer"]["ports"][0]["observed"], json!(seen_b));
        assert_eq!(to_b["peer"]["ports"][0]["observed"], json!(seen_a));
        let private = &to_b["peer"]["ports"][0]["private"];
        assert_eq!(
            *private,
            json!(["192.168.1.2:5000"]),
            "a public one is none"
        );
    }
}

/// Whoever wants to know what their network is like needs no account for it; and what is seen of them
/// so is of no use to a session.
#[tokio::test]
async fn anyone_may_ask_whence_they_are_seen() {
    for door in [Door::Native, Door::Web] {
        let mut two = two(door).await;
        let mut anyone = two.world.link(door).await;
        let answer = anyone.get("/reflectors").await;
        assert_eq!(answer.status, 200);
        let told: Reflectors = serde_json::from_value(answer.json()).unwrap();
        assert_eq!(told.ports, two.at_a.ports);
        let again: Reflectors =
            serde_json::from_value(anyone.get("/reflectors").await.json()).unwrap();
        assert_ne!(told.id, again.id);
        let mut from = dial(&told).await;
        let seen = ask(&mut from, &told, 1).await;
        assert_eq!(seen, from.local_addr().unwrap());
        let refused = two.a.post("/path", &report(&two.matched, seen, 10)).await;
        assert_eq!(refused.status, 422);
    }
}

#[tokio::test]
async fn where_there_are_no_reflectors_nobody_is_told_of_any() {
    let world = World::with(|config| config.direct.enabled = false).await;
    let mut anyone = world.link(Door::Native).await;
    assert_eq!(anyone.get("/reflectors").await.status, 503);
}

/// P25: an address counts only while a connection from there is open, under the own key.
#[tokio::test]
async fn p25_nobody_names_an_address_that_is_not_theirs() {
    let mut two = two(Door::Native).await;
    let mut from_b = dial(&two.at_b).await;
    let seen_b = ask(&mut from_b, &two.at_b, 1).await;
    let foreign = ["8.8.8.8:443".parse().unwrap(), seen_b];
    for address in foreign {
        let claimed = report(&two.matched, address, 10);
        let refused = two.a.post("/path", &claimed).await;
        assert_eq!((refused.status, refused.error().as_str()), (422, "invalid"));
    }
    let mut from_a = dial(&two.at_a).await;
    let seen_a = ask(&mut from_a, &two.at_a, 2).await;
    let claimed = report(&two.matched, seen_a, 10);
    assert_eq!(two.a.post("/path", &claimed).await.status, 200);
    drop(from_a);
    // The reflector hears of the end in its own time.
    while two.a.post("/path", &claimed).await.status == 200 {
        tokio::task::yield_now().await;
    }
}

/// P25: whoever has many accounts at one address, say behind a carrier's NAT, does not make others dial
/// there as often as they like.
#[tokio::test]
async fn p25_others_are_sent_to_one_address_only_so_often() {
    let mut two = two_with(Door::Native, |config| {
        config.rates.path_by_address = Rate::new(2, 1);
    })
    .await;
    let (mut from_a, mut from_b) = (dial(&two.at_a).await, dial(&two.at_b).await);
    let seen_a = ask(&mut from_a, &two.at_a, 1).await;
    let seen_b = ask(&mut from_b, &two.at_b, 2).await;
    let (of_a, of_b) = (
        report(&two.matched, seen_a, 10),
        report(&two.matched, seen_b, 10),
    );
    assert_eq!(two.a.post("/path", &of_a).await.status, 200);
    assert_eq!(two.b.post("/path", &of_b).await.status, 200);
    two.a.told("/path/offer").await;
    let refused = two.b.post("/path", &of_b).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (429, "too-many")
    );
}

#[tokio::test]
async fn a_reflector_says_nothing_to_who_has_no_key() {
    let two = two(Door::Native).await;
    let question = Ask {
        about: About::Source,
        id: two.at_a.id.0,
        nonce: [9; 16],
    };
    let other = question.encode(&key(&two.at_b));
    let mut wrong_version = question.encode(&key(&two.at_a));
    wrong_version[0] = 9;
    for bytes in [other, wrong_version, [0; 65]] {
        let mut stream = dial(&two.at_a).await;
        stream.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap_or(0);
        assert!(answer.is_empty());
    }
    // A connection stays whose it was.
    let mut stream = dial(&two.at_a).await;
    ask(&mut stream, &two.at_a, 1).await;
    let of_b = Ask {
        about: About::Source,
        id: two.at_b.id.0,
        nonce: [2; 16],
    };
    stream
        .write_all(&of_b.encode(&key(&two.at_b)))
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap_or(0);
    assert!(answer.is_empty());
}

#[tokio::test]
async fn one_address_has_a_bounded_number_of_connections_to_a_reflector() {
    let two = two_with(Door::Native, |config| config.links.open_by_address = 2).await;
    let mut open = Vec::new();
    for nonce in 0..8 {
        let mut stream = dial(&two.at_a).await;
        ask(&mut stream, &two.at_a, nonce).await;
        open.push(stream);
    }
    let mut refused = dial(&two.at_b).await;
    let mut told = Vec::new();
    refused.read_to_end(&mut told).await.unwrap_or(0);
    assert!(told.is_empty(), "closed without a word");
    open.clear();
    // Whoever went has left their place.
    let again = async {
        loop {
            let mut stream = dial(&two.at_b).await;
            let question = Ask {
                about: About::Source,
                id: two.at_b.id.0,
                nonce: [1; 16],
            };
            let question = question.encode(&key(&two.at_b));
            let mut answer = [0; ANSWER_LENGTH];
            if stream.write_all(&question).await.is_ok()
                && stream.read_exact(&mut answer).await.is_ok()
            {
                return;
            }
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, again).await.unwrap();
}

#[tokio::test]
async fn who_is_in_no_match_prepares_nothing() {
    let mut two = two(Door::Native).await;
    let (mut c, at_c) = person(&two.world, Door::Native, "lan", "lan@example.org").await;
    let mut from_c = dial(&at_c).await;
    let seen = ask(&mut from_c, &at_c, 1).await;
    let refused = c.post("/path", &report(&two.matched, seen, 10)).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (404, "no-match")
    );
    let end = json!({ "match": two.matched["match"], "reason": "left" });
    assert_eq!(two.a.post("/match/end", &end).await.status, 200);
    let mut from_a = dial(&two.at_a).await;
    let seen = ask(&mut from_a, &two.at_a, 1).await;
    let refused = two.a.post("/path", &report(&two.matched, seen, 10)).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (404, "no-match")
    );
}
