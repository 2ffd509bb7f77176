use crate::head::{Head, Known, Lines, Method, Start, VERSION, field, is_same_name};
use crate::{DecodeError, Status, limits};

/// One message, borrowed from the bytes it came in.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// Request or response.
    pub start: Start<'a>,
    /// All fields, the first line's included.
    pub head: Head<'a>,
    /// Exactly `Content-length` bytes.
    pub body: &'a [u8],
    /// `Request-Id`, if there is one.
    pub request_id: Option<u64>,
}

impl std::fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("start", &self.start)
            .field("head", &self.head)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// Reads one message from the front of `bytes`: the message and how many bytes it took, or
/// `None` while it is not complete. Allocates nothing; no byte beyond a limit is waited for.
/// `max` bounds head and body together.
///
/// # Errors
/// [`DecodeError`], the same one however many bytes follow: lines are judged one by one, numbers
/// at the end of the head. Framing is then lost: answer with [`DecodeError::status`] and close the
/// link.
pub fn decode(bytes: &[u8], max: usize) -> Result<Option<(Message<'_>, usize)>, DecodeError> {
    match step(bytes, max)? {
        Step::Whole(message, length) => Ok(Some((message, length))),
        Step::Head { .. } | Step::Body { .. } => Ok(None),
    }
}

/// How far the message at the front of some bytes is.
#[expect(
    clippy::large_enum_variant,
    reason = "a box would be an allocation for each message"
)]
pub(crate) enum Step<'a> {
    /// Complete, in so many bytes.
    Whole(Message<'a>, usize),
    /// In the line that begins at `line`; up to `printable` it holds printable ASCII only.
    Head { line: usize, printable: usize },
    /// The head is complete; the body ends at `end`.
    Body { end: usize },
}

pub(crate) fn step(bytes: &[u8], max: usize) -> Result<Step<'_>, DecodeError> {
    let mut lines = Lines::new();
    let mut first = None;
    let mut at = 0_usize;
    loop {
        let line = at;
        let rest = bytes.get(line..).unwrap_or_default();
        let Some(length) = line_length(rest, line)? else {
            let printable = line + printable(rest);
            return Ok(Step::Head { line, printable });
        };
        at = line + length + 2;
        if length == 0 {
            break;
        }
        let (name, value) = split_field(rest.get(..length).unwrap_or_default())?;
        if first.is_none() {
            first = Some(first_of(name, value)?);
        }
        lines.push(bytes, line, name.len(), length)?;
    }
    let head = Head::new(bytes.get(..at).unwrap_or_default(), lines);
    let start = start_of(&head, first)?;
    let request_id = head.known_number(Known::RequestId)?;
    let length = head.known_number(Known::ContentLength)?.unwrap_or(0);
    let end = usize::try_from(length)
        .ok()
        .and_then(|n| at.checked_add(n))
        .filter(|&n| n <= max);
    let end = end.ok_or(DecodeError::MessageTooLong { max })?;
    Ok(match bytes.get(at..end) {
        Some(body) => Step::Whole(
            Message {
                start,
                head,
                body,
                request_id,
            },
            end,
        ),
        None => Step::Body { end },
    })
}

/// The length of the line at the front of `rest`, which begins at `at`, or `None` while its CRLF
/// has not come.
fn line_length(rest: &[u8], at: usize) -> Result<Option<usize>, DecodeError> {
    // Behind a field's line stand its CRLF and, at least, the empty line.
    let room = limits::HEAD_MAX.saturating_sub(at).saturating_sub(4);
    let limit = room.min(limits::LINE_MAX);
    let window = rest.get(..=limit).unwrap_or(rest);
    let length = printable(window);
    match rest.get(length..).unwrap_or_default() {
        _ if length > limit && limit == limits::LINE_MAX => Err(DecodeError::LineTooLong),
        _ if length > limit => Err(DecodeError::HeadTooLong),
        [b'\r', b'\n', ..] => Ok(Some(length)),
        [] | [b'\r'] => Ok(None),
        _ => Err(DecodeError::BadByte),
    }
}

/// How many bytes at the front are printable ASCII, eight at a time.
pub(crate) fn printable(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (words, tail) = bytes.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest marked byte is exact: carries and borrows only go upwards from a mark.
        let below_space = word.wrapping_sub(EACH * 0x20) & !word;
        let above_tilde = word.wrapping_add(EACH) | word;
        let marks = (below_space | above_tilde) & (EACH * 0x80);
        if marks != 0 {
            let byte = (marks.trailing_zeros() / 8) as usize;
            return at + byte;
        }
        at += 8;
    }
    let more = tail
        .iter()
        .position(|b| !matches!(b, 0x20..=0x7e))
        .unwrap_or(tail.len());
    at + more
}

/// How many bytes at the front can stand in a name: letters, digits, `-`. Eight at a time; the
/// bytes must be ASCII up to the first that cannot.
fn named(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The top bit of each byte says whether it is at least `low`.
    let at_least = |word: u64, low: u8| word.wrapping_add(EACH * u64::from(0x80 - low));
    let (words, tail) = bytes.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let lower = word | (EACH * 0x20);
        let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
        let digit = at_least(word, b'0') & !at_least(word, b'9' + 1);
        let hyphen = !at_least(word ^ (EACH * u64::from(b'-')), 1);
        let marks = !(letter | digit | hyphen) & (EACH * 0x80);
        if marks != 0 {
            let byte = (marks.trailing_zeros() / 8) as usize;
            return at + byte;
        }
        at += 8;
    }
    let can = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    at + tail.iter().position(|b| !can(b)).unwrap_or(tail.len())
}

/// `name ":" SP value`: a name of letters, digits and `-`; a value without space at its ends.
fn split_field(line: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let (name, rest) = line
        .split_at_checked(named(line))
        .ok_or(DecodeError::BadField)?;
    let (Some(initial), [b':', b' ', value @ ..]) = (name.first(), rest) else {
        return Err(DecodeError::BadField);
    };
    let trimmed = value.first().is_some_and(|b| *b != b' ') && value.last() != Some(&b' ');
    let well_formed = initial.is_ascii_alphabetic() && trimmed;
    if well_formed {
        Ok((name, value))
    } else {
        Err(DecodeError::BadField)
    }
}

/// What the first line says that the message is.
#[derive(Clone, Copy)]
enum First {
    Request(Method),
    Response,
}

/// Judges the first line, before the rest is waited for.
fn first_of(name: &[u8], value: &[u8]) -> Result<First, DecodeError> {
    if is_same_name(name, field::REQUEST_METHOD.as_bytes()) {
        method(value).map(First::Request)
    } else if is_same_name(name, field::VERSION.as_bytes()) {
        let known = value == VERSION.as_bytes();
        if known {
            Ok(First::Response)
        } else {
            Err(DecodeError::UnknownVersion)
        }
    } else {
        Err(DecodeError::BadStart)
    }
}

fn start_of<'a>(head: &Head<'a>, first: Option<First>) -> Result<Start<'a>, DecodeError> {
    match first.ok_or(DecodeError::BadStart)? {
        First::Request(method) => {
            let resource = head.known(Known::Resource).filter(|r| r.starts_with('/'));
            let resource = resource.ok_or(DecodeError::NoResource)?;
            Ok(Start::Request { method, resource })
        }
        First::Response => {
            let status = head.known(Known::Status).and_then(Status::parse);
            let status = status.ok_or(DecodeError::BadStatus)?;
            Ok(Start::Response { status })
        }
    }
}

fn method(value: &[u8]) -> Result<Method, DecodeError> {
    match value {
        b"GET" => Ok(Method::Get),
        b"POST" => Ok(Method::Post),
        _ => Err(DecodeError::UnknownMethod),
    }
}

impl<'a> Message<'a> {
    /// The value of a field, its name in any case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a str> {
        self.head.value(name)
    }

    /// `Content-type`, if there is one.
    #[must_use]
    pub fn content_type(&self) -> Option<&'a str> {
        self.field(field::CONTENT_TYPE)
    }
}

#[cfg(test)]
mod tests;
