use crate::client::{Address, ByAddress};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that are open, by the address that they count for.
#[derive(Debug)]
pub(crate) struct Places {
    by_address: Mutex<ByAddress>,
    max: usize,
}

impl Places {
    /// For so many of each address.
    pub(crate) fn new(max: usize) -> Arc<Self> {
        let by_address = Mutex::default();
        Arc::new(Self { by_address, max })
    }

    /// One more of this address, unless it has no room.
    pub(crate) fn take(self: &Arc<Self>, address: Address) -> Option<Place> {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        by_address.enter(address, self.max).then(|| Place {
            places: Arc::clone(self),
            address,
        })
    }
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    pub(crate) address: Address,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self
            .places
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        by_address.leave(self.address);
    }
}
