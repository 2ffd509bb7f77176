use crate::{Status, limits};

/// Why bytes are not a FLOATER/1.0 message. The sender of the bytes is at fault, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A line ends in a bare LF, or holds a bare CR or another control byte.
    #[error("a line must end in CRLF and hold printable ASCII only")]
    BadByte,
    /// A line is not `Name: value`.
    #[error("a line must be `Name: value`: one colon, one space, no space around the value")]
    BadField,
    /// The first line is neither `Request-Method` nor `Version`.
    #[error("the first field must be `Request-Method` or `Version`")]
    BadStart,
    /// A method other than `GET` and `POST`.
    #[error("the method must be GET or POST")]
    UnknownMethod,
    /// A version other than `FLOATER/1.0`.
    #[error("the version must be FLOATER/1.0")]
    UnknownVersion,
    /// A request without `Resource`.
    #[error("a request must name its `Resource`, beginning with `/`")]
    NoResource,
    /// A response without a `Status` of three digits, a space and words.
    #[error("a response must have a `Status` of three digits, a space and words")]
    BadStatus,
    /// A field stands twice.
    #[error("no field may stand twice")]
    Duplicate,
    /// `Content-length` or `Request-Id` is no plain number.
    #[error("a number must be 1 to 19 digits without sign or leading zero")]
    BadNumber,
    /// A line is longer than [`limits::LINE_MAX`].
    #[error("a line is longer than {} bytes", limits::LINE_MAX)]
    LineTooLong,
    /// More fields than [`limits::FIELDS_MAX`].
    #[error("a head has more than {} fields", limits::FIELDS_MAX)]
    TooManyFields,
    /// The head is longer than [`limits::HEAD_MAX`].
    #[error("a head is longer than {} bytes", limits::HEAD_MAX)]
    HeadTooLong,
    /// The message is longer than this link takes.
    #[error("a message is longer than {max} bytes")]
    MessageTooLong {
        /// The limit, in bytes.
        max: usize,
    },
}

impl DecodeError {
    /// The status to answer before the link is closed.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::UnknownMethod => Status::METHOD_NOT_ALLOWED,
            Self::UnknownVersion => Status::VERSION_NOT_SUPPORTED,
            Self::LineTooLong | Self::TooManyFields | Self::HeadTooLong => Status::HEAD_TOO_LARGE,
            Self::MessageTooLong { .. } => Status::TOO_LARGE,
            _ => Status::BAD_REQUEST,
        }
    }
}
