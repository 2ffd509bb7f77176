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
    bytes: &'a [u8],
    lines: Lines,
}

/// Where the fields of a head stand in it: no pointers, so that a head is small to copy.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    lines: [Line; limits::FIELDS_MAX],
    len: usize,
    /// A bit for each name that stands here; two names may share one.
    marks: u64,
    /// Where the fields stand that every decoding asks for.
    known: [Option<Line>; Known::COUNT],
}

/// Offsets from the begin of the head: of the name, of the colon behind it, of the CR.
#[derive(Clone, Copy)]
struct Line {
    name: u16,
    colon: u16,
    end: u16,
}

/// The fields that every decoding asks for: an index of [`Lines::known`].
#[derive(Clone, Copy)]
pub(crate) enum Known {
    Resource,
    Status,
    RequestId,
    ContentLength,
}

impl Known {
    const COUNT: usize = 4;

    /// By its name: as it is written, or else in any case.
    fn of(name: &[u8]) -> Option<Self> {
        let (spelled, known) = match name.len() {
            6 => ("Status", Self::Status),
            8 => ("Resource", Self::Resource),
            10 => ("Request-Id", Self::RequestId),
            14 => ("Content-length", Self::ContentLength),
            _ => return None,
        };
        is_same_name(name, spelled.as_bytes()).then_some(known)
    }
}

impl Lines {
    pub(crate) const fn new() -> Self {
        let nowhere = Line {
            name: 0,
            colon: 0,
            end: 0,
        };
        Self {
            lines: [nowhere; limits::FIELDS_MAX],
            len: 0,
            marks: 0,
            known: [None; Known::COUNT],
        }
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
        let mark = mark(own);
        if self.marks & mark != 0 && self.has(head, own) {
            return Err(DecodeError::Duplicate);
        }
        let slot = self
            .lines
            .get_mut(self.len)
            .ok_or(DecodeError::TooManyFields)?;
        *slot = line;
        self.len += 1;
        self.marks |= mark;
        let known = Known::of(own).and_then(|known| self.known.get_mut(known as usize));
        if let Some(place) = known {
            *place = Some(line);
        }
        Ok(())
    }

    fn has(&self, head: &[u8], name: &[u8]) -> bool {
        let lines = self.lines.iter().take(self.len);
        lines
            .map(|line| line.name_in(head))
            .any(|own| is_same_name(own, name))
    }
}

/// One of 64 bits, the same for each spelling of a name.
fn mark(name: &[u8]) -> u64 {
    let (first, last) = (name.first().copied(), name.last().copied());
    let letters = u32::from(first.unwrap_or(0) | 0x20) ^ (u32::from(last.unwrap_or(0) | 0x20) << 2);
    let length = u32::try_from(name.len()).unwrap_or(0);
    1_u64.rotate_left(letters.wrapping_add(length) & 63)
}

/// Names are mostly written as the specification writes them.
pub(crate) fn is_same_name(own: &[u8], name: &[u8]) -> bool {
    own.len() == name.len() && (own == name || own.eq_ignore_ascii_case(name))
}

impl Line {
    fn name_in(self, head: &[u8]) -> &[u8] {
        head.get(usize::from(self.name)..usize::from(self.colon))
            .unwrap_or_default()
    }

    fn value_in(self, head: &[u8]) -> &[u8] {
        let begin = usize::from(self.colon) + 2;
        head.get(begin..usize::from(self.end)).unwrap_or_default()
    }
}

/// Bytes of a head, of which the decoder has seen that they are ASCII.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl<'a> Head<'a> {
    pub(crate) const fn new(bytes: &'a [u8], lines: Lines) -> Self {
        Self { bytes, lines }
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.lines.iter().take(self.lines.len)
    }

    /// The fields in the order they came, names as written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let head = self.bytes;
        self.lines()
            .map(move |line| (text(line.name_in(head)), text(line.value_in(head))))
    }

    /// The value of a field, its name in any case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        let head = self.bytes;
        let line = self
            .lines()
            .find(|line| is_same_name(line.name_in(head), name.as_bytes()));
        line.map(|line| text(line.value_in(head)))
    }

    /// The value of a field that holds a number.
    ///
    /// # Errors
    /// [`DecodeError::BadNumber`] unless it is 1 to 19 digits without sign or leading zero.
    pub fn number(&self, name: &str) -> Result<Option<u64>, DecodeError> {
        self.value(name).map(number).transpose()
    }

    /// [`Head::value`] for a field whose place was noted when it came.
    pub(crate) fn known(&self, known: Known) -> Option<&'a str> {
        self.known_bytes(known).map(text)
    }

    /// The number that such a field holds.
    pub(crate) fn known_number(&self, known: Known) -> Result<Option<u64>, DecodeError> {
        self.known_bytes(known).map(digits).transpose()
    }

    fn known_bytes(&self, known: Known) -> Option<&'a [u8]> {
        let line = self.lines.known.get(known as usize).copied().flatten();
        line.map(|line| line.value_in(self.bytes))
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
    digits(text.as_bytes())
}

fn digits(text: &[u8]) -> Result<u64, DecodeError> {
    let leading_zero = text.len() > 1 && text.first() == Some(&b'0');
    if text.is_empty() || text.len() > limits::DIGITS_MAX || leading_zero {
        return Err(DecodeError::BadNumber);
    }
    let digit = |b: u8| {
        if b.is_ascii_digit() {
            Some(u64::from(b - b'0'))
        } else {
            None
        }
    };
    // 19 digits fit: nothing wraps.
    let sum = text.iter().try_fold(0_u64, |sum, &b| {
        Some(sum.wrapping_mul(10).wrapping_add(digit(b)?))
    });
    sum.ok_or(DecodeError::BadNumber)
}
