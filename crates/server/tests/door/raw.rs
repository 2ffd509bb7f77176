//! A client without an engine: it sends what it is told to, right or wrong.

use floater_evidence::Signer;
use floater_proto::{Binary, Decoder, Start, field};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Native,
    Web,
}

enum Wire {
    Native(TcpStream),
    Web(Box<WebSocketStream<TcpStream>>),
}

pub(crate) struct Raw {
    wire: Wire,
    decoder: Decoder,
    next_id: u64,
    /// Requests of the server that came while an answer was awaited.
    told: Vec<Got>,
    pub(crate) instance: String,
    pub(crate) close_code: Option<u16>,
}

/// A message of the server.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    /// Of a response; 0 of a request.
    pub(crate) status: u16,
    /// Of a request.
    pub(crate) resource: String,
    pub(crate) id: Option<u64>,
    pub(crate) body: Vec<u8>,
    pub(crate) agent: Option<String>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// What a test waits for comes, or the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

static DRAWN: AtomicU64 = AtomicU64::new(1);

pub(crate) fn fresh_id() -> Binary<16> {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Binary(id)
}

/// Keys that are good for a role.
pub(crate) fn keys(role: &str) -> Value {
    let mut keys = json!({
        "x25519": Binary([9; 32]),
        "ed25519": Signer::from_seed([7; 32]).public(),
        "policy": "hidden",
    });
    if role == "B" {
        keys["ek"] = json!(Binary([0; 1184]));
    }
    keys
}

impl Raw {
    fn new(wire: Wire) -> Self {
        let instance = fresh_id().to_string();
        let decoder = Decoder::new(64 * 1024);
        Self {
            wire,
            decoder,
            next_id: 1,
            told: Vec::new(),
            instance,
            close_code: None,
        }
    }

    pub(crate) async fn native(address: SocketAddr) -> Self {
        Self::new(Wire::Native(TcpStream::connect(address).await.unwrap()))
    }

    pub(crate) async fn web(address: SocketAddr) -> Self {
        let origin = format!("http://{address}");
        let headers = [
            ("Sec-WebSocket-Protocol", "floater.1"),
            ("Origin", origin.as_str()),
        ];
        Self::web_with(address, &headers).await.unwrap()
    }

    /// With these headers; or the status that refused it, 0 for none.
    pub(crate) async fn web_with(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.unwrap();
        Self::web_on(stream, headers).await
    }

    /// The same on a connection that is there.
    pub(crate) async fn web_on(
        stream: TcpStream,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let address = stream.peer_addr().unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self::new(Wire::Web(Box::new(socket)))),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(_) => Err(0),
        }
    }

    /// Something of the other side, a ping too; false when the link is closed.
    pub(crate) async fn hear(&mut self) -> bool {
        let heard = tokio::time::timeout(PATIENCE, self.read()).await;
        heard.expect("the server says nothing")
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        match &mut self.wire {
            Wire::Native(stream) => stream.write_all(bytes).await.unwrap(),
            Wire::Web(socket) => {
                for piece in bytes.chunks(16 * 1024) {
                    socket.send(Message::binary(piece.to_vec())).await.unwrap();
                }
            }
        }
    }

    pub(crate) async fn send_frame(&mut self, frame: Message) {
        if let Wire::Web(socket) = &mut self.wire {
            socket.send(frame).await.unwrap();
        }
    }

    /// Hangs up: with a close code on a WebSocket, or as a broken network does.
    pub(crate) async fn hang_up(self, code: Option<u16>) {
        if let (Wire::Web(mut socket), Some(code)) = (self.wire, code) {
            let frame = CloseFrame {
                code: CloseCode::from(code),
                reason: "".into(),
            };
            socket.send(Message::Close(Some(frame))).await.unwrap();
        }
    }

    /// The next message; `None` when the link is closed.
    pub(crate) async fn next(&mut self) -> Option<Got> {
        let waited = tokio::time::timeout(PATIENCE, self.next_unhurried()).await;
        waited.expect("the server says nothing")
    }

    async fn next_unhurried(&mut self) -> Option<Got> {
        loop {
            if let Some(message) = self.decoder.next().unwrap() {
                let (status, resource) = match message.start {
                    Start::Request { resource, .. } => (0, resource.to_owned()),
                    Start::Response { status } => (status.code(), String::new()),
                };
                let agent = message.field(field::USER_AGENT).map(str::to_owned);
                let (id, body) = (message.request_id, message.body.to_vec());
                return Some(Got {
                    status,
                    resource,
                    id,
                    body,
                    agent,
                });
            }
            if !self.read().await {
                return None;
            }
        }
    }

    async fn read(&mut self) -> bool {
        match &mut self.wire {
            Wire::Native(stream) => {
                let mut bytes = [0; 4096];
                let length = stream.read(&mut bytes).await.unwrap_or(0);
                self.decoder.push(&bytes[..length]).unwrap();
                length > 0
            }
            Wire::Web(socket) => match socket.next().await {
                Some(Ok(Message::Binary(bytes))) => {
                    self.decoder.push(&bytes).unwrap();
                    true
                }
                Some(Ok(Message::Close(frame))) => {
                    self.close_code = frame.map(|frame| frame.code.into());
                    false
                }
                Some(Ok(_)) => true,
                Some(Err(_)) | None => false,
            },
        }
    }

    /// Sends a request with an id and returns its answer.
    pub(crate) async fn ask(&mut self, method: &str, resource: &str, body: &[u8]) -> Got {
        let id = self.next_id;
        self.next_id += 1;
        let mut head =
            format!("Request-Method: {method}\r\nResource: {resource}\r\nRequest-Id: {id}\r\n");
        if !body.is_empty() {
            head += &format!("Content-length: {}\r\n", body.len());
        }
        head += "\r\n";
        self.send(&[head.as_bytes(), body].concat()).await;
        self.answer(id).await
    }

    pub(crate) async fn answer(&mut self, id: u64) -> Got {
        loop {
            let got = self.next().await.expect("the link is closed");
            if got.resource.is_empty() && got.id == Some(id) {
                return got;
            }
            assert!(!got.resource.is_empty(), "an answer to nothing: {got:?}");
            self.told.push(got);
        }
    }

    pub(crate) async fn post(&mut self, resource: &str, body: &Value) -> Got {
        self.ask("POST", resource, &serde_json::to_vec(body).unwrap())
            .await
    }

    pub(crate) async fn get(&mut self, resource: &str) -> Got {
        self.ask("GET", resource, b"").await
    }

    /// The next request of the server for a resource.
    pub(crate) async fn told(&mut self, resource: &str) -> Got {
        if let Some(at) = self.told.iter().position(|got| got.resource == resource) {
            return self.told.remove(at);
        }
        loop {
            let got = self.next().await.expect("the link is closed");
            if got.resource == resource {
                return got;
            }
            self.told.push(got);
        }
    }

    pub(crate) async fn log_in(&mut self, email: &str, ticket: Option<&str>) -> Got {
        let login = json!({ "email": email, "password": crate::world::PASSWORD });
        let body = json!({
            "login": login, "keep": "token", "instance": self.instance, "ticket": ticket,
        });
        self.post("/session", &body).await
    }

    pub(crate) async fn accept(&mut self, proposal: &Value) -> Got {
        let mut accept = keys(proposal["role"].as_str().unwrap());
        accept["match"] = proposal["match"].clone();
        self.post("/match/accept", &accept).await
    }

    pub(crate) async fn relay(&mut self, bytes: &[u8]) {
        let head = format!(
            "Request-Method: POST\r\nResource: /relay\r\nContent-length: {}\r\n\r\n",
            bytes.len()
        );
        self.send(&[head.as_bytes(), bytes].concat()).await;
    }
}

/// Brings two who are logged in together; what `/match` told each.
pub(crate) async fn meet(a: &mut Raw, b: &mut Raw) -> (Value, Value) {
    assert_eq!(a.post("/seek", &json!({})).await.status, 202);
    assert_eq!(b.post("/seek", &json!({})).await.status, 202);
    for one in [&mut *a, &mut *b] {
        let proposal = one.told("/match/proposal").await.json();
        assert_eq!(one.accept(&proposal).await.status, 200);
    }
    (a.told("/match").await.json(), b.told("/match").await.json())
}
