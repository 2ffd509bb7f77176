//! A client of nats-server: what it says on its own subject the other one hears.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Nats {
    stream: TcpStream,
    /// The subject of the other one.
    other: String,
    inbox: Vec<u8>,
    out: Vec<u8>,
}

impl Nats {
    /// Hears what is said under `own`, once this has returned.
    pub(crate) async fn join(stream: TcpStream, own: &str, other: String) -> io::Result<Self> {
        let mut nats = Self {
            stream,
            other,
            inbox: Vec::new(),
            out: Vec::new(),
        };
        let hello = format!("CONNECT {{\"verbose\":false}}\r\nSUB {own} 1\r\nPING\r\n");
        nats.stream.write_all(hello.as_bytes()).await?;
        while nats.line()?.is_none_or(|line| line != "PONG") {
            nats.fill(&mut [0; 1024]).await?;
        }
        Ok(nats)
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.clear();
        let head = format!("PUB {} {}\r\n", self.other, bytes.len());
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"\r\n");
        self.stream.write_all(&self.out).await
    }

    /// Reads once; what was said goes to `hear`.
    pub(crate) async fn read(
        &mut self,
        piece: &mut [u8],
        mut hear: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.fill(piece).await?;
        while let Some(end) = find_end(&self.inbox) {
            let line = text(self.inbox.get(..end))?;
            if line == "PING" {
                self.stream.write_all(b"PONG\r\n").await?;
            }
            let said = line.strip_prefix("MSG ").map(|it| it.rsplit(' ').next());
            let length = said.flatten().map_or(Ok(0), str::parse::<usize>);
            let length = length.map_err(io::Error::other)?;
            let begin = end + 2;
            let whole = begin + length + if length > 0 { 2 } else { 0 };
            if self.inbox.len() < whole {
                break;
            }
            if let Some(payload) = self.inbox.get(begin..begin + length) {
                hear(payload)?;
            }
            self.inbox.drain(..whole);
        }
        Ok(())
    }

    /// Lets the other side see that somebody is there.
    pub(crate) async fn show_life(&mut self) -> io::Result<()> {
        self.stream.write_all(b"PING\r\n").await
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let Some(end) = find_end(&self.inbox) else {
            return Ok(None);
        };
        let line = text(self.inbox.get(..end))?.to_owned();
        self.inbox.drain(..end + 2);
        Ok(Some(line))
    }

    async fn fill(&mut self, piece: &mut [u8]) -> io::Result<()> {
        let read = self.stream.read(piece).await?;
        let piece = piece.get(..read).filter(|piece| !piece.is_empty());
        let piece = piece.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.inbox.extend_from_slice(piece);
        Ok(())
    }
}

fn find_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|two| two == b"\r\n")
}

fn text(bytes: Option<&[u8]>) -> io::Result<&str> {
    std::str::from_utf8(bytes.unwrap_or_default()).map_err(io::Error::other)
}
