//! Which connections from outside come in: a reflector is asked to make some.

use super::bind::{dialler, listen};
use crate::limits::UNPROVEN_MAX;
use crate::reflect::{Arrivals, Ask, DIALLED_LENGTH, Dials, RECORD_LENGTH, ReflectKey, dialled};
use crate::seam::Family;
use crate::{Filtering, canonical};
use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// A reflector is reached within this.
const REACH_WITHIN: Duration = Duration::from_secs(2);
/// And it has dialled, and says so, within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// What was taken by somebody is here so soon after that answer, or never.
const LATE_WITHIN: Duration = Duration::from_secs(1);
/// What a connection says comes at once.
const RECORD_WITHIN: Duration = Duration::from_secs(1);
/// The pause after the system could not accept, for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

type Record = [u8; RECORD_LENGTH];

/// Why it cannot be told which connections come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untested {
    /// The reflector was not reached, or fell silent.
    #[error("the reflector does not answer")]
    Unreached,
    /// It closes: it does not know the question.
    #[error("the reflector does not dial")]
    Unknown,
    /// It knows the question, and did not dial this time: it was asked too often.
    #[error("the reflector has not dialled")]
    Undialled,
}

/// Asks a reflector to dial a fresh port of this machine, and sees what comes in there. The id of
/// the question is one that this was not asked with before.
///
/// # Errors
/// [`Untested`].
pub async fn test_filtering(
    reflector: SocketAddr,
    ask: Ask,
    key: &ReflectKey,
) -> Result<Filtering, Untested> {
    let asked = timeout(REACH_WITHIN, begin(reflector, ask, key)).await;
    let (listener, stream) = asked
        .unwrap_or_else(|late| Err(late.into()))
        .map_err(|_| Untested::Unreached)?;
    let mut arrivals = Arrivals::new(ask, reflector);
    let mut incoming = Incoming::new(listener);
    let mut answer = pin!(timeout(ANSWER_WITHIN, answer(stream, ask, key)));
    let dials = loop {
        tokio::select! {
            answer = &mut answer => break answer.unwrap_or(Err(Untested::Unreached))?,
            // A stranger's record counts for nothing.
            (from, record) = incoming.next() => {
                let _ = arrivals.count(from, &record, key);
            }
        }
    };
    let end = Instant::now() + LATE_WITHIN;
    while !arrivals.is_whole(dials)
        && let Ok((from, record)) = timeout_at(end, incoming.next()).await
    {
        let _ = arrivals.count(from, &record, key);
    }
    match arrivals.filtering(dials) {
        Filtering::Unknown => Err(Untested::Undialled),
        told => Ok(told),
    }
}

/// A port that listens, and has spoken to nobody but this reflector.
async fn begin(
    reflector: SocketAddr,
    ask: Ask,
    key: &ReflectKey,
) -> io::Result<(TcpListener, TcpStream)> {
    let family = Family::of(reflector);
    let listener = listen(family)?;
    let port = listener.local_addr()?.port();
    let socket = dialler(family, Some(port))?;
    let mut stream = socket.connect(reflector).await?;
    stream.write_all(&ask.encode(key)).await?;
    Ok((listener, stream))
}

async fn answer(mut stream: TcpStream, ask: Ask, key: &ReflectKey) -> Result<Dials, Untested> {
    let mut bytes = [0; DIALLED_LENGTH];
    let read = stream.read_exact(&mut bytes).await;
    read.map_err(|_| Untested::Unknown)?;
    let told = dialled(&bytes, &ask, key).ok().flatten();
    told.ok_or(Untested::Unknown)
}

/// Connections to the port, and what each says first.
struct Incoming {
    listener: TcpListener,
    reading: JoinSet<io::Result<(SocketAddr, Record)>>,
}

impl Incoming {
    fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            reading: JoinSet::new(),
        }
    }

    /// The next that says enough. It may be dropped and called again: nothing is lost.
    async fn next(&mut self) -> (SocketAddr, Record) {
        loop {
            let has_room = self.reading.len() < UNPROVEN_MAX;
            tokio::select! {
                Some(joined) = self.reading.join_next() => {
                    if let Ok(Ok(said)) = joined {
                        return said;
                    }
                }
                accepted = self.listener.accept(), if has_room => match accepted {
                    Ok((stream, from)) => {
                        self.reading.spawn(read(stream, canonical(from)));
                    }
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
            }
        }
    }
}

async fn read(mut stream: TcpStream, from: SocketAddr) -> io::Result<(SocketAddr, Record)> {
    let mut record = [0; RECORD_LENGTH];
    timeout(RECORD_WITHIN, stream.read_exact(&mut record)).await??;
    Ok((from, record))
}
