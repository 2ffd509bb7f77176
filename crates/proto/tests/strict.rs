//! What is read is read one way only: the same in any pieces, the same as `httparse` reads its
//! lines, and what was written comes back.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use floater_proto::{
    DecodeError, Decoder, Method, Resource, Start, Status, decode, encode, limits,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[path = "../../../fuzz/checks/decode.rs"]
mod check;

/// Every field of the protocol, a name of a later day, and the shortest one.
const NAMES: [&str; 14] = [
    "Host",
    "Cache-Control",
    "Referrer",
    "User-Agent",
    "Range",
    "Date",
    "Content-type",
    "Content-range",
    "Last-modified",
    "Message-Number",
    "Seen-Number",
    "Evidence-Key",
    "X9-later",
    "a",
];

fn value() -> impl Strategy<Value = String> {
    "[!-~]([ -~]{0,40}[!-~])?"
}

fn fields() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    vec((proptest::sample::select(NAMES.to_vec()), value()), 0..8).prop_map(|mut fields| {
        fields.sort_by_key(|(name, _)| *name);
        fields.dedup_by_key(|(name, _)| *name);
        fields
    })
}

fn resource() -> impl Strategy<Value = Resource> {
    prop_oneof![
        Just(Resource::Text),
        Just(Resource::MatchEnd),
        Just(Resource::AccountActivationAgain),
        any::<[u8; 16]>().prop_map(|id| Resource::PictureBytes(id.into())),
        any::<[u8; 16]>().prop_map(|id| Resource::ReportPicture(id.into())),
    ]
}

prop_compose! {
    fn message()(
        answer in any::<bool>(),
        resource in resource(),
        status in proptest::sample::select(Status::ALL.to_vec()),
        id in proptest::option::of(0..10_000_000_000_000_000_000_u64),
        fields in fields(),
        body in vec(any::<u8>(), 0..300),
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = if answer {
            encode::response(&mut out, status)
        } else {
            encode::request(&mut out, Method::Post, resource)
        };
        if let Some(id) = id {
            encoder = encoder.request_id(id);
        }
        for (name, value) in &fields {
            encoder = encoder.field(name, value);
        }
        encoder.finish(&body).unwrap();

        let (read, length) = decode(&out, limits::MESSAGE_MAX).unwrap().unwrap();
        assert_eq!(length, out.len());
        assert_eq!(read.body, body);
        assert_eq!(read.request_id, id);
        for (name, value) in &fields {
            assert_eq!(read.field(&name.to_ascii_uppercase()), Some(value.as_str()));
        }
        match read.start {
            Start::Request { resource: text, .. } => {
                assert_eq!(Resource::parse(text), Some(resource));
            }
            Start::Response { status: read } => assert_eq!(read, status),
        }
        out
    }
}

/// A message with a few bytes changed, cut out or put in, where heads break.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4_u8,
        proptest::sample::select(b"\r\n\0\t :\x7f\x80Aa0,;-".to_vec()),
    );
    (message(), vec(edit, 0..4)).prop_map(|(mut bytes, edits)| {
        for (at, kind, byte) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes[at] ^= 0x20,
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        bytes
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p20_what_is_written_is_read_in_any_pieces(messages in vec(message(), 1..4)) {
        check::check(&messages.concat());
    }

    #[test]
    fn p20_no_bytes_panic(bytes in vec(any::<u8>(), 0..2000)) {
        check::check(&bytes);
    }

    #[test]
    fn p20_no_broken_message_panics(bytes in mutated()) {
        check::check(&bytes);
    }

    #[test]
    fn p20_every_prefix_waits_or_fails_as_the_whole_does(bytes in mutated()) {
        let whole = decode(&bytes, limits::MESSAGE_MAX).map(|m| m.map(|(_, n)| n));
        for cut in 0..bytes.len() {
            match decode(&bytes[..cut], limits::MESSAGE_MAX) {
                Ok(None) => {}
                Ok(Some((_, length))) => prop_assert_eq!(whole, Ok(Some(length))),
                Err(error) => prop_assert_eq!(whole, Err(error)),
            }
        }
    }

    #[test]
    fn p20_what_is_accepted_httparse_reads_the_same(bytes in mutated()) {
        if let Ok(Some((message, length))) = decode(&bytes, limits::MESSAGE_MAX) {
            let mut headers = [httparse::EMPTY_HEADER; limits::FIELDS_MAX];
            let read = httparse::parse_headers(&bytes, &mut headers).unwrap();
            let httparse::Status::Complete((head, theirs)) = read else {
                return Err(TestCaseError::fail("not complete"));
            };
            prop_assert_eq!(head + message.body.len(), length);
            let theirs: Vec<_> = theirs.iter().map(|h| (h.name.as_bytes(), h.value)).collect();
            let ours: Vec<_> =
                message.head.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}

const BEGIN: &str = "Request-Method: POST\r\nResource: /relay\r\n";

#[test]
fn limits_hold_to_the_byte() {
    let line = |length: usize| format!("{BEGIN}A: {}\r\n\r\n", "v".repeat(length - 3));
    let read = |text: &str| decode(text.as_bytes(), limits::MESSAGE_MAX).map(|m| m.is_some());
    assert_eq!(read(&line(limits::LINE_MAX)), Ok(true));
    assert_eq!(
        read(&line(limits::LINE_MAX + 1)),
        Err(DecodeError::LineTooLong)
    );

    let fields = |count: usize| {
        let more: String = (2..count).map(|n| format!("F{n}: x\r\n")).collect();
        format!("{BEGIN}{more}\r\n")
    };
    assert_eq!(read(&fields(limits::FIELDS_MAX)), Ok(true));
    assert_eq!(
        read(&fields(limits::FIELDS_MAX + 1)),
        Err(DecodeError::TooManyFields)
    );

    let head = |length: usize| {
        let mut text = BEGIN.to_owned();
        for n in 0..8 {
            text += &format!("L{n}: {}\r\n", "v".repeat(950));
        }
        let rest = length - text.len() - 4 - "R: ".len();
        format!("{text}R: {}\r\n\r\n", "v".repeat(rest))
    };
    assert_eq!(read(&head(limits::HEAD_MAX)), Ok(true));
    assert_eq!(
        read(&head(limits::HEAD_MAX + 1)),
        Err(DecodeError::HeadTooLong)
    );

    let claim = |length: &str| format!("{BEGIN}Content-length: {length}\r\n\r\n");
    let max = limits::MESSAGE_MAX;
    let room = max - claim("12345").len();
    assert_eq!(read(&claim(&room.to_string())), Ok(false));
    assert_eq!(
        read(&claim(&(room + 1).to_string())),
        Err(DecodeError::MessageTooLong { max })
    );
    let nines = "9".repeat(19);
    assert_eq!(
        read(&claim(&nines)),
        Err(DecodeError::MessageTooLong { max })
    );
    assert_eq!(read(&claim(&"9".repeat(20))), Err(DecodeError::BadNumber));
}

#[test]
fn a_line_is_refused_before_a_byte_beyond_its_limit_is_waited_for() {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    decoder.push(BEGIN.as_bytes()).unwrap();
    for _ in 0..limits::LINE_MAX {
        decoder.push(b"v").unwrap();
        assert!(decoder.next().unwrap().is_none());
        assert!(decoder.is_inside_head());
    }
    decoder.push(b"v").unwrap();
    assert_eq!(decoder.next().unwrap_err(), DecodeError::LineTooLong);
    assert_eq!(decoder.next().unwrap_err(), DecodeError::LineTooLong);
}

#[test]
fn who_pushes_on_without_reading_is_stopped() {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    let refused = (0..100).find_map(|_| decoder.push(&[b'a'; 1000]).err());
    assert_eq!(
        refused,
        Some(DecodeError::MessageTooLong {
            max: limits::MESSAGE_MAX
        })
    );
}

#[test]
fn an_encoder_refuses_what_could_not_be_read() {
    use floater_proto::EncodeError;
    let mut out = b"before".to_vec();
    let long = "v".repeat(limits::LINE_MAX);
    let cases: [(&str, &str, EncodeError); 8] = [
        ("A", "", EncodeError::BadValue),
        ("A", " v", EncodeError::BadValue),
        ("A", "v\r\nB: w", EncodeError::BadValue),
        ("A", "你好", EncodeError::BadValue),
        ("A", &long, EncodeError::HeadTooLarge),
        ("A:", "v", EncodeError::BadName),
        ("", "v", EncodeError::BadName),
        ("resource", "/b", EncodeError::Duplicate),
    ];
    for (name, value, error) in cases {
        let encoder = encode::request(&mut out, Method::Get, Resource::Status);
        assert_eq!(
            encoder.field(name, value).finish(b"x"),
            Err(error),
            "{name:?} {value:?}"
        );
        assert_eq!(out, b"before");
    }
}
