//! The server of a run: reflectors, and a place where two reports become two offers.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use floater_punch::reflect::{self, ReflectKey};
use floater_punch::{Offer, PathKey, Report, Role, start_delay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::site::{SERVER, SERVER_V6};

pub(super) const KEY: ReflectKey = ReflectKey([5; 32]);
/// Where the two meet.
pub(super) const DOOR: u16 = 443;
const PORTS: [u16; 2] = [7001, 7002];
/// On the wire a report or offer is one byte: what it holds goes another way, but not before it.
pub(super) const REPORTED: u8 = b'r';
pub(super) const OFFERED: u8 = b'o';
/// A fresh report is wanted.
pub(super) const WANTED: u8 = b'w';

pub(super) fn reflectors(ipv6: bool) -> Vec<SocketAddr> {
    let [first, second] = SERVER.map(IpAddr::from);
    let [one, other] = PORTS;
    let v4 = [(first, one), (first, other), (second, one)];
    let v6 = ipv6.then_some((SERVER_V6.into(), one));
    v4.into_iter().chain(v6).map(SocketAddr::from).collect()
}

/// A report, and the number of the last offer that its side has got; 0 before the first.
pub(super) type Prepared = (u32, Report);

/// One side's other end.
pub(super) struct Seat {
    pub(super) reports: mpsc::Receiver<Prepared>,
    pub(super) offers: mpsc::Sender<Offer>,
    /// Offers come so much later than they should.
    pub(super) late: Duration,
}

/// What arrives at the door.
enum Arrived {
    /// This side is here.
    Here(OwnedWriteHalf),
    /// It has reported.
    Reported,
}

/// What the server listens with, run after run. A listener of each run's own might find its place
/// taken: a program that this one starts holds a copy of every socket until it is that program.
pub(super) struct Doors {
    door: std::net::TcpListener,
    reflectors: Vec<std::net::TcpListener>,
}

impl Doors {
    /// Within the server's namespace.
    pub(super) fn open() -> Result<Self> {
        let open = |at: SocketAddr| {
            let listener = std::net::TcpListener::bind(at)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let reflectors = reflectors(true).into_iter().map(open);
        Ok(Self {
            door: open((SERVER[0], DOOR).into())?,
            reflectors: reflectors.collect::<Result<_>>()?,
        })
    }

    pub(super) fn again(&self) -> Result<Self> {
        let reflectors = self.reflectors.iter().map(|it| Ok(it.try_clone()?));
        Ok(Self {
            door: self.door.try_clone()?,
            reflectors: reflectors.collect::<Result<_>>()?,
        })
    }
}

/// Runs until it is stopped.
pub(super) async fn serve(
    doors: Doors,
    seats: [Seat; 2],
    key: PathKey,
    mut stopped: watch::Receiver<()>,
) -> Result<()> {
    for listener in doors.reflectors {
        let listener = TcpListener::from_std(listener)?;
        tokio::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                tokio::spawn(reflect(stream, from));
            }
        });
    }
    let (arrive, mut arrived) = mpsc::channel(16);
    let door = TcpListener::from_std(doors.door)?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = door.accept().await {
            tokio::spawn(attend(stream, arrive.clone()));
        }
    });
    let mut table = Table {
        key,
        places: seats.map(Place::new),
        number: 0,
    };
    loop {
        tokio::select! {
            _ = stopped.changed() => return Ok(()),
            Some((role, it)) = arrived.recv() => match it {
                Arrived::Here(link) => table.place(role).link = Some(link),
                Arrived::Reported => table.reported(role).await,
            }
        }
    }
}

async fn reflect(mut stream: TcpStream, from: SocketAddr) {
    let mut asked = [0; reflect::ASK_LENGTH];
    while stream.read_exact(&mut asked).await.is_ok() {
        let Ok(Some((_, told))) = reflect::answer(&asked, from, |_| Some(KEY)) else {
            return;
        };
        if stream.write_all(&told).await.is_err() {
            return;
        }
    }
}

/// Reads one side's link. Its first byte is its role.
async fn attend(stream: TcpStream, arrive: mpsc::Sender<(Role, Arrived)>) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, writer) = stream.into_split();
    let role = match reader.read_u8().await? {
        0 => Role::Initiator,
        _ => Role::Responder,
    };
    arrive.send((role, Arrived::Here(writer))).await?;
    while reader.read_u8().await? == REPORTED {
        arrive.send((role, Arrived::Reported)).await?;
    }
    Ok(())
}

struct Place {
    seat: Seat,
    link: Option<OwnedWriteHalf>,
    report: Option<Report>,
}

impl Place {
    fn new(seat: Seat) -> Self {
        Self {
            seat,
            link: None,
            report: None,
        }
    }

    /// A side that has ended hears nothing more.
    async fn say(&mut self, word: u8) {
        if let Some(link) = &mut self.link {
            let _ = link.write_u8(word).await;
        }
    }
}

struct Table {
    key: PathKey,
    places: [Place; 2],
    number: u32,
}

impl Table {
    fn place(&mut self, role: Role) -> &mut Place {
        let [initiator, responder] = &mut self.places;
        match role {
            Role::Initiator => initiator,
            Role::Responder => responder,
        }
    }

    /// When both have reported each gets the other's; until then the other is asked. What was
    /// reported while an offer was on its way is used already. FLOATER/1.0 §8.3
    async fn reported(&mut self, role: Role) {
        let number = self.number;
        let place = self.place(role);
        match place.seat.reports.try_recv() {
            Ok((after, report)) if after == number => place.report = Some(report),
            _ => return,
        }
        let [one, other] = &mut self.places;
        if one.report.is_none() || other.report.is_none() {
            return self.place(role.other()).say(WANTED).await;
        }
        if let (Some(a), Some(b)) = (one.report.take(), other.report.take()) {
            self.number += 1;
            let mut both = [(Role::Initiator, &a, &b), (Role::Responder, &b, &a)];
            both.sort_by_key(|it| self.place(it.0).seat.late);
            let from = Instant::now();
            for (role, own, peer) in both {
                self.offer(from, role, (own, peer)).await;
            }
        }
    }

    async fn offer(&mut self, from: Instant, role: Role, (own, peer): (&Report, &Report)) {
        let offer = Offer {
            role,
            number: self.number,
            delay: start_delay(own.rtt, peer.rtt),
            peer: peer.clone(),
            key: self.key.clone(),
        };
        let place = self.place(role);
        if place.seat.offers.send(offer).await.is_ok() {
            sleep_until(from + place.seat.late).await;
            place.say(OFFERED).await;
        }
    }
}
