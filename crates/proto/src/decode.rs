use crate::head::{Head, Method, Start, VERSION, field};
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
/// `None` while it is not complete. Allocates nothing; every limit is checked before a byte
/// beyond it is waited for. `max` bounds head and body together.
///
/// # Errors
/// [`DecodeError`] as soon as no continuation could make the bytes a message. Framing is then
/// lost: answer with [`DecodeError::status`] and close the link.
pub fn decode(bytes: &[u8], max: usize) -> Result<Option<(Message<'_>, usize)>, DecodeError> {
    let mut head = Head::new();
    let mut at = 0_usize;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(line) = next_line(rest, at)? else {
            return Ok(None);
        };
        at = at.saturating_add(line.len()).saturating_add(2);
        if at > limits::HEAD_MAX {
            return Err(DecodeError::HeadTooLong);
        }
        if line.is_empty() {
            break;
        }
        let (name, value) = split_field(line)?;
        check_first(&head, name, value)?;
        head.push(name, value)?;
    }
    let start = start_of(&head)?;
    let request_id = head.number(field::REQUEST_ID)?;
    let length = head.number(field::CONTENT_LENGTH)?.unwrap_or(0);
    let end = usize::try_from(length).ok().and_then(|n| at.checked_add(n)).filter(|&n| n <= max);
    let Some(end) = end else {
        return Err(DecodeError::MessageTooLong { max });
    };
    let Some(body) = bytes.get(at..end) else {
        return Ok(None);
    };
    Ok(Some((Message { start, head, body, request_id }, end)))
}

/// The next line without its CRLF, or `None` while it is not complete.
fn next_line(rest: &[u8], at: usize) -> Result<Option<&[u8]>, DecodeError> {
    let end = rest.iter().position(|b| !matches!(b, 0x20..=0x7e));
    let length = end.unwrap_or(rest.len());
    if length > limits::LINE_MAX {
        return Err(DecodeError::LineTooLong);
    }
    if at.saturating_add(length) > limits::HEAD_MAX {
        return Err(DecodeError::HeadTooLong);
    }
    let Some(end) = end else {
        return Ok(None);
    };
    match rest.get(end..).unwrap_or_default() {
        [b'\r'] => Ok(None),
        [b'\r', b'\n', ..] => Ok(rest.get(..end)),
        _ => Err(DecodeError::BadByte),
    }
}

/// `name ":" SP value`: a name of letters, digits and `-`; a value without space at its ends.
fn split_field(line: &[u8]) -> Result<(&str, &str), DecodeError> {
    let line = std::str::from_utf8(line).map_err(|_| DecodeError::BadByte)?;
    let (name, value) = line.split_once(": ").ok_or(DecodeError::BadField)?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let valued = !value.is_empty() && !value.starts_with(' ') && !value.ends_with(' ');
    if named && valued { Ok((name, value)) } else { Err(DecodeError::BadField) }
}

/// The first line decides what the message is, and is judged before the rest is waited for.
fn check_first(head: &Head<'_>, name: &str, value: &str) -> Result<(), DecodeError> {
    if head.iter().next().is_some() {
        return Ok(());
    }
    if name.eq_ignore_ascii_case(field::REQUEST_METHOD) {
        method(value).map(|_| ())
    } else if name.eq_ignore_ascii_case(field::VERSION) {
        if value == VERSION { Ok(()) } else { Err(DecodeError::UnknownVersion) }
    } else {
        Err(DecodeError::BadStart)
    }
}

fn start_of<'a>(head: &Head<'a>) -> Result<Start<'a>, DecodeError> {
    let (name, value) = head.iter().next().ok_or(DecodeError::BadStart)?;
    if name.eq_ignore_ascii_case(field::VERSION) {
        let status = head.value(field::STATUS).and_then(Status::parse);
        return status.map(|status| Start::Response { status }).ok_or(DecodeError::BadStatus);
    }
    let method = method(value)?;
    let resource = head.value(field::RESOURCE).filter(|r| r.starts_with('/'));
    let resource = resource.ok_or(DecodeError::NoResource)?;
    Ok(Start::Request { method, resource })
}

fn method(value: &str) -> Result<Method, DecodeError> {
    match value {
        "GET" => Ok(Method::Get),
        "POST" => Ok(Method::Post),
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
