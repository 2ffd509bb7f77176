//! P13: a hundred pairs throw 128 bytes to and fro, and send 32 KiB each, through the server,
//! through a relay of bytes that knows nothing, and through other servers, in turns. The clients do
//! the same work for all.

use crate::median;
use crate::meet::{Links, matched};
use crate::peers::{Kind, Peer};
use crate::people::Person;
use crate::raw::{Door, Raw};
use crate::throw::{Game, Score, play};
use crate::yardstick::start_yardstick;
use floater_proto::Role;
use floater_trial::{Figure, Floaterd, Outcome, Point, Trouble};
use std::time::Duration;

const PAIRS: usize = 100;
/// Those who talk by TCP, and those who talk by WebSocket.
pub(crate) const PEOPLE: usize = 4 * PAIRS;
/// The first one is for the caches.
const TURNS: usize = 6;
const TALK: Game = Game::talk(Duration::from_secs(1));
const STREAM: Game = Game {
    body: 32 * 1024,
    back: 1,
    ahead: 2,
    lasts: Duration::from_secs(1),
};
/// Pairs at a time, for the plot of latency by load.
const LOADS: [usize; 6] = [100, 50, 25, 10, 3, 1];
const PEERS: [Kind; 4] = [Kind::Uws, Kind::Nats, Kind::Ws, Kind::SocketIo];

/// A way for pairs, and what it carried turn by turn.
struct Lane {
    name: String,
    kind: Option<Kind>,
    links: Links,
    rates: Vec<f64>,
}

pub(crate) async fn measure(server: &Floaterd, people: &[Person]) -> Outcome<()> {
    let (_yardstick, address) = start_yardstick().await?;
    let mut running = Vec::new();
    for kind in PEERS {
        running.extend(Peer::start(kind, "P13").await?.map(|peer| (kind, peer)));
    }
    // The server ends links that show no life: those come last, and together.
    let bytes = joined(|_| [Door::Plain(address), Door::Plain(address)]).await?;
    let mut others = Vec::new();
    for (kind, peer) in &running {
        let links = joined(|pair| peer.doors(pair)).await;
        let links = links.map_err(|it| Trouble::Wrong(format!("{}: {it}", peer.name)))?;
        others.push(Lane::new(&peer.name, Some(*kind), links));
    }
    let (native, web) = people.split_at(2 * PAIRS);
    let web = web.get(..2 * PAIRS).unwrap_or_default();
    let native = matched(&Door::Plain(server.native()), native).await?;
    let web = matched(&Door::Web(server.web()), web).await?;
    let mut lanes = vec![
        Lane::new("floaterd, TCP", None, native),
        Lane::new("floaterd, WebSocket", None, web),
        Lane::new("relay of bytes", None, bytes),
    ];
    lanes.append(&mut others);
    take_turns(&mut lanes, TALK, Score::rate).await?;
    tell(&lanes, "100 pairs × 128 B", "messages/s", bar_of_talk);
    take_turns(&mut lanes, STREAM, |score| score.megabytes(STREAM)).await?;
    tell(&lanes, "100 pairs × 32 KiB", "MB/s", |_| None);
    by_load(&mut lanes).await
}

impl Lane {
    fn new(name: &str, kind: Option<Kind>, links: Links) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            links,
            rates: Vec::new(),
        }
    }

    /// `None`, and a word about it, once another program has failed: what it did until then counts.
    async fn play(&mut self, game: Game) -> Outcome<Option<Score>> {
        if self.links.is_empty() {
            return Ok(None);
        }
        match play(std::mem::take(&mut self.links), game).await {
            Ok((links, score)) => {
                self.links = links;
                Ok(Some(score))
            }
            Err(trouble) if self.kind.is_some() => {
                println!("{} goes no further: {trouble}", self.name);
                Ok(None)
            }
            Err(trouble) => Err(Trouble::Wrong(format!("{}: {trouble}", self.name))),
        }
    }
}

async fn take_turns(lanes: &mut [Lane], game: Game, worth: impl Fn(&Score) -> f64) -> Outcome<()> {
    lanes.iter_mut().for_each(|lane| lane.rates.clear());
    for turn in 0..TURNS {
        for lane in &mut *lanes {
            let score = lane.play(game).await?;
            lane.rates
                .extend(score.filter(|_| turn > 0).map(|it| worth(&it)));
        }
    }
    Ok(())
}

/// What is promised beside whom.
const fn bar_of_talk(other: Option<Kind>) -> Option<f64> {
    match other {
        None => Some(0.7),
        Some(Kind::Uws) => Some(0.9),
        Some(Kind::Nats) => Some(1.7),
        _ => None,
    }
}

fn tell(lanes: &[Lane], game: &str, unit: &str, bar: impl Fn(Option<Kind>) -> Option<f64>) {
    let is_ours = |lane: &&Lane| lane.name.starts_with("floaterd");
    let shown = |lane: &Lane| format!("{:.0} {unit}", median(lane.rates.clone()));
    let has_played = |lane: &&Lane| !lane.rates.is_empty();
    for own in lanes.iter().filter(is_ours) {
        for other in lanes.iter().filter(|it| !is_ours(it) && has_played(it)) {
            let each = own.rates.iter().zip(&other.rates);
            let ratio = median(each.map(|(own, other)| own / other).collect());
            let what = format!("{}, {game}", own.name);
            let figure =
                Figure::new("P13", what, shown(own)).beside(&other.name, &shown(other), ratio);
            let figure = match bar(other.kind) {
                Some(bar) => figure.at_least(bar, ratio),
                None => figure,
            };
            println!("{figure}");
        }
    }
}

/// How long a ball is on its way to and fro, by how many throw. The most come first: who rests does
/// not show any life, and will not be needed again.
async fn by_load(lanes: &mut [Lane]) -> Outcome<()> {
    let mut resting = Vec::new();
    for pairs in LOADS {
        for lane in &mut *lanes {
            let mut throwers = 0;
            for (role, link) in std::mem::take(&mut lane.links) {
                throwers += usize::from(role == Role::A);
                // Sides of a pair may stand apart: whoever catches is always there.
                let plays = role == Role::B || throwers <= pairs;
                let to = if plays { &mut lane.links } else { &mut resting };
                to.push((role, link));
            }
            let Some(score) = lane.play(TALK).await? else {
                continue;
            };
            for (part, plot) in [(0.5, "latency-p50"), (0.99, "latency-p99")] {
                let (series, x, y) = (lane.name.as_str(), pairs as f64, score.at(part));
                println!("{}", Point { plot, series, x, y });
            }
        }
    }
    Ok(())
}

/// Links that are joined two by two, one pair after the other.
async fn joined(doors: impl Fn(usize) -> [Door; 2]) -> Outcome<Links> {
    let mut links = Vec::new();
    for pair in 0..PAIRS {
        for (role, door) in [Role::A, Role::B].into_iter().zip(doors(pair)) {
            links.push((role, Raw::dial(&door).await?));
        }
    }
    Ok(links)
}
