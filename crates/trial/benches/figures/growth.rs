//! P32: what the same work costs the server in processor time when ten times as many are connected,
//! and when a hundred times as many have accounts. Two servers stand side by side, in turns.

use crate::median;
use crate::meet::{Links, matched};
use crate::people::{Person, register};
use crate::raw::{Door, Raw};
use crate::throw::{Game, play};
use floater_trial::{Figure, Floaterd, Outcome, Point, Trouble};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::task::JoinSet;

const CONNECTIONS: [usize; 2] = [800, 8_000];
const ACCOUNTS: [usize; 2] = [10_000, 1_000_000];
const PAIRS: usize = 20;
/// Sessions that are opened in a turn, by a token.
const SESSIONS: usize = 1_000;
/// Links that are being opened at the same time.
const AT_ONCE: usize = 16;
const TURNS: usize = 5;
const BAR: f64 = 1.3;
const TALK: Game = Game::talk(Duration::from_secs(2));

pub(crate) async fn measure() -> Outcome<()> {
    connections().await?;
    accounts().await
}

/// One of the two, with the people that do the same on both.
struct Place {
    server: Floaterd,
    people: Vec<Person>,
    /// Microseconds of the processor for each piece of work, turn by turn.
    costs: Vec<f64>,
}

impl Place {
    async fn new() -> Outcome<Self> {
        let server = Floaterd::start().await?;
        let people = register(&server, 2 * PAIRS).await?;
        let costs = Vec::new();
        Ok(Self {
            server,
            people,
            costs,
        })
    }

    /// Notes what so many pieces of work have cost since `before`.
    fn note(&mut self, before: &Times, count: usize) -> Outcome<()> {
        let now = processor_times(&self.server)?;
        let since =
            |(thread, time): (&u32, &u64)| time.saturating_sub(*before.get(thread).unwrap_or(&0));
        let nanoseconds: u64 = now.iter().map(since).sum();
        self.costs.push(nanoseconds as f64 / 1e3 / count as f64);
        Ok(())
    }
}

async fn connections() -> Outcome<()> {
    let mut sides = Vec::new();
    for count in CONNECTIONS {
        let place = Place::new().await?;
        let links = matched(&Door::Plain(place.server.native()), &place.people).await?;
        let idle = hold(&place, count).await?;
        sides.push((place, links, idle));
    }
    for _ in 0..TURNS {
        for (place, links, _) in &mut sides {
            relay(place, links).await?;
        }
    }
    let places: Vec<Place> = sides.into_iter().map(|(place, ..)| place).collect();
    tell(("a relayed message", "links"), CONNECTIONS, &places);
    Ok(())
}

async fn hold(place: &Place, count: usize) -> Outcome<JoinSet<Trouble>> {
    let door = Door::Web(place.server.web());
    let opening = (0..count).map(|_| Raw::dial(&door));
    let opened = stream::iter(opening).buffer_unordered(AT_ONCE);
    let opened: Vec<Raw> = opened.try_collect().await?;
    Ok(opened.into_iter().map(Raw::idle).collect())
}

async fn relay(place: &mut Place, links: &mut Links) -> Outcome<()> {
    let before = processor_times(&place.server)?;
    let (back, score) = play(std::mem::take(links), TALK).await?;
    *links = back;
    place.note(&before, 2 * score.times.len())
}

async fn accounts() -> Outcome<()> {
    let mut places = Vec::new();
    for count in ACCOUNTS {
        let mut place = Place::new().await?;
        fill(&mut place.server, count).await?;
        places.push(place);
    }
    for _ in 0..TURNS {
        for place in &mut places {
            let before = processor_times(&place.server)?;
            let door = Door::Plain(place.server.native());
            let people = place.people.iter().cycle().take(SESSIONS);
            let opening = stream::iter(people.map(|person| person.link(&door)));
            let opened = opening.buffer_unordered(AT_ONCE).map_ok(drop);
            opened.try_collect::<Vec<()>>().await?;
            place.note(&before, SESSIONS)?;
        }
    }
    tell(("a session opened", "accounts"), ACCOUNTS, &places);
    Ok(())
}

/// Puts accounts, each with a session, straight into the store: to hash all the passwords would
/// take hours.
async fn fill(server: &mut Floaterd, count: usize) -> Outcome<()> {
    server.kill().await?;
    let rows = format!(
        "PRAGMA synchronous = OFF; BEGIN;
         CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS
           (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c;
         INSERT INTO account (id, email, username, password, language, created, activated)
           SELECT n + 1000000, hex(randomblob(8)) || '@example.org', 'n' || n, randomblob(32),
             'en', unixepoch(), 1 FROM n;
         INSERT INTO session (id, token, account, agent, created, used)
           SELECT randomblob(16), randomblob(32), n + 1000000, 'a', unixepoch(), unixepoch()
             FROM n;
         COMMIT;"
    );
    let mut program = Command::new("sqlite3");
    let program = program.arg("-bail").arg(server.data().join("floater.db"));
    let mut child = program.stdin(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut stdin = child.stdin.take().ok_or(Trouble::Gone)?;
    stdin.write_all(rows.as_bytes()).await?;
    drop(stdin);
    let status = child.wait().await?;
    if !status.success() {
        return Err(Trouble::Wrong(format!("sqlite3 fills nothing: {status}")));
    }
    server.start_again().await
}

fn tell((work, of): (&str, &str), counts: [usize; 2], places: &[Place]) {
    let [few, many] = places else { return };
    let ratio = many
        .costs
        .iter()
        .zip(&few.costs)
        .map(|(many, few)| many / few);
    let ratio = median(ratio.collect());
    let [small, large] = counts;
    let shown = |place: &Place| format!("{:.1} µs", median(place.costs.clone()));
    let what = format!("processor time for {work}, {large} {of}");
    let figure = Figure::new("P32", what, shown(many));
    let figure = figure.beside(&format!("{small} {of}"), &shown(few), ratio);
    println!("{}", figure.at_most(BAR, ratio));
    for (count, place) in counts.into_iter().zip(places) {
        let (plot, series, x) = ("cost", work, count as f64);
        let y = median(place.costs.clone());
        println!("{}", Point { plot, series, x, y });
    }
}

/// Nanoseconds that each thread of the server has had of a processor, by itself and for it. One that ends
/// within a turn had nothing to do for as long as a turn takes.
type Times = BTreeMap<u32, u64>;

fn processor_times(server: &Floaterd) -> Outcome<Times> {
    let process = server.process().ok_or(Trouble::Gone)?;
    let mut times = Times::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?;
        // It may have ended since it was found.
        let Ok(told) = std::fs::read_to_string(thread.path().join("schedstat")) else {
            continue;
        };
        let time = told.split(' ').next().and_then(|it| it.parse().ok());
        let number = thread.file_name().to_str().and_then(|it| it.parse().ok());
        let (Some(number), Some(time)) = (number, time) else {
            return Err(Trouble::Wrong(format!("not the times of a thread: {told}")));
        };
        times.insert(number, time);
    }
    Ok(times)
}
