use crate::frame;
use crate::handshake::{Begin, Handshake};
use crate::lane::{Pending, What};
use crate::limits;
use crate::link::{Link, Todo};
use crate::shelf::CHUNK_ANSWER;
use crate::signed::Ledger;
use crate::talk::Talk;
use crate::{Event, Misuse, NewPicture, Output, PathId, PathKind, SafetyWord, Setup, SetupError};
use bytes::Bytes;
use floater_evidence::check_keys;
use floater_proto::body::{PictureOffer, Reason, SignedMessage};
use floater_proto::{Id, MessageRef};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::VecDeque;

/// One side of one match.
///
/// `handle_*`: something arrived. Then what a person wants: [`greet`](Self::greet),
/// [`say`](Self::say), [`offer_picture`](Self::offer_picture),
/// [`open_picture`](Self::open_picture), [`typing`](Self::typing), [`seen`](Self::seen),
/// [`end`](Self::end). [`poll`](Self::poll) and [`wake_at`](Self::wake_at): what the driver must
/// do. The rest are nouns.
pub struct Conversation {
    link: Link,
    talk: Talk,
    secured: bool,
    failed: bool,
    could_say: bool,
    carrier: Option<PathKind>,
    outputs: VecDeque<Output>,
}

impl Conversation {
    /// Begins; the handshake starts with the first path.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(now: u64, setup: Setup) -> Result<Self, SetupError> {
        let role = setup.role;
        check_keys(role.other(), &setup.peer).map_err(SetupError::Peer)?;
        if setup.keys.public(setup.own.policy) != setup.own
            || setup.own.ek.is_some() != (role == floater_proto::Role::B)
        {
            return Err(SetupError::Own);
        }
        let mut rng = ChaCha20Rng::from_seed(setup.seed);
        let begin = Begin {
            role,
            match_id: setup.match_id,
            x25519: setup.keys.x25519,
            kem: setup.keys.kem,
            own: &setup.own,
            peer: &setup.peer,
        };
        let handshake = Handshake::new(begin, &mut rng).ok_or(SetupError::Own)?;
        let ledger = Ledger {
            match_id: setup.match_id,
            role,
            signer: setup.keys.signer,
            peer: setup.peer.ed25519,
            own: 0,
            heard: 0,
        };
        Ok(Self {
            link: Link::new(now, role, handshake),
            talk: Talk::new(now, ledger, rng),
            secured: false,
            failed: false,
            could_say: false,
            carrier: None,
            outputs: VecDeque::new(),
        })
    }

    /// A path can carry bytes.
    pub fn handle_path_up(&mut self, now: u64, path: PathId, kind: PathKind) {
        if self.failed {
            return;
        }
        self.link.handle_path_up(now, path, kind);
        self.settle(now);
    }

    /// A path is gone.
    pub fn handle_path_down(&mut self, now: u64, path: PathId) {
        self.link.handle_path_down(now, path);
        self.settle(now);
    }

    /// On a new direct connection both have proved, with [`Conversation::path_key`], who they are.
    /// `binding` is the random half of A's proof and of B's.
    pub fn handle_proven(&mut self, now: u64, path: PathId, binding: [u8; 32]) {
        if !self.talk.over {
            self.link.handle_proven(now, path, binding);
        }
        self.settle(now);
    }

    /// Role A chooses among the proven connections. It is joined when B has agreed.
    pub fn select(&mut self, now: u64, path: PathId) {
        self.link.select(path);
        self.settle(now);
    }

    /// Bytes arrived: the body of a `/relay`, or what a direct path's stream brought.
    pub fn handle_bytes(&mut self, now: u64, path: PathId, bytes: &[u8]) {
        if self.failed {
            return;
        }
        self.link.handle_bytes(now, path, bytes);
        self.settle(now);
    }

    /// The driver can take so many more bytes on this path: lets picture chunks out.
    pub fn handle_room(&mut self, now: u64, path: PathId, room: usize) {
        self.link.handle_room(now, path, room);
        self.settle(now);
    }

    /// The server said that the peer is connected again.
    pub fn handle_peer_back(&mut self, now: u64) {
        if self.failed {
            return;
        }
        self.link.join(now);
        self.settle(now);
    }

    /// The network is another one: direct paths may be dead that nobody has missed yet.
    pub fn handle_network(&mut self, now: u64) {
        self.link.doubt(now);
        self.settle(now);
    }

    /// [`Conversation::wake_at`] has come.
    pub fn handle_wake(&mut self, now: u64) {
        if self.link.has_failed(now) && !self.failed {
            self.failed = true;
            self.talk.over = true;
            self.talk.events.push_back(Event::Failed);
        } else {
            self.link.handle_wake(now);
        }
        self.talk.handle_wake(now);
        self.settle(now);
    }

    /// Says 你好. Idempotent.
    ///
    /// # Errors
    /// [`Misuse::Over`].
    pub fn greet(&mut self, now: u64) -> Result<(), Misuse> {
        self.talk.greet()?;
        self.settle(now);
        Ok(())
    }

    /// Says a text.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn say(
        &mut self,
        now: u64,
        text: &str,
        quote: Option<MessageRef>,
    ) -> Result<MessageRef, Misuse> {
        let of = self.talk.say(text, quote)?;
        self.settle(now);
        Ok(of)
    }

    /// Offers a picture.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn offer_picture(
        &mut self,
        now: u64,
        picture: NewPicture,
    ) -> Result<(MessageRef, PictureOffer), Misuse> {
        let offered = self.talk.offer_picture(now, picture)?;
        self.settle(now);
        Ok(offered)
    }

    /// Takes the bytes of a complete picture of the peer out. It works after the end as well.
    ///
    /// # Errors
    /// [`Misuse::NoPicture`].
    pub fn open_picture(&mut self, now: u64, id: Id) -> Result<Bytes, Misuse> {
        let bytes = self.talk.pulls.open(id).ok_or(Misuse::NoPicture)?;
        self.settle(now);
        Ok(bytes)
    }

    /// Tells that one types, or has stopped to; as often as the protocol wants it told.
    pub fn typing(&mut self, now: u64, typing: bool) {
        self.talk.typing(now, typing);
        self.settle(now);
    }

    /// Tells that all messages of the peer up to this one were shown.
    pub fn seen(&mut self, now: u64, number: u64) {
        self.talk.seen(number);
        self.settle(now);
    }

    /// Hides one's address for the rest of the conversation: every direct path is dropped, and
    /// the peer is told to drop its end. Idempotent.
    pub fn hide(&mut self, now: u64) {
        self.talk.hide();
        self.settle(now);
    }

    /// Ends the conversation inside the encryption. Idempotent.
    ///
    /// # Errors
    /// [`Misuse::BadReason`].
    pub fn end(&mut self, now: u64, reason: Reason) -> Result<(), Misuse> {
        self.talk.end(reason)?;
        self.settle(now);
        Ok(())
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Conversation::handle_wake`] wants to be called.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        let link = self.link.wake_at().filter(|_| !self.failed);
        [link, self.talk.wake_at()].into_iter().flatten().min()
    }

    /// Whether both sides have proved to have the same keys.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.secured
    }

    /// Proves on a direct connection that it is the one wanted; once both have the same keys.
    #[must_use]
    pub fn path_key(&self) -> Option<&[u8; 32]> {
        self.link.path_key().filter(|_| self.secured)
    }

    /// Whether both have greeted.
    #[must_use]
    pub const fn is_gate_open(&self) -> bool {
        self.talk.is_gate_open()
    }

    /// Whether one has greeted oneself.
    #[must_use]
    pub const fn has_greeted(&self) -> bool {
        self.talk.greeted
    }

    /// Whether a text can be said now.
    #[must_use]
    pub fn can_say(&self) -> bool {
        self.talk.can_say()
    }

    /// A signed message as a report carries it, if it is still kept.
    #[must_use]
    pub fn evidence(&self, of: MessageRef) -> Option<SignedMessage> {
        self.talk.archive.find(of).cloned()
    }

    /// The safety code, once both have added to it.
    #[must_use]
    pub const fn safety_code(&self) -> Option<[SafetyWord; 7]> {
        self.talk.safety.code()
    }

    /// Delivers what has come, sends what fits, and puts what is to be done in order.
    fn settle(&mut self, now: u64) {
        self.deliver(now);
        if self.link.is_secured() && !self.secured {
            self.secured = true;
            self.talk.events.push_back(Event::Secured);
            self.talk.begin_safety();
        }
        if self.talk.hidden {
            self.link.drop_directs(now);
        }
        self.talk.pull(now, self.link.ranges_ahead());
        self.pump(now);
        let can_say = self.talk.can_say();
        if can_say != self.could_say {
            self.could_say = can_say;
            self.talk.events.push_back(Event::CanSay(can_say));
        }
        self.settle_paths();
        while let Some(number) = self.link.poll_sent() {
            self.talk.events.push_back(Event::Sent { number });
        }
        self.outputs
            .extend(self.talk.events.drain(..).map(Output::Event));
    }

    /// Tells what goes on the paths and what became of them.
    fn settle_paths(&mut self) {
        while let Some(todo) = self.link.poll() {
            self.outputs.push_back(match todo {
                Todo::Send(path, bytes) => Output::Send { path, bytes },
                Todo::Join(path) => Output::Event(Event::Joined { path }),
                Todo::Close(path) => Output::Close { path },
            });
        }
        let carrier = self.link.carrier();
        if carrier != self.carrier {
            self.carrier = carrier;
            self.talk.events.push_back(Event::Carrier(carrier));
        }
    }

    fn deliver(&mut self, now: u64) {
        while let Some(plain) = self.link.deliver() {
            let Some(hash) = self.link.hash().copied() else {
                return;
            };
            // What is no message was sealed by a peer that breaks the rules: nothing is shown.
            if let Some(message) = frame::unpad(&plain) {
                self.talk.hear(now, &message, &hash);
            }
        }
        self.link.delivered(now);
    }

    /// The lane first; picture bytes only where nothing else waits.
    fn pump(&mut self, now: u64) {
        self.pump_lane(now);
        while self.talk.shelf.is_asked() && self.link.fits_chunk(CHUNK_ANSWER) {
            if let Some(chunk) = self.talk.next_chunk(now) {
                self.link.send(now, chunk, None);
            }
        }
        self.pump_lane(now);
    }

    fn pump_lane(&mut self, now: u64) {
        let reserve = if self.talk.over {
            0
        } else {
            limits::WINDOW_END
        };
        while let Some(length) = self.talk.lane.next_length() {
            if !self.link.fits(length, reserve) {
                return;
            }
            if let Some(Pending { message, what }) = self.talk.lane.pop() {
                let number = match what {
                    What::Signed(number) => Some(number),
                    What::Said | What::Answer => None,
                };
                self.link.send(now, message, number);
            }
        }
    }
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conversation([redacted])")
    }
}

#[cfg(test)]
mod tests;
