//! Other programs that carry bytes from one to another.

use floater_trial::{Outcome, Trouble};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// Where `cargo xtask setup bench` puts those that are Python's.
const PYTHON: &str = "target/peers/bin";
/// Both know it.
const CODE: &str = "7-floater-figures";

/// A peer that is installed.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) rates: Vec<f64>,
    bytes: usize,
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

pub(crate) async fn installed(bytes: usize) -> Outcome<Vec<Peer>> {
    let mut peers = Vec::new();
    let mut add = |name: String, how| {
        peers.push(Peer {
            name,
            rates: Vec::new(),
            bytes,
            how,
        });
    };
    match version(Command::new("iperf3")).await {
        Some(version) => add(version, How::Iperf),
        None => println!("P17 iperf3 is not installed: left out"),
    }
    match version(python("wormhole")).await {
        Some(version) => add(
            version,
            How::Wormhole(Box::new(Wormhole::start(bytes).await?)),
        ),
        None => println!("P17 magic-wormhole is not installed: left out"),
    }
    Ok(peers)
}

async fn version(mut program: Command) -> Option<String> {
    let output = program.arg("--version").output().await.ok()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = told.lines().next()?.split(" (").next()?;
    output.status.success().then(|| line.to_owned())
}

fn python(name: &str) -> Command {
    Command::new(PathBuf::from(PYTHON).join(name))
}

impl Peer {
    /// How many seconds it took.
    pub(crate) async fn transfer(&mut self) -> Outcome<f64> {
        match &self.how {
            How::Iperf => iperf(self.bytes).await,
            How::Wormhole(wormhole) => wormhole.transfer().await,
        }
    }
}

async fn iperf(bytes: usize) -> Outcome<f64> {
    let port = free_port().await?.to_string();
    let mut server = Command::new("iperf3")
        .args(["--server", "--one-off", "--forceflush", "--port", &port])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    wait_for(&mut server, "listening").await?;
    let output = Command::new("iperf3")
        .args(["--client", "127.0.0.1", "--json", "--port", &port])
        .args(["--bytes", &bytes.to_string()])
        .output()
        .await?;
    let told: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(io::Error::other)?;
    let seconds = told.pointer("/end/sum_received/seconds");
    let seconds = seconds.and_then(serde_json::Value::as_f64);
    Ok(seconds.ok_or_else(|| io::Error::other("iperf3 tells no time"))?)
}

impl Wormhole {
    async fn start(bytes: usize) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        let mut content = vec![0; bytes];
        getrandom::fill(&mut content)?;
        std::fs::write(home.path().join("entity"), content)?;
        let port = free_port().await?;
        let mut server = python("twist")
            .args(["--log-format", "text", "wormhole-mailbox", "--port"])
            .arg(format!("tcp:{port}:interface=127.0.0.1"))
            .arg(format!(
                "--channel-db={}",
                home.path().join("mailbox.sqlite").display()
            ))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        wait_for(&mut server, "starting on").await?;
        Ok(Self {
            server,
            url: format!("ws://127.0.0.1:{port}/v1"),
            home,
        })
    }

    fn program(&self) -> Command {
        let mut program = python("wormhole");
        // Without a helper the two connect to each other.
        program
            .args(["--relay-url", &self.url, "--transit-helper", ""])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        program
    }

    /// From the start of both programs to the end of the one that receives.
    async fn transfer(&self) -> Outcome<f64> {
        if self.server.id().is_none() {
            return Err(Trouble::Gone);
        }
        let begun = Instant::now();
        let mut sender = self
            .program()
            .args(["send", "--hide-progress", "--no-qr", "--code", CODE])
            .arg(self.home.path().join("entity"))
            .spawn()?;
        let arrived = self.home.path().join("arrived");
        let received = self
            .program()
            .args(["receive", "--hide-progress", "--accept-file", "-o"])
            .args([arrived.as_os_str(), CODE.as_ref()])
            .status()
            .await?;
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

async fn free_port() -> Outcome<u16> {
    let free = TcpListener::bind("127.0.0.1:0").await?;
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
