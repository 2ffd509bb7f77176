//! The stranger runs a program of their own and keeps to no page. Nothing of it is shown, and
//! the conversation goes on. FLOATER/1.0 §6.11

use crate::stranger::{CONTROL, Stranger, pad};
use floater_e2e::{Event, PathId};
use floater_evidence::{Signer, Statement};
use floater_proto::{Method, Resource, encode};

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// After whatever happened an honest line still counts.
fn still_listens(stranger: &mut Stranger) {
    let before = stranger.shown();
    let statement = stranger.statement("还在吗".as_bytes());
    stranger.say(&statement);
    assert_eq!(stranger.status(), 200);
    assert_eq!(stranger.shown(), before + 1);
}

#[test]
fn p27_a_text_that_is_not_proved_is_not_shown() {
    let mut stranger = Stranger::greeted();
    let honest = stranger.statement(b"hm");
    let proof = stranger.signer.sign(&honest, [3; 32]);
    let (key, signature) = (proof.key.to_string(), proof.signature.to_string());
    let forged = [
        Statement {
            body: b"ha",
            ..honest
        },
        Statement {
            referrer: Some("/message/B/1"),
            ..honest
        },
        Statement {
            number: 2,
            ..honest
        },
        Statement {
            resource: "/picture",
            content_type: JSON,
            ..honest
        },
    ];
    for statement in forged {
        stranger.put(&statement, &key, &signature);
        assert_eq!(stranger.status(), 422);
    }
    let other = Signer::from_seed([99; 32]).sign(&honest, [3; 32]);
    stranger.put(
        &honest,
        &other.key.to_string(),
        &other.signature.to_string(),
    );
    assert_eq!(stranger.status(), 422);
    stranger.put(&honest, "AAAA", &signature);
    assert_eq!(stranger.status(), 400, "a key of three bytes");
    assert_eq!(stranger.shown(), 0);
    stranger.put(&honest, &key, &signature);
    assert_eq!(stranger.status(), 200, "the honest one is shown");
    stranger.put(&honest, &key, &signature);
    assert_eq!(stranger.status(), 422, "and only once");
    assert_eq!(stranger.shown(), 1);
}

#[test]
fn p27_numbers_have_no_gap_and_nobody_has_seen_what_was_not_said() {
    let mut stranger = Stranger::greeted();
    let honest = stranger.statement(b"hm");
    for bad in [
        Statement {
            number: 2,
            ..honest
        },
        Statement {
            number: 0,
            ..honest
        },
        Statement { seen: 1, ..honest },
    ] {
        stranger.say(&bad);
        assert_eq!(stranger.status(), 422);
    }
    assert_eq!(stranger.shown(), 0);
    stranger.say(&honest);
    assert_eq!(stranger.status(), 200);
    still_listens(&mut stranger);
}

#[test]
fn a_quote_names_what_was_said() {
    for referrer in [
        "/message/A/1",
        "/message/B/1",
        "/message/B/2",
        "/text",
        "nonsense",
    ] {
        let mut stranger = Stranger::greeted();
        let statement = stranger.statement(b"hm");
        stranger.say(&Statement {
            referrer: Some(referrer),
            ..statement
        });
        assert_eq!(stranger.status(), 422, "{referrer}");
        assert_eq!(stranger.shown(), 0, "{referrer}");
        still_listens(&mut stranger);
    }
}

#[test]
fn what_is_no_text_is_not_shown() {
    let large = vec![b'a'; 16_385];
    let cases: [(&[u8], &str, u16); 6] = [
        (&large, TEXT, 413),
        (b"\xff\xfe", TEXT, 400),
        (b" \n ", TEXT, 400),
        (b"", TEXT, 400),
        (b"<b>hi</b>", "text/html", 415),
        (b"hi", "text/plain", 415),
    ];
    for (body, content_type, status) in cases {
        let mut stranger = Stranger::greeted();
        let statement = stranger.statement(body);
        stranger.say(&Statement {
            content_type,
            ..statement
        });
        assert_eq!(stranger.status(), status, "{content_type} {}", body.len());
        assert_eq!(stranger.shown(), 0);
    }
}

#[test]
fn what_is_not_asked_between_strangers_is_refused() {
    let mut stranger = Stranger::greeted();
    for resource in [
        Resource::Seek,
        Resource::Session,
        Resource::Relay,
        Resource::Account,
        Resource::Hello,
    ] {
        stranger.post(resource, JSON, b"{}");
        assert_eq!(stranger.status(), 404);
    }
    for resource in ["/text", "/end", "/greeting", "/safety"] {
        stranger.get(resource, None);
        assert_eq!(stranger.status(), 405, "{resource}");
    }
    stranger.post(Resource::Typing, JSON, b"[]");
    assert_eq!(stranger.status(), 400);
    stranger.post(Resource::Seen, JSON, br#"{"number":7}"#);
    assert_eq!(stranger.status(), 422);
    for reason in ["moderator", "lost"] {
        let body = format!(r#"{{"reason":"{reason}"}}"#);
        stranger.post(Resource::End, JSON, body.as_bytes());
        assert_eq!(stranger.status(), 422, "{reason}");
    }
    still_listens(&mut stranger);
}

#[test]
fn what_is_of_another_type_is_refused() {
    let mut stranger = Stranger::greeted();
    let bodies = [
        (Resource::Greeting, "你好"),
        (Resource::Typing, r#"{"typing":true}"#),
        (Resource::Seen, r#"{"number":0}"#),
        (Resource::Safety, r#"{"step":"reveal","nonce":""}"#),
        (Resource::Hide, "{}"),
        (Resource::End, r#"{"reason":"left"}"#),
    ];
    let before = stranger.events.len();
    for (resource, body) in bodies {
        stranger.post(resource, "image/png", body.as_bytes());
        assert_eq!(stranger.status(), 415, "{resource}");
    }
    assert_eq!(stranger.events.len(), before);
    still_listens(&mut stranger);
}

#[test]
fn after_the_end_nothing_counts() {
    let mut stranger = Stranger::greeted();
    stranger.post(Resource::End, JSON, br#"{"reason":"left"}"#);
    let statement = stranger.statement("还有".as_bytes());
    stranger.read();
    stranger.say(&statement);
    assert_eq!(stranger.status(), 410);
    stranger.post(Resource::End, JSON, br#"{"reason":"silent"}"#);
    let ends = stranger
        .events
        .iter()
        .filter(|e| matches!(e, Event::Ended { .. }))
        .count();
    assert_eq!((stranger.shown(), ends), (0, 1));
}

#[test]
fn records_that_hold_no_message_say_nothing() {
    let mut stranger = Stranger::greeted();
    let events = stranger.events.len();
    let mut padded = Vec::new();
    let request = encode::request(&mut padded, Method::Post, Resource::Typing);
    request
        .content_type(JSON)
        .finish(br#"{"typing":true}"#)
        .unwrap();
    pad(&mut padded);
    let mut dirty = padded.clone();
    *dirty.last_mut().unwrap() = 1;
    let wide = [padded.as_slice(), &[0; 256]].concat();
    let uneven = &padded[..padded.len() - 1];
    for plain in [
        &dirty,
        wide.as_slice(),
        uneven,
        &[0; 256],
        &[],
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        stranger.record(plain);
    }
    assert_eq!(stranger.events.len(), events);
    assert!(stranger.answers().is_empty());
    stranger.record(&padded);
    assert_eq!(stranger.events.last(), Some(&Event::Typing(true)));
    still_listens(&mut stranger);
}

#[test]
fn records_in_any_order_are_heard_in_theirs() {
    let mut stranger = Stranger::greeted();
    let mut frames = Vec::new();
    let first = stranger.next;
    for number in 1..=20_u64 {
        let body = number.to_string();
        let statement = stranger.statement(body.as_bytes());
        let proof = stranger.signer.sign(
            &Statement {
                number,
                ..statement
            },
            [3; 32],
        );
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, Resource::Text)
            .field("Message-Number", &number.to_string())
            .field("Seen-Number", "0")
            .field("Evidence-Key", &proof.key.to_string())
            .field("Signature", &proof.signature.to_string())
            .content_type(TEXT)
            .finish(body.as_bytes())
            .unwrap();
        pad(&mut out);
        frames.push(stranger.sealed(first + number - 1, &out));
    }
    frames.reverse();
    for frame in &frames[..19] {
        stranger.give(frame);
        stranger.give(frame);
        assert_eq!(stranger.shown(), 0, "the first one is missing");
    }
    stranger.give(&frames[19]);
    let text = |event: &Event| match event {
        Event::Text { text, .. } => Some(text.clone()),
        _ => None,
    };
    let shown: Vec<_> = stranger.events.iter().filter_map(text).collect();
    assert_eq!(shown, (1..=20).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_record_from_beyond_the_window_is_not_held() {
    let mut stranger = Stranger::greeted();
    let (first, plain) = (stranger.next, vec![0; 40_960]);
    let events = stranger.events.len();
    for ahead in [1, 2, 3, 4, 5, 6, 40_000, 1 << 40] {
        let frame = stranger.sealed(first + ahead, &plain);
        stranger.give(&frame);
    }
    assert_eq!(stranger.events.len(), events);
    still_listens(&mut stranger);
    // Three of 40 KiB fit 128 KiB: the others come again, as if they had been lost.
    let frame = stranger.sealed(first + 4, &plain);
    stranger.give(&frame);
    stranger.pass(300);
    let read = stranger.read();
    let (_, acknowledgement) = read.last().unwrap();
    let next = u64::from_be_bytes(acknowledgement[1..9].try_into().unwrap());
    assert_eq!(next, first + 5);
}

#[test]
fn a_control_frame_counts_once() {
    let mut stranger = Stranger::greeted();
    let ping = [&[3], 7_u64.to_be_bytes().as_slice()].concat();
    let frame = stranger.sealed(CONTROL + 500, &ping);
    for _ in 0..3 {
        stranger.give(&frame);
    }
    let pongs = |stranger: &mut Stranger| {
        let read = stranger.read();
        read.iter()
            .filter(|(n, plain)| *n >= CONTROL && plain[0] == 4)
            .count()
    };
    assert_eq!(pongs(&mut stranger), 1);
    let late = stranger.sealed(CONTROL + 400, &ping);
    stranger.give(&late);
    assert_eq!(pongs(&mut stranger), 1, "late, and new");
    let far = stranger.sealed(CONTROL + 5_000, &ping);
    stranger.give(&far);
    let lost = stranger.sealed(CONTROL + 401, &ping);
    stranger.give(&lost);
    assert_eq!(pongs(&mut stranger), 1, "fell out of the window");
}

#[test]
fn control_frames_that_say_nothing_known_change_nothing() {
    let mut stranger = Stranger::greeted();
    let before = stranger.events.len();
    let eight = [0xff; 8];
    for kind in 0..=255_u8 {
        for rest in [&[][..], &[0xff], &eight, &[0xff; 17], &[0xff; 40]] {
            let plain = [&[kind], rest].concat();
            stranger.control(&plain);
        }
    }
    assert_eq!(stranger.events.len(), before);
    still_listens(&mut stranger);
}

/// B has no choice of its own: its SELECTED counts on the connection that A chose.
#[test]
fn nobody_agrees_to_what_was_not_chosen() {
    let mut stranger = Stranger::greeted();
    let (chosen, other) = (PathId(2), PathId(3));
    for path in [chosen, other] {
        stranger.side.handle_proven(0, path, [path.0 as u8; 32]);
    }
    stranger.side.select(0, chosen);
    let joined = |stranger: &mut Stranger, path: PathId| {
        let selected = [&[6], [path.0 as u8; 32].as_slice()].concat();
        let frame = stranger.sealed(CONTROL + stranger.controls, &selected);
        stranger.controls += 1;
        stranger.side.handle_bytes(0, path, &frame);
        stranger.give(&[]);
        stranger.events.contains(&Event::Joined { path })
    };
    assert!(!joined(&mut stranger, other));
    assert!(joined(&mut stranger, chosen));
}

/// An acknowledgement of what was never sent takes nothing away, and none takes back.
#[test]
fn nobody_acknowledges_what_was_not_sent() {
    let mut stranger = Stranger::greeted();
    stranger.side.say(0, "听得到吗", None).unwrap();
    for next in [u64::MAX, 1 << 63, 1_000, 0, 1] {
        stranger.acknowledge(next);
    }
    stranger.frames.clear();
    stranger.pass(1_500);
    let mut asked = stranger
        .read()
        .into_iter()
        .filter(|(n, plain)| *n >= CONTROL && plain[0] == 2);
    let question = asked.next_back().expect("it still waits, and asks").1;
    let number: [u8; 8] = question[2..10].try_into().unwrap();
    let answer = [&[2, 0], number.as_slice(), &1_u64.to_be_bytes()].concat();
    stranger.control(&answer);
    assert!(
        !stranger.read().iter().all(|(n, _)| *n >= CONTROL),
        "and sends it again"
    );
}

/// One frame of theirs brings at most the window once, however often they ask.
#[test]
fn a_stranger_who_joins_without_end_gets_the_window_once() {
    let mut stranger = Stranger::greeted();
    for _ in 0..5 {
        stranger.side.say(0, &"字".repeat(5_000), None).unwrap();
    }
    stranger.give(&[]);
    stranger.pass(500);
    stranger.frames.clear();
    let expects = 1_u64.to_be_bytes();
    let mut bytes = 0;
    for number in 0..200_u64 {
        let join = [&[2, 1], number.to_be_bytes().as_slice(), &expects].concat();
        stranger.control(&join);
        for (n, plain) in stranger.read() {
            if n < CONTROL {
                bytes += plain.len();
            } else if plain[..2] == [2, 2] {
                stranger.control(&[&[2, 0], &plain[2..10], &expects].concat());
            }
        }
    }
    assert!(bytes > 0, "the first question is answered");
    assert!(bytes <= 2 * 128 * 1024, "{bytes}");
}

/// A peer that asks without end and acknowledges nothing is not kept in memory without end.
#[test]
fn a_stranger_who_never_acknowledges_gets_a_window_and_no_more() {
    let mut stranger = Stranger::greeted();
    for _ in 0..5_000 {
        stranger.post(Resource::Greeting, TEXT, "你好".as_bytes());
    }
    let records = stranger.read().iter().filter(|(n, _)| *n < CONTROL).count();
    assert!(records <= 128 * 1024 / 256, "{records}");
    let next = stranger.next;
    let mut total = 0;
    for _ in 0..20 {
        stranger.acknowledge(next + 1_000);
        stranger.acknowledge(1 + records as u64 + total);
        total += stranger.read().iter().filter(|(n, _)| *n < CONTROL).count() as u64;
    }
    assert!(total <= 1_024, "what waited was bounded: {total}");
}

/// Two hundred changes at once are one to the person, and a change that comes alone is told.
#[test]
fn a_flood_of_typing_is_told_once() {
    let mut stranger = Stranger::greeted();
    let told = |stranger: &mut Stranger| {
        let events: Vec<Event> = std::mem::take(&mut stranger.events);
        let typing = |event: Event| match event {
            Event::Typing(typing) => Some(typing),
            _ => None,
        };
        events.into_iter().filter_map(typing).collect::<Vec<bool>>()
    };
    let mut flood = Vec::new();
    for round in 0..201 {
        let mut out = Vec::new();
        let body: &[u8] = if round % 2 == 0 {
            br#"{"typing":true}"#
        } else {
            br#"{"typing":false}"#
        };
        encode::request(&mut out, Method::Post, Resource::Typing)
            .content_type(JSON)
            .finish(body)
            .unwrap();
        pad(&mut out);
        flood.extend(stranger.sealed(stranger.next, &out));
        stranger.next += 1;
    }
    stranger.give(&flood);
    assert_eq!(told(&mut stranger), [true]);
    stranger.post(Resource::Typing, JSON, br#"{"typing":true}"#);
    assert!(told(&mut stranger).is_empty(), "no change");
    stranger.post(Resource::Typing, JSON, br#"{"typing":false}"#);
    assert_eq!(told(&mut stranger), [false]);
    still_listens(&mut stranger);
}

#[test]
fn a_safety_code_whose_commitment_was_broken_is_none() {
    let mut stranger = Stranger::secured();
    let nonce = crate::noise::hash(&[b"nonce"]);
    let nonce = floater_proto::Binary(nonce);
    stranger.post(
        Resource::Safety,
        JSON,
        format!(r#"{{"step":"reveal","nonce":"{nonce}"}}"#).as_bytes(),
    );
    assert_eq!(stranger.status(), 422, "it is not B that reveals");
    assert_eq!(stranger.side.safety_code(), None);
    let step = format!(r#"{{"step":"nonce","nonce":"{nonce}"}}"#);
    stranger.post(Resource::Safety, JSON, step.as_bytes());
    assert_eq!(stranger.status(), 200);
    assert!(stranger.side.safety_code().is_some());
    let code = stranger.side.safety_code();
    let again = format!(
        r#"{{"step":"nonce","nonce":"{}"}}"#,
        floater_proto::Binary([1; 32])
    );
    stranger.post(Resource::Safety, JSON, again.as_bytes());
    assert_eq!(stranger.status(), 422, "a second nonce chooses nothing");
    assert_eq!(stranger.side.safety_code(), code);
}
