//! P25: nobody is attacked through the server. A hostile account names evil addresses in every place
//! of a report and in every notation, and a lie on the way names them in the offers themselves; the
//! person's program, whose every dial is written down, dials none of them, and still dials and finds
//! the honest candidate among them. FLOATER/1.0 §8.3

use crate::realm::{Place, STRANGER_OUTSIDE, VICTIM_OUTSIDE, World, ends};
use crate::stranger::Stranger;
use floater_proto::Role;
use floater_proto::body::Policy;
use floater_punch::Scope;
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};

/// Written as an endpoint is, of an address that may not be dialled because somebody names it.
const EVIL: &[&str] = &[
    // This machine.
    "127.0.0.1:7000",
    "127.255.255.254:7000",
    "0.0.0.0:7000",
    "0.1.2.3:7000",
    "[::1]:7000",
    "[::]:7000",
    "[::ffff:127.0.0.1]:7000",
    "[::127.0.0.1]:7000",
    "[64:ff9b::127.0.0.1]:7000",
    "[64:ff9b:1::7f00:1]:7000",
    "[2002:7f00:1::1]:7000",
    // A router, by embedding.
    "[::ffff:192.168.1.1]:7000",
    "[::ffff:0:192.168.1.1]:7000",
    "[2001:0:c0a8:101::1]:7000",
    // The link, and what answers there for a cloud's machines.
    "169.254.169.254:7000",
    "[fe80::1]:7000",
    "[::ffff:169.254.169.254]:7000",
    // Everybody.
    "255.255.255.255:7000",
    "224.0.0.1:7000",
    "239.255.255.250:1900",
    "[ff02::1]:7000",
    "[ff05::2]:7000",
    // Nobody.
    "192.0.2.1:7000",
    "198.18.0.1:7000",
    "203.0.113.1:7000",
    "[2001:db8::1]:7000",
    "[3fff::1]:7000",
    "[100::1]:7000",
    "192.88.99.1:7000",
    "240.0.0.1:7000",
    "254.1.2.3:7000",
    "[fec0::1]:7000",
    // A carrier's inside.
    "100.64.0.1:7000",
    // Somebody else's server, and the one of both.
    "9.9.9.9:7000",
    "1.1.1.1:1443",
    "[2606:4700::1111]:7000",
    "5.0.0.5:7575",
    "5.3.0.1:7000",
    // In one's own network, but what answers there is no chat.
    "10.9.0.8:22",
    "192.168.1.1:80",
    "172.16.0.1:1023",
    "10.9.0.8:0",
];

/// What is no endpoint at all: other notations, for programs that are less strict.
const FOUL: &[&str] = &[
    "2130706433:7000",
    "0x7f000001:7000",
    "0x7f.0.0.1:7000",
    "0177.0.0.1:7000",
    "127.1:7000",
    "127.0.0.01:7000",
    "127.0.0.1.:7000",
    "localhost:7000",
    "localhost.:7000",
    "[127.0.0.1]:7000",
    "[fe80::1%eth0]:7000",
    "[::1%25lo]:7000",
    "::1:7000",
    "[::ffff:127.0.0.1:7000",
    "①②⑦.0.0.1:7000",
    "127。0。0。1:7000",
    "xn--nxasmq6b.example:7000",
    "127.0.0.1:70000",
    "127.0.0.1:-1",
    "127.0.0.1",
    "127.0.0.1:7000/../",
    "user@127.0.0.1:7000",
    " 127.0.0.1:7000",
    "",
];

/// Inside of a network, where only whoever is there, too, may be led.
const INSIDE: &[&str] = &[
    "192.168.1.8:7000",
    "10.9.0.8:7000",
    "172.16.3.8:7000",
    "[fd00::8]:7000",
];

/// What a program dials for no server either: one that names somebody else's public address is
/// believed. FLOATER/1.0 §8.6
pub(crate) fn never() -> Vec<SocketAddr> {
    let mut all = evil();
    all.retain(|it| Scope::of(it.ip()) != Scope::Global);
    all
}

/// What a lie on the way names that may be believed, behind one address: it shows that the lie
/// arrives.
pub(crate) const LED: &str = "10.9.0.7:7007";

fn evil() -> Vec<SocketAddr> {
    EVIL.iter().map(|it| it.parse().unwrap()).collect()
}

/// What an honest program says of itself, with this beside it.
fn port(seen: SocketAddr, private: &[SocketAddr]) -> Value {
    json!({ "slot": 1, "observed": seen, "private": private, "mapped": 22 })
}

async fn refused(it: &mut Stranger, ports: Value) {
    let report = it.report(&ports);
    let status = it.raw.post("/path", &report).await;
    assert!(matches!(status, 400 | 422), "{status} for {ports}");
}

/// At the server's edge: as an observed endpoint nothing counts that no reflector sees.
async fn names_what_is_not_its_own(it: &mut Stranger) {
    let seen = it.seen_at().await;
    for evil in EVIL.iter().chain(FOUL) {
        refused(it, json!([{ "slot": 1, "observed": evil }])).await;
    }
    for foul in FOUL {
        refused(
            it,
            json!([{ "slot": 1, "observed": seen, "private": [foul] }]),
        )
        .await;
    }
    for mapped in [json!(65_536), json!(-1), json!("22"), json!(1e9)] {
        refused(
            it,
            json!([{ "slot": 1, "observed": seen, "mapped": mapped }]),
        )
        .await;
    }
}

/// As a private endpoint, eight at a time, beside the honest one, which is dialled each time.
async fn names_them_beside_its_own(place: &mut Place) {
    let mut evil = evil();
    if place.stranger.from == Some(STRANGER_OUTSIDE) {
        evil.extend(INSIDE.iter().map(|it| it.parse::<SocketAddr>().unwrap()));
    }
    for private in evil.chunks(8) {
        let seen = place.stranger.seen_at().await;
        let mut ports = vec![port(seen, private)];
        // What is seen nowhere, and what is one too many.
        ports.extend(
            private
                .iter()
                .map(|it| json!({ "slot": 2, "observed": it })),
        );
        let report = place.stranger.report(&json!(ports));
        attempt(place, &report, Some(seen)).await;
    }
    // A NAT that is said to map in a row, whose next ports are those of services, or none.
    for (step, last, next) in [
        (1, 21, None),
        (16, 0, None),
        (16, 1_000, Some(1_032)),
        (1, u16::MAX, None),
    ] {
        let seen = place.stranger.seen_at().await;
        let mut report = place.stranger.report(&json!([port(seen, &[])]));
        report["mapping"] = json!("address-and-port");
        report["pattern"] = json!({ "kind": "sequential", "step": step, "last": last });
        let next = next.map(|port| SocketAddr::new(seen.ip(), port));
        attempt(place, &report, next).await;
    }
}

/// Offers, waits for the dial that is right, if there is one, and joins.
async fn attempt(place: &mut Place, report: &Value, right: Option<SocketAddr>) {
    assert_eq!(place.stranger.raw.post("/path", report).await, 200);
    let offered = place.stranger.offer().await;
    if let Some(right) = right {
        place.reaches(|to| to == right).await;
    }
    place.stranger.join(offered).await;
}

/// Everything that was dialled leads to the server, or to where the stranger really is.
fn check(place: &Place) {
    let mut reached = place.reached();
    let led = place.lies.then(|| LED.parse().unwrap());
    if let Some(led) = led {
        assert!(reached.remove(&led), "what may be believed was tried");
    }
    let at_stranger = |to: &SocketAddr| to.ip() == place.stranger.from.unwrap();
    let (honest, others): (Vec<_>, Vec<_>) = reached.into_iter().partition(at_stranger);
    let elsewhere: Vec<_> = others.iter().filter(|to| !place.is_server(**to)).collect();
    assert!(elsewhere.is_empty(), "dialled: {elsewhere:?}");
    let low: Vec<_> = honest.iter().filter(|to| to.port() < 1_024).collect();
    assert!(low.is_empty(), "dialled: {low:?}");
    assert!(!honest.is_empty(), "the honest candidate was not dialled");
    println!(
        "{} evil and {} foul endpoints: 0 dials; the honest ones: {}",
        EVIL.len(),
        FOUL.len(),
        honest.len()
    );
}

async fn attacks(from: IpAddr, lies: bool) -> Result<(), Box<dyn std::error::Error>> {
    let wanted = (Policy::Direct, from);
    let Some(mut place) = Place::enter(World::Outside, Role::A, wanted, lies).await? else {
        return Ok(());
    };
    place.both_greet().await?;
    names_what_is_not_its_own(&mut place.stranger).await;
    names_them_beside_its_own(&mut place).await;
    place.hears("still here").await?;
    check(&place);
    ends(place).await
}

#[tokio::test]
async fn p25_no_evil_address_is_dialled_for_a_stranger_elsewhere()
-> Result<(), Box<dyn std::error::Error>> {
    attacks(STRANGER_OUTSIDE, false).await
}

/// Where private endpoints are believed.
#[tokio::test]
async fn p25_no_evil_address_is_dialled_for_a_stranger_behind_the_same_address()
-> Result<(), Box<dyn std::error::Error>> {
    attacks(VICTIM_OUTSIDE, false).await
}

/// The program's own rule: the offers themselves name what the server would never let through.
#[tokio::test]
async fn p25_a_program_dials_no_evil_address_that_an_offer_names()
-> Result<(), Box<dyn std::error::Error>> {
    attacks(VICTIM_OUTSIDE, true).await
}
