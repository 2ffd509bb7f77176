//! P23: how long an answer takes tells nothing of whether an address has an account.

use crate::raw::{Door, Raw, fresh_id};
use crate::world::{PASSWORD, World};
use floater_server::mail::{self, Transport};
use floater_server::secrets;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// P23 allows so many milliseconds between two medians.
const APART_MAX: f64 = 2.0;

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

/// One of each kind in every round, one right after the other, and which goes first is drawn: what
/// slows the machine for a while slows both. How long the unknown one took, and the known one.
async fn rounds(
    raw: &mut Raw,
    question: Question,
    known: &str,
    count: usize,
) -> Vec<[Duration; 2]> {
    let mut rounds = Vec::with_capacity(count);
    for round in 0..count {
        let unknown = format!("unknown{round}@example.org");
        let known_first = secrets::random::<1>()[0].is_multiple_of(2);
        let mut took = [Duration::ZERO; 2];
        for is_known in [known_first, !known_first] {
            let email = if is_known { known } else { &unknown };
            took[usize::from(is_known)] = timed(raw, question, email).await;
        }
        rounds.push(took);
    }
    rounds
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values
}

/// How many milliseconds longer the known address took: the median of all rounds, between the
/// bounds of its 95 % confidence interval.
fn longer(rounds: &[[Duration; 2]]) -> [f64; 3] {
    let micros = |took: Duration| took.as_micros().cast_signed();
    let apart = sorted(
        rounds
            .iter()
            .map(|[unknown, known]| micros(*known) - micros(*unknown)),
    );
    let (middle, margin) = (apart.len() / 2, apart.len().isqrt());
    let ranks = [
        middle.saturating_sub(margin),
        middle,
        (middle + margin).min(apart.len() - 1),
    ];
    ranks.map(|rank| apart[rank] as f64 / 1000.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: alone, on a quiet machine"]
async fn p23_medians_are_close() {
    let count = std::env::var("FLOATER_ROUNDS").map_or(500, |rounds| rounds.parse().unwrap());
    let world = World::with(|config| {
        config.links.requests_at_once = u32::MAX;
        config.links.log_in_seconds = 24 * 3600;
    })
    .await;
    let address = world.account("known").await;
    let server = world.server.clone();
    let transport = Transport::open(&server.config.mail, world.data.path(), false).unwrap();
    tokio::spawn(mail::run(server, transport));
    let mut raw = world.link(Door::Native).await;
    for question in QUESTIONS {
        let rounds = rounds(&mut raw, question, &address, count).await;
        let [unknown, known] =
            [0, 1].map(|kind| sorted(rounds.iter().map(|took| took[kind]))[count / 2]);
        let [least, apart, most] = longer(&rounds);
        let what = question.0;
        println!(
            "P23 {what}: unknown {unknown:?}, known {known:?}; \
             known {apart} ms longer ({least} to {most}), {count} rounds"
        );
        assert!(apart.abs() < APART_MAX, "{what}");
    }
}
