//! Other servers that join strangers, each a program of its own on a port of its own.

use crate::raw::Door;
use floater_trial::{Figure, Outcome, Trouble};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// What `cargo xtask setup bench` installs with npm.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/peers/node");
const UP_WITHIN: Duration = Duration::from_secs(10);
const KNOCK_EVERY: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ws,
    Uws,
    SocketIo,
    Nats,
    Mosquitto,
}

pub(crate) struct Peer {
    /// With its version.
    pub(crate) name: String,
    kind: Kind,
    address: SocketAddr,
    child: Child,
    _home: TempDir,
}

impl Peer {
    /// `None` where it is not installed: then the promise of which it is a part is missed.
    pub(crate) async fn start(kind: Kind, promise: &'static str) -> Outcome<Option<Self>> {
        let started = match kind {
            Kind::Ws => Self::script(kind, "ws.mjs").await,
            Kind::Uws => Self::script(kind, "uws.mjs").await,
            Kind::SocketIo => Self::script(kind, "socketio.mjs").await,
            Kind::Nats => Self::nats().await,
            Kind::Mosquitto => Self::mosquitto().await,
        };
        match started {
            Ok(peer) => Ok(Some(peer)),
            Err(trouble) => {
                println!("{kind:?} cannot be started: {trouble}");
                println!(
                    "{}",
                    Figure::unmeasured(promise, "beside it", &format!("{kind:?}"))
                );
                Ok(None)
            }
        }
    }

    /// Where both sides of a pair come in.
    pub(crate) fn doors(&self, pair: usize) -> [Door; 2] {
        let address = self.address;
        let nats = |own, other| Door::Nats {
            address,
            own: format!("{own}{pair}"),
            other: format!("{other}{pair}"),
        };
        match self.kind {
            Kind::Ws | Kind::Uws => [Door::Bare(address), Door::Bare(address)],
            Kind::SocketIo => [Door::SocketIo(address), Door::SocketIo(address)],
            Kind::Nats => [nats("a", "b"), nats("b", "a")],
            Kind::Mosquitto => [
                Door::Mqtt(address, 2 * pair),
                Door::Mqtt(address, 2 * pair + 1),
            ],
        }
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// A script says its port, its name and its version.
    async fn script(kind: Kind, name: &str) -> Outcome<Self> {
        let mut program = Command::new("node");
        program.arg(name).current_dir(SCRIPTS);
        let mut child = spawn(program.stdout(Stdio::piped()))?;
        let told = child.stdout.take().ok_or(Trouble::Gone)?;
        let line = BufReader::new(told).lines().next_line().await?;
        let line = line.ok_or(Trouble::Gone)?;
        let (port, name) = line.split_once(' ').ok_or(Trouble::Gone)?;
        let port = port.parse().map_err(io::Error::other)?;
        Ok(Self {
            name: name.to_owned(),
            kind,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            child,
            _home: tempfile::tempdir()?,
        })
    }

    async fn nats() -> Outcome<Self> {
        let told = output("nats-server", "--version").await?;
        let version = told.rsplit('v').next().unwrap_or_default();
        let address = free_port()?;
        let mut program = Command::new("nats-server");
        program
            .args(["--addr", &address.ip().to_string()])
            .args(["--port", &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let name = format!("nats-server {version}");
        Self::knock(Kind::Nats, name, address, program).await
    }

    async fn mosquitto() -> Outcome<Self> {
        let told = output("mosquitto", "-h").await?;
        let version = told.lines().next().and_then(|line| line.rsplit(' ').next());
        let name = format!("mosquitto {}", version.unwrap_or_default());
        let (address, home) = (free_port()?, tempfile::tempdir()?);
        let config = home.path().join("mosquitto.conf");
        let listener = format!("listener {} {}\n", address.port(), address.ip());
        std::fs::write(&config, listener + "allow_anonymous true\n")?;
        let mut program = Command::new("mosquitto");
        program.arg("-c").arg(&config).stderr(Stdio::null());
        let mut peer = Self::knock(Kind::Mosquitto, name, address, program).await?;
        peer._home = home;
        Ok(peer)
    }

    /// Waits until the door is open.
    async fn knock(
        kind: Kind,
        name: String,
        address: SocketAddr,
        mut program: Command,
    ) -> Outcome<Self> {
        let child = spawn(&mut program)?;
        let end = Instant::now() + UP_WITHIN;
        while TcpStream::connect(address).await.is_err() {
            if Instant::now() > end {
                return Err(Trouble::Wrong(format!("{name} does not open its door")));
            }
            sleep(KNOCK_EVERY).await;
        }
        Ok(Self {
            name,
            kind,
            address,
            child,
            _home: tempfile::tempdir()?,
        })
    }
}

/// It ends when it is dropped.
fn spawn(program: &mut Command) -> io::Result<Child> {
    program.kill_on_drop(true).spawn()
}

async fn output(name: &str, word: &str) -> io::Result<String> {
    let output = Command::new(name).arg(word).output().await?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
