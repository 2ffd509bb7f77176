//! The programs of a cell: a `floaterd`, and two people who type to a `floater` each.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use floater_trial::{DIRECT, Floaterd, PATIENCE, RELAYED, Setup, Terminal, arrive, says_direct};
use tempfile::TempDir;
use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::site::{SERVER, SERVER_V6, Site};
use super::space::Space;

const NAMES: [&str; 2] = ["ming", "hong"];
/// The server's doors. Nobody uses the one of browsers.
const NATIVE: u16 = 443;
const WEB: u16 = 8_443;
/// Its reflectors, at each of its addresses.
const REFLECTORS: [u16; 2] = [7_001, 7_002];

/// A direct path was left again, and all that was said has arrived.
#[derive(Debug, Error)]
#[error("the direct path was left again")]
pub(super) struct PathLeft;

/// All end when it is dropped.
pub(super) struct Party {
    pub(super) server: Floaterd,
    pub(super) people: [Person; 2],
    said: u32,
    _data: TempDir,
}

impl Party {
    /// Starts the programs, from this thread: the system ends them with it. Each of the two gets an
    /// account, and allows direct connections.
    pub(super) async fn come(site: &Site) -> Result<Self> {
        let server = serve(&site.server).await?;
        let address = address(&server).await?;
        let data = tempfile::tempdir()?;
        let come = |home: &Space, name| {
            let _within = home.enter()?;
            let terminal = Terminal::start(name, &address, &data.path().join(name), &[])?;
            anyhow::Ok(Person { name, terminal })
        };
        let ([one, other], [ming, hong]) = (&site.homes, NAMES);
        let mut people = [come(one, ming)?, come(other, hong)?];
        for person in &mut people {
            arrive(&server, &mut person.terminal, person.name).await?;
            person.types("/policy direct").await?;
            person.reads("direct connections are allowed").await?;
        }
        Ok(Self {
            server,
            people,
            said: 0,
            _data: data,
        })
    }

    /// The first seeks and waits alone for so long; then the other one does. Both greet. The span is
    /// from the match to the end of the handshake: the first who has seen that both have the keys.
    /// The other one sees it one way later.
    pub(super) async fn meet(&mut self, alone: Duration) -> Result<Duration> {
        let [ming, hong] = &mut self.people;
        ming.types("/seek").await?;
        ming.reads("Waiting for a stranger").await?;
        sleep(alone).await;
        hong.types("/seek").await?;
        let (one, other) = tokio::try_join!(ming.is_secured(), hong.is_secured())?;
        for person in &mut self.people {
            person.types("/hello").await?;
        }
        for person in &mut self.people {
            person.reads("It begins here").await?;
        }
        Ok(one.min(other))
    }

    /// Each says what was never said before. The other hears that and nothing else. Unless it
    /// `may_change`, the path stays what it is; an error is [`PathLeft`] if that is all that was wrong.
    pub(super) async fn talk(&mut self, may_change: bool) -> Result<()> {
        self.said += 1;
        let mut was_left = false;
        let [ming, hong] = &mut self.people;
        let text = |from: &Person| format!("{} says this for the {}th time", from.name, self.said);
        for words in [text(ming), text(hong)] {
            let (from, to) = match words.starts_with(ming.name) {
                true => (&mut *ming, &mut *hong),
                false => (&mut *hong, &mut *ming),
            };
            from.types(&words).await?;
            let words = format!("] {}: {words}", from.name);
            was_left |= to.hears(&words, may_change).await?;
        }
        match was_left {
            true => Err(PathLeft.into()),
            false => Ok(()),
        }
    }

    /// The first leaves.
    pub(super) async fn part(&mut self) -> Result<()> {
        let [ming, hong] = &mut self.people;
        // It is asked whether this is meant.
        ming.types("/leave\n/leave").await?;
        ming.reads("You ended the conversation").await?;
        hong.reads("The other one left").await?;
        Ok(())
    }
}

/// A server with TLS and reflectors at two addresses of IPv4 and one of IPv6.
pub(super) async fn serve(space: &Space) -> Result<Floaterd> {
    let [first, second] = SERVER.map(IpAddr::from);
    let [one, other] = REFLECTORS;
    let everywhere = |port| SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
    let more = [second, SERVER_V6.into()].map(|ip| SocketAddr::new(ip, one));
    let doors = [NATIVE, WEB].map(|port| SocketAddr::new(first, port));
    let [native, web] = doors;
    let setup = Setup::at(native, web)
        .with_tls()
        .with_reflectors(&[everywhere(one), everywhere(other)], &more);
    let _within = space.enter()?;
    Ok(Floaterd::start_as(setup).await?)
}

/// What a client must be told of it.
pub(super) async fn address(server: &Floaterd) -> Result<String> {
    let fingerprint = server.fingerprint().await?;
    Ok(format!("floater://{}#{fingerprint}", server.native()))
}

/// Somebody with a program.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) terminal: Terminal,
}

impl Person {
    pub(super) async fn types(&mut self, line: &str) -> Result<()> {
        Ok(self.terminal.types(line).await?)
    }

    pub(super) async fn reads(&mut self, part: &str) -> Result<String> {
        Ok(self.terminal.reads(part).await?)
    }

    /// From the match until what is said is encrypted.
    async fn is_secured(&mut self) -> Result<Duration> {
        self.reads("You have met a stranger!").await?;
        let met = Instant::now();
        self.reads(RELAYED).await?;
        Ok(met.elapsed())
    }

    /// What is told of a direct path, if one is found before this moment.
    pub(super) async fn finds(&mut self, end: Instant) -> Result<Option<String>> {
        while let Some(line) = self.terminal.next(end).await? {
            if line.starts_with(DIRECT) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// Asks which path is in use.
    pub(super) async fn is_direct(&mut self) -> Result<bool> {
        self.types("/path").await?;
        let end = Instant::now() + PATIENCE;
        while let Some(line) = self.terminal.next(end).await? {
            if let Some(is_direct) = says_direct(&line) {
                return Ok(is_direct);
            }
        }
        bail!("{} is not told which path is in use", self.name)
    }

    /// The next line that is said must end so. Whether a direct path was left before it that may not
    /// change.
    async fn hears(&mut self, words: &str, path_may_change: bool) -> Result<bool> {
        let end = Instant::now() + PATIENCE;
        let mut was_left = false;
        while let Some(line) = self.terminal.next(end).await? {
            if line.ends_with(words) {
                return Ok(was_left);
            }
            let is_said = line.starts_with('[') && line.contains("]: ");
            was_left |= line.starts_with(RELAYED) && !path_may_change;
            if is_said || line.starts_with(DIRECT) && !path_may_change {
                bail!("{} reads {line:?} instead of {words:?}", self.name);
            }
        }
        bail!(
            "{} does not hear {words:?}:\n{}",
            self.name,
            self.terminal.tail()
        )
    }
}
