//! Statements with fixed keys, byte for byte as the page gives them, and built a second time
//! from the words of the page alone. FLOATER/1.0 §7.6
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use data_encoding::HEXLOWER as HEX;
use ed25519_dalek::{Signer as _, SigningKey};
use expect_test::expect_file;
use floater_evidence::{Signer, Statement, verify};
use floater_proto::{Binary, Id, Role};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

#[derive(Serialize)]
struct Vector {
    says: &'static str,
    seed: String,
    public: String,
    r#match: String,
    role: Role,
    number: u64,
    seen: u64,
    resource: &'static str,
    content_type: &'static str,
    referrer: Option<&'static str>,
    body: String,
    evidence_key: String,
    commitment: String,
    statement: String,
    signature: String,
}

const SEED: [u8; 32] = [0x5a; 32];
const KEY: [u8; 32] = [0xc3; 32];
const MATCH: Id = Binary(*b"a match of two!!");
const TEXT: &str = "text/plain; charset=utf-8";
const OFFER: &str = r#"{"id":"BAsSGSAnLjU8Q0pRWF9mbQ","kind":"image/webp","size":100000}"#;

fn base(role: Role, number: u64, seen: u64, body: &[u8]) -> Statement<'_> {
    Statement {
        match_id: &MATCH,
        role,
        number,
        seen,
        resource: "/text",
        content_type: TEXT,
        referrer: None,
        body,
    }
}

/// FLOATER/1.0 §7.2, said again.
fn by_the_page(s: &Statement<'_>) -> (Vec<u8>, Vec<u8>) {
    let framed = |parts: &[&[u8]]| {
        let mut out = Vec::new();
        for part in parts {
            out.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    };
    let referrer = s.referrer.unwrap_or("");
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(&framed(&[
        s.resource.as_bytes(),
        s.content_type.as_bytes(),
        referrer.as_bytes(),
        s.body,
    ]));
    let commitment = mac.finalize().into_bytes().to_vec();
    let role: &[u8] = if s.role == Role::A { b"A" } else { b"B" };
    let statement = framed(&[
        b"FLOATER/1.0 evidence",
        &s.match_id.0,
        role,
        &s.number.to_be_bytes(),
        &s.seen.to_be_bytes(),
        &commitment,
    ]);
    (commitment, statement)
}

fn vector(says: &'static str, s: &Statement<'static>) -> Vector {
    let signer = Signer::from_seed(SEED);
    let proof = signer.sign(s, KEY);
    verify(s, &proof, &signer.public()).unwrap();
    let (commitment, statement) = by_the_page(s);
    let again = SigningKey::from_bytes(&SEED).sign(&statement);
    assert_eq!(
        proof.signature.0,
        again.to_bytes(),
        "the page says what the code does"
    );
    Vector {
        says,
        seed: HEX.encode(&SEED),
        public: HEX.encode(&signer.public().0),
        r#match: HEX.encode(&s.match_id.0),
        role: s.role,
        number: s.number,
        seen: s.seen,
        resource: s.resource,
        content_type: s.content_type,
        referrer: s.referrer,
        body: String::from_utf8(s.body.to_vec()).unwrap(),
        evidence_key: HEX.encode(&KEY),
        commitment: HEX.encode(&commitment),
        statement: HEX.encode(&statement),
        signature: HEX.encode(&proof.signature.0),
    }
}

#[test]
fn statements_are_what_the_page_gives() {
    let quoting = Statement {
        referrer: Some("/message/A/1"),
        ..base(Role::B, 1, 1, "是啊。".as_bytes())
    };
    let offer = Statement {
        resource: "/picture",
        content_type: "application/json",
        ..base(Role::A, 2, 1, OFFER.as_bytes())
    };
    let vectors = [
        vector(
            "A's first text.",
            &base(Role::A, 1, 0, "今天的月亮很圆。".as_bytes()),
        ),
        vector("B's first text, which quotes it.", &quoting),
        vector("A offers a picture.", &offer),
    ];
    let written = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    expect_file!["../../../docs/protocol/vectors/evidence/statements.json"].assert_eq(&written);
}
