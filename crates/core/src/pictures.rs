use bytes::Bytes;
use floater_proto::body::PictureKind;
use floater_proto::{Id, MessageRef, limits};
use std::collections::{BTreeMap, VecDeque};

/// Offers that are remembered by their message; more cannot be reported.
const OFFERS_MAX: usize = 1024;

/// The pictures of the other one: which message offered them, and the bytes of the opened ones,
/// so that they can be reported.
#[derive(Default)]
pub(crate) struct Pictures {
    offers: BTreeMap<Id, (MessageRef, PictureKind)>,
    opened: VecDeque<(Id, Bytes)>,
}

impl Pictures {
    pub(crate) fn offered(&mut self, id: Id, of: MessageRef, kind: PictureKind) {
        if self.offers.len() < OFFERS_MAX {
            self.offers.insert(id, (of, kind));
        }
    }

    /// Keeps the bytes; the oldest give way.
    pub(crate) fn opened(&mut self, id: Id, bytes: Bytes) {
        self.opened.push_back((id, bytes));
        let held = |opened: &VecDeque<(Id, Bytes)>| -> usize {
            opened.iter().map(|(_, bytes)| bytes.len()).sum()
        };
        while held(&self.opened) > limits::PICTURES_UNOPENED_MAX {
            self.opened.pop_front();
        }
    }

    /// The bytes of a picture that was opened.
    pub(crate) fn bytes(&self, id: Id) -> Option<&Bytes> {
        self.opened
            .iter()
            .find(|(opened, _)| *opened == id)
            .map(|(_, bytes)| bytes)
    }

    /// The picture that a message offered.
    pub(crate) fn of(&self, of: MessageRef) -> Option<(Id, PictureKind)> {
        let mut offers = self.offers.iter();
        offers
            .find(|(_, (by, _))| *by == of)
            .map(|(id, (_, kind))| (*id, *kind))
    }
}
