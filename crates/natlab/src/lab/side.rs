//! One side of a run: an engine of `punch` with sockets, and a link to the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use floater_punch::{Config, ConnId, Driver, Event, Kind as Found, Mapping, Offer, Report, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::cell::{LEASE, Maps};
use super::meeting::{DOOR, KEY, OFFERED, Prepared, REPORTED, WANTED, reflectors};
use super::nat::Kind;
use super::site::SERVER;

/// No run takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a side says when it has chosen, or confirms a choice.
const SELECT: &[u8] = b"select";
const SELECTED: &[u8] = b"selected";
/// What both say on the connection then: who they are, and what nobody else says.
const HELLO: usize = 33;

/// How it ended for one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ended {
    /// On a connection on which the other side was heard, so long after the first offer.
    Direct(Found, Duration),
    /// Without one.
    Relay,
}

pub(super) struct Side {
    pub(super) role: Role,
    pub(super) reports: mpsc::Sender<Prepared>,
    pub(super) offers: mpsc::Receiver<Offer>,
    pub(super) seed: [u8; 32],
    /// What it is behind, where every question to a reflector is answered.
    pub(super) kind: Option<Kind>,
    pub(super) ipv6: bool,
    pub(super) maps: Option<Maps>,
    /// Of this run, unlike all others.
    pub(super) hello: [u8; 32],
}

impl Side {
    pub(super) async fn run(self) -> Result<Ended> {
        let role = self.role;
        let ended = timeout(PATIENCE, self.meet()).await;
        ended.unwrap_or_else(|_| bail!("{role:?} was never done"))
    }

    async fn meet(self) -> Result<Ended> {
        let door = SocketAddr::from((SERVER[0], DOOR));
        let stream = TcpStream::connect(door).await.context("the server")?;
        stream.set_nodelay(true)?;
        let (reader, mut link) = stream.into_split();
        link.write_u8(self.role as u8).await?;
        let mut config = Config::new(reflectors(self.ipv6), [1; 16], KEY);
        config.map_ports = self.maps.is_some();
        if self.maps.is_some_and(Maps::is_short) {
            config.timers.lease = u64::try_from(LEASE.as_millis())?;
        }
        let mut driver = Driver::new(config, self.seed);
        driver.prepare();
        let mut meeting = Meeting {
            side: self,
            driver,
            link,
            offered: None,
            number: 0,
            chosen: None,
        };
        meeting.talk(reader).await
    }
}

struct Meeting {
    side: Side,
    driver: Driver,
    link: OwnedWriteHalf,
    offered: Option<Instant>,
    /// Of the last offer.
    number: u32,
    chosen: Option<Chosen>,
}

/// A connection that both agreed on, and what was read of it.
struct Chosen {
    stream: TcpStream,
    heard: Vec<u8>,
    after: Duration,
}

impl Meeting {
    async fn talk(&mut self, mut reader: OwnedReadHalf) -> Result<Ended> {
        loop {
            tokio::select! {
                word = reader.read_u8() => self.told(word.context("the server's link")?).await?,
                event = self.driver.next() => {
                    if let Some(ended) = self.happened(event).await? {
                        return Ok(ended);
                    }
                }
            }
        }
    }

    async fn told(&mut self, word: u8) -> Result<()> {
        match word {
            WANTED => self.driver.prepare(),
            OFFERED => {
                let offer = self.side.offers.recv().await.context("no offer")?;
                self.offered.get_or_insert_with(now);
                self.number = offer.number;
                // A side whose ports were lost meanwhile has a fresh start asked for.
                if self.driver.offer(offer).is_err() {
                    self.driver.prepare();
                }
            }
            other => bail!("the server says {other}"),
        }
        Ok(())
    }

    async fn happened(&mut self, event: Event) -> Result<Option<Ended>> {
        match event {
            // Where a router maps ports, the report that counts is the one after it did.
            Event::Report(it) if self.side.maps.is_some() && !is_mapped(&it) => {}
            Event::Report(report) => {
                self.check(report.mapping)?;
                self.side.reports.send((self.number, report)).await?;
                self.link.write_u8(REPORTED).await?;
            }
            Event::Elect(conn) => self.driver.say(conn, SELECT.to_vec())?,
            Event::Bytes(conn, bytes) => self.heard(conn, &bytes)?,
            Event::Direct { kind, .. } => {
                let chosen = self.chosen.take().context("nothing was chosen")?;
                let after = chosen.after;
                self.greet(chosen).await?;
                return Ok(Some(Ended::Direct(kind, after)));
            }
            Event::NoPath { .. } => return Ok(Some(Ended::Relay)),
            _ => {}
        }
        Ok(None)
    }

    fn check(&self, mapping: Mapping) -> Result<()> {
        match self.side.kind {
            Some(kind) if !kind.is_seen_as(mapping) => {
                bail!("{} is taken for {mapping:?}", kind.name())
            }
            _ => Ok(()),
        }
    }

    /// The choice, or its answer.
    fn heard(&mut self, conn: ConnId, bytes: &[u8]) -> Result<()> {
        if self.side.role == Role::Responder {
            self.driver.say(conn, SELECTED.to_vec())?;
        }
        let word = match self.side.role {
            Role::Initiator => SELECTED,
            Role::Responder => SELECT,
        };
        // What follows may have come along with it.
        let rest = bytes
            .strip_prefix(word)
            .context("neither choice nor answer")?;
        self.chosen = Some(Chosen {
            stream: self.driver.elected(conn)?,
            heard: rest.to_vec(),
            after: self.offered.map(|at| at.elapsed()).unwrap_or_default(),
        });
        Ok(())
    }

    /// It counts only if the one who was wanted is heard on it.
    async fn greet(&mut self, mut chosen: Chosen) -> Result<()> {
        let hello = |role: Role| {
            let mut hello = vec![role as u8];
            hello.extend(self.side.hello);
            hello
        };
        let role = self.side.role;
        chosen.stream.write_all(&hello(role)).await?;
        while chosen.heard.len() < HELLO {
            if chosen.stream.read_buf(&mut chosen.heard).await? == 0 {
                bail!("{role:?}: the chosen connection was closed");
            }
        }
        if chosen.heard != hello(role.other()) {
            bail!("{role:?}: somebody else is on the chosen connection");
        }
        Ok(())
    }
}

fn is_mapped(report: &Report) -> bool {
    report.ports.iter().any(|it| it.mapped.is_some())
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is measured how long it takes"
)]
fn now() -> Instant {
    Instant::now()
}
