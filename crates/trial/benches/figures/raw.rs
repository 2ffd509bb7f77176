//! A client without an engine and with little memory: it sends bytes and hears messages.

use crate::nats::Nats;
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

/// Read at once.
const PIECE: usize = 16 * 1024;
/// How socket.io says that an event with bytes follows.
const EVENT: &str = r#"451-["m",{"_placeholder":true,"num":0}]"#;

/// How to come in.
#[derive(Clone)]
pub(crate) enum Door {
    Plain(SocketAddr),
    Tls(SocketAddr, TlsConnector),
    Web(SocketAddr),
    /// A WebSocket without anything on top.
    Bare(SocketAddr),
    SocketIo(SocketAddr),
    Nats {
        address: SocketAddr,
        own: String,
        other: String,
    },
    /// Only to be there, as client of this number.
    Mqtt(SocketAddr, usize),
}

type Socket = Box<WebSocketStream<TcpStream>>;

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Web(Socket),
    SocketIo(Socket),
    Nats(Box<Nats>),
    Mqtt(TcpStream),
}

pub(crate) struct Raw {
    wire: Wire,
    decoder: Decoder,
    next_id: u64,
}

impl Raw {
    pub(crate) async fn dial(door: &Door) -> Outcome<Self> {
        let stream = TcpStream::connect(door.address()).await?;
        stream.set_nodelay(true)?;
        let wire = match door {
            Door::Plain(_) => Wire::Plain(stream),
            Door::Tls(address, tls) => {
                let name = ServerName::IpAddress(address.ip().into());
                Wire::Tls(Box::new(tls.connect(name, stream).await?))
            }
            Door::Web(address) => Wire::Web(upgrade(*address, "/ws", stream).await?),
            Door::Bare(address) => Wire::Web(upgrade(*address, "/", stream).await?),
            Door::SocketIo(address) => Wire::SocketIo(join_socket_io(*address, stream).await?),
            Door::Nats { own, other, .. } => {
                Wire::Nats(Box::new(Nats::join(stream, own, other.clone()).await?))
            }
            Door::Mqtt(_, number) => Wire::Mqtt(join_mqtt(*number, stream).await?),
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
            Wire::SocketIo(socket) => {
                let event = Frame::text(EVENT);
                socket.feed(event).await.map_err(io::Error::other)?;
                let frame = Frame::binary(bytes.to_vec());
                socket.send(frame).await.map_err(io::Error::other)?;
            }
            Wire::Nats(nats) => nats.send(bytes).await?,
            Wire::Mqtt(_) => return Err(io::Error::from(io::ErrorKind::Unsupported).into()),
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
        if let Wire::Web(socket) | Wire::SocketIo(socket) = &mut self.wire {
            match next(socket).await? {
                Frame::Binary(bytes) => self.decoder.push(&bytes).map_err(io::Error::other)?,
                // FLOATER has no text, and socket.io asks by one whether anybody is there.
                Frame::Text(text) if text == "2" => {
                    let alive = Frame::text("3");
                    socket.send(alive).await.map_err(io::Error::other)?;
                }
                _ => {}
            }
            return Ok(());
        }
        let mut piece = [0; PIECE];
        let read = match &mut self.wire {
            Wire::Plain(stream) => stream.read(&mut piece).await?,
            Wire::Tls(stream) => stream.read(&mut piece).await?,
            Wire::Web(_) | Wire::SocketIo(_) => return Ok(()),
            Wire::Nats(nats) => {
                let hear = |said: &[u8]| self.decoder.push(said).map_err(io::Error::other);
                return Ok(nats.read(&mut piece, hear).await?);
            }
            Wire::Mqtt(stream) => match stream.read(&mut piece).await? {
                0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                _ => return Ok(()),
            },
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
    pub(crate) async fn show_life(&mut self) -> Outcome<()> {
        match &mut self.wire {
            Wire::Web(_) | Wire::SocketIo(_) => return Ok(()),
            Wire::Nats(nats) => return Ok(nats.show_life().await?),
            Wire::Mqtt(stream) => return Ok(stream.write_all(&[0xc0, 0]).await?),
            Wire::Plain(_) | Wire::Tls(_) => {}
        }
        let mut out = Vec::new();
        encode::request(&mut out, Method::Get, Resource::Status)
            .finish(&[])
            .map_err(io::Error::other)?;
        self.send(&out).await
    }
}

impl Door {
    const fn address(&self) -> SocketAddr {
        match self {
            Self::Plain(address)
            | Self::Tls(address, _)
            | Self::Web(address)
            | Self::Bare(address)
            | Self::SocketIo(address)
            | Self::Nats { address, .. }
            | Self::Mqtt(address, _) => *address,
        }
    }
}

async fn next(socket: &mut Socket) -> io::Result<Frame> {
    let frame = socket.next().await;
    let frame = frame.ok_or(io::ErrorKind::UnexpectedEof)?;
    frame.map_err(io::Error::other)
}

async fn join_socket_io(address: SocketAddr, stream: TcpStream) -> Outcome<Socket> {
    let path = "/socket.io/?EIO=4&transport=websocket";
    let mut socket = upgrade(address, path, stream).await?;
    next(&mut socket).await?;
    socket
        .send(Frame::text("40"))
        .await
        .map_err(io::Error::other)?;
    next(&mut socket).await?;
    Ok(socket)
}

/// MQTT 3.1.1 §3.1, with a clean session and without a bound of silence.
async fn join_mqtt(number: usize, mut stream: TcpStream) -> Outcome<TcpStream> {
    let name = format!("{number:08}");
    let mut hello = b"\x10\x14\x00\x04MQTT\x04\x02\x00\x00\x00\x08".to_vec();
    hello.extend_from_slice(name.as_bytes());
    stream.write_all(&hello).await?;
    stream.read_exact(&mut [0; 4]).await?;
    Ok(stream)
}

async fn upgrade(address: SocketAddr, path: &str, stream: TcpStream) -> Outcome<Socket> {
    let mut request = format!("ws://{address}{path}")
        .into_client_request()
        .map_err(io::Error::other)?;
    let origin = HeaderValue::try_from(format!("http://{address}")).map_err(io::Error::other)?;
    let headers = request.headers_mut();
    headers.insert(ORIGIN, origin);
    if path == "/ws" {
        let protocol = HeaderValue::from_static("floater.1");
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(PIECE)
        .write_buffer_size(0);
    let dialled = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    let (socket, _) = dialled.map_err(|error: tungstenite::Error| io::Error::other(error))?;
    Ok(Box::new(socket))
}
