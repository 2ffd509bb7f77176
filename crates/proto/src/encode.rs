//! Writing messages.

use crate::head::{Method, VERSION, field};
use crate::{Resource, Status, limits};

/// Why a message cannot be written. The caller is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A value is empty, begins or ends with a space, or holds a byte that is not printable ASCII.
    #[error("a value must be printable ASCII without space at its ends")]
    BadValue,
    /// A name is not letters, digits and `-`, beginning with a letter.
    #[error("a name must be letters, digits and `-`")]
    BadName,
    /// A field stands twice.
    #[error("no field may stand twice")]
    Duplicate,
    /// A line, the number of fields, or the head is over its limit.
    #[error("a head is over its limit")]
    HeadTooLarge,
}

/// A message being written. Nothing is in the output before [`Encoder::finish`].
#[must_use]
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    begin: usize,
    fields: usize,
    failed: Option<EncodeError>,
}

/// Begins a request at the end of `out`.
pub fn request<'a>(out: &'a mut Vec<u8>, method: Method, resource: Resource) -> Encoder<'a> {
    let encoder = Encoder::new(out).field(field::REQUEST_METHOD, method.as_str());
    encoder.field(field::RESOURCE, &resource.to_string())
}

/// Begins a response at the end of `out`.
pub fn response(out: &mut Vec<u8>, status: Status) -> Encoder<'_> {
    Encoder::new(out)
        .field(field::VERSION, VERSION)
        .field(field::STATUS, &status.to_string())
}

impl<'a> Encoder<'a> {
    const fn new(out: &'a mut Vec<u8>) -> Self {
        let begin = out.len();
        Self {
            out,
            begin,
            fields: 0,
            failed: None,
        }
    }

    /// Adds a field.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !letter || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            self.failed = self.failed.or(Some(EncodeError::BadName));
        }
        if self.has(name) {
            self.failed = self.failed.or(Some(EncodeError::Duplicate));
        }
        let printable = value.bytes().all(|b| matches!(b, 0x20..=0x7e));
        let trimmed = !value.is_empty() && !value.starts_with(' ') && !value.ends_with(' ');
        if !printable || !trimmed {
            self.failed = self.failed.or(Some(EncodeError::BadValue));
        }
        let line = name.len().saturating_add(value.len()).saturating_add(2);
        self.fields = self.fields.saturating_add(1);
        if line > limits::LINE_MAX || self.fields > limits::FIELDS_MAX {
            self.failed = self.failed.or(Some(EncodeError::HeadTooLarge));
        }
        for part in [name, ": ", value, "\r\n"] {
            self.out.extend_from_slice(part.as_bytes());
        }
        self
    }

    /// Whether a field of this name is written already.
    fn has(&self, name: &str) -> bool {
        let head = self.out.get(self.begin..).unwrap_or_default();
        head.split(|&b| b == b'\n').any(|line| {
            let (own, rest) = line.split_at_checked(name.len()).unwrap_or_default();
            rest.first() == Some(&b':') && own.eq_ignore_ascii_case(name.as_bytes())
        })
    }

    /// Adds `Request-Id`.
    pub fn request_id(self, id: u64) -> Self {
        self.field(field::REQUEST_ID, &id.to_string())
    }

    /// Adds `Content-type`.
    pub fn content_type(self, kind: &str) -> Self {
        self.field(field::CONTENT_TYPE, kind)
    }

    /// Adds `Content-length` when there is a body, ends the head, and writes the body.
    ///
    /// # Errors
    /// [`EncodeError`]; the output is then as it was before the message began.
    pub fn finish(mut self, body: &[u8]) -> Result<(), EncodeError> {
        if !body.is_empty() {
            self = self.field(field::CONTENT_LENGTH, &body.len().to_string());
        }
        self.out.extend_from_slice(b"\r\n");
        if self.out.len().saturating_sub(self.begin) > limits::HEAD_MAX {
            self.failed = self.failed.or(Some(EncodeError::HeadTooLarge));
        }
        if let Some(error) = self.failed {
            self.out.truncate(self.begin);
            return Err(error);
        }
        self.out.extend_from_slice(body);
        Ok(())
    }
}

impl std::fmt::Debug for Encoder<'_> {
    /// Sizes only: values may hold what must not be logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
