use floater_client::{Address, Dial, DialError, Dialing, Dialled};
use floater_proto::limits;
use futures_util::{SinkExt, StreamExt};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// A link is to be followed by another one. FLOATER/1.0 §2.5
const RECONNECT: u16 = 4000;

/// How the server is reached.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    /// FLOATER over plain TCP.
    Native(SocketAddr),
    /// FLOATER in a WebSocket.
    Web {
        /// Where to connect to.
        dial: SocketAddr,
        /// The server's own address, which makes the origin.
        origin: SocketAddr,
    },
}

impl Dial for Door {
    fn dial(&self) -> Dialing {
        match *self {
            Self::Native(server) => native(server),
            Self::Web { dial, origin } => Box::pin(async move {
                let socket = web(dial, origin).await;
                let socket = socket.map_err(|error| DialError::Unreachable(error.kind()))?;
                let (near, far) = tokio::io::duplex(limits::WEBSOCKET_WRITE_MAX);
                tokio::spawn(carry(socket, far));
                let stream = Box::new(near);
                let server = None;
                Ok(Dialled { stream, server })
            }),
        }
    }
}

/// As a program of today does it.
fn native(server: SocketAddr) -> Dialing {
    let address = format!("floater://{server}").parse::<Address>();
    let door = address.map(floater_client::Door::new);
    match door {
        Ok(Ok(door)) => door.dial(),
        _ => Box::pin(std::future::ready(Err(DialError::Unknown))),
    }
}

async fn web(dial: SocketAddr, origin: SocketAddr) -> io::Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(dial).await?;
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{origin}/ws")
        .into_client_request()
        .map_err(io::Error::other)?;
    let from = HeaderValue::try_from(format!("http://{origin}")).map_err(io::Error::other)?;
    let protocol = HeaderValue::from_static("floater.1");
    request.headers_mut().insert(ORIGIN, from);
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    let (socket, _) = tokio_tungstenite::client_async(request, stream)
        .await
        .map_err(io::Error::other)?;
    Ok(socket)
}

/// Makes a byte stream of a WebSocket: the borders of its messages mean nothing.
async fn carry(socket: WebSocketStream<TcpStream>, stream: DuplexStream) {
    let (mut sink, mut frames) = socket.split();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let reading = async {
        while let Some(Ok(frame)) = frames.next().await {
            if let Message::Binary(bytes) = frame
                && writer.write_all(&bytes).await.is_err()
            {
                break;
            }
        }
    };
    let writing = async {
        let mut buffer = vec![0; limits::WEBSOCKET_WRITE_MAX];
        loop {
            let read = reader.read(&mut buffer).await.unwrap_or(0);
            let bytes = buffer.get(..read).unwrap_or_default();
            let message = if bytes.is_empty() {
                Message::Close(Some(CloseFrame {
                    code: RECONNECT.into(),
                    reason: "".into(),
                }))
            } else {
                Message::Binary(Bytes::copy_from_slice(bytes))
            };
            if sink.send(message).await.is_err() || bytes.is_empty() {
                break;
            }
        }
        // The server hangs up; what it says until then is still read.
        std::future::pending().await
    };
    tokio::select! { () = reading => {}, () = writing => {} }
}
