//! The way into a link from outside: a bounded outbox.

use floater_lobby::{LinkKey, Told, bounds};
use futures_channel::mpsc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Entries of an outbox. Relayed frames are bounded by [`bounds::RELAY_QUEUE`] in bytes and
/// charged [`CHARGE_MIN`] each, so that a quarter of the entries stays for what the lobby tells.
const ENTRIES: usize = 1024;
/// The least that a relayed message is charged, in bytes.
const CHARGE_MIN: usize = 256;

/// What a link is to write or to do. Boxed: an idle link holds room for one of these.
pub(super) enum Out {
    Relay(Box<Relayed>),
    Tell(Box<Told>),
    Route(Option<Arc<Port>>),
    Close,
}

/// A relayed message as it is written, and the room that it takes.
pub(super) struct Relayed {
    pub(super) bytes: Vec<u8>,
    epoch: u32,
    _room: Room,
}

/// Room in an outbox, in bytes: it is given back when this is dropped.
pub(super) struct Room {
    port: Arc<Port>,
    bytes: u32,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.port.room.add_permits(self.bytes as usize);
    }
}

/// Where others put what a link is to write: an outbox that holds at most [`ENTRIES`]. Its channel takes
/// memory for what is in it only, because most outboxes are empty.
pub struct Port {
    pub(super) key: LinkKey,
    outbox: mpsc::UnboundedSender<Out>,
    room: Semaphore,
    epoch: AtomicU32,
    overrun: AtomicBool,
}

impl std::fmt::Debug for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Port({})", self.key.0)
    }
}

impl Port {
    pub(super) fn new(key: LinkKey) -> (Arc<Self>, mpsc::UnboundedReceiver<Out>) {
        let (outbox, entries) = mpsc::unbounded();
        let room = Semaphore::new(bounds::RELAY_QUEUE);
        let (epoch, overrun) = (AtomicU32::new(0), AtomicBool::new(false));
        (
            Arc::new(Self {
                key,
                outbox,
                room,
                epoch,
                overrun,
            }),
            entries,
        )
    }

    /// Puts what the lobby decided. A link that lets its outbox fill up is cut.
    pub(super) fn put(&self, out: Out) {
        if self.outbox.len() >= ENTRIES {
            return self.overrun.store(true, Ordering::Release);
        }
        // A link that is gone takes nothing.
        drop(self.outbox.unbounded_send(out));
    }

    /// Whether the link is gone, or shall go.
    pub(super) fn is_gone(&self) -> bool {
        self.outbox.is_closed()
    }

    pub(super) fn is_overrun(&self) -> bool {
        self.overrun.load(Ordering::Acquire)
    }

    /// From now on what waits in this outbox is of the past.
    pub(super) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn is_of_now(&self, relayed: &Relayed) -> bool {
        relayed.epoch == self.epoch.load(Ordering::Acquire)
    }

    /// Relays at once; gives the bytes back while there is no room for them.
    pub(super) fn relay(self: &Arc<Self>, bytes: Vec<u8>) -> Result<(), Vec<u8>> {
        match self.room.try_acquire_many(charge(&bytes)) {
            Ok(permit) => {
                self.queue(bytes, self.held(permit));
                Ok(())
            }
            Err(_) => Err(bytes),
        }
    }

    /// Waits until there is room for so many bytes.
    pub(super) async fn room_for(self: &Arc<Self>, bytes: &[u8]) -> Option<Room> {
        let permit = self.room.acquire_many(charge(bytes)).await.ok()?;
        Some(self.held(permit))
    }

    /// A room knows its port itself: one allocation fewer for each link than an owned permit.
    fn held(self: &Arc<Self>, permit: SemaphorePermit<'_>) -> Room {
        let bytes = u32::try_from(permit.num_permits()).unwrap_or(u32::MAX);
        permit.forget();
        let port = Arc::clone(self);
        Room { port, bytes }
    }

    pub(super) fn queue(&self, bytes: Vec<u8>, room: Room) {
        let epoch = self.epoch.load(Ordering::Acquire);
        self.put(Out::Relay(Box::new(Relayed {
            bytes,
            epoch,
            _room: room,
        })));
    }
}

fn charge(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len().max(CHARGE_MIN)).unwrap_or(u32::MAX)
}
