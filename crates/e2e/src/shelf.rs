//! One's own pictures, as far as the peer may still fetch them. FLOATER/1.0 §6.6

use crate::limits;
use bytes::Bytes;
use floater_proto::body::{Fault, PictureOffer, Problem};
use floater_proto::limits::CHUNK_MAX;
use floater_proto::{ByteRange, ContentRange, Id, field};
use std::collections::VecDeque;

/// Bytes of an answer with picture bytes, its head included, at most.
pub(crate) const CHUNK_ANSWER: usize = CHUNK_MAX + 512;

/// A picture that was offered.
struct Offered {
    offer: PictureOffer,
    bytes: Bytes,
    /// Seconds of the conversation.
    at: u64,
    served: u64,
}

impl Offered {
    fn cut(&self, ranges: &[ByteRange]) -> Bytes {
        let part = |range: &ByteRange| {
            let first = usize::try_from(range.first).unwrap_or(usize::MAX);
            let last = usize::try_from(range.last).unwrap_or(usize::MAX);
            self.bytes.get(first..=last).unwrap_or_default()
        };
        match ranges {
            [range] => self.bytes.slice_ref(part(range)),
            ranges => ranges.iter().map(part).collect::<Vec<_>>().concat().into(),
        }
    }
}

/// A range that the peer asked for and has not got yet.
#[derive(Clone)]
pub(crate) struct Serve {
    /// `Request-Id` of the question.
    pub(crate) request: u64,
    pub(crate) id: Id,
    ranges: Vec<ByteRange>,
}

/// What answers a range.
pub(crate) struct Chunk {
    pub(crate) kind: &'static str,
    pub(crate) range: String,
    pub(crate) at: u64,
    pub(crate) bytes: Bytes,
}

/// The pictures, and the ranges that wait for room.
pub(crate) struct Shelf {
    offered: VecDeque<Offered>,
    queue: VecDeque<Serve>,
}

impl Shelf {
    pub(crate) const fn new() -> Self {
        Self {
            offered: VecDeque::new(),
            queue: VecDeque::new(),
        }
    }

    /// Makes room for a picture by letting go of those that were fetched wholly, the oldest
    /// first. Whether there is room.
    pub(crate) fn make_room(&mut self, size: usize) -> bool {
        while !self.has_room(size) {
            let fetched = |picture: &Offered| picture.served >= picture.offer.size;
            let Some(at) = self.offered.iter().position(fetched) else {
                return false;
            };
            self.offered.remove(at);
        }
        true
    }

    fn has_room(&self, size: usize) -> bool {
        let held = self.offered.iter().map(|picture| picture.bytes.len());
        let bytes = held.fold(size, usize::saturating_add);
        bytes <= limits::PICTURES_OFFERED_BYTES_MAX
            && self.offered.len() < limits::PICTURES_OFFERED_MAX
    }

    pub(crate) fn put(&mut self, offer: PictureOffer, bytes: Bytes, at: u64) {
        self.offered.push_back(Offered {
            offer,
            bytes,
            at,
            served: 0,
        });
    }

    /// The peer does not want it.
    pub(crate) fn remove(&mut self, id: Id) {
        self.offered.retain(|picture| picture.offer.id != id);
    }

    /// Takes a question for a picture.
    pub(crate) fn ask(&mut self, request: u64, id: Id, range: Option<&str>) -> Result<(), Problem> {
        if self.queue.len() >= limits::REQUESTS_OPEN_MAX {
            return Err(Problem::new(Fault::TooMany, "too many open requests"));
        }
        let picture = self.offered.iter().find(|picture| picture.offer.id == id);
        let size = picture.map(|picture| picture.offer.size);
        let size = size.ok_or_else(|| Problem::new(Fault::NoPicture, "no such picture"))?;
        let whole = || {
            vec![ByteRange {
                first: 0,
                last: size.saturating_sub(1),
            }]
        };
        let ranges = range.map_or_else(|| Some(whole()), |range| ByteRange::parse(range).ok());
        let ranges = ranges.ok_or_else(|| Problem::invalid(field::RANGE, "bytes=first-last"))?;
        let span = ranges
            .iter()
            .fold(0_u64, |sum, range| sum.saturating_add(range.span()));
        if ranges.iter().any(|range| range.last >= size) || span > CHUNK_MAX as u64 {
            return Err(Problem::invalid(
                field::RANGE,
                "at most 32 KiB inside the picture",
            ));
        }
        self.queue.push_back(Serve {
            request,
            id,
            ranges,
        });
        Ok(())
    }

    /// Whether a range waits.
    pub(crate) fn is_asked(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next range, its bytes, and how many bytes of this picture went out by then.
    pub(crate) fn next_chunk(&mut self) -> Option<(Serve, Option<Chunk>, u64)> {
        let serve = self.queue.pop_front()?;
        let found = self
            .offered
            .iter_mut()
            .find(|picture| picture.offer.id == serve.id);
        let Some(picture) = found else {
            return Some((serve, None, 0));
        };
        let bytes = picture.cut(&serve.ranges);
        let sent = picture.served.saturating_add(bytes.len() as u64);
        picture.served = sent.min(picture.offer.size);
        let range = ContentRange {
            ranges: serve.ranges.clone(),
            size: picture.offer.size,
        };
        let chunk = Chunk {
            kind: picture.offer.kind.mime(),
            range: range.to_string(),
            at: picture.at,
            bytes,
        };
        Some((serve, Some(chunk), picture.served))
    }

    pub(crate) fn clear(&mut self) {
        self.offered.clear();
        self.queue.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use floater_proto::Binary;
    use floater_proto::body::PictureKind;
    use floater_proto::limits::PICTURE_MAX;

    const fn id(n: u8) -> Id {
        Binary([n; 16])
    }

    fn put(shelf: &mut Shelf, n: u8, size: usize) {
        let offer = PictureOffer {
            id: id(n),
            kind: PictureKind::Jpeg,
            size: size as u64,
            width: 1,
            height: 1,
            sha256: Binary([0; 32]),
            thumbhash: String::new(),
            still: false,
        };
        shelf.put(offer, Bytes::from(vec![n; size]), 0);
    }

    /// What the next question is answered with, and how much of the picture has gone out.
    fn served(shelf: &mut Shelf) -> (Option<usize>, u64) {
        let (_, chunk, done) = shelf.next_chunk().unwrap();
        (chunk.map(|chunk| chunk.bytes.len()), done)
    }

    #[test]
    fn a_picture_that_was_fetched_makes_room_for_one_more() {
        let mut shelf = Shelf::new();
        for n in 0..limits::PICTURES_OFFERED_MAX as u8 {
            assert!(shelf.make_room(20), "{n}");
            put(&mut shelf, n, 20);
        }
        assert!(!shelf.make_room(20));
        shelf.ask(1, id(5), Some("bytes=0-18")).unwrap();
        assert_eq!(served(&mut shelf), (Some(19), 19));
        assert!(!shelf.make_room(20), "a byte is missing");
        shelf.ask(2, id(5), Some("bytes=19-19")).unwrap();
        assert_eq!(served(&mut shelf), (Some(1), 20));
        assert!(shelf.make_room(20));
        let gone = shelf.ask(3, id(5), None).unwrap_err();
        assert_eq!(gone.error, Fault::NoPicture);
        for n in [0, 4, 6, 63] {
            assert!(shelf.ask(4, id(n), None).is_ok(), "{n} was not fetched");
        }
    }

    #[test]
    fn the_bytes_that_are_offered_have_a_bound() {
        let mut shelf = Shelf::new();
        let most = limits::PICTURES_OFFERED_BYTES_MAX / PICTURE_MAX;
        for n in 1..most as u8 {
            assert!(shelf.make_room(PICTURE_MAX));
            put(&mut shelf, n, PICTURE_MAX);
        }
        assert!(!shelf.make_room(PICTURE_MAX + 1));
        assert!(shelf.make_room(PICTURE_MAX));
        put(&mut shelf, 0, PICTURE_MAX);
        assert!(!shelf.make_room(1));
        shelf.remove(id(0));
        assert!(shelf.make_room(1));
    }

    #[test]
    fn ranges_that_wait_have_a_bound_and_lie_inside_the_picture() {
        let mut shelf = Shelf::new();
        put(&mut shelf, 1, 2 * CHUNK_MAX);
        let refused = |range| {
            let mut shelf = Shelf::new();
            put(&mut shelf, 1, 2 * CHUNK_MAX);
            shelf.ask(0, id(1), range).is_err()
        };
        assert!(!refused(Some("bytes=0-32767")));
        assert!(!refused(Some("bytes=65535-65535")));
        assert!(refused(Some("bytes=65535-65536")));
        assert!(refused(Some("bytes=0-32767,65535-65535")));
        assert!(refused(None), "the whole is more than a chunk");
        assert!(!shelf.is_asked());
        for request in 0..limits::REQUESTS_OPEN_MAX as u64 {
            shelf.ask(request, id(1), Some("bytes=0-0")).unwrap();
        }
        assert!(shelf.is_asked());
        let late = shelf.ask(0, id(1), Some("bytes=0-0")).unwrap_err();
        assert_eq!(late.error, Fault::TooMany);
        shelf.remove(id(1));
        assert_eq!(served(&mut shelf), (None, 0), "nobody has it any more");
        shelf.clear();
        assert!(!shelf.is_asked());
    }
}
