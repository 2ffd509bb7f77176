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
    text: &'a str,
    lines: Lines,
}

/// Where the fields of a head stand in it: no pointers, so that a head is small to copy.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    lines: [Line; limits::FIELDS_MAX],
    len: usize,
}

/// Offsets from the begin of the head: of the name, of the colon behind it, of the CR.
#[derive(Clone, Copy)]
struct Line {
    name: u16,
    colon: u16,
    end: u16,
}

impl Lines {
    pub(crate) const fn new() -> Self {
        Self {
            lines: [Line {
                name: 0,
                colon: 0,
                end: 0,
            }; limits::FIELDS_MAX],
            len: 0,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the line at `at`: so many bytes of name, so many in all.
    pub(crate) fn push(
        &mut self,
        head: &[u8],
        at: usize,
        name: usize,
        length: usize,
    ) -> Result<(), DecodeError> {
        let offset = |n: usize| u16::try_from(at.saturating_add(n)).unwrap_or(u16::MAX);
        let line = Line {
            name: offset(0),
            colon: offset(name),
            end: offset(length),
        };
        let own = line.name_in(head);
        let mut before = self.lines.iter().take(self.len);
        if before.any(|l| l.same_length(line) && l.name_in(head).eq_ignore_ascii_case(own)) {
            return Err(DecodeError::Duplicate);
        }
        let slot = self
            .lines
            .get_mut(self.len)
            .ok_or(DecodeError::TooManyFields)?;
        *slot = line;
        self.len = self.len.saturating_add(1);
        Ok(())
    }
}

impl Line {
    const fn same_length(self, other: Self) -> bool {
        self.colon.wrapping_sub(self.name) == other.colon.wrapping_sub(other.name)
    }

    fn name_in(self, head: &[u8]) -> &[u8] {
        head.get(usize::from(self.name)..usize::from(self.colon))
            .unwrap_or_default()
    }
}

impl<'a> Head<'a> {
    pub(crate) const fn new(text: &'a str, lines: Lines) -> Self {
        Self { text, lines }
    }

    /// The fields in the order they came, names as written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let text = self.text;
        self.lines
            .lines
            .iter()
            .take(self.lines.len)
            .map(move |line| {
                let (name, colon, end) = (line.name, line.colon, line.end);
                let name = text
                    .get(usize::from(name)..usize::from(colon))
                    .unwrap_or_default();
                let value = usize::from(colon).saturating_add(2);
                (name, text.get(value..usize::from(end)).unwrap_or_default())
            })
    }

    /// The value of a field, its name in any case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
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
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
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
