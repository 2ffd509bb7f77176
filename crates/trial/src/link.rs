//! One link to the server: plain TCP, or a WebSocket.

use floater_core::{Closing, LinkId};
use floater_proto::limits;
use futures_util::{SinkExt, StreamExt};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// What the driver holds of a link before pieces of pictures wait.
const BUFFER: usize = 64 * 1024;
/// What is left to say at a close may take so long.
const LINGER: Duration = Duration::from_secs(1);

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

/// What came of a link.
#[derive(Debug)]
pub(crate) enum Arrived {
    Opened,
    Bytes(Vec<u8>),
    Room(usize),
    Over { was_open: bool },
}

enum Order {
    Send(Vec<u8>),
    Close(Closing),
}

/// The driver's end of a link. Dropped, the link is closed.
pub(crate) struct Outbox {
    orders: mpsc::UnboundedSender<Order>,
    waiting: Arc<AtomicUsize>,
    _held: oneshot::Sender<()>,
}

impl Outbox {
    pub(crate) fn send(&self, bytes: Vec<u8>) {
        self.waiting.fetch_add(bytes.len(), Ordering::AcqRel);
        // A link that is gone says so by itself.
        let _ = self.orders.send(Order::Send(bytes));
    }

    pub(crate) fn close(self, closing: Closing) {
        let _ = self.orders.send(Order::Close(closing));
    }
}

/// The link's own end.
struct Socket {
    id: LinkId,
    orders: mpsc::UnboundedReceiver<Order>,
    waiting: Arc<AtomicUsize>,
    arrived: mpsc::Sender<(LinkId, Arrived)>,
}

/// Dials; everything that comes of it goes to `arrived`.
pub(crate) fn dial(id: LinkId, door: Door, arrived: mpsc::Sender<(LinkId, Arrived)>) -> Outbox {
    let (held, mut dropped) = oneshot::channel::<()>();
    let (orders, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let socket = Socket {
        id,
        orders: receiver,
        waiting: waiting.clone(),
        arrived: arrived.clone(),
    };
    tokio::spawn(async move {
        let mut was_open = false;
        tokio::select! {
            _ = socket.live(door, &mut was_open) => {}
            () = async { let _ = (&mut dropped).await; tokio::time::sleep(LINGER).await } => {}
        }
        let _ = arrived.send((id, Arrived::Over { was_open })).await;
    });
    Outbox {
        orders,
        waiting,
        _held: held,
    }
}

impl Socket {
    async fn live(self, door: Door, was_open: &mut bool) -> io::Result<()> {
        let (Door::Native(dial) | Door::Web { dial, .. }) = door;
        let stream = TcpStream::connect(dial).await?;
        stream.set_nodelay(true)?;
        match door {
            Door::Native(_) => self.native(stream, was_open).await,
            Door::Web { origin, .. } => self.web(stream, origin, was_open).await,
        }
    }

    async fn tell(&self, arrived: Arrived) -> io::Result<()> {
        let told = self.arrived.send((self.id, arrived)).await;
        told.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    async fn open(&self, was_open: &mut bool) -> io::Result<()> {
        *was_open = true;
        self.tell(Arrived::Opened).await?;
        self.tell(Arrived::Room(BUFFER)).await
    }

    async fn native(mut self, stream: TcpStream, was_open: &mut bool) -> io::Result<()> {
        self.open(was_open).await?;
        let (mut reader, mut writer) = stream.into_split();
        let (id, arrived) = (self.id, self.arrived.clone());
        let reading = async {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                let read = reader.read(&mut buffer).await?;
                let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                    return Ok(());
                };
                if arrived
                    .send((id, Arrived::Bytes(bytes.to_vec())))
                    .await
                    .is_err()
                {
                    return Ok(());
                }
            }
        };
        let writing = async {
            while let Some(Order::Send(bytes)) = self.orders.recv().await {
                writer.write_all(&bytes).await?;
                self.written(bytes.len()).await?;
            }
            writer.shutdown().await
        };
        tokio::select! { read = reading => read, written = writing => written }
    }

    async fn web(
        mut self,
        stream: TcpStream,
        origin: SocketAddr,
        was_open: &mut bool,
    ) -> io::Result<()> {
        let mut request = format!("ws://{origin}/ws")
            .into_client_request()
            .map_err(io::Error::other)?;
        let from = HeaderValue::try_from(format!("http://{origin}")).map_err(io::Error::other)?;
        request.headers_mut().insert(ORIGIN, from);
        let protocol = HeaderValue::from_static("floater.1");
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        let (socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .map_err(io::Error::other)?;
        self.open(was_open).await?;
        let (mut sink, mut frames) = socket.split();
        let (id, arrived) = (self.id, self.arrived.clone());
        let reading = async {
            while let Some(Ok(frame)) = frames.next().await {
                let Message::Binary(bytes) = frame else {
                    continue;
                };
                if arrived
                    .send((id, Arrived::Bytes(bytes.to_vec())))
                    .await
                    .is_err()
                {
                    break;
                }
            }
        };
        let writing = async {
            loop {
                match self.orders.recv().await {
                    Some(Order::Send(bytes)) => {
                        let length = bytes.len();
                        feed(&mut sink, bytes).await?;
                        self.written(length).await?;
                    }
                    Some(Order::Close(closing)) => {
                        return sink
                            .send(Message::Close(Some(frame(closing))))
                            .await
                            .map_err(io::Error::other);
                    }
                    None => return Ok(()),
                }
            }
        };
        tokio::select! { () = reading => Ok(()), written = writing => written }
    }

    async fn written(&self, length: usize) -> io::Result<()> {
        let before = self.waiting.fetch_sub(length, Ordering::AcqRel);
        let left = before.saturating_sub(length);
        self.tell(Arrived::Room(BUFFER.saturating_sub(left))).await
    }
}

async fn feed<S>(sink: &mut S, bytes: Vec<u8>) -> io::Result<()>
where
    S: SinkExt<Message> + Unpin,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    let mut rest = Bytes::from(bytes);
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(limits::WEBSOCKET_WRITE_MAX));
        sink.feed(Message::Binary(piece))
            .await
            .map_err(io::Error::other)?;
    }
    sink.flush().await.map_err(io::Error::other)
}

/// FLOATER/1.0 §2.5
fn frame(closing: Closing) -> CloseFrame {
    let code = match closing {
        Closing::Reconnect => 4000,
        Closing::Goodbye => 1000,
    };
    CloseFrame {
        code: code.into(),
        reason: "".into(),
    }
}
