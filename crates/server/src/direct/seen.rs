//! Which connections to the reflectors are open.

use floater_proto::Id;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections of one session: two ports of two families, each to four reflectors, twice while
/// they are renewed.
const OF_A_SESSION: usize = 32;
/// Connections of all sessions.
const OF_ALL: usize = 65_536;

/// Whence each session is seen, while its connections are open.
#[derive(Default)]
pub struct Seen {
    open: Mutex<HashMap<Id, Vec<SocketAddr>>>,
}

impl std::fmt::Debug for Seen {
    /// Addresses are never shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen([redacted])")
    }
}

impl Seen {
    /// Whether the session is seen at this endpoint.
    #[must_use]
    pub fn has(&self, id: &Id, at: SocketAddr) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(id).is_some_and(|seen| seen.contains(&at))
    }

    /// Counts a connection, until what is returned is dropped; `None` where there are too many.
    pub(super) fn enter(self: &Arc<Self>, id: Id, at: SocketAddr) -> Option<Sight> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OF_ALL && !open.contains_key(&id) {
            return None;
        }
        let seen = open.entry(id).or_default();
        if seen.len() >= OF_A_SESSION {
            return None;
        }
        seen.push(at);
        let seen = Arc::clone(self);
        Some(Sight { seen, id, at })
    }
}

/// A connection that is open.
pub(super) struct Sight {
    seen: Arc<Seen>,
    id: Id,
    at: SocketAddr,
}

impl Drop for Sight {
    fn drop(&mut self) {
        let open = self.seen.open.lock();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        let Some(seen) = open.get_mut(&self.id) else {
            return;
        };
        if let Some(index) = seen.iter().position(|at| *at == self.at) {
            seen.swap_remove(index);
        }
        if seen.is_empty() {
            open.remove(&self.id);
        }
    }
}
