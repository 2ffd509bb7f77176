//! What must hold between two strangers, whatever becomes of their frames on the way, and whatever
//! one of them seals.
//!
//! It stands on the stories' pair and stranger: `crate::pair` and `crate::stranger`.

use crate::pair::{A, B, Pair};
use crate::stranger::{CONTROL, FIRST, SECOND, Stranger, frame, split};
use floater_e2e::{Conversation, Event, NewPicture};
use floater_proto::body::{PictureKind, Reason};
use floater_proto::{Method, Resource, Status, encode, field};
use script::{Script, World, play};
use std::collections::HashMap;

mod script;

const OPERATIONS_MAX: usize = 200;
/// What one operation may make a side send, at most: its window, what waits behind it, answers.
const FRAMES_MAX: usize = 4096;

/// Panics if a conversation does; if something is shown that nobody said, or twice, or out of
/// order; if a number is used for two frames; or if what was said does not arrive in the end.
pub(crate) fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    if script.below(2) == 0 {
        let mut way = Way {
            script,
            pair: Pair::new(),
            said: [Vec::new(), Vec::new()],
            up: true,
        };
        play(&mut way, OPERATIONS_MAX);
        way.arrive();
    } else {
        let stranger = match script.below(4) {
            0 => Stranger::secured(),
            _ => Stranger::greeted(),
        };
        let mut hostile = Hostile {
            script,
            stranger,
            sealed: HashMap::new(),
            honest: 0,
        };
        play(&mut hostile, OPERATIONS_MAX);
    }
}

/// Two of ours, and somebody between them.
struct Way<'a> {
    script: Script<'a>,
    pair: Pair,
    said: [Vec<String>; 2],
    up: bool,
}

impl<'a> World<'a> for Way<'a> {
    fn script(&mut self) -> &mut Script<'a> {
        &mut self.script
    }

    fn operate(&mut self, operation: u8) {
        let from = usize::from(operation / 16) % 2;
        match operation % 16 {
            0..=3 => drop(self.pair.carry(from)),
            4 => drop(self.take(from)),
            5 => self.double(from),
            6 => self.swap(from),
            7 => self.garble(from),
            8 => self.shorten(from),
            9 => self.pair.give(from, self.script.bytes()),
            10 => self.replay(from),
            11 => self.reflect(from),
            12 => self.pair.pass(20 * u64::from(self.script.byte())),
            13 => self.blink(),
            14 => self.say(from),
            _ => self.wish(from),
        }
        self.pair.collect();
        for side in [A, B] {
            let heard = self.pair.texts(1 - side);
            assert!(
                self.said[side]
                    .starts_with(&heard.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>()),
                "{heard:?} of {:?}",
                self.said[side]
            );
        }
    }
}

impl Way<'_> {
    /// Takes the next frame of a side off the way.
    fn take(&mut self, from: usize) -> Option<Vec<u8>> {
        self.pair.collect();
        self.pair.wire[from].pop_front()
    }

    fn double(&mut self, from: usize) {
        self.pair.collect();
        let twice = self.pair.wire[from].front().cloned();
        self.pair.wire[from].extend(twice);
    }

    fn swap(&mut self, from: usize) {
        self.pair.collect();
        let length = self.pair.wire[from].len();
        if length > 1 {
            let one = usize::from(self.script.byte()) % length;
            let two = usize::from(self.script.byte()) % length;
            self.pair.wire[from].swap(one, two);
        }
    }

    /// Changes one byte of the next frame, which is lost by that or comes all the same.
    fn garble(&mut self, from: usize) {
        let Some(whole) = self.take(from) else { return };
        let mut garbled = whole.clone();
        let at = usize::from(u16::from_be_bytes([self.script.byte(), self.script.byte()]));
        let at = at % garbled.len();
        garbled[at] ^= self.script.byte().max(1);
        self.pair.give(1 - from, &garbled);
        if self.script.below(2) == 0 {
            self.pair.wire[from].push_front(whole);
        }
    }

    fn shorten(&mut self, from: usize) {
        let Some(whole) = self.take(from) else { return };
        let end = whole.len() * usize::from(self.script.byte()) / 255;
        self.pair.give(1 - from, &whole[..end]);
    }

    /// Something that was sent before comes again.
    fn replay(&mut self, from: usize) {
        let old = &self.pair.sent[from];
        if !old.is_empty() {
            let at = usize::from(self.script.byte()) % old.len();
            let again = old[old.len() - 1 - at].clone();
            self.pair.give(1 - from, &again);
        }
    }

    /// The next frame of a side comes back to it.
    fn reflect(&mut self, from: usize) {
        if let Some(own) = self.take(from) {
            self.pair.give(from, &own);
        }
    }

    fn blink(&mut self) {
        if self.up {
            self.pair.cut();
        } else {
            self.pair.join();
        }
        self.up = !self.up;
    }

    fn say(&mut self, side: usize) {
        let text = format!(
            "{} {}",
            self.said[side].len(),
            "字".repeat(self.script.byte().into())
        );
        if self.pair.sides[side]
            .say(self.pair.now, &text, None)
            .is_ok()
        {
            self.said[side].push(text);
        }
    }

    fn wish(&mut self, from: usize) {
        let now = self.pair.now;
        let side = &mut self.pair.sides[from];
        match self.script.below(4) {
            0 | 1 => drop(side.greet(now)),
            2 => side.handle_peer_back(now),
            _ => side.typing(now, true),
        }
    }

    /// The way is whole from now on: unless the handshake came too late, all that was said arrives.
    fn arrive(mut self) {
        if !self.up {
            self.pair.join();
        }
        self.pair.pass(60_000);
        if self
            .pair
            .events
            .iter()
            .flatten()
            .any(|event| *event == Event::Failed)
        {
            return;
        }
        assert!(self.pair.sides.iter().all(Conversation::is_secured));
        for side in [A, B] {
            assert_eq!(self.pair.texts(1 - side), self.said[side]);
        }
    }
}

/// One of ours, and a stranger with a program of their own.
struct Hostile<'a> {
    script: Script<'a>,
    stranger: Stranger,
    /// Our frames by their numbers.
    sealed: HashMap<u64, Vec<u8>>,
    /// Messages that were signed as they must be.
    honest: usize,
}

impl<'a> World<'a> for Hostile<'a> {
    fn script(&mut self) -> &mut Script<'a> {
        &mut self.script
    }

    fn operate(&mut self, operation: u8) {
        match operation % 16 {
            0..=2 => self.ask(),
            3 => self.answer(),
            4 => self.stranger.record(self.script.bytes()),
            5 => self.ahead(),
            6 => self.stranger.control(self.script.bytes()),
            7 => self.control_of_any_number(),
            8 => self.stranger.acknowledge(u64::from(self.script.byte())),
            9 => self.resume(),
            10 => self.unsealed(),
            11 => self.stranger.pass(20 * u64::from(self.script.byte())),
            12 | 13 => self.wish(),
            14 => self.sign(),
            _ => self.stranger.give(self.script.bytes()),
        }
        self.look();
    }
}

impl Hostile<'_> {
    /// Holds what our side did against the promises.
    fn look(&mut self) {
        let frames = std::mem::take(&mut self.stranger.frames);
        assert!(
            frames.len() <= FRAMES_MAX,
            "{} frames at once",
            frames.len()
        );
        for bytes in &frames {
            let (n, _) = split(bytes);
            let before = self.sealed.insert(n, bytes.clone());
            assert!(
                before.is_none_or(|before| before == *bytes),
                "two frames with number {n}"
            );
        }
        self.stranger.frames = frames;
        // All of ours open.
        self.stranger.read();
        assert!(
            self.stranger.shown() <= self.honest,
            "shown, and nobody said it"
        );
    }

    fn ask(&mut self) {
        let resources = [
            Resource::Greeting,
            Resource::Text,
            Resource::Picture,
            Resource::PictureBytes(floater_proto::Binary([4; 16])),
            Resource::Typing,
            Resource::Seen,
            Resource::Safety,
            Resource::End,
            Resource::Hello,
            Resource::Seek,
        ];
        let resource = resources[usize::from(self.script.byte()) % resources.len()];
        let method = if self.script.below(4) == 0 {
            Method::Get
        } else {
            Method::Post
        };
        let kinds = [
            "text/plain; charset=utf-8",
            "application/json",
            "image/jpeg",
        ];
        let kind = kinds[usize::from(self.script.byte()) % kinds.len()];
        let bodies = [
            "你好",
            r#"{"typing":true}"#,
            r#"{"number":18446744073709551615}"#,
            r#"{"reason":"left"}"#,
            r#"{"step":"nonce","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        ];
        let body = match usize::from(self.script.byte()) % (bodies.len() + 1) {
            0 => self.script.bytes(),
            at => bodies[at - 1].as_bytes(),
        };
        let mut out = Vec::new();
        let mut request = encode::request(&mut out, method, resource);
        if self.script.below(4) > 0 {
            request = request.request_id(self.script.byte().into());
        }
        if self.script.below(2) == 0 {
            request = request.field(field::RANGE, "bytes=0-9");
        }
        if request.content_type(kind).finish(body).is_ok() {
            self.stranger.message(out);
        }
    }

    fn answer(&mut self) {
        let statuses = [Status::OK, Status::PARTIAL_CONTENT, Status::NOT_FOUND];
        let status = statuses[usize::from(self.script.byte()) % statuses.len()];
        let mut out = Vec::new();
        let response = encode::response(&mut out, status).request_id(self.script.byte().into());
        let response = response.field(field::CONTENT_RANGE, "bytes 0-9/10");
        if response.finish(self.script.bytes()).is_ok() {
            self.stranger.message(out);
        }
    }

    /// A record that is early, late, or had already.
    fn ahead(&mut self) {
        let far = [0, 1, 2, 3, 31, 32_767, 32_768, 1 << 40];
        let far = far[usize::from(self.script.byte()) % far.len()];
        let n =
            self.stranger.next + far - u64::from(self.script.below(4)).min(self.stranger.next - 1);
        let frame = self.stranger.sealed(n, self.script.bytes());
        self.stranger.give(&frame);
    }

    fn control_of_any_number(&mut self) {
        let n = u64::from_be_bytes([self.script.byte(); 8]) >> self.script.below(64);
        let n = CONTROL.saturating_add(n).min(SECOND - 1);
        let frame = self.stranger.sealed(n, self.script.bytes());
        self.stranger.give(&frame);
    }

    fn resume(&mut self) {
        let (why, number, next) = (self.script.below(4), self.script.byte(), self.script.byte());
        let [number, next] = [number, next].map(|n| u64::from(n).to_be_bytes());
        self.stranger
            .control(&[&[2, why], &number[..], &next[..]].concat());
    }

    /// A frame that nobody sealed.
    fn unsealed(&mut self) {
        let numbers = [0, 1, self.stranger.next, CONTROL, SECOND, FIRST, u64::MAX];
        let n = numbers[usize::from(self.script.byte()) % numbers.len()];
        self.stranger.give(&frame(n, self.script.bytes()));
    }

    fn wish(&mut self) {
        let side = &mut self.stranger.side;
        let now = self.stranger.now;
        match self.script.below(8) {
            0 => drop(side.greet(now)),
            1..=3 => drop(side.say(
                now,
                &"字".repeat(1 + 20 * usize::from(self.script.byte())),
                None,
            )),
            4 => side.seen(now, self.script.byte().into()),
            5 => drop(side.offer_picture(now, picture())),
            6 => side.typing(now, self.script.below(2) == 0),
            _ if self.script.below(8) == 0 => drop(side.end(now, Reason::Left)),
            _ => side.handle_peer_back(now),
        }
        self.stranger.give(&[]);
    }

    fn sign(&mut self) {
        let body = self.script.bytes();
        let mut statement = self.stranger.statement(body);
        statement.number = statement
            .number
            .saturating_add(u64::from(self.script.below(8) / 7));
        self.honest += 1;
        self.stranger.say(&statement);
    }
}

fn picture() -> NewPicture {
    NewPicture {
        kind: PictureKind::Jpeg,
        width: 1,
        height: 1,
        thumbhash: String::new(),
        still: false,
        quote: None,
        bytes: [[0xff, 0xd8, 0xff, 0].as_slice(), &[7; 90_000]]
            .concat()
            .into(),
    }
}
