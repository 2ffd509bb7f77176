use crate::{DecodeError, Status, limits};

/// The protocol's name and version, as `Version` and the first line of a response carry it.
pub const VERSION: &str = "FLOATER/1.0";

/// The names of the fields, as they are written. They are read without regard to case.
#[expect(missing_docs, reason = "each constant is the field it spells")]
pub mod field {
    pub const REQUEST_METHOD: &str = "Request-Method";
    pub const VERSION: &str = "Version";
    pub const RESOURCE: &str = "Resource";
    pub const STATUS: &str = "Status";
    pub const REQUEST_ID: &str = "Request-Id";
    pub const HOST: &str = "Host";
    pub const CACHE_CONTROL: &str = "Cache-Control";
    pub const REFERRER: &str = "Referrer";
    pub const USER_AGENT: &str = "User-Agent";
    pub const RANGE: &str = "Range";
    pub const DATE: &str = "Date";
    pub const CONTENT_TYPE: &str = "Content-type";
    pub const CONTENT_LENGTH: &str = "Content-length";
    pub const CONTENT_RANGE: &str = "Content-range";
    pub const LAST_MODIFIED: &str = "Last-modified";
    pub const MESSAGE_NUMBER: &str = "Message-Number";
    pub const SEEN_NUMBER: &str = "Seen-Number";
    pub const EVIDENCE_KEY: &str = "Evidence-Key";
    pub const SIGNATURE: &str = "Signature";
}

/// What a request does: `GET` receives a resource, `POST` sends one. There is no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the specification's words")]
pub enum Method {
    Get,
    Post,
}

impl Method {
    /// The method as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What kind of message this is, and what it asks or answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// `Request-Method` and `Resource`.
    Request {
        /// `GET` or `POST`.
        method: Method,
        /// The resource as written; [`crate::Resource::parse`] says which it is.
        resource: &'a str,
    },
    /// `Version` and `Status`.
    Response {
        /// How it went.
        status: Status,
    },
}

/// The fields of a head, borrowed from the bytes they came in.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    fields: [(&'a str, &'a str); limits::FIELDS_MAX],
    len: usize,
}

impl<'a> Head<'a> {
    pub(crate) const fn new() -> Self {
        Self { fields: [("", ""); limits::FIELDS_MAX], len: 0 }
    }

    pub(crate) fn push(&mut self, name: &'a str, value: &'a str) -> Result<(), DecodeError> {
        if self.value(name).is_some() {
            return Err(DecodeError::Duplicate);
        }
        let slot = self.fields.get_mut(self.len).ok_or(DecodeError::TooManyFields)?;
        *slot = (name, value);
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    /// The fields in the order they came, names as written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().take(self.len).copied()
    }

    /// The value of a field, its name in any case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The value of a field that holds a number.
    ///
    /// # Errors
    /// [`DecodeError::BadNumber`] unless it is 1 to 19 digits without sign or leading zero.
    pub fn number(&self, name: &str) -> Result<Option<u64>, DecodeError> {
        self.value(name).map(number).transpose()
    }
}

impl std::fmt::Debug for Head<'_> {
    /// Names only: values may hold what must not be logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// `1*19DIGIT` without a leading zero.
pub(crate) fn number(text: &str) -> Result<u64, DecodeError> {
    let plain = !text.is_empty()
        && text.len() <= limits::DIGITS_MAX
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if !plain {
        return Err(DecodeError::BadNumber);
    }
    text.parse().map_err(|_| DecodeError::BadNumber)
}
