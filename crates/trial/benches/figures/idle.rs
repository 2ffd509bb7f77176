//! P12: resident memory of the server for each idle link, beside that of other servers, in turns.

use crate::median;
use crate::peers::{Kind, Peer};
use crate::people::Person;
use crate::raw::{Door, Raw};
use floater_proto::limits;
use floater_trial::{Figure, Floaterd, Outcome, Point, Setup, Trouble};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::io;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

const LINKS: usize = 8_000;
/// Whose links are in session: sixteen for each.
pub(crate) const PEOPLE: usize = LINKS / 16;
/// Links that are being opened at the same time.
const AT_ONCE: usize = 32;
/// How often memory is looked at while they are opened.
const STAGES: usize = 8;
/// Each server once in each of them, started afresh.
const ROUNDS: usize = 3;
/// KiB that are promised.
const WEB_MAX: f64 = 6.0;
const TLS_MAX: f64 = 14.0;
const PEERS: [Kind; 5] = [
    Kind::Ws,
    Kind::SocketIo,
    Kind::Uws,
    Kind::Nats,
    Kind::Mosquitto,
];

/// Links that have not logged in, and those of other servers.
pub(crate) async fn measure_strangers(server: &mut Floaterd) -> Outcome<()> {
    let (mut own, mut peers) = (Vec::new(), PEERS.map(|_| Vec::new()));
    for _ in 0..ROUNDS {
        for (kind, each) in PEERS.into_iter().zip(&mut peers) {
            if let Some(peer) = Peer::start(kind, "P12").await? {
                each.push(measure_peer(&peer).await?);
            }
        }
        let web = Door::Web(server.web());
        own.push(one(server, ("floaterd, WebSocket", &web), &[]).await?);
    }
    for held in peers.iter().chain([&own]).filter_map(|it| it.first()) {
        held.draw();
    }
    let all = median(own.iter().map(|it| it.all).collect());
    tell("WebSocket", all, WEB_MAX);
    let second_half = format!("idle WebSocket, the second {}", LINKS / 2);
    // One that could not be started each time cannot be compared round by round.
    for other in peers.iter().filter(|it| it.len() == ROUNDS) {
        beside("idle WebSocket", &own, other, |it| it.all);
        beside(&second_half, &own, other, |it| it.second);
    }
    let tls = Door::Tls(server.native(), encrypt(server)?);
    let each = one(server, ("floaterd, TLS", &tls), &[]).await?;
    each.draw();
    tell("TLS", each.all, TLS_MAX);
    server.change(Setup::without_tls)?;
    again(server).await
}

/// Links in session, sixteen for each of these people.
pub(crate) async fn measure_in_session(server: &mut Floaterd, people: &[Person]) -> Outcome<()> {
    let web = Door::Web(server.web());
    let each = one(server, ("floaterd, WebSocket, in session", &web), people).await?;
    each.draw();
    tell("WebSocket, in session", each.all, WEB_MAX);
    let tls = Door::Tls(server.native(), encrypt(server)?);
    let each = one(server, ("floaterd, TLS, in session", &tls), people).await?;
    each.draw();
    tell("TLS, in session", each.all, TLS_MAX);
    server.change(Setup::without_tls)?;
    again(server).await
}

/// KiB that an idle link holds.
struct Each {
    /// Of which server.
    name: String,
    /// Beside the process as it was started.
    all: f64,
    /// Beside the process with half of them: what a start leaves behind does not count.
    second: f64,
    /// MiB of all, by how many were open.
    grown: Vec<(usize, f64)>,
}

impl Each {
    fn draw(&self) {
        for &(links, y) in &self.grown {
            let (plot, series, x) = ("memory", self.name.as_str(), links as f64);
            println!("{}", Point { plot, series, x, y });
        }
    }
}

fn tell(what: &str, each: f64, bar: f64) {
    let what = format!("idle {what}, {LINKS} links");
    let figure = Figure::new("P12", what, kibibytes(each));
    println!("{}", figure.at_most(bar, each));
}

/// Medians of the rounds, and of their ratios.
fn beside(what: &str, own: &[Each], other: &[Each], of: fn(&Each) -> f64) {
    let Some(name) = other.first().map(|it| &it.name) else {
        return;
    };
    let each = own.iter().zip(other);
    let ratio = median(each.map(|(own, other)| of(own) / of(other)).collect());
    let shown = |rounds: &[Each]| kibibytes(median(rounds.iter().map(of).collect()));
    let figure = Figure::new("P12", what, shown(own));
    let figure = figure.beside(name, &shown(other), ratio);
    // Less than Node's is promised.
    let figure = match name.starts_with("Node ws") {
        true => figure.at_most(1.0, ratio),
        false => figure,
    };
    println!("{figure}");
}

fn kibibytes(each: f64) -> String {
    format!("{each:.2} KiB")
}

async fn again(server: &mut Floaterd) -> Outcome<()> {
    server.kill().await?;
    server.start_again().await
}

async fn one(
    server: &mut Floaterd,
    (name, door): (&str, &Door),
    people: &[Person],
) -> Outcome<Each> {
    again(server).await?;
    let opening = (0..LINKS).map(|number| open(door, people.get(number % people.len().max(1))));
    hold(name, server.process(), opening).await
}

async fn measure_peer(peer: &Peer) -> Outcome<Each> {
    let doors: Vec<Door> = (0..LINKS / 2).flat_map(|pair| peer.doors(pair)).collect();
    let opening = doors.iter().map(|door| open(door, None));
    hold(&peer.name, peer.process(), opening).await
}

/// Opens all of these and holds them.
async fn hold<F>(
    name: &str,
    process: Option<u32>,
    mut opening: impl Iterator<Item = F>,
) -> Outcome<Each>
where
    F: Future<Output = Outcome<Raw>>,
{
    let before = resident(process)?;
    let (mut links, mut half, mut grown) = (JoinSet::new(), before, Vec::new());
    for stage in 1..=STAGES {
        let some = opening.by_ref().take(LINKS / STAGES);
        let opened = stream::iter(some).buffer_unordered(AT_ONCE);
        let opened: Vec<Raw> = opened.try_collect().await?;
        for link in opened {
            links.spawn(link.idle());
        }
        if stage == STAGES / 2 || stage == STAGES {
            live(name, &mut links).await?;
        }
        let now = resident(process)?;
        if stage == STAGES / 2 {
            half = now;
        }
        grown.push((links.len(), now.saturating_sub(before) as f64 / 1024.0));
    }
    let now = resident(process)?;
    Ok(Each {
        name: name.to_owned(),
        grown,
        all: now.saturating_sub(before) as f64 / LINKS as f64,
        second: now.saturating_sub(half) as f64 / (LINKS / 2) as f64,
    })
}

/// Idle, but alive: signs of life go both ways on every link.
async fn live(name: &str, links: &mut JoinSet<Trouble>) -> Outcome<()> {
    tokio::select! {
        () = tokio::time::sleep(limits::PING_EVERY * 2) => Ok(()),
        Some(gone) = links.join_next() => {
            let why = gone.map_or_else(|error| error.to_string(), |trouble| trouble.to_string());
            Err(Trouble::Wrong(format!("{name}: an idle link is gone: {why}")))
        }
    }
}

async fn open(door: &Door, person: Option<&Person>) -> Outcome<Raw> {
    match person {
        Some(person) => person.link(door).await,
        None => Raw::dial(door).await,
    }
}

/// Kibibytes. The exact count: the one of `status` lags behind by thread.
fn resident(process: Option<u32>) -> Outcome<u64> {
    let process = process.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let told = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = told.lines().find_map(|line| line.strip_prefix("Rss:"));
    let count = line.and_then(|line| line.split_whitespace().next());
    let count = count.and_then(|count| count.parse().ok());
    Ok(count.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?)
}

/// From the next start on the server speaks TLS; how to connect to it.
fn encrypt(server: &mut Floaterd) -> Outcome<TlsConnector> {
    server.change(Setup::with_tls)?;
    let certificate = CertificateDer::from_pem_file(server.certificate());
    let mut roots = RootCertStore::empty();
    roots
        .add(certificate.map_err(io::Error::other)?)
        .map_err(io::Error::other)?;
    let config =
        ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
