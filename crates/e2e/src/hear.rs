//! What the peer says, one message at a time. FLOATER/1.0 §6.1

use crate::Event;
use crate::frame::Unsealed;
use crate::lane::{Asked, What};
use crate::pull::{Took, Wanted};
use crate::talk::{HEAD, Talk, is_a_sides, is_offerable};
use floater_proto::body::{
    End, Fault, GREETING, JSON, PictureOffer, Problem, Safety, Seen, TEXT, Typing, from_json,
    to_json,
};
use floater_proto::limits::{PICTURE_MAX, TEXT_MAX};
use floater_proto::{
    ContentRange, Id, Message, Method, Resource, Start, Status, VERSION, encode, field,
};

/// What becomes of a request: answered `200`, answered later, or refused.
enum Heard {
    Done,
    Later,
}

type Outcome = Result<Heard, Problem>;

impl Talk {
    /// Takes one message of the stream.
    pub(crate) fn hear(&mut self, now: u64, message: &Message<'_>, hash: &[u8; 32]) {
        let (method, resource) = match message.start {
            Start::Response { status } => return self.hear_answer(now, message, status),
            Start::Request { method, resource } => (method, resource),
        };
        // Whoever asks without end and reads nothing is not answered.
        let id = message
            .request_id
            .filter(|_| !self.lane.is_asked_too_much());
        match self.hear_request(now, (method, resource), message, hash) {
            Ok(Heard::Later) => {}
            Ok(Heard::Done) => self.answer(now, id, Status::OK, &[]),
            Err(problem) => self.refuse(now, id, &problem),
        }
    }

    fn hear_request(
        &mut self,
        now: u64,
        (method, resource): (Method, &str),
        message: &Message<'_>,
        hash: &[u8; 32],
    ) -> Outcome {
        let unknown = || Problem::new(Fault::UnknownResource, "no such resource between strangers");
        let resource = Resource::parse(resource)
            .filter(|resource| is_between_strangers(*resource))
            .ok_or_else(unknown)?;
        self.check_gate(resource)?;
        match (method, resource) {
            (Method::Post, Resource::Greeting) => self.hear_greeting(message),
            (Method::Post, Resource::Text) => self.hear_text(message),
            (Method::Post, Resource::Picture) => self.hear_offer(message),
            (Method::Get, Resource::PictureBytes(id)) => self.hear_range(id, message),
            (Method::Post, Resource::Typing) => self.hear_typing(now, message),
            (Method::Post, Resource::Seen) => self.hear_seen(message),
            (Method::Post, Resource::Safety) => self.hear_safety(message, hash),
            (Method::Post, Resource::Hide) => self.hear_hide(message),
            (Method::Post, Resource::End) => self.hear_end(message),
            _ => Err(Problem::new(Fault::WrongMethod, "the other method")),
        }
    }

    /// FLOATER/1.0 §6.2
    fn check_gate(&self, resource: Resource) -> Result<(), Problem> {
        if self.over {
            return Err(Problem::new(Fault::MatchOver, "the conversation is over"));
        }
        let gated = matches!(
            resource,
            Resource::Text
                | Resource::Picture
                | Resource::PictureBytes(_)
                | Resource::Typing
                | Resource::Seen
        );
        if gated && !self.is_gate_open() {
            return Err(Problem::new(Fault::GreetFirst, "both must say 你好 first"));
        }
        Ok(())
    }

    /// FLOATER/1.0 §6.9
    fn hear_hide(&mut self, message: &Message<'_>) -> Outcome {
        check_control(message)?;
        if !self.hidden {
            self.hidden = true;
            self.events.push_back(Event::PeerHid);
        }
        Ok(Heard::Done)
    }

    fn hear_greeting(&mut self, message: &Message<'_>) -> Outcome {
        check_type(message, TEXT)?;
        if message.body != GREETING.as_bytes() {
            return Err(Problem::new(Fault::Malformed, "the greeting is 你好"));
        }
        if !self.peer_greeted {
            self.peer_greeted = true;
            self.tell_greeted();
        }
        Ok(Heard::Done)
    }

    fn hear_text(&mut self, message: &Message<'_>) -> Outcome {
        check_type(message, TEXT)?;
        let (signed, quote) = self.ledger.take(message, Resource::Text)?;
        if signed.body.len() > TEXT_MAX {
            return Err(Problem::new(
                Fault::TooLarge,
                "a text has at most 16384 bytes",
            ));
        }
        if signed.body.trim().is_empty() {
            return Err(Problem::new(Fault::Malformed, "a text has a character"));
        }
        self.stop_typing();
        self.events.push_back(Event::Text {
            of: signed.of,
            text: signed.body.clone(),
            quote,
        });
        self.archive.keep(signed);
        Ok(Heard::Done)
    }

    /// FLOATER/1.0 §6.6
    fn hear_offer(&mut self, message: &Message<'_>) -> Outcome {
        check_type(message, JSON)?;
        let (signed, quote) = self.ledger.take(message, Resource::Picture)?;
        let offer: PictureOffer = from_json(message.body)?;
        if offer.size == 0 || offer.size > PICTURE_MAX as u64 {
            return Err(Problem::new(
                Fault::TooLarge,
                "a picture has 1 byte to 8 MiB",
            ));
        }
        if !is_offerable(offer.width, offer.height, &offer.thumbhash) {
            return Err(Problem::invalid("width", "at most 16.8 million pixels"));
        }
        if self.pulls.has(offer.id) {
            return Err(Problem::invalid("id", "an id of its own"));
        }
        if !self.pulls.has_room() {
            return Err(Problem::new(Fault::TooMany, "too many unopened pictures"));
        }
        self.stop_typing();
        self.events.push_back(Event::Picture {
            of: signed.of,
            offer: offer.clone(),
            quote,
        });
        self.archive.keep(signed);
        self.pulls.begin(offer);
        Ok(Heard::Done)
    }

    /// Whoever has said it does not type any more.
    fn stop_typing(&mut self) {
        if self.signs.hear(0, false) {
            self.tell_typing(false);
        }
    }

    fn hear_range(&mut self, id: Id, message: &Message<'_>) -> Outcome {
        if let Some(request) = message.request_id {
            self.shelf.ask(request, id, message.field(field::RANGE))?;
        }
        Ok(Heard::Later)
    }

    fn hear_typing(&mut self, now: u64, message: &Message<'_>) -> Outcome {
        check_control(message)?;
        let Typing { typing } = from_json(message.body)?;
        if self.signs.hear(now, typing) {
            self.tell_typing(typing);
        }
        Ok(Heard::Done)
    }

    /// Tells a change. One that takes back what nobody was told yet leaves nothing to tell: a peer
    /// that floods makes one event of all that arrives at once.
    fn tell_typing(&mut self, typing: bool) {
        if matches!(self.events.back(), Some(Event::Typing(_))) {
            self.events.pop_back();
        } else {
            self.events.push_back(Event::Typing(typing));
        }
    }

    fn hear_seen(&mut self, message: &Message<'_>) -> Outcome {
        check_control(message)?;
        let Seen { number } = from_json(message.body)?;
        if number > self.ledger.own {
            return Err(Problem::invalid("number", "a message that was said"));
        }
        if self.signs.hear_seen(number) {
            self.events.push_back(Event::SeenByPeer { number });
        }
        Ok(Heard::Done)
    }

    /// FLOATER/1.0 §6.7
    fn hear_safety(&mut self, message: &Message<'_>, hash: &[u8; 32]) -> Outcome {
        check_control(message)?;
        let step: Safety = from_json(message.body)?;
        let next = self.safety.handle(step, hash);
        let next = next.map_err(|()| Problem::new(Fault::NotProved, "another step was due"))?;
        if let Some(next) = next {
            self.request(Resource::Safety, None, (JSON, &to_json(&next)));
        }
        if let Some(code) = self.safety.code() {
            self.events.push_back(Event::Safety(code));
        }
        Ok(Heard::Done)
    }

    fn hear_end(&mut self, message: &Message<'_>) -> Outcome {
        check_control(message)?;
        let End { reason } = from_json(message.body)?;
        if !is_a_sides(reason) {
            return Err(Problem::invalid("reason", "left, silent or unreachable"));
        }
        self.over = true;
        self.shelf.clear();
        self.lane.clear();
        self.events.push_back(Event::Ended {
            reason,
            by_peer: true,
        });
        Ok(Heard::Done)
    }

    fn hear_answer(&mut self, now: u64, message: &Message<'_>, status: Status) {
        let asked = message.request_id.and_then(|id| self.lane.answered(id));
        match asked {
            None | Some(Asked::Greeting) => {}
            Some(Asked::Text { number } | Asked::Offer { number, .. }) if status.is_success() => {
                self.events.push_back(Event::Delivered { number });
            }
            Some(Asked::Text { .. }) => {}
            Some(Asked::Offer { id, .. }) => {
                self.shelf.remove(id);
                self.events.push_back(Event::PictureFailed { id });
            }
            Some(Asked::Range(wanted)) => {
                self.hear_chunk(now, wanted, (message, status));
            }
        }
    }

    fn hear_chunk(&mut self, now: u64, wanted: Wanted, (message, status): (&Message<'_>, Status)) {
        let id = wanted.id;
        let named = message.field(field::CONTENT_RANGE).map(ContentRange::parse);
        let right = matches!(&named, Some(Ok(named)) if named.ranges == [wanted.range]);
        let bytes = (status == Status::PARTIAL_CONTENT && right).then_some(message.body);
        match self.pulls.take(now, wanted, bytes) {
            Took::Nothing => {}
            Took::Progress(done) => self.events.push_back(Event::PictureReceived { id, done }),
            Took::Complete(done) => {
                self.events.push_back(Event::PictureReceived { id, done });
                self.events.push_back(Event::PictureComplete { id });
            }
            Took::Failed => self.fail_picture(id),
        }
    }

    /// FLOATER/1.0 §6.6, 6 and 7
    pub(crate) fn fail_picture(&mut self, id: Id) {
        self.lane.forget_ranges(id);
        self.events.push_back(Event::PictureFailed { id });
    }

    pub(crate) fn refuse(&mut self, now: u64, id: Option<u64>, problem: &Problem) {
        let range = problem.field.as_deref() == Some(field::RANGE);
        let status = if range {
            Status::RANGE_NOT_SATISFIABLE
        } else {
            problem.error.status()
        };
        self.answer(now, id, status, &to_json(problem));
    }

    fn answer(&mut self, now: u64, id: Option<u64>, status: Status, body: &[u8]) {
        let Some(id) = id else {
            return;
        };
        let mut out = Unsealed::with_capacity(HEAD.saturating_add(body.len()));
        let mut response = encode::response(out.end(), status)
            .request_id(id)
            .field(field::DATE, &self.date(now))
            .field(field::USER_AGENT, VERSION);
        if !body.is_empty() {
            response = response.content_type(JSON);
        }
        if response.finish(body).is_ok() {
            self.lane.push(out, What::Answer);
        }
    }
}

/// A control message says its type or none. FLOATER/1.0 §1.5
fn check_control(message: &Message<'_>) -> Result<(), Problem> {
    match message.content_type() {
        None => Ok(()),
        Some(_) => check_type(message, JSON),
    }
}

fn check_type(message: &Message<'_>, expected: &str) -> Result<(), Problem> {
    if message.content_type() == Some(expected) {
        Ok(())
    } else {
        Err(Problem::new(
            Fault::WrongType,
            format!("expected {expected}"),
        ))
    }
}

/// Asked in records; `/hello` is none of them. FLOATER/1.0 §6.1
const fn is_between_strangers(resource: Resource) -> bool {
    matches!(
        resource,
        Resource::Greeting
            | Resource::Text
            | Resource::Picture
            | Resource::PictureBytes(_)
            | Resource::Typing
            | Resource::Seen
            | Resource::Safety
            | Resource::Hide
            | Resource::End
    )
}
