//! A client without an engine and with little memory: it sends bytes and hears messages.

use floater_proto::body::JSON;
use floater_proto::{Decoder, Message, Method, Resource, Start, encode, limits};
use floater_trial::{Outcome, Trouble};
use futures_util::{SinkExt, StreamExt};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message as Frame};

/// Read at once; eight thousand links are held by this process too.
const PIECE: usize = 1024;

/// How to come in.
#[derive(Clone)]
pub(crate) enum Door {
    Plain(SocketAddr),
    Tls(SocketAddr, TlsConnector),
    Web(SocketAddr),
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Web(Box<WebSocketStream<TcpStream>>),
}

pub(crate) struct Raw {
    wire: Wire,
    decoder: Decoder,
    next_id: u64,
}

impl Raw {
    pub(crate) async fn dial(door: &Door) -> Outcome<Self> {
        let (Door::Plain(address) | Door::Tls(address, _) | Door::Web(address)) = door;
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let wire = match door {
            Door::Plain(_) => Wire::Plain(stream),
            Door::Tls(address, tls) => {
                let name = ServerName::IpAddress(address.ip().into());
                Wire::Tls(Box::new(tls.connect(name, stream).await?))
            }
            Door::Web(address) => Wire::Web(Box::new(upgrade(*address, stream).await?)),
        };
        Ok(Self {
            wire,
            decoder: Decoder::new(limits::MESSAGE_MAX),
            next_id: 1,
        })
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Outcome<()> {
        match &mut self.wire {
            Wire::Plain(stream) => stream.write_all(bytes).await?,
            Wire::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
            Wire::Web(socket) => {
                let frame = Frame::binary(bytes.to_vec());
                socket.send(frame).await.map_err(io::Error::other)?;
            }
        }
        Ok(())
    }

    /// The first message in which `look` finds something; those before it are thrown away.
    pub(crate) async fn hear<T>(
        &mut self,
        mut look: impl FnMut(&Message<'_>) -> Option<T>,
    ) -> Outcome<T> {
        loop {
            while let Some(message) = self.decoder.next().map_err(io::Error::other)? {
                if let Some(found) = look(&message) {
                    return Ok(found);
                }
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Outcome<()> {
        let mut piece = [0; PIECE];
        let read = match &mut self.wire {
            Wire::Plain(stream) => stream.read(&mut piece).await?,
            Wire::Tls(stream) => stream.read(&mut piece).await?,
            Wire::Web(socket) => {
                let frame = socket
                    .next()
                    .await
                    .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
                if let Frame::Binary(bytes) = frame.map_err(io::Error::other)? {
                    self.decoder.push(&bytes).map_err(io::Error::other)?;
                }
                return Ok(());
            }
        };
        let piece = piece.get(..read).filter(|piece| !piece.is_empty());
        let piece = piece.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.decoder.push(piece).map_err(io::Error::other)?;
        Ok(())
    }

    /// Sends a request with a JSON body; its id.
    pub(crate) async fn post(&mut self, resource: Resource, body: &[u8]) -> Outcome<u64> {
        let id = self.next_id;
        self.next_id += 1;
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, resource)
            .request_id(id)
            .content_type(JSON)
            .finish(body)
            .map_err(io::Error::other)?;
        self.send(&out).await?;
        Ok(id)
    }

    /// Sends a request and waits for what is answered.
    pub(crate) async fn ask(&mut self, resource: Resource, body: &[u8]) -> Outcome<Vec<u8>> {
        let id = self.post(resource, body).await?;
        let answer = |message: &Message<'_>| match message.start {
            Start::Response { status } if message.request_id == Some(id) => {
                Some((status.code(), message.body.to_vec()))
            }
            _ => None,
        };
        match self.hear(answer).await? {
            (200..=299, body) => Ok(body),
            (status, body) => {
                let told = String::from_utf8_lossy(&body).into_owned();
                Err(Trouble::Wrong(format!("{resource}: {status} {told}")))
            }
        }
    }

    /// Lets nothing happen but signs of life, until the link is gone.
    pub(crate) async fn idle(mut self) -> Trouble {
        let mut ticks = tokio::time::interval(limits::PING_EVERY);
        loop {
            let gone = tokio::select! {
                heard = self.hear(|_| None::<Trouble>) => heard.map(Some),
                _ = ticks.tick() => self.show_life().await.map(|()| None),
            };
            match gone {
                Ok(None) => {}
                Ok(Some(trouble)) | Err(trouble) => return trouble,
            }
        }
    }

    /// A WebSocket answers pings; a native client asks for something. FLOATER/1.0 §2.4
    async fn show_life(&mut self) -> Outcome<()> {
        if matches!(self.wire, Wire::Web(_)) {
            return Ok(());
        }
        let mut out = Vec::new();
        encode::request(&mut out, Method::Get, Resource::Status)
            .finish(&[])
            .map_err(io::Error::other)?;
        self.send(&out).await
    }
}

async fn upgrade(address: SocketAddr, stream: TcpStream) -> Outcome<WebSocketStream<TcpStream>> {
    let mut request = format!("ws://{address}/ws")
        .into_client_request()
        .map_err(io::Error::other)?;
    let origin = HeaderValue::try_from(format!("http://{address}")).map_err(io::Error::other)?;
    let headers = request.headers_mut();
    headers.insert(ORIGIN, origin);
    headers.insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static("floater.1"),
    );
    let config = WebSocketConfig::default()
        .read_buffer_size(PIECE)
        .write_buffer_size(0);
    let dialled = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    let (socket, _) = dialled.map_err(|error: tungstenite::Error| io::Error::other(error))?;
    Ok(socket)
}
