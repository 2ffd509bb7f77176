//! The bodies of control messages: JSON, unknown keys ignored. Times are Unix seconds, spans are
//! milliseconds, bytes are base64url without padding.

mod account;
mod inner;
mod meet;
mod path;
mod problem;
mod report;
mod session;

pub use account::*;
pub use inner::*;
pub use meet::*;
pub use path::*;
pub use problem::*;
pub use report::*;
pub use session::*;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// The `Content-type` of a control message.
pub const JSON: &str = "application/json";
/// The `Content-type` of what people say.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// The `Content-type` of bytes that only the receiver understands.
pub const BYTES: &str = "application/octet-stream";

/// Reads a control message: one JSON object. An empty body is `{}`.
///
/// # Errors
/// [`Problem`] with [`Fault::Invalid`] for a username or an address that cannot be one, and else
/// with [`Fault::Malformed`] and where. It never repeats a value: that may be a password.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    // A struct is read from an array too; one body has one form.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::new(Fault::Malformed, "expected a JSON object"));
    }
    serde_json::from_slice(body).map_err(|error| refused(body, &error))
}

fn refused(body: &[u8], error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    for (key, begin) in crate::name::REFUSED {
        if text.starts_with(begin) {
            let sentence = text.split(" at line ").next().unwrap_or(begin);
            return Problem::invalid(key, sentence);
        }
    }
    let what = if text.starts_with("missing field `") || text.starts_with("duplicate field `") {
        text.split(" at line ").next().unwrap_or_default()
    } else if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        "a value of the wrong type or form"
    } else {
        "no JSON"
    };
    Problem::new(
        Fault::Malformed,
        format!("{what}, line {line} column {column}"),
    )
}

/// Writes a control message.
#[must_use]
pub fn to_json<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

#[cfg(test)]
mod tests;
