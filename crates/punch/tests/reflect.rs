//! The bytes between a client and a reflector, as the README has them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use expect_test::expect;
use floater_punch::Filtering;
use floater_punch::reflect::{
    ANSWER_LENGTH, ASK_LENGTH, About, Arrivals, Ask, DIALLED_LENGTH, Dial, Dials, ReflectError,
    ReflectKey, Whence, answer, asked, dialled, observed,
};
use std::net::SocketAddr;

const KEY: ReflectKey = ReflectKey([0x11; 32]);
const ASK: Ask = Ask {
    about: About::Source,
    id: *b"0123456789abcdef",
    nonce: [0x22; 16],
};
const ASK_DIALS: Ask = Ask {
    about: About::Filtering,
    ..ASK
};
const BOTH: Dials = Dials {
    port: Dial::Connected,
    address: Dial::Unanswered,
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
fn the_bytes_of_questions_and_their_answers() {
    let all = [
        hex(&ASK.encode(&KEY)),
        hex(&answered("9.8.7.6:1234")),
        hex(&answered("[2a00::5]:65535")),
        hex(&ASK_DIALS.encode(&KEY)),
        hex(&ASK_DIALS.dialled(BOTH, &KEY)),
        hex(&ASK_DIALS.record(Whence::OtherPort, &KEY)),
        hex(&ASK_DIALS.record(Whence::OtherAddress, &KEY)),
    ];
    expect![[r#"
        01303132333435363738396162636465662222222222222222222222222222222294b50f983a9d81cc9b849c4eed07025f7b6d40f8845a2d8b7e09970a12e88f6a
        0122222222222222222222dddd2b2a252426f076241a7b37dad0e7c0096f488047a2812c788647216b352fe78d4c7c3bd4f117
        0108222222222222222222222222222227ddddf6a32b9a400ccd0062aa9e310fff974363fe0eb33dfd11fabbdffed2814c30e6
        0230313233343536373839616263646566222222222222222222222222222222226e9ff9bab19e2d28da28ce1703fea6faec9acf4edc956a16e8ea3cc24a59074f
        02020170ac25098e9a66167793ff4fc4da83d25e2e1f4838bb32d5cd19e1021b05b653
        01322f5584a6b83b1056c56d118383ececfbff21af6a21279a1e88dd0561f44575
        028bafc7bd9798baf82e96774d57811a3063723aa957dc2fb1fb556d4947fd2496"#]].assert_eq(&all.join("\n"));
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
    let from = "9.8.7.6:1".parse().unwrap();
    for ask in [ASK, ASK_DIALS] {
        let bytes = ask.encode(&KEY);
        for length in 0..ASK_LENGTH {
            let piece = bytes.get(..length).unwrap();
            assert_eq!(asked(piece, |_| Some(KEY)), Ok(None));
        }
        assert_eq!(asked(&bytes, |_| Some(KEY)), Ok(Some((ask, KEY))));
    }
    let piece = ASK.encode(&KEY);
    assert_eq!(
        answer(piece.get(..9).unwrap(), from, |_| Some(KEY)),
        Ok(None)
    );
    let told = answered("9.8.7.6:1234");
    for length in 0..ANSWER_LENGTH {
        assert_eq!(observed(told.get(..length).unwrap(), &ASK, &KEY), Ok(None));
    }
    let told = ASK_DIALS.dialled(BOTH, &KEY);
    for length in 0..DIALLED_LENGTH {
        let piece = told.get(..length).unwrap();
        assert_eq!(dialled(piece, &ASK_DIALS, &KEY), Ok(None));
    }
    assert_eq!(dialled(&told, &ASK_DIALS, &KEY), Ok(Some(BOTH)));
}

/// Each byte of a message, one at a time.
fn spoiled<const N: usize>(message: [u8; N]) -> impl Iterator<Item = [u8; N]> {
    (0..N).map(move |at| {
        let mut bytes = message;
        bytes.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1);
        bytes
    })
}

#[test]
fn every_changed_byte_is_refused() {
    for ask in [ASK, ASK_DIALS] {
        for bytes in spoiled(ask.encode(&KEY)) {
            assert!(asked(&bytes, |_| Some(KEY)).is_err(), "{}", hex(&bytes));
        }
    }
    for bytes in spoiled(answered("9.8.7.6:1234")) {
        assert!(observed(&bytes, &ASK, &KEY).is_err(), "{}", hex(&bytes));
    }
    for bytes in spoiled(ASK_DIALS.dialled(BOTH, &KEY)) {
        assert!(
            dialled(&bytes, &ASK_DIALS, &KEY).is_err(),
            "{}",
            hex(&bytes)
        );
    }
    let mut arrivals = Arrivals::new(ASK_DIALS, "9.9.9.9:7001".parse().unwrap());
    let from = "9.9.9.9:40000".parse().unwrap();
    for bytes in spoiled(ASK_DIALS.record(Whence::OtherPort, &KEY)) {
        let counted = arrivals.count(from, &bytes, &KEY);
        assert!(counted.is_err(), "{}", hex(&bytes));
    }
    assert_eq!(arrivals.filtering(Dials::default()), Filtering::Unknown);
}

#[test]
fn nothing_is_answered_without_a_key_or_to_another_question() {
    let from = "9.8.7.6:1".parse().unwrap();
    let question = ASK.encode(&KEY);
    assert_eq!(answer(&question, from, |_| None), Err(ReflectError::Mac));
    let other = |ask| Ask {
        nonce: [0x23; 16],
        ..ask
    };
    let told = answered("9.8.7.6:1234");
    assert_eq!(observed(&told, &other(ASK), &KEY), Err(ReflectError::Mac));
    let told = ASK_DIALS.dialled(BOTH, &KEY);
    let replayed = dialled(&told, &other(ASK_DIALS), &KEY);
    assert_eq!(replayed, Err(ReflectError::Mac));
    assert_eq!(
        Ask::decode(b"GET / HTTP/1.1"),
        Err(ReflectError::Foreign(b'G'))
    );
}

/// Who only says whence it is asked does not take the other question for one of these, and an answer
/// to the one is none to the other.
#[test]
fn one_kind_of_question_is_not_taken_for_the_other() {
    let from = "9.8.7.6:1".parse().unwrap();
    let question = ASK_DIALS.encode(&KEY);
    let refused = answer(&question, from, |_| Some(KEY));
    assert_eq!(refused, Err(ReflectError::Foreign(2)));
    let mut other_byte = ASK.encode(&KEY);
    other_byte[0] = About::Filtering.byte();
    let refused = asked(&other_byte, |_| Some(KEY));
    assert_eq!(refused, Err(ReflectError::Mac), "the label differs");
    let told = answered("9.8.7.6:1234");
    let refused = dialled(&told, &ASK_DIALS, &KEY);
    assert_eq!(refused, Err(ReflectError::Foreign(1)));
}

const REFLECTOR: &str = "9.9.9.9:7001";

/// What follows where these came, from there, and these were dialled.
fn followed(came: &[(Whence, &str)], port: Dial, address: Dial) -> (Filtering, bool) {
    let mut arrivals = Arrivals::new(ASK_DIALS, REFLECTOR.parse().unwrap());
    for (whence, from) in came {
        let record = ASK_DIALS.record(*whence, &KEY);
        let from = from.parse().unwrap();
        arrivals.count(from, &record, &KEY).unwrap();
    }
    let dials = Dials { port, address };
    (arrivals.filtering(dials), arrivals.is_whole(dials))
}

#[test]
fn the_filtering_follows_from_what_came_in() {
    use Dial::{Connected, Unanswered, Unmade};
    use Filtering::{Address, AddressAndPort, Independent, IndependentOrAddress, Unknown};
    let port = (Whence::OtherPort, "9.9.9.9:40000");
    let address = (Whence::OtherAddress, "9.9.9.8:40000");
    let table: &[(&[_], Dial, Dial, (Filtering, bool))] = &[
        (&[port, address], Connected, Connected, (Independent, true)),
        (&[address], Connected, Connected, (Independent, false)),
        (&[port], Connected, Unanswered, (Address, true)),
        (&[port], Connected, Unmade, (IndependentOrAddress, true)),
        (&[], Unanswered, Unanswered, (AddressAndPort, true)),
        (&[], Unanswered, Unmade, (AddressAndPort, true)),
        (&[], Unmade, Unmade, (Unknown, true)),
        // A NAT took it itself: nothing came in.
        (&[], Connected, Connected, (AddressAndPort, false)),
        (&[port], Connected, Connected, (Address, false)),
        // The server knows of no answer, but it is here.
        (&[port], Unanswered, Unanswered, (Address, true)),
    ];
    for (came, to_port, to_address, follows) in table {
        let told = followed(came, *to_port, *to_address);
        assert_eq!(told, *follows, "{came:?} {to_port:?} {to_address:?}");
    }
}

/// Where somebody changes addresses on the way, the server's own network perhaps, nothing is said that
/// may be wrong.
#[test]
fn what_comes_from_elsewhere_than_it_says_tells_nothing() {
    use Dial::{Connected, Unanswered};
    use Filtering::{IndependentOrAddress, Unknown};
    let port = (Whence::OtherPort, "9.9.9.9:40000");
    let moved = (Whence::OtherAddress, "9.9.9.9:40001");
    let told = followed(&[port, moved], Connected, Connected);
    assert_eq!(told, (IndependentOrAddress, true));
    for odd in ["9.9.9.8:40000", REFLECTOR] {
        let told = followed(&[(Whence::OtherPort, odd)], Connected, Unanswered);
        assert_eq!(told, (Unknown, true), "{odd}");
    }
    let mapped = (Whence::OtherPort, "[::ffff:9.9.9.9]:40000");
    let told = followed(&[mapped], Connected, Unanswered);
    assert_eq!(told, (Filtering::Address, true), "that is the same");
}

#[test]
fn keys_print_as_nothing() {
    let key = floater_punch::PathKey([7; 32]);
    assert_eq!(
        format!("{KEY:?} {key:?}"),
        "ReflectKey([redacted]) PathKey([redacted])"
    );
}
