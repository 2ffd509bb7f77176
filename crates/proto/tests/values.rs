//! What stands in the fields of a head, to the last value that is right and the first that is not.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use floater_proto::body::{Here, PictureKind};
use floater_proto::{
    Binary, ByteRange, ContentRange, DecodeError, Decoder, EncodeError, Id, MessageRef, Method,
    RangeError, Resource, Role, Secret, Status, decode, encode, limits,
};
use std::cell::Cell;
use std::rc::Rc;
use zeroize::Zeroize;

const fn range(first: u64, last: u64) -> ByteRange {
    ByteRange { first, last }
}

#[test]
fn ranges_rise_and_lie_inside() {
    let two = vec![range(0, 32_767), range(65_536, 98_303)];
    let written = "bytes=0-32767,65536-98303";
    assert_eq!(ByteRange::parse(written), Ok(two.clone()));
    assert_eq!(ByteRange::format(&two), written);
    assert_eq!(ByteRange::parse("bytes=7-7"), Ok(vec![range(7, 7)]));
    assert_eq!(two.iter().map(|it| it.span()).sum::<u64>(), 2 * 32_768);
    for wrong in [
        "0-1",
        "bytes=",
        "bytes=1",
        "bytes=2-1",
        "bytes=0-1,1-2",
        "bytes=4-5,0-1",
        "bytes=-1-2",
    ] {
        assert_eq!(
            ByteRange::parse(wrong),
            Err(RangeError::Malformed),
            "{wrong}"
        );
    }
    let many = |count: u64| {
        let parts: Vec<_> = (0..count)
            .map(|it| format!("{}-{}", 2 * it, 2 * it))
            .collect();
        ByteRange::parse(&format!("bytes={}", parts.join(",")))
    };
    assert_eq!(many(8).unwrap().len(), ByteRange::MAX);
    assert_eq!(many(9), Err(RangeError::TooMany));

    let whole = ContentRange::parse("bytes 0-3,6-9/10").unwrap();
    assert_eq!(
        (whole.ranges.as_slice(), whole.size),
        (&[range(0, 3), range(6, 9)][..], 10)
    );
    assert_eq!(whole.to_string(), "bytes 0-3,6-9/10");
    for wrong in [
        "bytes 0-9/9",
        "bytes 0-10/10",
        "bytes 0-9",
        "bytes=0-9/10",
        "bytes 0-9/x",
    ] {
        assert_eq!(
            ContentRange::parse(wrong),
            Err(RangeError::Malformed),
            "{wrong}"
        );
    }
}

#[test]
fn statuses_are_three_digits_and_words() {
    for (text, code) in [
        ("200 OK", 200),
        ("204 x", 204),
        ("505 x y", 505),
        ("199 x", 199),
    ] {
        assert_eq!(Status::parse(text.as_bytes()).unwrap().code(), code);
    }
    for wrong in [
        "200", "200 ", "200  OK", "2x0 OK", "20x OK", "600 OK", "099 OK", "2000 OK", " 200 OK",
    ] {
        assert_eq!(Status::parse(wrong.as_bytes()), None, "{wrong:?}");
    }
    let good = |code: u16| {
        Status::parse(format!("{code} x").as_bytes())
            .unwrap()
            .is_success()
    };
    assert_eq!(
        [199, 200, 204, 299, 300, 500].map(good),
        [false, true, true, true, false, false]
    );
}

#[test]
fn resources_with_names_are_read_as_they_are_written() {
    let id: Id = Binary([0xa5; 16]);
    for resource in [
        Resource::PictureBytes(id),
        Resource::ReportPicture(id),
        Resource::Message(MessageRef {
            by: Role::A,
            number: 1,
        }),
        Resource::Message(MessageRef {
            by: Role::B,
            number: u64::pow(10, 18),
        }),
    ] {
        assert_eq!(Resource::parse(&resource.to_string()), Some(resource));
    }
    for wrong in [
        "/message/A/0",
        "/message/C/1",
        "/message/A/01",
        "/message/A",
        "/message/A/1/2",
        "/picture/x",
        "/picture",
        "picture",
    ] {
        assert_eq!(
            Resource::parse(wrong).filter(|it| *it != Resource::Picture),
            None,
            "{wrong}"
        );
    }
    assert_eq!((Role::A.byte(), Role::B.byte()), (b'A', b'B'));
}

#[test]
fn a_field_that_holds_a_number_is_read_as_one() {
    let mut bytes = Vec::new();
    let head = encode::request(&mut bytes, Method::Post, Resource::Text);
    let head = head.field("Message-Number", "7").field("Seen-Number", "07");
    head.finish(b"").unwrap();
    let (message, _) = decode(&bytes, limits::MESSAGE_MAX).unwrap().unwrap();
    assert_eq!(message.head.number("Message-Number"), Ok(Some(7)));
    assert_eq!(message.head.number("message-number"), Ok(Some(7)));
    assert_eq!(
        message.head.number("Seen-Number"),
        Err(DecodeError::BadNumber)
    );
    assert_eq!(message.head.number("Range"), Ok(None));
}

#[test]
fn what_names_something_lends_its_bytes() {
    let name = Binary([1, 2, 3]);
    assert_eq!(name.as_ref(), [1, 2, 3]);
    assert_eq!(Binary::parse(&name.to_string()), Some(name));
}

#[test]
fn a_picture_tells_its_kind_by_its_first_bytes() {
    for (bytes, kind) in [
        (&b"\x89PNG\r\n\x1a\n and more"[..], PictureKind::Png),
        (b"\xff\xd8\xff\xe0", PictureKind::Jpeg),
        (b"RIFF\x10\0\0\0WEBPVP8 ", PictureKind::Webp),
    ] {
        assert_eq!(PictureKind::of(bytes), Some(kind));
    }
    for wrong in [
        &b""[..],
        b"\x89PNG\r\n",
        b"\xff\xd8",
        b"RIFF\x10\0\0\0WAVE",
        b"GIF89a",
    ] {
        assert_eq!(PictureKind::of(wrong), None);
    }
}

#[test]
fn how_many_are_here_is_told_in_steps() {
    for (count, at_least, below) in [
        (0, 0, Some(10)),
        (9, 0, Some(10)),
        (10, 10, Some(30)),
        (29, 10, Some(30)),
        (9_999, 3_000, Some(10_000)),
        (10_000, 10_000, None),
        (usize::MAX, 10_000, None),
    ] {
        assert_eq!(Here::range_of(count), Here { at_least, below }, "{count}");
    }
}

/// Tells when it is wiped.
struct Told(Rc<Cell<bool>>);

impl Zeroize for Told {
    fn zeroize(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn a_secret_is_composed_lent_and_wiped() {
    let apart = Secret::<String>::from("e\u{301}");
    assert_eq!(apart.expose(), "e\u{301}");
    assert_eq!(apart.composed().expose(), "\u{e9}");
    let wiped = Rc::new(Cell::new(false));
    let secret = Secret::new(Told(wiped.clone()));
    assert!(!wiped.get());
    drop(secret);
    assert!(wiped.get());
}

fn is_whole(bytes: &[u8]) -> bool {
    decode(bytes, limits::MESSAGE_MAX).unwrap().is_some()
}

/// A request with these values of fields `F0`, `F1` and so on.
fn with_fields(values: &[String]) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    let mut head = encode::request(&mut bytes, Method::Post, Resource::Text);
    for (number, value) in values.iter().enumerate() {
        head = head.field(&format!("F{number}"), value);
    }
    head.finish(b"")?;
    Ok(bytes)
}

#[test]
fn an_encoder_writes_up_to_each_limit_and_no_further() {
    // A line is its name, a colon, a space and its value.
    let line = |length: usize| with_fields(&["x".repeat(length - 4)]);
    let longest = line(limits::LINE_MAX).unwrap();
    assert!(is_whole(&longest));
    assert_eq!(line(limits::LINE_MAX + 1), Err(EncodeError::HeadTooLarge));

    let many = |count: usize| with_fields(&vec!["x".to_owned(); count]);
    // The encoder and the decoder count alike: what one writes the other reads, and no room is left.
    let most = (1..=limits::FIELDS_MAX)
        .rev()
        .find(|&it| many(it).is_ok())
        .unwrap();
    let mut full = many(most).unwrap();
    assert!(is_whole(&full));
    full.truncate(full.len() - 2);
    full.extend_from_slice(b"Z: x\r\n\r\n");
    let refused = decode(&full, limits::MESSAGE_MAX);
    assert_eq!(refused.unwrap_err(), DecodeError::TooManyFields);
    assert_eq!(many(most + 1), Err(EncodeError::HeadTooLarge));

    // Eight lines of nearly 1 KiB, and one more to fill it up.
    let fill = |last: usize| {
        let mut values = vec!["x".repeat(limits::LINE_MAX - 4); 7];
        values.push("x".repeat(last));
        with_fields(&values)
    };
    let rest = limits::HEAD_MAX - fill(1).unwrap().len() + 1;
    let whole = fill(rest).unwrap();
    assert_eq!(whole.len(), limits::HEAD_MAX);
    assert!(is_whole(&whole));
    assert_eq!(fill(rest + 1), Err(EncodeError::HeadTooLarge));
}

#[test]
fn a_decoder_knows_whether_it_is_in_the_midst_of_something() {
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    assert!(!decoder.is_inside_message() && !decoder.is_inside_head());
    let whole = with_fields(&["x".to_owned()]).unwrap();
    let (most, last) = whole.split_at(whole.len() - 1);
    decoder.push(most).unwrap();
    assert!(decoder.next().unwrap().is_none());
    assert!(decoder.is_inside_message() && decoder.is_inside_head());
    decoder.push(last).unwrap();
    assert!(decoder.next().unwrap().is_some());
    assert!(decoder.next().unwrap().is_none());
    assert!(!decoder.is_inside_message() && !decoder.is_inside_head());
}

#[test]
fn a_decoder_takes_as_much_as_a_message_may_have() {
    let mut decoder = Decoder::new(8);
    decoder.push(&[b'x'; 8]).unwrap();
    decoder.push(b"x").unwrap();
    assert_eq!(
        decoder.push(b"x"),
        Err(DecodeError::MessageTooLong { max: 8 })
    );
}
