//! A relay of bytes that knows nothing: what is possible here at all.

use floater_trial::Outcome;
use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// What makes this program the relay of bytes.
pub(crate) const YARDSTICK: &str = "carry-bytes";

/// Starts this program once more, as the relay. It ends when it is dropped.
pub(crate) async fn start_yardstick() -> Outcome<(Child, SocketAddr)> {
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
