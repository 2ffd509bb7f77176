use crate::{DecodeError, Status, limits};

/// The protocol's name and version, as `Version` and the first line of a response carry it.
pub const VERSION: &str = "FLOATER/1.0";

/// The fields of the specification by their first letter, those of most messages first.
macro_rules! fields {
    ($($letter:literal { $($constant:ident $variant:ident $text:literal;)* })*) => {
        /// The names of the fields, as they are written. They are read without regard to case.
        #[expect(missing_docs, reason = "each constant is the field it spells")]
        pub mod field {
            $($(pub const $constant: &str = $text;)*)*
        }

        /// A field of the specification: an index of `Head::known`.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Known {
            $($($variant,)*)*
        }

        impl Known {
            const ALL: &[(Self, &str)] = &[$($((Self::$variant, $text),)*)*];

            /// The field whose name, as it is written, and colon stand at the front, and how long
            /// the name is.
            pub(crate) fn at_front(bytes: &[u8]) -> Option<(Self, usize)> {
                match bytes.first()? {
                    $($letter => {
                        $(if bytes.starts_with(concat!($text, ":").as_bytes()) {
                            return Some((Self::$variant, $text.len()));
                        })*
                        None
                    })*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    b'C' {
        CONTENT_LENGTH ContentLength "Content-length";
        CONTENT_TYPE ContentType "Content-type";
        CONTENT_RANGE ContentRange "Content-range";
        CACHE_CONTROL CacheControl "Cache-Control";
    }
    b'D' {
        DATE Date "Date";
    }
    b'E' {
        EVIDENCE_KEY EvidenceKey "Evidence-Key";
    }
    b'H' {
        HOST Host "Host";
    }
    b'L' {
        LAST_MODIFIED LastModified "Last-modified";
    }
    b'M' {
        MESSAGE_NUMBER MessageNumber "Message-Number";
    }
    b'R' {
        REQUEST_METHOD RequestMethod "Request-Method";
        RESOURCE Resource "Resource";
        REQUEST_ID RequestId "Request-Id";
        REFERRER Referrer "Referrer";
        RANGE Range "Range";
    }
    b'S' {
        STATUS Status "Status";
        SEEN_NUMBER SeenNumber "Seen-Number";
        SIGNATURE Signature "Signature";
    }
    b'U' {
        USER_AGENT UserAgent "User-Agent";
    }
    b'V' {
        VERSION Version "Version";
    }
}

impl Known {
    /// The field of this name, in any case.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.iter();
        let found = all.find(|(_, spelled)| name.eq_ignore_ascii_case(spelled.as_bytes()));
        found.map(|(known, _)| *known)
    }
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

/// The fields of a head, borrowed from the bytes they came in. No pointer to each, so that a head
/// is small to copy.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    bytes: &'a [u8],
    lines: [Line; limits::FIELDS_MAX],
    len: usize,
    /// Which lines hold the fields of the specification; [`NOWHERE`] if none does.
    known: [u8; Known::ALL.len()],
}

/// No line has this number.
const NOWHERE: u8 = u8::MAX;

/// Offsets from the begin of the head: of the name, of the colon behind it, of the CR.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    name: u16,
    colon: u16,
    end: u16,
}

impl Line {
    /// The line at `at`: so many bytes of name, so many in all.
    pub(crate) fn new(at: usize, name: usize, length: usize) -> Self {
        let offset = |n: usize| u16::try_from(at.saturating_add(n)).unwrap_or(u16::MAX);
        Self {
            name: offset(0),
            colon: offset(name),
            end: offset(length),
        }
    }

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
    /// A head that begins where `bytes` begin, without lines.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        let nowhere = Line {
            name: 0,
            colon: 0,
            end: 0,
        };
        Self {
            bytes,
            lines: [nowhere; limits::FIELDS_MAX],
            len: 0,
            known: [NOWHERE; Known::ALL.len()],
        }
    }

    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Adds a line; `known` is the field of the specification that it holds, if it does.
    pub(crate) fn push(&mut self, line: Line, known: Option<Known>) -> Result<(), DecodeError> {
        let twice = match known.and_then(|known| self.known.get(known as usize)) {
            Some(&place) => place != NOWHERE,
            None => self.has(line.name_in(self.bytes)),
        };
        if twice {
            return Err(DecodeError::Duplicate);
        }
        let slot = self.lines.get_mut(self.len);
        *slot.ok_or(DecodeError::TooManyFields)? = line;
        if let Some(place) = known.and_then(|known| self.known.get_mut(known as usize)) {
            *place = u8::try_from(self.len).unwrap_or(NOWHERE);
        }
        self.len += 1;
        Ok(())
    }

    fn has(&self, name: &[u8]) -> bool {
        self.lines()
            .any(|line| line.name_in(self.bytes).eq_ignore_ascii_case(name))
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().take(self.len)
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
            .find(|line| line.name_in(head).eq_ignore_ascii_case(name.as_bytes()));
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

    pub(crate) fn known_bytes(&self, known: Known) -> Option<&'a [u8]> {
        let number = *self.known.get(known as usize)?;
        let line = self.lines.get(usize::from(number))?;
        Some(line.value_in(self.bytes))
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
