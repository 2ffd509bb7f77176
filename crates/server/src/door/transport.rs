//! Bytes in, bytes out: WebSocket frames or a TLS/TCP stream. FLOATER/1.0 §2

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use floater_lobby::Closing;
use floater_proto::{DecodeError, Decoder, limits};
use futures_util::SinkExt;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

/// What a read brought.
#[derive(Debug)]
pub(super) enum Heard {
    /// Bytes, which are in the decoder.
    Bytes,
    /// A sign of life.
    Life,
    /// The link is gone.
    Gone(Closing),
    /// Something that no link of this kind may send: close with this code.
    Foul(u16),
    /// The bytes cannot become a message.
    Broken(DecodeError),
}

/// Why a link is closed: the close code of a WebSocket. FLOATER/1.0 §2.5
pub(super) mod code {
    pub(crate) const STOPPING: u16 = 1001;
    pub(crate) const FRAMING: u16 = 1002;
    pub(crate) const TEXT: u16 = 1003;
    pub(crate) const CUT: u16 = 1008;
    pub(crate) const TOO_LARGE: u16 = 1009;
    pub(crate) const REPLACED: u16 = 4001;
    pub(crate) const SESSION_ENDED: u16 = 4003;
    pub(crate) const GOING_AWAY: u16 = 1001;
}

/// After the last word, so long the other side may take to hang up; what it still sends is
/// thrown away. Closing at once would reset the connection and lose the last word.
const LINGER: Duration = Duration::from_secs(1);

/// A link's bytes. `read` may be dropped and begun again without loss.
pub(super) trait Transport: Send + 'static {
    /// Whether the server sends pings of its own.
    const PINGS: bool;
    /// Waits for bytes and puts them into the decoder.
    fn read(&mut self, into: &mut Decoder) -> impl Future<Output = Heard> + Send;
    /// Writes all of it.
    fn write(&mut self, bytes: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send;
    /// Asks for a sign of life.
    fn ping(&mut self) -> impl Future<Output = io::Result<()>> + Send;
    /// Says the last word and lets the other side hang up.
    fn close(&mut self, code: u16) -> impl Future<Output = ()> + Send;
}

/// A WebSocket.
pub(super) struct Frames(pub(super) WebSocket);

impl Transport for Frames {
    const PINGS: bool = true;

    async fn read(&mut self, into: &mut Decoder) -> Heard {
        match self.0.recv().await {
            Some(Ok(Message::Binary(bytes))) => match into.push(&bytes) {
                Ok(()) => Heard::Bytes,
                Err(error) => Heard::Broken(error),
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Heard::Life,
            Some(Ok(Message::Text(_))) => Heard::Foul(code::TEXT),
            Some(Ok(Message::Close(frame))) => {
                let away = frame.is_some_and(|frame| frame.code == code::GOING_AWAY);
                Heard::Gone(if away {
                    Closing::Goodbye
                } else {
                    Closing::Lost
                })
            }
            Some(Err(error)) if is_too_large(&error) => Heard::Foul(code::TOO_LARGE),
            Some(Err(_)) | None => Heard::Gone(Closing::Lost),
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let mut rest = Bytes::from(bytes);
        while !rest.is_empty() {
            let frame = rest.split_to(rest.len().min(limits::WEBSOCKET_WRITE_MAX));
            self.0
                .feed(Message::Binary(frame))
                .await
                .map_err(io::Error::other)?;
        }
        self.0.flush().await.map_err(io::Error::other)
    }

    async fn ping(&mut self) -> io::Result<()> {
        self.0
            .send(Message::Ping(Bytes::new()))
            .await
            .map_err(io::Error::other)
    }

    async fn close(&mut self, code: u16) {
        let frame = CloseFrame {
            code,
            reason: "".into(),
        };
        let goodbye = async {
            if self.0.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.0.recv().await {}
            }
        };
        drop(tokio::time::timeout(LINGER, goodbye).await);
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    use tokio_tungstenite::tungstenite::Error;
    let source = std::error::Error::source(error);
    matches!(
        source.and_then(|e| e.downcast_ref::<Error>()),
        Some(Error::Capacity(_))
    )
}

/// A TLS or TCP stream.
pub(super) struct Stream<S>(pub(super) S);

thread_local! {
    /// Reads go through one buffer a thread: an idle link holds none.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; 16 * 1024].into_boxed_slice());
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for Stream<S> {
    const PINGS: bool = false;

    async fn read(&mut self, into: &mut Decoder) -> Heard {
        poll_fn(|context| {
            SCRATCH.with_borrow_mut(|scratch| {
                let mut buffer = ReadBuf::new(scratch);
                let polled = ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer));
                Poll::Ready(match (polled, buffer.filled()) {
                    (Err(_), _) | (Ok(()), []) => Heard::Gone(Closing::Lost),
                    (Ok(()), bytes) => match into.push(bytes) {
                        Ok(()) => Heard::Bytes,
                        Err(error) => Heard::Broken(error),
                    },
                })
            })
        })
        .await
    }

    async fn write(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        self.0.write_all(&bytes).await?;
        self.0.flush().await
    }

    async fn ping(&mut self) -> io::Result<()> {
        Ok(())
    }

    async fn close(&mut self, _code: u16) {
        let mut unread = Decoder::new(usize::MAX);
        let goodbye = async {
            if self.0.shutdown().await.is_ok() {
                while !matches!(self.read(&mut unread).await, Heard::Gone(_)) {
                    unread = Decoder::new(usize::MAX);
                }
            }
        };
        drop(tokio::time::timeout(LINGER, goodbye).await);
    }
}
