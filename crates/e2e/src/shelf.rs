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
