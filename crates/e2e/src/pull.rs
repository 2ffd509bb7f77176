//! The peer's pictures: pulled at once, checked, kept until they are opened. FLOATER/1.0 §6.6

use crate::limits;
use bytes::Bytes;
use floater_proto::body::{PictureKind, PictureOffer};
use floater_proto::limits::{CHUNK_MAX, PICTURES_UNOPENED_MAX};
use floater_proto::{ByteRange, Id};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// The peer's pictures that are not opened yet, in the order of their offers.
pub(crate) struct Pulls {
    waiting: VecDeque<Pull>,
    /// When the last range was answered, or the first was asked while none was open.
    moved: u64,
}

struct Pull {
    offer: PictureOffer,
    bytes: Vec<u8>,
    /// Hashes what lies below `hashed`: what comes in order is hashed as it comes.
    hash: Sha256,
    hashed: usize,
    /// Everything below was asked for.
    asked: u64,
    /// Bytes that are here.
    done: u64,
    open: usize,
    complete: bool,
}

/// A range of a picture to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) id: Id,
    pub(crate) range: ByteRange,
}

/// What an answer to a range did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Took {
    /// The picture is gone already.
    Nothing,
    /// So many bytes are here now.
    Progress(u64),
    /// All are, and they are what was offered.
    Complete(u64),
    /// They are not what was offered.
    Failed,
}

impl Pulls {
    pub(crate) const fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            moved: 0,
        }
    }

    /// Whether one more offer can be kept.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < limits::PICTURES_WAITING_MAX
    }

    pub(crate) fn has(&self, id: Id) -> bool {
        self.waiting.iter().any(|pull| pull.offer.id == id)
    }

    pub(crate) fn begin(&mut self, offer: PictureOffer) {
        self.waiting.push_back(Pull {
            offer,
            bytes: Vec::new(),
            hash: Sha256::new(),
            hashed: 0,
            asked: 0,
            done: 0,
            open: 0,
            complete: false,
        });
    }

    /// The next range to ask for, while fewer than `ahead` are open, and no more than the peer
    /// has to take. Pictures are pulled in the
    /// order of their offers, as far as the room for unopened ones reaches.
    pub(crate) fn next_range(&mut self, now: u64, ahead: usize) -> Option<Wanted> {
        let open = self.open_ranges();
        if open >= ahead.min(limits::REQUESTS_OPEN_MAX) {
            return None;
        }
        if open == 0 {
            self.moved = now;
        }
        let mut room = PICTURES_UNOPENED_MAX as u64;
        for pull in &mut self.waiting {
            room = room.checked_sub(pull.offer.size)?;
            if pull.asked < pull.offer.size {
                let first = pull.asked;
                let end = first.saturating_add(CHUNK_MAX as u64).min(pull.offer.size);
                pull.asked = end;
                pull.open = pull.open.saturating_add(1);
                let last = end.saturating_sub(1);
                return Some(Wanted {
                    id: pull.offer.id,
                    range: ByteRange { first, last },
                });
            }
        }
        None
    }

    /// Takes the bytes of a range that was asked for; `None` if the peer refused.
    pub(crate) fn take(&mut self, now: u64, wanted: Wanted, bytes: Option<&[u8]>) -> Took {
        self.moved = now;
        let mut pulls = self.waiting.iter_mut();
        let Some(pull) = pulls.find(|pull| pull.offer.id == wanted.id) else {
            return Took::Nothing;
        };
        let took = bytes.map_or(Took::Failed, |bytes| pull.take(wanted.range, bytes));
        if took == Took::Failed {
            self.waiting.retain(|pull| pull.offer.id != wanted.id);
        }
        took
    }

    /// When the first picture that is pulled has failed, unless a range is answered before.
    pub(crate) fn fails_at(&self) -> Option<u64> {
        (self.open_ranges() > 0).then(|| self.moved.saturating_add(limits::RANGE_WITHIN))
    }

    /// Gives the first picture up that is pulled if its sender does not answer any more: the next
    /// one has its turn.
    pub(crate) fn expire(&mut self, now: u64) -> Option<Id> {
        self.fails_at().filter(|at| *at <= now)?;
        self.moved = now;
        let at = self.waiting.iter().position(|pull| pull.open > 0)?;
        self.waiting.remove(at).map(|pull| pull.offer.id)
    }

    fn open_ranges(&self) -> usize {
        self.waiting
            .iter()
            .fold(0, |sum: usize, pull| sum.saturating_add(pull.open))
    }

    /// Takes a complete picture out.
    pub(crate) fn open(&mut self, id: Id) -> Option<Bytes> {
        let at = self
            .waiting
            .iter()
            .position(|pull| pull.offer.id == id && pull.complete)?;
        self.waiting.remove(at).map(|pull| pull.bytes.into())
    }
}

impl Pull {
    fn take(&mut self, range: ByteRange, bytes: &[u8]) -> Took {
        self.open = self.open.saturating_sub(1);
        if bytes.len() as u64 != range.span() {
            return Took::Failed;
        }
        let first = usize::try_from(range.first).unwrap_or(usize::MAX);
        let end = first.saturating_add(bytes.len());
        if self.bytes.is_empty() {
            self.bytes
                .reserve_exact(usize::try_from(self.offer.size).unwrap_or_default());
        }
        if self.bytes.len() == first {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.bytes.resize(self.bytes.len().max(end), 0);
            let Some(place) = self.bytes.get_mut(first..end) else {
                return Took::Failed;
            };
            place.copy_from_slice(bytes);
        }
        if self.hashed == first {
            self.hash.update(bytes);
            self.hashed = end;
        }
        self.done = self.done.saturating_add(bytes.len() as u64);
        if self.done < self.offer.size {
            return Took::Progress(self.done);
        }
        self.complete = self.is_what_was_offered();
        if self.complete {
            Took::Complete(self.done)
        } else {
            Took::Failed
        }
    }

    /// Size, magic bytes, and the hash.
    fn is_what_was_offered(&mut self) -> bool {
        let rest = self.bytes.get(self.hashed..).unwrap_or_default();
        self.hash.update(rest);
        self.bytes.len() as u64 == self.offer.size
            && PictureKind::of(&self.bytes) == Some(self.offer.kind)
            && self.hash.finalize_reset()[..] == self.offer.sha256.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use floater_proto::Binary;
    use floater_proto::limits::PICTURE_MAX;

    /// An offer of these bytes, which begin as a JPEG does if there are any.
    fn offer(id: u8, bytes: &[u8], size: usize) -> PictureOffer {
        PictureOffer {
            id: Binary([id; 16]),
            kind: PictureKind::Jpeg,
            size: size as u64,
            width: 1,
            height: 1,
            sha256: Binary(Sha256::digest(bytes).into()),
            thumbhash: String::new(),
            still: false,
        }
    }

    fn jpeg(size: usize) -> Vec<u8> {
        let bytes = [0xff, 0xd8, 0xff].into_iter();
        bytes
            .chain((0..).map(|n: u32| (n / 7) as u8))
            .take(size)
            .collect()
    }

    fn give(pulls: &mut Pulls, wanted: Wanted, bytes: &[u8]) -> Took {
        let range = wanted.range.first as usize..=wanted.range.last as usize;
        pulls.take(0, wanted, Some(&bytes[range]))
    }

    /// All ranges that are asked for now, at one moment.
    fn asked(pulls: &mut Pulls, now: u64) -> Vec<Wanted> {
        std::iter::from_fn(|| pulls.next_range(now, usize::MAX)).collect()
    }

    /// A direct path has room for more ranges than a peer takes at a time.
    #[test]
    fn no_more_is_asked_than_the_peer_has_to_take() {
        let mut pulls = Pulls::new();
        for id in 0..3 {
            pulls.begin(offer(id, &[], PICTURE_MAX));
        }
        assert_eq!(asked(&mut pulls, 0).len(), limits::REQUESTS_OPEN_MAX);
    }

    #[test]
    fn ranges_make_the_picture_in_whatever_order_they_come() {
        let bytes = jpeg(3 * CHUNK_MAX + 1);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            let mut pulls = Pulls::new();
            let offer = offer(1, &bytes, bytes.len());
            let id = offer.id;
            pulls.begin(offer);
            let asked = asked(&mut pulls, 0);
            let mut took = Took::Nothing;
            for at in order {
                assert_eq!(pulls.open(id), None, "it is not complete");
                took = give(&mut pulls, asked[at], &bytes);
            }
            assert_eq!(took, Took::Complete(bytes.len() as u64), "{order:?}");
            assert_eq!(pulls.open(id), Some(bytes.clone().into()));
        }
    }

    /// The clock runs while a range is open; a complete picture waits for ever.
    #[test]
    fn only_a_picture_that_is_pulled_is_given_up() {
        let bytes = jpeg(10);
        let mut pulls = Pulls::new();
        pulls.begin(offer(1, &bytes, bytes.len()));
        assert_eq!(pulls.fails_at(), None, "nothing was asked");
        let complete = asked(&mut pulls, 0)[0];
        give(&mut pulls, complete, &bytes);
        assert_eq!(pulls.fails_at(), None);
        let late = 10 * limits::RANGE_WITHIN;
        assert_eq!(pulls.expire(late), None);
        pulls.begin(offer(2, &bytes, bytes.len()));
        let silent = pulls.next_range(late, 1).unwrap();
        let until = late + limits::RANGE_WITHIN;
        assert_eq!(pulls.fails_at(), Some(until));
        assert_eq!(pulls.expire(until - 1), None);
        assert_eq!(pulls.expire(until), Some(silent.id));
        assert_eq!(pulls.open(silent.id), None);
        assert_eq!(pulls.open(complete.id), Some(bytes.into()));
    }
}
