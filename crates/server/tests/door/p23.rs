//! P23: how long an answer takes tells nothing of whether an address has an account.

use crate::raw::{Door, Raw, fresh_id};
use crate::world::{PASSWORD, World};
use floater_server::mail::{self, Transport};
use floater_server::secrets;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// P23 allows so much between two medians.
const APART_MAX: Duration = Duration::from_millis(2);

/// What is asked of an address, and the status for every address.
type Question = (&'static str, fn(&str) -> (&'static str, Value), u16);

const QUESTIONS: [Question; 4] = [
    ("log-in", log_in, 401),
    ("register", register, 202),
    ("recover", recover, 202),
    ("send again", again, 202),
];

fn log_in(email: &str) -> (&'static str, Value) {
    let login = json!({ "email": email, "password": "not this one" });
    let body = json!({ "login": login, "keep": "token", "instance": fresh_id() });
    ("/session", body)
}

fn register(email: &str) -> (&'static str, Value) {
    let body = json!({ "email": email, "username": "x", "password": PASSWORD, "adult": true });
    ("/account", body)
}

fn recover(email: &str) -> (&'static str, Value) {
    ("/account/recovery", json!({ "email": email }))
}

fn again(email: &str) -> (&'static str, Value) {
    ("/account/activation/again", json!({ "email": email }))
}

async fn timed(raw: &mut Raw, (_, question, status): Question, email: &str) -> Duration {
    let (resource, body) = question(email);
    let asked = Instant::now();
    let got = raw.post(resource, &body).await;
    let took = asked.elapsed();
    assert_eq!(got.status, status);
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: alone, on a quiet machine"]
async fn p23_medians_are_close() {
    let rounds = std::env::var("FLOATER_ROUNDS").map_or(200, |rounds| rounds.parse().unwrap());
    let world = World::with(|config| {
        config.links.requests_at_once = u32::MAX;
        config.links.log_in_seconds = 24 * 3600;
    })
    .await;
    let known = world.account("known").await;
    let server = world.server.clone();
    let transport = Transport::open(&server.config.mail, world.data.path(), false).unwrap();
    tokio::spawn(mail::run(server, transport));
    let mut raw = world.link(Door::Native).await;
    for question in QUESTIONS {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..2 * rounds {
            // By chance: what one request leaves behind slows known and unknown alike.
            let is_known = secrets::random::<1>()[0].is_multiple_of(2);
            let unknown = format!("unknown{round}@example.org");
            let email = if is_known { &known } else { &unknown };
            times[usize::from(is_known)].push(timed(&mut raw, question, email).await);
        }
        let [unknown, known] = times.each_mut().map(|times| median(times));
        let apart = known.abs_diff(unknown);
        let what = question.0;
        println!(
            "P23 {what}: known {known:?}, unknown {unknown:?}, {apart:?} apart, {rounds} each"
        );
        assert!(apart < APART_MAX, "{what}");
    }
}
