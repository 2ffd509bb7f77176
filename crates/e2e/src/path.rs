use crate::event::{PathId, PathKind};
use crate::limits;

/// A way to the peer.
pub(crate) struct Path {
    pub(crate) id: PathId,
    pub(crate) kind: PathKind,
    /// What the driver said that it can take, less what it was given since.
    pub(crate) room: usize,
    /// The beginning of a frame that a byte stream has not completed yet.
    pub(crate) inbox: Vec<u8>,
}

/// The live paths. The best one is a direct path before the relay, and the newest of its kind.
#[derive(Default)]
pub(crate) struct Paths(Vec<Path>);

impl Paths {
    pub(crate) fn up(&mut self, id: PathId, kind: PathKind) {
        self.down(id);
        self.0.push(Path {
            id,
            kind,
            room: 0,
            inbox: Vec::new(),
        });
    }

    pub(crate) fn down(&mut self, id: PathId) {
        self.0.retain(|path| path.id != id);
    }

    pub(crate) fn find(&mut self, id: PathId) -> Option<&mut Path> {
        self.0.iter_mut().find(|path| path.id == id)
    }

    pub(crate) fn best(&self) -> Option<&Path> {
        self.0
            .iter()
            .max_by_key(|path| path.kind == PathKind::Direct)
    }

    pub(crate) fn best_mut(&mut self) -> Option<&mut Path> {
        self.0
            .iter_mut()
            .max_by_key(|path| path.kind == PathKind::Direct)
    }

    fn is_direct(&self) -> bool {
        self.best()
            .is_some_and(|path| path.kind == PathKind::Direct)
    }

    /// Frame bytes that may be unacknowledged. FLOATER/1.0 §5.3
    pub(crate) fn window(&self) -> usize {
        if self.is_direct() {
            limits::WINDOW_DIRECT
        } else {
            limits::WINDOW_RELAY
        }
    }

    /// Frame bytes after which an acknowledgement is sent at once. FLOATER/1.0 §5.3
    pub(crate) fn ack_bytes(&self) -> usize {
        if self.is_direct() {
            limits::ACK_BYTES_DIRECT
        } else {
            limits::ACK_BYTES_RELAY
        }
    }
}
