use crate::head::{Head, Known, Line, Method, Start, VERSION, field};
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
    let mut head = Head::new(bytes);
    Ok(match step(&mut head, max)? {
        Step::Whole {
            start,
            request_id,
            body,
            end,
        } => {
            let message = Message {
                start,
                head,
                body,
                request_id,
            };
            Some((message, end))
        }
        Step::Head { .. } | Step::Body { .. } => None,
    })
}

/// How far the message at the front of some bytes is.
pub(crate) enum Step<'a> {
    /// Complete, in the bytes before `end`.
    Whole {
        start: Start<'a>,
        request_id: Option<u64>,
        body: &'a [u8],
        end: usize,
    },
    /// In the line that begins at `line`; up to `printable` it holds printable ASCII only.
    Head { line: usize, printable: usize },
    /// The head is complete; the body ends at `end`.
    Body { end: usize },
}

/// Reads the bytes of a fresh head into it.
pub(crate) fn step<'a>(head: &mut Head<'a>, max: usize) -> Result<Step<'a>, DecodeError> {
    let bytes = head.bytes();
    let mut first = None;
    let mut at = 0_usize;
    loop {
        let line = at;
        let rest = bytes.get(line..).unwrap_or_default();
        let known = Known::at_front(rest);
        // A known name is printable.
        let seen = known.map_or(0, |(_, name)| name);
        let Some(length) = line_length(rest, seen, line)? else {
            let printable = line + printable(rest);
            return Ok(Step::Head { line, printable });
        };
        at = line + length + 2;
        if length == 0 {
            break;
        }
        let whole = rest.get(..length).unwrap_or_default();
        let (known, name) = match known {
            Some((known, name)) => (Some(known), name),
            None => name_of(whole)?,
        };
        let value = value_of(whole, name)?;
        if first.is_none() {
            first = Some(first_of(known, value)?);
        }
        head.push(Line::new(line, name, length), known)?;
    }
    let start = start_of(head, first)?;
    let request_id = head.known_number(Known::RequestId)?;
    let length = head.known_number(Known::ContentLength)?.unwrap_or(0);
    let end = usize::try_from(length)
        .ok()
        .and_then(|n| at.checked_add(n))
        .filter(|&n| n <= max);
    let end = end.ok_or(DecodeError::MessageTooLong { max })?;
    Ok(match bytes.get(at..end) {
        Some(body) => Step::Whole {
            start,
            request_id,
            body,
            end,
        },
        None => Step::Body { end },
    })
}

/// The length of the line at the front of `rest`, which begins at `at` and of which `seen` bytes
/// are known to be printable, or `None` while its CRLF has not come.
fn line_length(rest: &[u8], seen: usize, at: usize) -> Result<Option<usize>, DecodeError> {
    // Behind a field's line stand its CRLF and, at least, the empty line.
    let room = limits::HEAD_MAX.saturating_sub(at).saturating_sub(4);
    let limit = room.min(limits::LINE_MAX);
    let window = rest.get(..=limit).unwrap_or(rest);
    let length = seen + printable(window.get(seen..).unwrap_or_default());
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

/// The name at the front of a line, in any spelling: which field, if it is one of the
/// specification, and how long. Letters, digits and `-`, a letter first.
fn name_of(line: &[u8]) -> Result<(Option<Known>, usize), DecodeError> {
    let can = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let name = line.iter().take_while(|b| can(b)).count();
    let own = line.get(..name).unwrap_or_default();
    if own.first().is_some_and(u8::is_ascii_alphabetic) {
        Ok((Known::of(own), name))
    } else {
        Err(DecodeError::BadField)
    }
}

/// What stands behind a name, a colon and a space: without space at its ends.
fn value_of(line: &[u8], name: usize) -> Result<&[u8], DecodeError> {
    match line.get(name..).unwrap_or_default() {
        [b':', b' ', value @ ..]
            if value.first().is_some_and(|b| *b != b' ') && value.last() != Some(&b' ') =>
        {
            Ok(value)
        }
        _ => Err(DecodeError::BadField),
    }
}

/// What the first line says that the message is.
#[derive(Clone, Copy)]
enum First {
    Request(Method),
    Response,
}

/// Judges the first line, before the rest is waited for.
fn first_of(name: Option<Known>, value: &[u8]) -> Result<First, DecodeError> {
    match name {
        Some(Known::RequestMethod) => method(value).map(First::Request),
        Some(Known::Version) if value == VERSION.as_bytes() => Ok(First::Response),
        Some(Known::Version) => Err(DecodeError::UnknownVersion),
        _ => Err(DecodeError::BadStart),
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
            let status = head.known_bytes(Known::Status).and_then(Status::parse);
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
