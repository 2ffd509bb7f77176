//! Other programs that carry bytes from one to another.

use crate::transfer::{ENTITY, Place, Places};
use crate::trouble::{Outcome, Trouble};
use std::io;
use std::net::TcpListener;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// Where `cargo xtask setup bench` puts those that are Python's, in the target folder.
const PYTHON: &str = "peers/bin";
/// Both know it.
const CODE: &str = "7-floater-figures";

/// A peer that is installed.
pub(crate) struct Peer {
    pub(crate) name: String,
    how: How,
}

enum How {
    Iperf,
    Wormhole(Box<Wormhole>),
}

/// A server of its own on this machine, and something to send.
struct Wormhole {
    server: Child,
    url: String,
    home: TempDir,
}

/// Those that are, and the names of those that are not.
pub(crate) async fn installed(places: Places<'_>) -> Outcome<(Vec<Peer>, Vec<&'static str>)> {
    let (mut peers, mut missing) = (Vec::new(), Vec::new());
    match version(Command::new("iperf3")).await {
        Some(name) => peers.push(Peer {
            name,
            how: How::Iperf,
        }),
        None => missing.push("iperf3"),
    }
    match version(python("wormhole")).await {
        Some(name) => peers.push(Peer {
            name,
            how: How::Wormhole(Box::new(Wormhole::start(places.server).await?)),
        }),
        None => missing.push("magic-wormhole"),
    }
    Ok((peers, missing))
}

async fn version(mut program: Command) -> Option<String> {
    let output = program.arg("--version").output().await.ok()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = told.lines().next()?.split(" (").next()?;
    output.status.success().then(|| line.to_owned())
}

/// Programs lie in `target/<profile>`, benchmarks in `target/<profile>/deps`.
fn python(name: &str) -> Command {
    let own = std::env::current_exe().unwrap_or_default();
    let folders = own.ancestors().skip(2).take(2);
    let mut found = folders.map(|folder| folder.join(PYTHON).join(name));
    Command::new(found.find(|it| it.is_file()).unwrap_or_else(|| name.into()))
}

impl Peer {
    /// How many seconds it took.
    pub(crate) async fn transfer(&self, places: Places<'_>) -> Outcome<f64> {
        match &self.how {
            How::Iperf => iperf(places).await,
            How::Wormhole(wormhole) => wormhole.transfer(places).await,
        }
    }
}

async fn iperf(Places { from, to, .. }: Places<'_>) -> Outcome<f64> {
    let port = free_port(to)?.to_string();
    let mut server = Command::new("iperf3");
    server
        .args(["--server", "--one-off", "--forceflush", "--port", &port])
        .stdout(Stdio::piped());
    let mut server = spawn(to, server)?;
    wait_for(&mut server, "listening").await?;
    let mut client = Command::new("iperf3");
    client
        .args(["--client", &to.address().to_string(), "--json"])
        .args(["--port", &port, "--bytes", &ENTITY.to_string()])
        .stdout(Stdio::piped());
    let output = spawn(from, client)?.wait_with_output().await?;
    let told: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(io::Error::other)?;
    let seconds = told.pointer("/end/sum_received/seconds");
    let seconds = seconds.and_then(serde_json::Value::as_f64);
    Ok(seconds.ok_or_else(|| io::Error::other("iperf3 tells no time"))?)
}

impl Wormhole {
    async fn start(place: &dyn Place) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        let mut content = vec![0; ENTITY];
        getrandom::fill(&mut content)?;
        std::fs::write(home.path().join("entity"), content)?;
        let (address, port) = (place.address(), free_port(place)?);
        let mailbox = home.path().join("mailbox.sqlite");
        let mut server = python("twist");
        server
            .args(["--log-format", "text", "wormhole-mailbox", "--port"])
            .arg(format!("tcp:{port}:interface={address}"))
            .arg(format!("--channel-db={}", mailbox.display()))
            .stdout(Stdio::piped());
        let mut server = spawn(place, server)?;
        wait_for(&mut server, "starting on").await?;
        Ok(Self {
            server,
            url: format!("ws://{address}:{port}/v1"),
            home,
        })
    }

    fn program(&self) -> Command {
        let mut program = python("wormhole");
        // Without a helper the two connect to each other.
        program
            .args(["--relay-url", &self.url, "--transit-helper", ""])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        program
    }

    /// From the start of both programs to the end of the one that receives.
    async fn transfer(&self, Places { from, to, .. }: Places<'_>) -> Outcome<f64> {
        if self.server.id().is_none() {
            return Err(Trouble::Gone);
        }
        let begun = Instant::now();
        let mut sender = self.program();
        sender
            .args(["send", "--hide-progress", "--no-qr", "--code", CODE])
            .arg(self.home.path().join("entity"));
        let mut sender = spawn(from, sender)?;
        let arrived = self.home.path().join("arrived");
        let mut receiver = self.program();
        receiver
            .args(["receive", "--hide-progress", "--accept-file", "-o"])
            .args([arrived.as_os_str(), CODE.as_ref()]);
        let received = spawn(to, receiver)?.wait().await?;
        let seconds = begun.elapsed().as_secs_f64();
        let sent = sender.wait().await?;
        std::fs::remove_file(arrived)?;
        if sent.success() && received.success() {
            Ok(seconds)
        } else {
            Err(io::Error::other("magic-wormhole failed").into())
        }
    }
}

/// It ends when it is dropped.
fn spawn(place: &dyn Place, mut program: Command) -> Outcome<Child> {
    let _there = place.enter()?;
    Ok(program.kill_on_drop(true).spawn()?)
}

fn free_port(place: &dyn Place) -> Outcome<u16> {
    let _there = place.enter()?;
    let free = TcpListener::bind((place.address(), 0))?;
    Ok(free.local_addr()?.port())
}

async fn wait_for(child: &mut Child, what: &str) -> Outcome<()> {
    let told = child.stdout.take().ok_or(Trouble::Gone)?;
    let mut lines = BufReader::new(told).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains(what) {
            // What it says further is of no interest, but it must be able to say it.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
    }
    Err(Trouble::Gone)
}
