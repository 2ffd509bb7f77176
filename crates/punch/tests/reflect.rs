//! The bytes between a client and a reflector, as the README has them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use expect_test::expect;
use floater_punch::reflect::{
    ANSWER_LENGTH, ASK_LENGTH, Ask, ReflectError, ReflectKey, answer, observed,
};
use std::net::SocketAddr;

const KEY: ReflectKey = ReflectKey([0x11; 32]);
const ASK: Ask = Ask {
    id: *b"0123456789abcdef",
    nonce: [0x22; 16],
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn answered(from: &str) -> [u8; ANSWER_LENGTH] {
    let asked = ASK.encode(&KEY);
    let from: SocketAddr = from.parse().unwrap();
    let (ask, bytes) = answer(&asked, from, |_| Some(KEY)).unwrap().unwrap();
    assert_eq!(ask, ASK);
    bytes
}

#[test]
fn the_bytes_of_a_question_and_its_answers() {
    let all = [
        hex(&ASK.encode(&KEY)),
        hex(&answered("9.8.7.6:1234")),
        hex(&answered("[2a00::5]:65535")),
    ];
    expect![[r#"
        01303132333435363738396162636465662222222222222222222222222222222294b50f983a9d81cc9b849c4eed07025f7b6d40f8845a2d8b7e09970a12e88f6a
        0122222222222222222222dddd2b2a252426f076241a7b37dad0e7c0096f488047a2812c788647216b352fe78d4c7c3bd4f117
        0108222222222222222222222222222227ddddf6a32b9a400ccd0062aa9e310fff974363fe0eb33dfd11fabbdffed2814c30e6"#]].assert_eq(&all.join("\n"));
}

#[test]
fn what_was_observed_comes_back() {
    for from in ["9.8.7.6:1234", "[2a00::5]:65535"] {
        let heard = observed(&answered(from), &ASK, &KEY);
        assert_eq!(heard, Ok(Some(from.parse().unwrap())));
    }
    let mapped = observed(&answered("[::ffff:9.8.7.6]:1234"), &ASK, &KEY);
    assert_eq!(mapped, Ok(Some("9.8.7.6:1234".parse().unwrap())));
}

#[test]
fn pieces_are_waited_for() {
    let (asked, told) = (ASK.encode(&KEY), answered("9.8.7.6:1234"));
    for length in 0..ASK_LENGTH {
        let from = "9.8.7.6:1".parse().unwrap();
        assert_eq!(
            answer(asked.get(..length).unwrap(), from, |_| Some(KEY)),
            Ok(None)
        );
    }
    for length in 0..ANSWER_LENGTH {
        assert_eq!(observed(told.get(..length).unwrap(), &ASK, &KEY), Ok(None));
    }
}

#[test]
fn every_changed_byte_is_refused() {
    let from = "9.8.7.6:1".parse().unwrap();
    for at in 0..ASK_LENGTH {
        let mut asked = ASK.encode(&KEY);
        asked.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1);
        assert!(answer(&asked, from, |_| Some(KEY)).is_err(), "byte {at}");
    }
    for at in 0..ANSWER_LENGTH {
        let mut told = answered("9.8.7.6:1234");
        told.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1);
        assert!(observed(&told, &ASK, &KEY).is_err(), "byte {at}");
    }
}

#[test]
fn nothing_is_answered_without_a_key_or_to_another_question() {
    let from = "9.8.7.6:1".parse().unwrap();
    let asked = ASK.encode(&KEY);
    assert_eq!(answer(&asked, from, |_| None), Err(ReflectError::Mac));
    let other = Ask {
        nonce: [0x23; 16],
        ..ASK
    };
    let told = answered("9.8.7.6:1234");
    assert_eq!(observed(&told, &other, &KEY), Err(ReflectError::Mac));
    assert_eq!(
        Ask::decode(b"GET / HTTP/1.1"),
        Err(ReflectError::Version(b'G'))
    );
}

#[test]
fn keys_print_as_nothing() {
    let key = floater_punch::PathKey([7; 32]);
    assert_eq!(
        format!("{KEY:?} {key:?}"),
        "ReflectKey([redacted]) PathKey([redacted])"
    );
}
