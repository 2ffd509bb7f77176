use crate::head::{Head, Lines, Method, Start, VERSION, field};
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
    let mut at = 0_usize;
    loop {
        let line = at;
        let rest = bytes.get(line..).unwrap_or_default();
        let Some(length) = line_length(rest, line)? else {
            let printable = line.saturating_add(printable(rest));
            return Ok(Step::Head { line, printable });
        };
        at = line.saturating_add(length).saturating_add(2);
        if length == 0 {
            break;
        }
        let name = split_field(rest.get(..length).unwrap_or_default(), lines.is_empty())?;
        lines.push(bytes, line, name, length)?;
    }
    let text = bytes.get(..at).and_then(|b| std::str::from_utf8(b).ok());
    let head = Head::new(text.ok_or(DecodeError::BadByte)?, lines);
    let start = start_of(&head)?;
    let request_id = head.number(field::REQUEST_ID)?;
    let length = head.number(field::CONTENT_LENGTH)?.unwrap_or(0);
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
            let byte = usize::try_from(marks.trailing_zeros() / 8).unwrap_or(0);
            return at.saturating_add(byte);
        }
        at = at.saturating_add(8);
    }
    let more = tail
        .iter()
        .position(|b| !matches!(b, 0x20..=0x7e))
        .unwrap_or(tail.len());
    at.saturating_add(more)
}

/// Which bytes a name is made of.
const NAMED: [bool; 256] = {
    let mut named = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler; in bounds"
        )]
        {
            named[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'-';
        }
        byte += 1;
    }
    named
};

/// `name ":" SP value`: a name of letters, digits and `-`; a value without space at its ends.
/// Tells how long the name is. The first line decides what the message is, and is judged before
/// the rest is waited for.
fn split_field(line: &[u8], first: bool) -> Result<usize, DecodeError> {
    let named = |b: &u8| NAMED.get(usize::from(*b)).copied().unwrap_or(false);
    let length = line.iter().position(|b| !named(b)).unwrap_or(line.len());
    let (name, value) = line.split_at_checked(length).ok_or(DecodeError::BadField)?;
    let value = value.strip_prefix(b": ").ok_or(DecodeError::BadField)?;
    let letter = name.first().is_some_and(u8::is_ascii_alphabetic);
    let trimmed = value.first().is_some_and(|b| *b != b' ') && value.last() != Some(&b' ');
    if !letter || !trimmed {
        return Err(DecodeError::BadField);
    }
    if first {
        check_first(name, value)?;
    }
    Ok(length)
}

fn check_first(name: &[u8], value: &[u8]) -> Result<(), DecodeError> {
    if name.eq_ignore_ascii_case(field::REQUEST_METHOD.as_bytes()) {
        method(value).map(|_| ())
    } else if name.eq_ignore_ascii_case(field::VERSION.as_bytes()) {
        if value == VERSION.as_bytes() {
            Ok(())
        } else {
            Err(DecodeError::UnknownVersion)
        }
    } else {
        Err(DecodeError::BadStart)
    }
}

fn start_of<'a>(head: &Head<'a>) -> Result<Start<'a>, DecodeError> {
    let (name, value) = head.iter().next().ok_or(DecodeError::BadStart)?;
    if name.eq_ignore_ascii_case(field::VERSION) {
        let status = head.value(field::STATUS).and_then(Status::parse);
        return status
            .map(|status| Start::Response { status })
            .ok_or(DecodeError::BadStatus);
    }
    let method = method(value.as_bytes())?;
    let resource = head.value(field::RESOURCE).filter(|r| r.starts_with('/'));
    let resource = resource.ok_or(DecodeError::NoResource)?;
    Ok(Start::Request { method, resource })
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
