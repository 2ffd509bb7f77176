//! A link without an engine: it sends what it is told to.

use floater_proto::{Binary, Decoder, Start, limits};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What is waited for comes, or the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Raw {
    stream: TcpStream,
    decoder: Decoder,
    requests: u64,
    /// What the server asked while something else was awaited.
    told: Vec<(String, Vec<u8>)>,
}

impl Raw {
    /// In session.
    pub(crate) async fn log_in(server: SocketAddr, email: &str) -> Self {
        let mut raw = Self {
            stream: TcpStream::connect(server).await.unwrap(),
            decoder: Decoder::new(limits::MESSAGE_MAX),
            requests: 0,
            told: Vec::new(),
        };
        let login = json!({ "email": email, "password": floater_trial::PASSWORD });
        let instance = Binary([7; 16]).to_string();
        let opening = json!({ "login": login, "keep": "token", "instance": instance });
        assert_eq!(raw.post("/session", &opening).await, 200);
        raw
    }

    /// The status of the answer.
    pub(crate) async fn post(&mut self, resource: &str, body: &Value) -> u16 {
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
            match self.next().await {
                (Heard::Answer(to, status), _) if to == Some(id) => return status,
                (Heard::Asked(resource), body) => self.told.push((resource, body)),
                (Heard::Answer(..), _) => {}
            }
        }
    }

    /// The body of the next request of the server for a resource.
    pub(crate) async fn told(&mut self, wanted: &str) -> Vec<u8> {
        if let Some(at) = self
            .told
            .iter()
            .position(|(resource, _)| resource == wanted)
        {
            return self.told.remove(at).1;
        }
        loop {
            if let (Heard::Asked(resource), body) = self.next().await {
                if resource == wanted {
                    return body;
                }
                self.told.push((resource, body));
            }
        }
    }

    pub(crate) async fn relay(&mut self, frames: &[u8]) {
        let head = format!(
            "Request-Method: POST\r\nResource: /relay\r\nContent-length: {}\r\n\r\n",
            frames.len()
        );
        self.send(&[head.as_bytes(), frames].concat()).await;
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    async fn next(&mut self) -> (Heard, Vec<u8>) {
        loop {
            if let Some(message) = self.decoder.next().unwrap() {
                let heard = match message.start {
                    Start::Request { resource, .. } => Heard::Asked(resource.to_owned()),
                    Start::Response { status } => Heard::Answer(message.request_id, status.code()),
                };
                return (heard, message.body.to_vec());
            }
            let mut bytes = [0; 4096];
            let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await;
            let length = read.expect("the server says nothing").unwrap();
            assert!(length > 0, "the link is closed");
            self.decoder.push(&bytes[..length]).unwrap();
        }
    }
}

/// What the server has sent.
enum Heard {
    Asked(String),
    Answer(Option<u64>, u16),
}
