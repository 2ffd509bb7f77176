//! What must hold for every byte string that arrives on a link.

use floater_proto::{
    DecodeError, Decoder, Message, Resource, Start, Status, decode, encode, field, limits,
};

/// What a stream of bytes came to: each message as it was written, and the error that ended it.
type Told = (Vec<Vec<u8>>, Option<DecodeError>);

/// Panics unless the bytes mean the same in one piece and in any pieces, every message has one
/// spelling, and what was read can be written and read again.
pub(crate) fn check(bytes: &[u8]) {
    let whole = by_slices(bytes);
    for piece in [
        1,
        7,
        64,
        1 + usize::from(bytes.first().copied().unwrap_or(0)),
        48 * 1024,
    ] {
        assert_eq!(by_decoder(bytes, piece), whole, "pieces of {piece}");
    }
}

/// Reads with the function beneath, the whole stream at hand.
fn by_slices(mut bytes: &[u8]) -> Told {
    let mut messages = Vec::new();
    loop {
        match decode(bytes, limits::MESSAGE_MAX) {
            Ok(Some((message, length))) => {
                let spelled = spelled(&message);
                assert_eq!(spelled, &bytes[..length], "one spelling");
                written_again(&message);
                messages.push(spelled);
                bytes = &bytes[length..];
            }
            Ok(None) => return (messages, None),
            Err(error) => return (messages, Some(error)),
        }
    }
}

/// Reads with a [`Decoder`], in pieces of so many bytes.
fn by_decoder(bytes: &[u8], piece: usize) -> Told {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    let mut messages = Vec::new();
    for part in bytes.chunks(piece) {
        if let Err(error) = decoder.push(part) {
            return (messages, Some(error));
        }
        loop {
            match decoder.next() {
                Ok(Some(message)) => messages.push(spelled(&message)),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}

fn spelled(message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in message.head.iter() {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(message.body);
    out
}

/// Writes it by the encoder, if the protocol knows what it names, and reads that again.
fn written_again(message: &Message<'_>) {
    let mut out = Vec::new();
    let mut encoder = match message.start {
        Start::Request { method, resource } => match Resource::parse(resource) {
            Some(known) => {
                assert_eq!(known.to_string(), resource, "one spelling of a resource");
                encode::request(&mut out, method, known)
            }
            None => return,
        },
        Start::Response { status } if Status::ALL.contains(&status) => {
            encode::response(&mut out, status)
        }
        Start::Response { .. } => return,
    };
    let own = [
        field::REQUEST_METHOD,
        field::RESOURCE,
        field::VERSION,
        field::STATUS,
    ];
    let counted = [field::CONTENT_LENGTH];
    for (name, value) in message.head.iter() {
        if !own
            .iter()
            .chain(&counted)
            .any(|n| n.eq_ignore_ascii_case(name))
        {
            encoder = encoder.field(name, value);
        }
    }
    if encoder.finish(message.body).is_err() {
        return; // The words of a status may be longer here than they were there.
    }
    let (again, length) = decode(&out, limits::MESSAGE_MAX)
        .expect("what was written is a message")
        .expect("and it is whole");
    assert_eq!(length, out.len());
    assert_eq!((again.start, again.body), (message.start, message.body));
    assert_eq!(again.request_id, message.request_id);
}
