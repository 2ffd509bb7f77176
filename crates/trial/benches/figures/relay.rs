//! P13: a hundred pairs throw 128 bytes to and fro, through the server and through a relay of
//! bytes that knows nothing, in turns. The clients do the same work for both.

use crate::median;
use crate::people::Person;
use crate::raw::{Door, Raw};
use floater_proto::body::{Accept, BYTES, Policy, Proposal, PublicKeys, from_json, to_json};
use floater_proto::{Binary, Message, Method, Resource, Role, Start, encode};
use floater_trial::{Floaterd, Outcome};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What makes this program the relay of bytes.
pub(crate) const YARDSTICK: &str = "carry-bytes";

const PAIRS: usize = 100;
const BODY: usize = 128;
const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 5;
/// A point of order, so that the server takes the key.
const POINT: [u8; 32] = {
    let mut point = [0x66; 32];
    point[0] = 0x58;
    point
};

type Links = Vec<(Role, Raw)>;

pub(crate) async fn measure(server: &mut Floaterd, people: &[Person]) -> Outcome<()> {
    let (yardstick, address) = start_yardstick().await?;
    let mut bytes = joined(address).await?;
    let (native, web) = people.split_at(people.len() / 2);
    let mut native = matched(&Door::Plain(server.native()), native).await?;
    let mut web = matched(&Door::Web(server.web()), web).await?;
    let mut rates = [const { Vec::new() }; 3];
    for turn in 0..TURNS {
        for (links, rates) in [&mut bytes, &mut native, &mut web]
            .into_iter()
            .zip(&mut rates)
        {
            let (back, rate) = throw(std::mem::take(links)).await?;
            *links = back;
            // The first turn is for the caches.
            if turn > 0 {
                rates.push(rate);
            }
        }
    }
    let [bytes, native, web] = rates;
    println!(
        "P13 relay of bytes: {:.0} messages/s",
        median(bytes.clone())
    );
    for (name, rates) in [("TCP", native), ("WebSocket", web)] {
        let ratio = median(
            rates
                .iter()
                .zip(&bytes)
                .map(|(own, other)| own / other)
                .collect(),
        );
        println!(
            "P13 floaterd, {name}: {:.0} messages/s, {ratio:.2} of the relay of bytes (bar: 0.7)",
            median(rates)
        );
    }
    drop(yardstick);
    Ok(())
}

/// Messages a second, and the links back.
async fn throw(links: Links) -> Outcome<(Links, f64)> {
    let mut ball = Vec::new();
    encode::request(&mut ball, Method::Post, Resource::Relay)
        .content_type(BYTES)
        .finish(&[7; BODY])
        .map_err(io::Error::other)?;
    let (stop, stopped) = watch::channel(());
    let (mut throwers, mut catchers) = (JoinSet::new(), JoinSet::new());
    let begin = Instant::now();
    for (role, link) in links {
        let ball = ball.clone();
        match role {
            Role::A => drop(throwers.spawn(begin_each(link, ball, begin + TURN))),
            Role::B => drop(catchers.spawn(answer_each(link, ball, stopped.clone()))),
        }
    }
    let (mut back, mut rounds) = (Vec::new(), 0_u32);
    while let Some(done) = throwers.join_next().await {
        let (link, count) = done.map_err(io::Error::other)??;
        rounds += count;
        back.push((Role::A, link));
    }
    let rate = 2.0 * f64::from(rounds) / begin.elapsed().as_secs_f64();
    drop(stop);
    while let Some(done) = catchers.join_next().await {
        back.push((Role::B, done.map_err(io::Error::other)??));
    }
    Ok((back, rate))
}

fn caught(message: &Message<'_>) -> Option<()> {
    let relayed = matches!(
        message.start,
        Start::Request {
            resource: "/relay",
            ..
        }
    );
    (relayed && message.body.len() == BODY).then_some(())
}

async fn begin_each(mut link: Raw, ball: Vec<u8>, until: Instant) -> Outcome<(Raw, u32)> {
    let mut rounds = 0;
    while Instant::now() < until {
        link.send(&ball).await?;
        link.hear(caught).await?;
        rounds += 1;
    }
    Ok((link, rounds))
}

/// Whoever began has every answer when it is stopped: nothing is on its way.
async fn answer_each(
    mut link: Raw,
    ball: Vec<u8>,
    mut stopped: watch::Receiver<()>,
) -> Outcome<Raw> {
    loop {
        tokio::select! {
            heard = link.hear(caught) => heard?,
            _ = stopped.changed() => return Ok(link),
        }
        link.send(&ball).await?;
    }
}

/// Links of strangers who met.
async fn matched(door: &Door, people: &[Person]) -> Outcome<Links> {
    let people = people.iter().take(2 * PAIRS);
    let links: Vec<Raw> = stream::iter(people.map(|person| person.link(door)))
        .buffer_unordered(PAIRS)
        .try_collect()
        .await?;
    let meeting = links.into_iter().map(meet);
    stream::iter(meeting)
        .buffer_unordered(2 * PAIRS)
        .try_collect()
        .await
}

enum Told {
    Proposal(Proposal),
    Matched,
}

async fn meet(mut link: Raw) -> Outcome<(Role, Raw)> {
    link.post(Resource::Seek, b"{}").await?;
    let mut role = Role::A;
    loop {
        let told = link.hear(|message| match message.start {
            Start::Request {
                resource: "/match/proposal",
                ..
            } => from_json(message.body).ok().map(Told::Proposal),
            Start::Request {
                resource: "/match", ..
            } => Some(Told::Matched),
            _ => None,
        });
        match told.await? {
            Told::Proposal(proposal) => {
                role = proposal.role;
                link.post(Resource::MatchAccept, &to_json(&accept(&proposal)))
                    .await?;
            }
            Told::Matched => return Ok((role, link)),
        }
    }
}

fn accept(proposal: &Proposal) -> Accept {
    Accept {
        r#match: proposal.r#match,
        keys: PublicKeys {
            x25519: Binary([9; 32]),
            ed25519: Binary(POINT),
            ek: (proposal.role == Role::B).then(|| Box::new(Binary([0; 1184]))),
            policy: Policy::Hidden,
        },
    }
}

/// Links that the relay of bytes joins, two by two.
async fn joined(address: SocketAddr) -> Outcome<Links> {
    let mut links = Vec::new();
    for _ in 0..PAIRS {
        for role in [Role::A, Role::B] {
            links.push((role, Raw::dial(&Door::Plain(address)).await?));
        }
    }
    Ok(links)
}

async fn start_yardstick() -> Outcome<(Child, SocketAddr)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(YARDSTICK)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let told = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let line = BufReader::new(told).lines().next_line().await?;
    let address = line.and_then(|line| line.parse().ok());
    Ok((
        child,
        address.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?,
    ))
}

/// Joins each connection with the next one, until it is killed.
pub(crate) async fn carry_bytes() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("{}\n", listener.local_addr()?);
    tokio::io::stdout().write_all(address.as_bytes()).await?;
    loop {
        let (mut one, _) = listener.accept().await?;
        let (mut two, _) = listener.accept().await?;
        for stream in [&one, &two] {
            stream.set_nodelay(true)?;
        }
        tokio::spawn(async move { copy_bidirectional(&mut one, &mut two).await });
    }
}
