use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// The pause after the system could not accept, for want of files.
const PAUSE: Duration = Duration::from_millis(100);
/// It is said this often while it lasts: a log that fills up would make it worse.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Takes connections, and outlasts a system that has no file left for one.
#[derive(Debug)]
pub(crate) struct Acceptor {
    listener: TcpListener,
    /// For the log.
    door: &'static str,
    said: Option<Instant>,
}

impl Acceptor {
    pub(crate) const fn new(listener: TcpListener, door: &'static str) -> Self {
        Self {
            listener,
            door,
            said: None,
        }
    }

    /// The next connection, and whence it comes.
    pub(crate) async fn next(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) => {
                    if self.said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
                        self.said = Some(Instant::now());
                        tracing::warn!(%error, self.door, "a door cannot accept now");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
