//! FLOATER/1.0 messages: decode, encode, limits, resources, statuses.
//!
//! A message is a head of `Name: value` lines, an empty line, and a body of exactly
//! `Content-length` bytes. This crate turns bytes into messages and back; it knows what may be
//! asked ([`Resource`]), how it is answered ([`Status`]), the shape of every body ([`body`]), and
//! every limit of the protocol ([`limits`]). It decides nothing.
//!
//! ```
//! use floater_proto::{Decoder, Method, Resource, Start, encode, limits};
//!
//! let mut bytes = Vec::new();
//! encode::request(&mut bytes, Method::Post, Resource::Text)
//!     .request_id(7)
//!     .content_type("text/plain; charset=utf-8")
//!     .finish("你好".as_bytes())?;
//!
//! let mut decoder = Decoder::new(limits::MESSAGE_MAX);
//! decoder.push(&bytes)?;
//! let message = decoder.next()?.ok_or("more bytes")?;
//! assert_eq!(message.start, Start::Request { method: Method::Post, resource: "/text" });
//! assert_eq!(message.body, "你好".as_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod body;
pub mod encode;
pub mod limits;

mod binary;
mod date;
mod decode;
mod error;
mod harmless;
mod head;
mod name;
mod range;
mod resource;
mod secret;
mod status;
mod stream;

pub use binary::{Binary, Id};
pub use date::Date;
pub use decode::{Message, decode};
pub use encode::EncodeError;
pub use error::DecodeError;
pub use harmless::harmless;
pub use head::{Head, Method, Start, VERSION, field};
pub use name::{Email, EmailError, Username, UsernameError};
pub use range::{ByteRange, ContentRange, RangeError};
pub use resource::{MessageRef, Resource, Role};
pub use secret::Secret;
pub use status::Status;
pub use stream::Decoder;
