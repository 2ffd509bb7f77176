//! Somebody wants to report what was never said, or deny what was. Each forgery has a name, and
//! each is refused. FLOATER/1.0 §7.4

use curve25519_dalek::Scalar;
use curve25519_dalek::constants::EIGHT_TORSION;
use floater_evidence::{Proof, Refused, Signer, Statement, verify, verify_message};
use floater_proto::body::SignedMessage;
use floater_proto::{Binary, Id, MessageRef, Role};

const MATCH: Id = Binary([1; 16]);
const OTHER_MATCH: Id = Binary([2; 16]);
const KEY: [u8; 32] = [9; 32];

const SAID: Statement<'static> = Statement {
    match_id: &MATCH,
    role: Role::A,
    number: 7,
    seen: 3,
    resource: "/text",
    content_type: "text/plain; charset=utf-8",
    referrer: Some("/message/B/3"),
    body: "明天见".as_bytes(),
};

fn alice() -> Signer {
    Signer::from_seed([7; 32])
}

/// Alice said [`SAID`]; somebody presents `claim` with her proof.
fn presented(claim: &Statement<'_>) -> Result<(), Refused> {
    let alice = alice();
    verify(claim, &alice.sign(&SAID, KEY), &alice.public())
}

#[test]
fn what_was_said_is_proved() {
    assert_eq!(presented(&SAID), Ok(()));
}

#[test]
fn p27_twelve_forged_statements_are_refused() {
    let forgeries = [
        (
            "other words",
            Statement {
                body: "明天不见".as_bytes(),
                ..SAID
            },
        ),
        (
            "words cut off",
            Statement {
                body: "明天".as_bytes(),
                ..SAID
            },
        ),
        ("no words", Statement { body: b"", ..SAID }),
        (
            "another type",
            Statement {
                content_type: "text/html",
                ..SAID
            },
        ),
        (
            "another quote",
            Statement {
                referrer: Some("/message/B/2"),
                ..SAID
            },
        ),
        (
            "the quote taken away",
            Statement {
                referrer: None,
                ..SAID
            },
        ),
        (
            "an offer made of a text",
            Statement {
                resource: "/picture",
                ..SAID
            },
        ),
        ("another number", Statement { number: 8, ..SAID }),
        ("another last message seen", Statement { seen: 2, ..SAID }),
        (
            "the other side",
            Statement {
                role: Role::B,
                ..SAID
            },
        ),
        (
            "another match",
            Statement {
                match_id: &OTHER_MATCH,
                ..SAID
            },
        ),
        (
            "a border moved between two parts",
            Statement {
                resource: "/texttext",
                content_type: "/plain; charset=utf-8",
                ..SAID
            },
        ),
    ];
    assert_eq!(forgeries.len(), 12);
    for (name, claim) in forgeries {
        assert_eq!(presented(&claim), Err(Refused::Signature), "{name}");
    }
}

#[test]
fn p27_a_quote_made_of_the_first_words_is_refused() {
    let alice = alice();
    let plain = Statement {
        referrer: None,
        body: b"/message/B/3ok",
        ..SAID
    };
    let proof = alice.sign(&plain, KEY);
    let claim = Statement {
        referrer: Some("/message/B/3"),
        body: b"ok",
        ..SAID
    };
    assert_eq!(
        verify(&claim, &proof, &alice.public()),
        Err(Refused::Signature)
    );
}

#[test]
fn p27_another_message_key_is_refused() {
    let alice = alice();
    let proof = alice.sign(&SAID, KEY);
    for bit in 0..256 {
        let mut key = KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        let forged = Proof {
            key: Binary(key),
            ..proof
        };
        assert_eq!(
            verify(&SAID, &forged, &alice.public()),
            Err(Refused::Signature),
            "bit {bit}"
        );
    }
}

#[test]
fn p27_each_changed_bit_of_a_signature_is_refused() {
    let alice = alice();
    let proof = alice.sign(&SAID, KEY);
    for bit in 0..512 {
        let mut forged = proof;
        forged.signature.0[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            verify(&SAID, &forged, &alice.public()),
            Err(Refused::Signature),
            "bit {bit}"
        );
    }
}

#[test]
fn p27_a_signature_cut_off_is_refused() {
    let alice = alice();
    let proof = alice.sign(&SAID, KEY);
    for kept in 0..64 {
        let mut forged = proof;
        forged.signature.0[kept..].fill(0);
        if forged != proof {
            assert!(
                verify(&SAID, &forged, &alice.public()).is_err(),
                "{kept} bytes kept"
            );
        }
    }
}

#[test]
fn p27_the_signature_of_another_match_is_refused() {
    let alice = alice();
    let there = Statement {
        match_id: &OTHER_MATCH,
        ..SAID
    };
    let proof = alice.sign(&there, KEY);
    assert_eq!(verify(&there, &proof, &alice.public()), Ok(()));
    assert_eq!(
        verify(&SAID, &proof, &alice.public()),
        Err(Refused::Signature)
    );
}

#[test]
fn p27_the_signature_of_another_person_is_refused() {
    let proof = Signer::from_seed([8; 32]).sign(&SAID, KEY);
    assert_eq!(
        verify(&SAID, &proof, &alice().public()),
        Err(Refused::Signature)
    );
    let own = alice().sign(&SAID, KEY);
    let other = Signer::from_seed([8; 32]).public();
    assert_eq!(verify(&SAID, &own, &other), Err(Refused::Signature));
}

/// `S + L` proves the same equation as `S`: a second spelling, which anybody can make.
#[test]
fn p27_a_second_spelling_of_a_signature_is_refused() {
    let alice = alice();
    let mut proof = alice.sign(&SAID, KEY);
    let order = order();
    let mut carry = 0_u16;
    for (byte, add) in proof.signature.0[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L fits 256 bits");
    assert_eq!(
        verify(&SAID, &proof, &alice.public()),
        Err(Refused::Signature)
    );
}

/// L, the order of the base point: one more than the largest scalar.
fn order() -> [u8; 32] {
    let mut order = (-Scalar::ONE).to_bytes();
    order[0] += 1;
    order
}

/// Under a key of low order one signature holds for many statements or for all: what was "said"
/// could be chosen afterwards.
#[test]
fn p27_a_key_under_which_everything_holds_is_refused() {
    for point in EIGHT_TORSION {
        let weak = Binary(point.compress().to_bytes());
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&EIGHT_TORSION[0].compress().to_bytes());
        let proof = Proof {
            key: Binary(KEY),
            signature: Binary(signature),
        };
        assert_eq!(verify(&SAID, &proof, &weak), Err(Refused::Key));
    }
}

/// `y` and `y + p` are the same point: a signer must not have two names.
#[test]
fn p27_a_second_spelling_of_a_key_is_refused() {
    let proof = alice().sign(&SAID, KEY);
    for y in 0..=18_u8 {
        for sign in [0, 0x80] {
            let mut key = [0xff; 32];
            key[0] = 0xed + y;
            key[31] = 0x7f | sign;
            assert_eq!(
                verify(&SAID, &proof, &Binary(key)),
                Err(Refused::Key),
                "p + {y}"
            );
        }
    }
}

#[test]
fn p27_a_key_that_is_no_point_is_refused() {
    let proof = alice().sign(&SAID, KEY);
    let mut key = [0; 32];
    key[0] = 2;
    assert_eq!(verify(&SAID, &proof, &Binary(key)), Err(Refused::Key));
}

/// An R of low order makes a signature that only a lenient verifier takes; then two verifiers
/// would disagree about what was said.
#[test]
fn p27_a_nonce_point_of_low_order_is_refused() {
    let alice = alice();
    for point in EIGHT_TORSION {
        let mut proof = alice.sign(&SAID, KEY);
        proof.signature.0[..32].copy_from_slice(&point.compress().to_bytes());
        assert_eq!(
            verify(&SAID, &proof, &alice.public()),
            Err(Refused::Signature)
        );
    }
}

/// Makes a forgery of an honest message.
type Change = fn(&mut SignedMessage);

/// A report carries the same fields as text; each of them counts.
#[test]
fn p27_each_forged_field_of_a_reported_message_is_refused() {
    let alice = alice();
    let proof = alice.sign(&SAID, KEY);
    let honest = SignedMessage {
        of: MessageRef {
            by: Role::A,
            number: 7,
        },
        seen: 3,
        resource: SAID.resource.to_owned(),
        content_type: SAID.content_type.to_owned(),
        referrer: SAID.referrer.map(str::to_owned),
        body: "明天见".to_owned(),
        key: proof.key,
        signature: proof.signature,
    };
    let check = |message: &SignedMessage| verify_message(&MATCH, message, &alice.public());
    assert_eq!(check(&honest), Ok(()));
    let forge: [(&str, Change); 9] = [
        ("role", |m| m.of.by = Role::B),
        ("number", |m| m.of.number = 1),
        ("seen", |m| m.seen = 0),
        ("resource", |m| m.resource.push('s')),
        ("type", |m| m.content_type.push(' ')),
        ("referrer", |m| m.referrer = None),
        ("body", |m| m.body.push('!')),
        ("key", |m| m.key.0[31] ^= 1),
        ("signature", |m| m.signature.0[63] ^= 1),
    ];
    for (name, change) in forge {
        let mut forged = honest.clone();
        change(&mut forged);
        assert_eq!(check(&forged), Err(Refused::Signature), "{name}");
    }
    assert!(verify_message(&OTHER_MATCH, &honest, &alice.public()).is_err());
}
