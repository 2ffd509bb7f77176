//! A link without an engine: it sends what it is told to.

use crate::stranger::Wanted;
use floater_client::Stream;
use floater_proto::{Binary, Decoder, Start, limits};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

/// What is waited for comes, or the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Raw {
    writer: WriteHalf<Box<dyn Stream>>,
    heard: mpsc::UnboundedReceiver<Heard>,
    ears: mpsc::UnboundedSender<Heard>,
    /// Heard while something else was awaited.
    kept: VecDeque<Heard>,
    requests: u64,
    captured: Arc<Mutex<Vec<u8>>>,
}

/// What came on some connection.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The server asks.
    Asked(String, Vec<u8>),
    /// The server answers: to which request, how, and what.
    Answer(Option<u64>, u16, Vec<u8>),
    /// Bytes of a direct connection.
    Direct(u32, Vec<u8>),
    /// A direct connection, or the link itself, is no more.
    Over(Option<u32>),
}

/// Dials from an address of one's own.
pub(crate) async fn dial(from: Option<IpAddr>, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if to.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(from) = from {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Raw {
    /// In session, from some address of this machine; and what the server says to that.
    pub(crate) async fn log_in(server: SocketAddr, wanted: Wanted<'_>) -> (Self, Value) {
        let plain = dial(wanted.from, server).await.unwrap();
        let stream: Box<dyn Stream> = match wanted.trust {
            Some(trust) => {
                let name = ServerName::from(server.ip());
                Box::new(trust.connect(name, plain).await.unwrap())
            }
            None => Box::new(plain),
        };
        let (reader, writer) = tokio::io::split(stream);
        let (ears, heard) = mpsc::unbounded_channel();
        let captured = Arc::<Mutex<Vec<u8>>>::default();
        tokio::spawn(listen(reader, ears.clone(), captured.clone()));
        let mut raw = Self {
            writer,
            heard,
            ears,
            kept: VecDeque::new(),
            requests: 0,
            captured,
        };
        let login = json!({ "email": wanted.email, "password": floater_trial::PASSWORD });
        let instance = Binary([7; 16]).to_string();
        let opening = json!({ "login": login, "keep": "token", "instance": instance });
        let (status, opened) = raw.ask("/session", &opening).await;
        assert_eq!(status, 200);
        (raw, opened)
    }

    /// The status of the answer.
    pub(crate) async fn post(&mut self, resource: &str, body: &Value) -> u16 {
        self.ask(resource, body).await.0
    }

    /// The status of the answer, and what it says.
    pub(crate) async fn ask(&mut self, resource: &str, body: &Value) -> (u16, Value) {
        self.requests += 1;
        let (id, body) = (self.requests, body.to_string());
        let head = format!(
            "Request-Method: POST\r\nResource: {resource}\r\nRequest-Id: {id}\r\n\
             Content-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body.as_bytes()].concat())
            .await;
        loop {
            match self.listened(resource).await {
                Heard::Answer(to, status, body) if to == Some(id) => {
                    return (status, serde_json::from_slice(&body).unwrap_or_default());
                }
                other => self.kept.push_back(other),
            }
        }
    }

    /// The body of the next request of the server for a resource.
    pub(crate) async fn told(&mut self, wanted: &str) -> Vec<u8> {
        let is_it = |heard: &Heard| matches!(heard, Heard::Asked(to, _) if to == wanted);
        if let Some(at) = self.kept.iter().position(is_it)
            && let Some(Heard::Asked(_, body)) = self.kept.remove(at)
        {
            return body;
        }
        loop {
            match self.listened(wanted).await {
                Heard::Asked(to, body) if to == wanted => return body,
                other => self.kept.push_back(other),
            }
        }
    }

    /// Whatever came, in its order.
    pub(crate) async fn next(&mut self, waited_for: &str) -> Heard {
        match self.kept.pop_front() {
            Some(heard) => heard,
            None => self.listened(waited_for).await,
        }
    }

    /// The same, of what is there.
    pub(crate) fn next_if_there(&mut self) -> Option<Heard> {
        self.kept.pop_front().or_else(|| self.heard.try_recv().ok())
    }

    pub(crate) async fn relay(&mut self, frames: &[u8]) {
        let head = format!(
            "Request-Method: POST\r\nResource: /relay\r\nContent-length: {}\r\n\r\n",
            frames.len()
        );
        self.send(&[head.as_bytes(), frames].concat()).await;
    }

    /// Where further connections may tell what they hear.
    pub(crate) fn ears(&self) -> mpsc::UnboundedSender<Heard> {
        self.ears.clone()
    }

    /// All bytes that ever came of the server.
    pub(crate) fn captured(&self) -> Vec<u8> {
        self.captured.lock().unwrap().clone()
    }

    async fn send(&mut self, bytes: &[u8]) {
        let sent = timeout(PATIENCE, self.writer.write_all(bytes)).await;
        sent.expect("the server takes nothing").unwrap();
        self.writer.flush().await.unwrap();
    }

    async fn listened(&mut self, waited_for: &str) -> Heard {
        let heard = timeout(PATIENCE, self.heard.recv()).await;
        let heard = heard.unwrap_or_else(|_| panic!("{waited_for} does not come"));
        let heard = heard.expect("this one listens, too");
        assert!(
            !matches!(heard, Heard::Over(None)),
            "{waited_for}: the link is closed"
        );
        heard
    }
}

/// Reads all that the server says, as it comes: whoever floods must listen.
async fn listen(
    mut reader: ReadHalf<Box<dyn Stream>>,
    ears: mpsc::UnboundedSender<Heard>,
    captured: Arc<Mutex<Vec<u8>>>,
) {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = reader.read(&mut bytes).await {
        captured.lock().unwrap().extend_from_slice(&bytes[..length]);
        decoder.push(&bytes[..length]).unwrap();
        while let Some(message) = decoder.next().unwrap() {
            let body = message.body.to_vec();
            let heard = match message.start {
                Start::Request { resource, .. } => Heard::Asked(resource.to_owned(), body),
                Start::Response { status } => {
                    Heard::Answer(message.request_id, status.code(), body)
                }
            };
            // Whoever listened may be gone.
            let _ = ears.send(heard);
        }
    }
    let _ = ears.send(Heard::Over(None));
}
