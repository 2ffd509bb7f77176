//! The network between a program and the server, which the tests spoil.

use crate::trouble::Outcome;
use floater_proto::body::BYTES;
use floater_proto::{Method, Resource, encode, limits};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What happens to the connections that are open now. Later ones are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// They are dropped.
    Cut,
    /// They are dropped after so many more bytes, in the midst of whatever they carry.
    CutAfter(u64),
    /// What they carry vanishes, both ways; they stay open.
    Swallow,
    /// Nothing is read from either end any more; they stay open.
    Stall,
    /// Instead of what the near end says the server gets messages to relay, without end and as fast as it
    /// takes them; what it says is thrown away. Where the near end is silent the first one is read.
    Flood,
}

/// A TCP proxy on loopback.
#[derive(Debug)]
pub struct Cable {
    address: SocketAddr,
    strands: Arc<Mutex<Vec<watch::Sender<Option<Harm>>>>>,
    carried: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Cable {
    /// A whole cable to a door of the server.
    ///
    /// # Errors
    /// [`crate::Trouble::System`].
    pub async fn to(server: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let strands: Arc<Mutex<Vec<watch::Sender<Option<Harm>>>>> = Arc::default();
        let known = strands.clone();
        let carried = Arc::<AtomicU64>::default();
        let all = carried.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (spoil, harm) = watch::channel(None);
                known
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(spoil);
                let all = all.clone();
                tokio::spawn(async move {
                    // A connection that breaks is what this is for.
                    let _ = carry(near, server, (harm, all)).await;
                });
            }
        });
        Ok(Self {
            address,
            strands,
            carried,
            accepting,
        })
    }

    /// Where to dial.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes that went either way since it was laid.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.carried.load(Ordering::Acquire)
    }

    /// Spoils what is open now; tells how many connections that were.
    pub fn spoil(&self, harm: Harm) -> usize {
        self.later().spoil(harm)
    }

    /// Spoils it when one's time has come.
    #[must_use]
    pub fn later(&self) -> Knife {
        Knife(self.strands.clone())
    }
}

/// Spoils a cable from elsewhere.
#[derive(Debug, Clone)]
pub struct Knife(Arc<Mutex<Vec<watch::Sender<Option<Harm>>>>>);

impl Knife {
    /// Spoils what is open now; tells how many connections that were.
    pub fn spoil(&self, harm: Harm) -> usize {
        let mut strands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        strands.retain(|strand| !strand.is_closed());
        for strand in strands.iter() {
            strand.send_replace(Some(harm));
        }
        strands.len()
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(
    near: TcpStream,
    server: SocketAddr,
    (harm, all): (watch::Receiver<Option<Harm>>, Arc<AtomicU64>),
) -> io::Result<()> {
    let far = TcpStream::connect(server).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near_reader, near_writer) = near.into_split();
    let (far_reader, far_writer) = far.into_split();
    let carried = Arc::new(AtomicU64::new(0));
    let out = Strand {
        harm: harm.clone(),
        carried: carried.clone(),
        all: all.clone(),
        outward: true,
    };
    let back = Strand {
        harm,
        carried,
        all,
        outward: false,
    };
    tokio::select! {
        over = out.pump(near_reader, far_writer) => over,
        over = back.pump(far_reader, near_writer) => over,
    }
}

/// One direction of a connection.
struct Strand {
    harm: watch::Receiver<Option<Harm>>,
    /// Bytes of both directions since they were counted.
    carried: Arc<AtomicU64>,
    /// Those of the whole cable.
    all: Arc<AtomicU64>,
    /// To the server.
    outward: bool,
}

impl Strand {
    async fn pump(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        let mut changes = self.harm.clone();
        loop {
            let harm = *self.harm.borrow_and_update();
            match harm {
                Some(Harm::Cut) => return Ok(()),
                Some(Harm::Stall) => {
                    let _ = changes.wait_for(|now| *now != harm).await;
                    continue;
                }
                Some(Harm::Flood) if self.outward => {
                    tokio::select! {
                        flooded = self.flood(&mut to) => flooded?,
                        _ = changes.wait_for(|now| *now != harm) => {}
                    }
                    continue;
                }
                _ => {}
            }
            let read = tokio::select! {
                read = from.read(&mut buffer) => read?,
                changed = self.harm.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return Ok(()),
                },
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            self.all.fetch_add(length(bytes), Ordering::AcqRel);
            // What was on its way when the harm was done is harmed too.
            let harm = *self.harm.borrow();
            match harm {
                Some(Harm::Swallow | Harm::Flood) => {}
                Some(Harm::CutAfter(most)) => {
                    let before = self.carried.fetch_add(length(bytes), Ordering::AcqRel);
                    let left = usize::try_from(most.saturating_sub(before)).unwrap_or(usize::MAX);
                    to.write_all(bytes.get(..left.min(bytes.len())).unwrap_or_default())
                        .await?;
                    if left <= bytes.len() {
                        return Ok(());
                    }
                }
                _ => {
                    let mut changes = self.harm.clone();
                    tokio::select! {
                        written = to.write_all(bytes) => written?,
                        _ = changes.wait_for(|now| *now == Some(Harm::Cut)) => return Ok(()),
                    }
                }
            }
        }
    }

    async fn flood(&self, to: &mut OwnedWriteHalf) -> io::Result<()> {
        let message = unsealed()?;
        loop {
            to.write_all(&message).await?;
            self.all.fetch_add(length(&message), Ordering::AcqRel);
        }
    }
}

/// The largest message to relay that there is, of bytes that nobody sealed.
fn unsealed() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    encode::request(&mut bytes, Method::Post, Resource::Relay)
        .content_type(BYTES)
        .finish(&vec![0; limits::RELAY_MAX])
        .map_err(io::Error::other)?;
    Ok(bytes)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
