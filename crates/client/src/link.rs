//! One link to the server, or one connection to the other one, polled by hand.

use crate::{Bytes, DialError, Dialing, Dialled, Stream};
use bytes::Buf;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::ReadBuf;

/// Read at once.
pub(crate) const READ: usize = 128 * 1024;

/// Pieces written at once.
const PARTS: usize = 32;

/// What may wait to be written.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes that wait before pieces of pictures are held back.
    buffer: usize,
    /// Bytes that may wait at all: the windows of the engine stay below.
    waiting_max: usize,
}

/// To the server.
const RELAYED: Bounds = Bounds {
    buffer: 64 * 1024,
    waiting_max: 1024 * 1024,
};
/// To the other one, whose window is 8 MiB: all of it is said again when a connection is lost.
pub(crate) const DIRECT: Bounds = Bounds {
    buffer: 256 * 1024,
    waiting_max: 16 * 1024 * 1024,
};

/// A link, from its dialling on.
pub(crate) enum Link {
    Dialing(Dialing),
    Open(Wire),
}

/// What came of a link.
pub(crate) enum Came {
    /// At this address of the server.
    Opened(Option<IpAddr>),
    /// So many bytes, in the scratch.
    Bytes(usize),
    /// The buffer has room for so many.
    Room(usize),
    Refused(DialError),
    Closed,
}

impl Link {
    /// Does what can be done now.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, scratch: &mut [u8]) -> Poll<Came> {
        match self {
            Self::Dialing(dialing) => match ready!(dialing.as_mut().poll(context)) {
                Ok(Dialled { stream, server }) => {
                    *self = Self::Open(Wire::new(stream, RELAYED));
                    Poll::Ready(Came::Opened(server))
                }
                Err(error) => Poll::Ready(Came::Refused(error)),
            },
            Self::Open(wire) => wire.poll(context, scratch),
        }
    }

    /// The open wire, to be closed; what was only dialled is dropped.
    pub(crate) fn into_wire(self) -> Option<Wire> {
        match self {
            Self::Dialing(_) => None,
            Self::Open(wire) => Some(wire),
        }
    }

    pub(crate) fn send(&mut self, bytes: Bytes) {
        if let Self::Open(wire) = self {
            wire.send(bytes);
        }
    }
}

/// An open stream and what waits to be written.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    bounds: Bounds,
    waiting: VecDeque<Bytes>,
    bytes: usize,
    to_flush: bool,
    room_told: usize,
    ending: Ending,
}

/// How far a close is.
#[derive(PartialEq, Eq)]
enum Ending {
    Writing,
    Reading,
    Done,
}

impl Wire {
    pub(crate) fn new(stream: Box<dyn Stream>, bounds: Bounds) -> Self {
        Self {
            stream,
            bounds,
            waiting: VecDeque::new(),
            bytes: 0,
            to_flush: false,
            room_told: 0,
            ending: Ending::Writing,
        }
    }

    fn send(&mut self, bytes: Bytes) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.room_told = self.room_told.saturating_sub(bytes.len());
        self.waiting.push_back(bytes);
    }

    fn poll(&mut self, context: &mut Context<'_>, scratch: &mut [u8]) -> Poll<Came> {
        let is_over = self.bytes > self.bounds.waiting_max;
        if is_over || matches!(self.poll_write(context), Poll::Ready(Err(_))) {
            return Poll::Ready(Came::Closed);
        }
        let room = self.bounds.buffer.saturating_sub(self.bytes);
        if room > self.room_told {
            self.room_told = room;
            return Poll::Ready(Came::Room(room));
        }
        match ready!(self.poll_read(context, scratch)) {
            Ok(0) | Err(_) => Poll::Ready(Came::Closed),
            Ok(read) => Poll::Ready(Came::Bytes(read)),
        }
    }

    /// Until nothing waits.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.bytes > 0 {
            let mut parts = [IoSlice::new(&[]); PARTS];
            for (part, bytes) in parts.iter_mut().zip(&self.waiting) {
                *part = IoSlice::new(bytes);
            }
            let parts = parts.get(..self.waiting.len()).unwrap_or(&parts);
            let stream = Pin::new(&mut *self.stream);
            let wrote = ready!(stream.poll_write_vectored(context, parts))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.wrote(wrote);
            self.to_flush = true;
        }
        if self.to_flush {
            ready!(Pin::new(&mut *self.stream).poll_flush(context))?;
            self.to_flush = false;
        }
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, mut count: usize) {
        self.bytes = self.bytes.saturating_sub(count);
        while let Some(first) = self.waiting.front_mut() {
            if count < first.len() {
                first.advance(count);
                return;
            }
            count = count.saturating_sub(first.len());
            self.waiting.pop_front();
        }
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        scratch: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(scratch);
        ready!(Pin::new(&mut *self.stream).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Writes what waits, says that this is all, and reads until the other side hangs up:
    /// closing earlier would reset the connection, and the last words would be lost.
    pub(crate) fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match ready!(self.poll_closing(context)) {
            Ok(()) | Err(_) => Poll::Ready(()),
        }
    }

    fn poll_closing(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ending == Ending::Writing {
            ready!(self.poll_write(context))?;
            ready!(Pin::new(&mut *self.stream).poll_shutdown(context))?;
            self.ending = Ending::Reading;
        }
        let mut scratch = [0; 1024];
        while self.ending == Ending::Reading {
            if ready!(self.poll_read(context, &mut scratch))? == 0 {
                self.ending = Ending::Done;
            }
        }
        Poll::Ready(Ok(()))
    }
}
