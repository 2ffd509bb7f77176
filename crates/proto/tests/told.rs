//! What is told of a message: sizes and names, never what people say; and the names that others know.

use floater_proto::body::{Offence, PictureKind, Policy};
use floater_proto::{DecodeError, Decoder, Method, Resource, Status, encode, field, limits};

const SECRET: &str = "what nobody else may read";

#[test]
fn nothing_of_a_message_is_told_but_names_and_sizes() {
    let mut bytes = Vec::new();
    let encoder = encode::request(&mut bytes, Method::Post, Resource::Relay);
    let encoder = encoder.request_id(7).field(field::REFERRER, SECRET);
    let told = format!("{encoder:?}");
    encoder.finish(SECRET.as_bytes()).expect("it fits");
    assert!(told.contains("Encoder") && !told.contains(SECRET), "{told}");

    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    decoder.push(&bytes).expect("it fits");
    let told = format!("{decoder:?}");
    assert!(told.contains(&bytes.len().to_string()), "{told}");
    assert!(!told.contains(SECRET), "{told}");
    let message = decoder.next().expect("it is right").expect("it is whole");
    let told = format!("{message:?} {:?}", message.head);
    assert!(
        told.contains("Referrer") && told.contains("25 bytes"),
        "{told}"
    );
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn each_fault_has_the_status_that_answers_it() {
    for (error, status) in [
        (DecodeError::UnknownMethod, Status::METHOD_NOT_ALLOWED),
        (DecodeError::UnknownVersion, Status::VERSION_NOT_SUPPORTED),
        (DecodeError::LineTooLong, Status::HEAD_TOO_LARGE),
        (DecodeError::TooManyFields, Status::HEAD_TOO_LARGE),
        (DecodeError::HeadTooLong, Status::HEAD_TOO_LARGE),
        (DecodeError::MessageTooLong { max: 1 }, Status::TOO_LARGE),
        (DecodeError::BadByte, Status::BAD_REQUEST),
    ] {
        assert_eq!(error.status(), status, "{error:?}");
    }
    assert_eq!(
        format!("{:?}", Status::TOO_LARGE),
        Status::TOO_LARGE.to_string()
    );
}

#[test]
fn what_stands_in_transcripts_and_types_is_what_the_protocol_says() {
    assert_eq!((Policy::Direct.byte(), Policy::Hidden.byte()), (1, 0));
    let kinds = [PictureKind::Png, PictureKind::Jpeg, PictureKind::Webp];
    assert_eq!(
        kinds.map(PictureKind::mime),
        ["image/png", "image/jpeg", "image/webp"]
    );
    let offences = [
        Offence::Sexual,
        Offence::Minor,
        Offence::Abuse,
        Offence::Spam,
        Offence::Other,
    ];
    let told = offences.map(|it| it.to_string());
    assert_eq!(told, ["sexual", "minor", "abuse", "spam", "other"]);
}
