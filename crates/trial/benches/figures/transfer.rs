//! P17: 1 GiB from one client to another over a direct path, in pictures of 8 MiB, beside iperf3
//! and magic-wormhole, in turns. A peer that is not installed is left out, and that is said.

use crate::people::Person;
use crate::{median, peers};
use floater_client::proto::body::{Keep, PictureKind, Policy};
use floater_client::proto::{Binary, Id, limits};
use floater_client::{
    Address, Client, Command, Config, Door, Event, Happening, Picture, PictureState, Stage,
};
use floater_trial::{Floaterd, Outcome};
use std::io;
use std::net::SocketAddr;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A picture is a synthetic entity here: its first bytes say PNG, and nobody decodes it.
const PICTURE: usize = limits::PICTURE_MAX;
const PICTURES: usize = (1 << 30) / PICTURE;
/// Offered and not fetched yet.
const AHEAD: usize = 3;
const TURNS: usize = 5;
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Megabytes a second.
pub(crate) fn rate(seconds: f64) -> f64 {
    let megabytes = u32::try_from((PICTURES * PICTURE) / 1_000_000);
    f64::from(megabytes.unwrap_or(u32::MAX)) / seconds
}

pub(crate) async fn measure(server: &Floaterd, people: &[Person]) -> Outcome<()> {
    let [a, b, ..] = people else {
        return Err(wrong("two people").into());
    };
    let mut pair = Pair::meet(server.native(), [a, b]).await?;
    let mut peers = peers::installed(PICTURES * PICTURE).await?;
    let mut own = Vec::new();
    for turn in 0..=TURNS {
        let (back, seconds) = pair.transfer().await?;
        pair = back;
        // The first turn is for the caches.
        if turn > 0 {
            own.push(rate(seconds));
        }
        for peer in &mut peers {
            let seconds = peer.transfer().await?;
            if turn > 0 {
                peer.rates.push(rate(seconds));
            }
        }
    }
    println!(
        "P17 loopback, 1 GiB: {:.0} MB/s (bar: 700)",
        median(own.clone())
    );
    for peer in peers {
        let each = own.iter().zip(&peer.rates);
        let ratio = median(each.map(|(own, other)| own / other).collect());
        println!(
            "P17 {}: {:.0} MB/s, ratio {ratio:.2}",
            peer.name,
            median(peer.rates.clone())
        );
    }
    Ok(())
}

/// Two clients on a direct path.
struct Pair {
    from: Client,
    to: Client,
}

impl Pair {
    async fn meet(server: SocketAddr, people: [&Person; 2]) -> Outcome<Self> {
        let [from, to] = people.map(|person| start(server, person));
        let (mut from, mut to) = (from?, to?);
        tokio::try_join!(meet(&mut from), meet(&mut to))?;
        Ok(Self { from, to })
    }

    /// How many seconds it took.
    async fn transfer(self) -> Outcome<(Self, f64)> {
        let (tell, told) = oneshot::channel();
        let begun = Instant::now();
        let sending = tokio::spawn(send(self.from, told));
        let receiving: JoinHandle<Outcome<Client>> = tokio::spawn(receive(self.to));
        let to = receiving.await.map_err(io::Error::other)??;
        let seconds = begun.elapsed().as_secs_f64();
        // Who was told by nobody ends as well.
        let _ = tell.send(());
        let from = sending.await.map_err(io::Error::other)??;
        Ok((Self { from, to }, seconds))
    }
}

fn start(server: SocketAddr, person: &Person) -> Outcome<Client> {
    let mut instance: Id = Binary([0; 16]);
    getrandom::fill(&mut instance.0)?;
    let mut config = Config::new(Keep::Token, "floater-figures/0.1.0", instance);
    config.token = Some(person.token());
    config.policy = Policy::Direct;
    let address: Address = format!("floater://{server}")
        .parse()
        .map_err(io::Error::other)?;
    let door = Door::new(address).map_err(io::Error::other)?;
    Ok(Client::start(config, door)?)
}

/// From the main page to a direct path.
async fn meet(client: &mut Client) -> Outcome<()> {
    stage(client, |it| matches!(it, Stage::Main { .. })).await;
    client.command(0, Command::Seek)?;
    stage(client, |it| matches!(it, Stage::Greeting { .. })).await;
    client.command(0, Command::Greet)?;
    let is_direct = |event: &Event| matches!(event, Event::Path { path } if path.direct);
    event(client, is_direct).await;
    Ok(())
}

async fn stage(client: &mut Client, is_it: impl Fn(&Stage) -> bool) {
    event(
        client,
        |event| matches!(event, Event::Stage { stage } if is_it(stage)),
    )
    .await;
}

async fn event(client: &mut Client, is_it: impl Fn(&Event) -> bool) -> Event {
    loop {
        if let Happening::Event(event) = client.next().await
            && is_it(&event)
        {
            return event;
        }
    }
}

async fn send(mut client: Client, mut all: oneshot::Receiver<()>) -> Outcome<Client> {
    let mut bytes = vec![0; PICTURE];
    getrandom::fill(&mut bytes)?;
    bytes.splice(..MAGIC.len(), MAGIC.iter().copied());
    let (mut offered, mut fetched) = (0, 0);
    loop {
        while offered < PICTURES.min(fetched + AHEAD) {
            client.offer_picture(picture(), bytes.clone())?;
            offered += 1;
        }
        tokio::select! {
            happening = client.next() => fetched += usize::from(is_fetched(&happening)),
            _ = &mut all => return Ok(client),
        }
    }
}

fn is_fetched(happening: &Happening) -> bool {
    let Happening::Event(Event::Picture { state, .. }) = happening else {
        return false;
    };
    matches!(state, PictureState::Moving { done } if *done == PICTURE as u64)
}

async fn receive(mut client: Client) -> Outcome<Client> {
    let mut opened = 0;
    while opened < PICTURES {
        match client.next().await {
            Happening::Event(Event::Picture {
                id,
                state: PictureState::Complete,
            }) => client.command(0, Command::OpenPicture { id })?,
            Happening::Event(Event::PictureOpened { bytes, .. }) => {
                opened += usize::from(bytes.len() == PICTURE);
            }
            Happening::Event(Event::Picture {
                state: PictureState::Failed,
                ..
            }) => return Err(wrong("every picture").into()),
            _ => {}
        }
    }
    Ok(client)
}

fn picture() -> Picture {
    Picture {
        kind: PictureKind::Png,
        width: 1,
        height: 1,
        thumbhash: String::new(),
        still: false,
        quote: None,
    }
}

fn wrong(expected: &'static str) -> io::Error {
    io::Error::other(format!("expected {expected}"))
}
