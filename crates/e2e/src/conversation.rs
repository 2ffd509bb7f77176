use crate::{Event, Misuse, NewPicture, Output, PathId, PathKind, SafetyWord, Setup, SetupError};
use floater_proto::body::{PictureOffer, Reason, SignedMessage};
use floater_proto::{Id, MessageRef};
use std::collections::VecDeque;

/// One side of one match.
pub struct Conversation {
    outputs: VecDeque<Output>,
}

impl Conversation {
    /// Begins; the handshake starts with the first path.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(now: u64, setup: Setup) -> Result<Self, SetupError> {
        let _ = (now, setup);
        Ok(Self {
            outputs: VecDeque::new(),
        })
    }

    /// A path can carry bytes.
    pub fn handle_path_up(&mut self, now: u64, path: PathId, kind: PathKind) {
        let _ = (now, path, kind);
    }

    /// A path is gone.
    pub fn handle_path_down(&mut self, now: u64, path: PathId) {
        let _ = (now, path);
    }

    /// Bytes arrived: the body of a `/relay`, or what a direct path's stream brought.
    pub fn handle_bytes(&mut self, now: u64, path: PathId, bytes: &[u8]) {
        let _ = (now, path, bytes);
    }

    /// The driver can take so many more bytes on this path: lets picture chunks out.
    pub fn handle_room(&mut self, now: u64, path: PathId, room: usize) {
        let _ = (now, path, room);
    }

    /// The server said that the peer is connected again.
    pub fn handle_peer_back(&mut self, now: u64) {
        let _ = now;
    }

    /// [`Conversation::wake_at`] has come.
    pub fn handle_wake(&mut self, now: u64) {
        let _ = now;
    }

    /// Says 你好. Idempotent.
    ///
    /// # Errors
    /// [`Misuse::Over`].
    pub fn greet(&mut self, now: u64) -> Result<(), Misuse> {
        let _ = now;
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
        let _ = (now, text, quote);
        Err(Misuse::GreetFirst)
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
        let _ = (now, picture);
        Err(Misuse::GreetFirst)
    }

    /// Takes the bytes of a complete picture of the peer out.
    ///
    /// # Errors
    /// [`Misuse::NoPicture`].
    pub fn open_picture(&mut self, now: u64, id: Id) -> Result<Vec<u8>, Misuse> {
        let _ = (now, id);
        Err(Misuse::NoPicture)
    }

    /// Tells that one types, or has stopped to; as often as the protocol wants it told.
    pub fn typing(&mut self, now: u64, typing: bool) {
        let _ = (now, typing);
    }

    /// Tells that all messages of the peer up to this one were shown.
    pub fn seen(&mut self, now: u64, number: u64) {
        let _ = (now, number);
    }

    /// Ends the conversation inside the encryption. Idempotent.
    ///
    /// # Errors
    /// [`Misuse::BadReason`].
    pub fn end(&mut self, now: u64, reason: Reason) -> Result<(), Misuse> {
        let _ = (now, reason);
        Ok(())
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Conversation::handle_wake`] wants to be called.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        None
    }

    /// Whether both sides have proved to have the same keys.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        false
    }

    /// Whether both have greeted.
    #[must_use]
    pub fn is_gate_open(&self) -> bool {
        false
    }

    /// Whether one has greeted oneself.
    #[must_use]
    pub fn has_greeted(&self) -> bool {
        false
    }

    /// Whether a text can be said now.
    #[must_use]
    pub fn can_say(&self) -> bool {
        false
    }

    /// A signed message as a report carries it, if it is still kept.
    #[must_use]
    pub fn evidence(&self, of: MessageRef) -> Option<SignedMessage> {
        let _ = of;
        None
    }

    /// The safety code, once both have added to it.
    #[must_use]
    pub fn safety_code(&self) -> Option<[SafetyWord; 7]> {
        None
    }
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conversation([redacted])")
    }
}

const _: fn(Event) -> Output = Output::Event;
