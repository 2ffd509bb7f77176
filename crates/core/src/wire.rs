use crate::LinkId;
use crate::ask::Want;
use crate::request::Request;
use floater_proto::{DecodeError, Decoder, Id, Method, Resource, Start, Status, limits};
use std::collections::BTreeMap;

/// What an open request was made for.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    /// `POST /session` at the beginning of a link.
    Open,
    /// A person's wish; refused after its moment.
    Person {
        tag: u32,
        want: Want,
        until: u64,
    },
    Status,
    Seek,
    StopSeeking,
    Accept(Id),
    End(Id),
    EndUnnamed,
    Path,
    Report,
}

/// A message that arrived, out of the decoder's buffer.
pub(crate) enum Arrived {
    Request {
        method: Method,
        resource: Option<Resource>,
        id: Option<u64>,
        body: Vec<u8>,
    },
    Response {
        id: Option<u64>,
        status: Status,
        body: Vec<u8>,
    },
}

struct OpenRequest {
    ask: Ask,
    since: u64,
}

/// One open link to the server: its decoder, and what was asked on it.
pub(crate) struct Wire {
    pub(crate) id: LinkId,
    /// When the server last sent anything.
    pub(crate) heard_at: u64,
    /// When it was opened.
    pub(crate) since: u64,
    /// What the driver's buffer can take.
    pub(crate) room: usize,
    /// The latest round trip.
    pub(crate) round_trip: u64,
    decoder: Decoder,
    open: BTreeMap<u64, OpenRequest>,
    next_request: u64,
}

impl Wire {
    pub(crate) const fn new(id: LinkId, now: u64) -> Self {
        Self {
            id,
            heard_at: now,
            since: now,
            room: 0,
            round_trip: 0,
            decoder: Decoder::new(limits::MESSAGE_MAX),
            open: BTreeMap::new(),
            next_request: 1,
        }
    }

    pub(crate) fn push(&mut self, now: u64, bytes: &[u8]) -> Result<(), DecodeError> {
        self.heard_at = now;
        self.decoder.push(bytes)
    }

    pub(crate) fn next(&mut self) -> Result<Option<Arrived>, DecodeError> {
        let Some(message) = self.decoder.next()? else {
            return Ok(None);
        };
        let (id, body) = (message.request_id, message.body.to_vec());
        Ok(Some(match message.start {
            Start::Request { method, resource } => Arrived::Request {
                method,
                resource: Resource::parse(resource),
                id,
                body,
            },
            Start::Response { status } => Arrived::Response { id, status, body },
        }))
    }

    /// Keeps what is asked and writes the request; `None` if too many are open.
    pub(crate) fn request(
        &mut self,
        now: u64,
        ask: Ask,
        request: &Request,
        agent: &str,
    ) -> Option<Vec<u8>> {
        if self.open.len() >= limits::OPEN_REQUESTS_MAX {
            return None;
        }
        let id = self.next_request;
        let bytes = request.encode(Some(id), agent).ok()?;
        self.next_request = id.saturating_add(1);
        self.open.insert(id, OpenRequest { ask, since: now });
        Some(bytes)
    }

    /// What an answer answers; `None` for an unknown id, which is dropped.
    pub(crate) fn settle(&mut self, now: u64, id: u64) -> Option<Ask> {
        let open = self.open.remove(&id)?;
        self.round_trip = now.saturating_sub(open.since);
        Some(open.ask)
    }

    /// Whether such a request is open.
    pub(crate) fn is_open(&self, which: impl Fn(&Ask) -> bool) -> bool {
        self.open.values().any(|open| which(&open.ask))
    }

    /// The earliest moment at which a person's wish is refused.
    pub(crate) fn first_timeout(&self) -> Option<u64> {
        let until = |open: &OpenRequest| match open.ask {
            Ask::Person { until, .. } => Some(until),
            _ => None,
        };
        self.open.values().filter_map(until).min()
    }

    /// Takes out the wishes whose moment has passed; all of them without a moment.
    pub(crate) fn take_wishes(&mut self, before: Option<u64>) -> Vec<(u32, Want)> {
        let mut taken = Vec::new();
        self.open.retain(|_, open| match &open.ask {
            Ask::Person { tag, want, until } if before.is_none_or(|now| *until <= now) => {
                taken.push((*tag, want.clone()));
                false
            }
            _ => true,
        });
        taken
    }

    /// How many wishes of a person are open.
    pub(crate) fn wishes(&self) -> usize {
        self.open
            .values()
            .filter(|open| matches!(open.ask, Ask::Person { .. }))
            .count()
    }
}
