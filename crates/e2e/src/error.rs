use floater_evidence::WeakKey;

/// Why a conversation cannot begin with these keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The peer's keys are weak, malformed or incomplete. The peer is at fault.
    #[error("the peer's keys: {0}")]
    Peer(WeakKey),
    /// One's own public keys do not belong to one's secrets, or are of the other role. The
    /// caller is at fault.
    #[error("the own public keys do not belong to the secrets of this match")]
    Own,
}

/// The caller asked for what cannot be now. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// Both must have greeted first.
    #[error("both must say 你好 first")]
    GreetFirst,
    /// The conversation has ended or failed.
    #[error("the conversation is over")]
    Over,
    /// A text without a character.
    #[error("a text has at least one character")]
    Empty,
    /// A text or picture over its limit.
    #[error("larger than the limit")]
    TooLarge,
    /// The window to the other side is full: wait for [`crate::Event::CanSay`].
    #[error("the window to the other side is full")]
    WindowFull,
    /// The bytes are not of the kind that was said, or a dimension is zero or too large, or the
    /// ThumbHash is too long.
    #[error("the picture is not what it says")]
    BadPicture,
    /// Too many pictures wait to be fetched by the other side.
    #[error("too many pictures wait for the other side")]
    PicturesFull,
    /// No such picture, or it is not complete, or it was opened already.
    #[error("no complete picture has this id")]
    NoPicture,
    /// The quoted message does not exist.
    #[error("the quoted message does not exist")]
    NoMessage,
    /// Only `left`, `silent` and `unreachable` are a side's to say.
    #[error("this reason is not a side's to give")]
    BadReason,
}
