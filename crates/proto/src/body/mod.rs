//! The bodies of control messages: JSON, unknown keys ignored. Times are Unix seconds, spans are
//! milliseconds, bytes are base64url without padding.

mod account;
mod inner;
mod meet;
mod problem;
mod report;
mod session;

pub use account::*;
pub use inner::*;
pub use meet::*;
pub use problem::*;
pub use report::*;
pub use session::*;

use serde::{Serialize, de::DeserializeOwned};

/// The `Content-type` of a control message.
pub const JSON: &str = "application/json";
/// The `Content-type` of what people say.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// The `Content-type` of bytes that only the receiver understands.
pub const BYTES: &str = "application/octet-stream";

/// Reads a control message. An empty body is `{}`.
///
/// # Errors
/// [`Problem`] with [`Fault::Malformed`] and what was expected.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let mut message = error.to_string();
        message.truncate(message.char_indices().nth(200).map_or(message.len(), |(at, _)| at));
        Problem::new(Fault::Malformed, message)
    })
}

/// Writes a control message.
#[must_use]
pub fn to_json<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}
