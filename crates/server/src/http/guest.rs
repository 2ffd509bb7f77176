use crate::client::Address;
use crate::places::{Place, Places};
use std::sync::{Arc, Mutex, PoisonError};

/// Whom one connection counts for. A trusted proxy's connections carry requests of many: each counts
/// for whom its latest request came from, as long as it is open.
#[derive(Debug)]
pub(super) struct Guest {
    places: Arc<Places>,
    place: Mutex<Option<Place>>,
}

impl Guest {
    /// Counts for nobody yet.
    pub(super) fn unknown(places: &Arc<Places>) -> Self {
        Self {
            places: Arc::clone(places),
            place: Mutex::default(),
        }
    }

    /// Counts for this address from now on; false if it has no room.
    pub(super) fn is_of(&self, address: Address) -> bool {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if place.as_ref().is_none_or(|held| held.address != address) {
            // Given back before the next one is taken: never both.
            *place = None;
            *place = self.places.take(address);
        }
        place.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Address {
        Address::new(address.parse().unwrap())
    }

    #[test]
    fn each_address_has_its_own_room_and_gets_it_back() {
        let places = Places::new(1);
        let [first, second, third] = [(); 3].map(|()| Guest::unknown(&places));
        assert!(first.is_of(at("2001:db8::1")));
        assert!(first.is_of(at("2001:db8::1")), "its next request");
        assert!(!second.is_of(at("2001:db8::2")), "the same /64");
        assert!(second.is_of(at("198.51.100.1")));
        assert!(!second.is_of(at("2001:db8::1")), "no room there");
        assert!(third.is_of(at("198.51.100.1")), "which the second has left");
        drop(first);
        assert!(second.is_of(at("2001:db8::1")));
    }
}
