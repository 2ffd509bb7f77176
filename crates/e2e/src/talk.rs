//! What the records say: greeting gate, texts, signs, pictures, safety code, end.
//! FLOATER/1.0 §6
//!
//! It writes messages into its [`Lane`] and reads those of the peer; it knows nothing of frames.

use crate::archive::Archive;
use crate::frame::Unsealed;
use crate::lane::{Asked, Lane, What};
use crate::limits;
use crate::pull::Pulls;
use crate::safety::Safety;
use crate::shelf::{CHUNK_ANSWER, Shelf};
use crate::signed::{self, Draft, Ledger};
use crate::signs::Signs;
use crate::{Event, Misuse, NewPicture};
use data_encoding::BASE64URL_NOPAD;
use floater_proto::body::{
    End, Fault, GREETING, JSON, PictureKind, PictureOffer, Problem, Reason, Seen, TEXT, Typing,
    to_json,
};
use floater_proto::limits::{
    PICTURE_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX, TEXT_MAX, THUMBHASH_MAX,
};
use floater_proto::{
    Binary, ByteRange, Date, MessageRef, Method, Resource, Status, VERSION, encode, field,
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Bytes of the head of a message that is not signed, about at most.
pub(crate) const HEAD: usize = 240;

/// One side's half of what is said.
pub(crate) struct Talk {
    pub(crate) ledger: Ledger,
    pub(crate) lane: Lane,
    pub(crate) archive: Archive,
    pub(crate) pulls: Pulls,
    pub(crate) shelf: Shelf,
    pub(crate) signs: Signs,
    pub(crate) safety: Safety,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) events: VecDeque<Event>,
    /// One's own 你好 is in the stream.
    pub(crate) greeted: bool,
    /// The peer's 你好 was delivered.
    pub(crate) peer_greeted: bool,
    /// Somebody ended it, or it failed.
    pub(crate) over: bool,
    /// One of the two hides its address.
    pub(crate) hidden: bool,
    /// When the conversation began, in milliseconds: dates count from here.
    pub(crate) began: u64,
}

impl Talk {
    pub(crate) fn new(now: u64, ledger: Ledger, mut rng: ChaCha20Rng) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self {
            safety: Safety::new(ledger.role, nonce),
            ledger,
            lane: Lane::new(),
            archive: Archive::new(),
            pulls: Pulls::new(),
            shelf: Shelf::new(),
            signs: Signs::new(),
            rng,
            events: VecDeque::new(),
            greeted: false,
            peer_greeted: false,
            over: false,
            hidden: false,
            began: now,
        }
    }

    /// FLOATER/1.0 §6.2
    pub(crate) const fn is_gate_open(&self) -> bool {
        self.greeted && self.peer_greeted
    }

    /// When [`Talk::handle_wake`] wants to be called.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        let pulls = self.pulls.fails_at().filter(|_| !self.over);
        [self.signs.wake_at(), pulls].into_iter().flatten().min()
    }

    pub(crate) fn handle_wake(&mut self, now: u64) {
        if self.signs.expire(now) {
            self.events.push_back(Event::Typing(false));
        }
        if !self.over
            && let Some(id) = self.pulls.expire(now)
        {
            self.fail_picture(id);
        }
    }

    pub(crate) fn can_say(&self) -> bool {
        self.is_gate_open()
            && !self.over
            && !self.lane.is_full()
            && self.lane.signed_open() < limits::SIGNED_OPEN_MAX
    }

    pub(crate) fn greet(&mut self) -> Result<(), Misuse> {
        if self.over {
            return Err(Misuse::Over);
        }
        if !self.greeted {
            self.greeted = true;
            let id = self.lane.ask(Asked::Greeting);
            self.request(Resource::Greeting, Some(id), (TEXT, GREETING.as_bytes()));
            self.tell_greeted();
        }
        Ok(())
    }

    pub(crate) fn tell_greeted(&mut self) {
        let (own, peer) = (self.greeted, self.peer_greeted);
        self.events.push_back(Event::Greeted { own, peer });
    }

    /// Whether something signed can be said now.
    fn check_open(&self, quote: Option<MessageRef>) -> Result<(), Misuse> {
        if self.over {
            Err(Misuse::Over)
        } else if !self.is_gate_open() {
            Err(Misuse::GreetFirst)
        } else if quote.is_some_and(|of| !self.ledger.has(of)) {
            Err(Misuse::NoMessage)
        } else if !self.can_say() {
            Err(Misuse::WindowFull)
        } else {
            Ok(())
        }
    }

    pub(crate) fn say(
        &mut self,
        text: &str,
        quote: Option<MessageRef>,
    ) -> Result<MessageRef, Misuse> {
        self.check_open(quote)?;
        if text.trim().is_empty() {
            return Err(Misuse::Empty);
        }
        if text.len() > TEXT_MAX {
            return Err(Misuse::TooLarge);
        }
        self.signs.said();
        Ok(
            self.put_signed(Resource::Text, (TEXT, text), quote, |number| Asked::Text {
                number,
            }),
        )
    }

    pub(crate) fn offer_picture(
        &mut self,
        now: u64,
        picture: NewPicture,
    ) -> Result<(MessageRef, PictureOffer), Misuse> {
        self.check_open(picture.quote)?;
        check_picture(&picture)?;
        if !self.shelf.make_room(picture.bytes.len()) {
            return Err(Misuse::PicturesFull);
        }
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        let offer = PictureOffer {
            id: Binary(id),
            kind: picture.kind,
            size: picture.bytes.len() as u64,
            width: picture.width,
            height: picture.height,
            sha256: Binary(Sha256::digest(&picture.bytes).into()),
            thumbhash: picture.thumbhash,
            still: picture.still,
        };
        let body = String::from_utf8(to_json(&offer)).unwrap_or_default();
        let (id, at) = (offer.id, self.seconds(now));
        let of = self.put_signed(
            Resource::Picture,
            (JSON, body.as_str()),
            picture.quote,
            |number| Asked::Offer { number, id },
        );
        self.shelf.put(offer.clone(), picture.bytes, at);
        Ok((of, offer))
    }

    fn put_signed(
        &mut self,
        resource: Resource,
        (content_type, body): (&str, &str),
        quote: Option<MessageRef>,
        asked: impl FnOnce(u64) -> Asked,
    ) -> MessageRef {
        let mut key = [0; 32];
        self.rng.fill_bytes(&mut key);
        let signed = self.ledger.sign(&Draft {
            resource,
            content_type,
            quote,
            body,
            key,
        });
        let of = signed.of;
        let id = self.lane.ask(asked(of.number));
        if let Ok(message) = signed::write(&signed, resource, id) {
            self.lane.push(message, What::Signed(of.number));
        }
        self.archive.keep(signed);
        of
    }

    pub(crate) fn typing(&mut self, now: u64, typing: bool) {
        if self.is_gate_open() && !self.over && self.signs.tell(now, typing) {
            self.request(Resource::Typing, None, (JSON, &to_json(&Typing { typing })));
        }
    }

    pub(crate) fn seen(&mut self, number: u64) {
        let number = number.min(self.ledger.heard);
        if self.is_gate_open() && !self.over && self.signs.tell_seen(number) {
            self.request(Resource::Seen, None, (JSON, &to_json(&Seen { number })));
        }
    }

    pub(crate) fn end(&mut self, reason: Reason) -> Result<(), Misuse> {
        if !is_a_sides(reason) {
            return Err(Misuse::BadReason);
        }
        if !self.over {
            self.over = true;
            self.shelf.clear();
            // What waits for room would only keep the end from getting out.
            self.lane.clear();
            self.request(Resource::End, None, (JSON, &to_json(&End { reason })));
            self.events.push_back(Event::Ended {
                reason,
                by_peer: false,
            });
        }
        Ok(())
    }

    /// FLOATER/1.0 §6.9
    pub(crate) fn hide(&mut self) {
        if !self.hidden && !self.over {
            self.hidden = true;
            self.request(Resource::Hide, None, (JSON, b"{}"));
        }
    }

    /// S is known: A commits.
    pub(crate) fn begin_safety(&mut self) {
        if let Some(step) = self.safety.begin() {
            self.request(Resource::Safety, None, (JSON, &to_json(&step)));
        }
    }

    /// Writes a request into the lane. Without an id it is never answered.
    pub(crate) fn request(&mut self, resource: Resource, id: Option<u64>, body: (&str, &[u8])) {
        let mut out = Unsealed::with_capacity(HEAD.saturating_add(body.1.len()));
        let mut request =
            encode::request(out.end(), Method::Post, resource).field(field::USER_AGENT, VERSION);
        if let Some(id) = id {
            request = request.request_id(id);
        }
        if request.content_type(body.0).finish(body.1).is_ok() {
            self.lane.push(out, What::Said);
        }
    }

    /// Asks for the ranges that are wanted next.
    pub(crate) fn pull(&mut self, now: u64, ahead: usize) {
        if self.over {
            return;
        }
        while !self.lane.is_full()
            && let Some(wanted) = self.pulls.next_range(now, ahead)
        {
            let request_id = self.lane.ask(Asked::Range(wanted));
            let mut out = Unsealed::with_capacity(HEAD);
            let written =
                encode::request(out.end(), Method::Get, Resource::PictureBytes(wanted.id))
                    .request_id(request_id)
                    .field(field::USER_AGENT, VERSION)
                    .field(field::RANGE, &ByteRange::format(&[wanted.range]))
                    .finish(&[]);
            if written.is_ok() {
                self.lane.push(out, What::Said);
            }
        }
    }

    /// The next range that the peer asked for, as a whole answer.
    pub(crate) fn next_chunk(&mut self, now: u64) -> Option<Unsealed> {
        let (serve, chunk, done) = self.shelf.next_chunk()?;
        let Some(chunk) = chunk else {
            let gone = Problem::new(Fault::NoPicture, "no such picture");
            self.refuse(now, Some(serve.request), &gone);
            return None;
        };
        let mut out = Unsealed::with_capacity(CHUNK_ANSWER);
        let written = encode::response(out.end(), Status::PARTIAL_CONTENT)
            .request_id(serve.request)
            .field(field::DATE, &self.date(now))
            .field(field::USER_AGENT, VERSION)
            .content_type(chunk.kind)
            .field(field::CONTENT_RANGE, &chunk.range)
            .field(field::LAST_MODIFIED, &Date(chunk.at).to_string())
            .finish(&chunk.bytes);
        self.events
            .push_back(Event::PictureSent { id: serve.id, done });
        written.is_ok().then_some(out)
    }

    /// Dates between strangers count from the beginning of the conversation: no clock is told.
    pub(crate) fn date(&self, now: u64) -> String {
        Date(self.seconds(now)).to_string()
    }

    const fn seconds(&self, now: u64) -> u64 {
        now.saturating_sub(self.began) / 1000
    }
}

/// The reasons that one of the two may give.
pub(crate) const fn is_a_sides(reason: Reason) -> bool {
    matches!(reason, Reason::Left | Reason::Silent | Reason::Unreachable)
}

fn check_picture(picture: &NewPicture) -> Result<(), Misuse> {
    if picture.bytes.len() > PICTURE_MAX {
        return Err(Misuse::TooLarge);
    }
    let sides = [picture.width, picture.height];
    let sized = sides
        .iter()
        .all(|side| (1..=PICTURE_SIDE_MAX).contains(side));
    let whole = PictureKind::of(&picture.bytes) == Some(picture.kind);
    if whole && sized && is_offerable(picture.width, picture.height, &picture.thumbhash) {
        Ok(())
    } else {
        Err(Misuse::BadPicture)
    }
}

/// Dimensions and ThumbHash that a receiver takes.
pub(crate) fn is_offerable(width: u32, height: u32, thumbhash: &str) -> bool {
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    let hash = BASE64URL_NOPAD.decode(thumbhash.as_bytes());
    (1..=PICTURE_PIXELS_MAX).contains(&pixels)
        && hash.is_ok_and(|bytes| bytes.len() <= THUMBHASH_MAX)
}
