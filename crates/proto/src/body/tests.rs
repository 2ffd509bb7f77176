use super::*;
use crate::{Binary, Id, MessageRef, Role, Secret, Username};
use expect_test::{Expect, expect};

fn refused<T: DeserializeOwned + std::fmt::Debug>(body: &str, expect: &Expect) {
    let problem = from_json::<T>(body.as_bytes()).unwrap_err();
    let line = format!(
        "{} {:?} {}",
        problem.error.status(),
        problem.field,
        problem.message
    );
    expect.assert_eq(&line);
}

#[test]
fn a_body_that_is_not_taken_is_told_why_and_never_repeated() {
    refused::<Register>(
        r#"{"email":"a@b.c","username":"小明","password":12345678,"adult":true}"#,
        &expect!["400 Bad Request None a value of the wrong type or form, line 1 column 56"],
    );
    refused::<MailAgain>(
        r#"{"email":"a@b.c","language":7}"#,
        &expect!["400 Bad Request None a value of the wrong type or form, line 1 column 29"],
    );
    refused::<Register>(
        r#"{"email":"a@b.c","password":"p","adult":true}"#,
        &expect!["400 Bad Request None missing field `username`, line 1 column 45"],
    );
    refused::<Register>(
        r#"{"email":"a@b.c","email":"a@b.c"}"#,
        &expect!["400 Bad Request None duplicate field `email`, line 1 column 24"],
    );
    refused::<Register>(
        r#"{"email":"a b","username":"小明","password":"p","adult":true}"#,
        &expect![
            "422 Unprocessable Content Some(\"email\") an e-mail address looks like name@example.org, in at most 254 bytes"
        ],
    );
    refused::<ChangeUsername>(
        "{\"username\":\" \"}",
        &expect![
            "422 Unprocessable Content Some(\"username\") a username has at least one visible character"
        ],
    );
    refused::<ChangeUsername>(
        "{",
        &expect!["400 Bad Request None no JSON, line 1 column 1"],
    );
    refused::<ChangeUsername>(
        "[\"a\"]",
        &expect!["400 Bad Request None expected a JSON object"],
    );
    refused::<ChangeUsername>(
        "{\"username\":\"a\"} {}",
        &expect!["400 Bad Request None no JSON, line 1 column 18"],
    );
    refused::<EndBlock>(
        r#"{"id":"AAAAAAAAAAAAAAAAAAAAAB"}"#,
        &expect!["400 Bad Request None a value of the wrong type or form, line 1 column 31"],
    );
}

#[test]
fn unknown_keys_and_words_are_taken() {
    let status: AskStatus = from_json(br#"{"direct":true,"later":[1]}"#).unwrap();
    assert!(status.direct);
    assert!(!from_json::<AskStatus>(b"").unwrap().direct);
    let problem: Problem = from_json(br#"{"error":"of-a-later-day","message":"x"}"#).unwrap();
    assert_eq!(problem.error, Fault::Unknown);
    let again: MailAgain = from_json(br#"{"email":"a@b.c","language":"fr"}"#).unwrap();
    assert_eq!(again.language, Language::English);
}

#[test]
fn every_fault_has_the_status_of_its_kind() {
    for fault in [
        Fault::Malformed,
        Fault::TooMany,
        Fault::MatchOver,
        Fault::Internal,
    ] {
        assert!(!fault.status().is_success());
        let body = to_json(&Problem::new(fault, "x"));
        assert_eq!(from_json::<Problem>(&body).unwrap().error, fault);
    }
}

#[test]
fn a_seat_is_written_flat() {
    let over = Over {
        reason: Reason::Left,
        by: Some(Role::A),
    };
    let text = String::from_utf8(to_json(&Seat::Over(over))).unwrap();
    expect![[r#"{"state":"over","reason":"left","by":"A"}"#]].assert_eq(&text);
    assert_eq!(
        from_json::<Seat>(text.as_bytes()).unwrap(),
        Seat::Over(over)
    );
}

fn canary_line() -> SignedMessage {
    SignedMessage {
        of: MessageRef {
            by: Role::A,
            number: 1,
        },
        seen: 0,
        resource: "/text".to_owned(),
        content_type: TEXT.to_owned(),
        referrer: None,
        body: "canary-line".to_owned(),
        key: Binary([1; 32]),
        signature: Binary([2; 64]),
    }
}

#[test]
fn holders_of_secrets_print_none() {
    let secret = || Secret::from("canary-secret");
    let id = Id::from([7; 16]);
    let email = || crate::Email::new("canary@example.org").unwrap();
    let name = || Username::new("小明").unwrap();
    let register = Register {
        email: email(),
        username: name(),
        password: secret(),
        adult: true,
        language: Language::Chinese,
    };
    let login = LogIn {
        email: email(),
        password: secret(),
    };
    let open = OpenSession {
        login: Some(login),
        token: Some(secret()),
        keep: Keep::Token,
        instance: id,
        ticket: Some(secret()),
    };
    let message = canary_line();
    let report = Report {
        id,
        ticket: secret(),
        offence: Offence::Abuse,
        note: "canary-note".to_owned(),
        messages: vec![message.clone()],
    };
    let code = MailProof::Code {
        email: email(),
        code: secret(),
    };
    let printed = [
        format!("{register:?}"),
        format!("{open:?}"),
        format!("{message:?}"),
        format!("{report:?}"),
        format!("{code:?}"),
        format!("{:?}", Mailed { secret: secret() }),
        format!(
            "{:?}",
            Seat::Talking {
                peer_here: true,
                ticket: Some(secret())
            }
        ),
        format!(
            "{:?}",
            Block {
                ticket: secret(),
                name: name()
            }
        ),
    ]
    .join("\n");
    assert!(!printed.contains("canary"), "{printed}");
    expect![[r#"
        Register { email: [redacted], username: Username("小明"), password: [redacted], adult: true, language: Chinese }
        OpenSession { login: Some(LogIn { email: [redacted], password: [redacted] }), token: Some([redacted]), keep: Token, instance: BwcHBwcHBwcHBwcHBwcHBw, ticket: Some([redacted]) }
        SignedMessage { of: MessageRef { by: A, number: 1 }, resource: "/text", .. }
        Report { id: BwcHBwcHBwcHBwcHBwcHBw, offence: Abuse, messages: 1, .. }
        Code { email: [redacted], code: [redacted] }
        Mailed { secret: [redacted] }
        Talking { peer_here: true, ticket: Some([redacted]) }
        Block { ticket: [redacted], name: Username("小明") }"#]]
    .assert_eq(&printed);
}
