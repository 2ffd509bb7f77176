use crate::SafetyWord;
use bytes::Bytes;
use floater_proto::body::{PictureKind, PictureOffer, Reason};
use floater_proto::{Id, MessageRef};

/// Names a path to the peer; the driver chooses the numbers and never uses one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(pub u64);

/// What kind of path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    /// The server: carries whole frames in the body of `/relay`, may drop them.
    Relay,
    /// A byte stream between the two.
    Direct,
}

/// What the driver must do.
#[expect(clippy::large_enum_variant, reason = "few at a time, moved once")]
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Put these bytes, whole frames, on the path.
    Send {
        /// Where.
        path: PathId,
        /// At most [`floater_proto::limits::FRAME_MAX`] bytes.
        bytes: Bytes,
    },
    /// Close a direct path: it is of no use any more.
    Close {
        /// Which.
        path: PathId,
    },
    /// Tell the one above.
    Event(Event),
}

impl std::fmt::Debug for Output {
    /// Events hold what people say: only their kind is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send { path, bytes } => {
                write!(f, "Send {{ path: {}, {} bytes }}", path.0, bytes.len())
            }
            Self::Close { path } => write!(f, "Close {{ path: {} }}", path.0),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
        }
    }
}

/// What happened.
#[expect(clippy::large_enum_variant, reason = "few at a time, moved once")]
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The first frame under the session secret was opened: both have the same keys.
    Secured,
    /// Who has greeted; both: the gate is open.
    Greeted {
        /// Oneself.
        own: bool,
        /// The other one.
        peer: bool,
    },
    /// A text of the peer, its signature verified.
    Text {
        /// Which message.
        of: MessageRef,
        /// What was said.
        text: String,
        /// The message it answers.
        quote: Option<MessageRef>,
    },
    /// A picture that the peer offers, its signature verified. Its bytes are pulled by themselves.
    Picture {
        /// Which message.
        of: MessageRef,
        /// What was offered.
        offer: PictureOffer,
        /// The message it answers.
        quote: Option<MessageRef>,
    },
    /// A message of one's own was put on a path.
    Sent {
        /// Its number.
        number: u64,
    },
    /// The peer's program has verified a message of one's own.
    Delivered {
        /// Its number.
        number: u64,
    },
    /// The peer has seen all messages up to this one.
    SeenByPeer {
        /// Message number.
        number: u64,
    },
    /// The peer types, or has stopped to.
    Typing(bool),
    /// Bytes of a picture of the peer that are here.
    PictureReceived {
        /// From the offer.
        id: Id,
        /// So many.
        done: u64,
    },
    /// Bytes of a picture of one's own that went out.
    PictureSent {
        /// From the offer.
        id: Id,
        /// So many.
        done: u64,
    },
    /// A picture of the peer is here and is what was offered.
    PictureComplete {
        /// From the offer.
        id: Id,
    },
    /// A picture of the peer will not come, or is not what was offered; or the peer refused one
    /// of one's own.
    PictureFailed {
        /// From the offer.
        id: Id,
    },
    /// Both agree on this direct path. It comes after the SELECTED that says so and before anything
    /// else is sent on the path.
    Joined {
        /// Which.
        path: PathId,
    },
    /// What carries the conversation from now on; nothing, while there is no path.
    Carrier(Option<PathKind>),
    /// The peer hides its address from now on: no direct path can be had any more.
    PeerHid,
    /// The safety code is ready, the same at both.
    Safety([SafetyWord; 7]),
    /// Whether a line can be said now.
    CanSay(bool),
    /// The conversation is over.
    Ended {
        /// Why.
        reason: Reason,
        /// Whether the peer ended it.
        by_peer: bool,
    },
    /// No common secret within 20 s: the match is `unreachable`.
    Failed,
}

impl std::fmt::Debug for Event {
    /// What people say is never printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secured => f.write_str("Secured"),
            Self::Greeted { own, peer } => write!(f, "Greeted {{ own: {own}, peer: {peer} }}"),
            Self::Text { of, .. } => write!(f, "Text {{ {of:?}, [redacted] }}"),
            Self::Picture { of, .. } => write!(f, "Picture {{ {of:?}, [redacted] }}"),
            Self::Sent { number } => write!(f, "Sent({number})"),
            Self::Delivered { number } => write!(f, "Delivered({number})"),
            Self::SeenByPeer { number } => write!(f, "SeenByPeer({number})"),
            Self::Typing(typing) => write!(f, "Typing({typing})"),
            Self::PictureReceived { done, .. } => write!(f, "PictureReceived({done})"),
            Self::PictureSent { done, .. } => write!(f, "PictureSent({done})"),
            Self::PictureComplete { .. } => f.write_str("PictureComplete"),
            Self::PictureFailed { .. } => f.write_str("PictureFailed"),
            Self::Joined { path } => write!(f, "Joined({})", path.0),
            Self::Carrier(kind) => write!(f, "Carrier({kind:?})"),
            Self::PeerHid => f.write_str("PeerHid"),
            Self::Safety(_) => f.write_str("Safety([redacted])"),
            Self::CanSay(can) => write!(f, "CanSay({can})"),
            Self::Ended { reason, by_peer } => write!(f, "Ended({reason:?}, {by_peer})"),
            Self::Failed => f.write_str("Failed"),
        }
    }
}

/// A picture to offer, already turned, scaled and re-encoded.
#[derive(Clone)]
pub struct NewPicture {
    /// What it is made of.
    pub kind: PictureKind,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// base64url of at most 25 bytes.
    pub thumbhash: String,
    /// The original moved; this is its first frame.
    pub still: bool,
    /// The message it answers.
    pub quote: Option<MessageRef>,
    /// The file.
    pub bytes: Bytes,
}

impl std::fmt::Debug for NewPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPicture {{ {} bytes, [redacted] }}", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"what nobody else may read";

    #[test]
    fn what_goes_out_and_what_is_shown_print_sizes_only() {
        let path = PathId(7);
        let bytes = Bytes::from_static(SECRET);
        let picture = NewPicture {
            kind: PictureKind::Png,
            width: 1,
            height: 1,
            thumbhash: String::new(),
            still: false,
            quote: None,
            bytes: bytes.clone(),
        };
        let told = [
            format!("{:?}", Output::Send { path, bytes }),
            format!("{:?}", Output::Close { path }),
            format!("{:?}", Output::Event(Event::Sent { number: 3 })),
            format!("{picture:?}"),
        ];
        assert_eq!(
            told,
            [
                "Send { path: 7, 25 bytes }",
                "Close { path: 7 }",
                "Event(Sent(3))",
                "NewPicture { 25 bytes, [redacted] }",
            ]
        );
    }
}
