//! Both must say 你好 before anything else passes. FLOATER/1.0 §6.2

use crate::pair::{A, B, Pair};
use crate::stranger::Stranger;
use floater_e2e::{Event, Misuse};
use floater_evidence::Statement;
use floater_proto::Resource;

const JSON: &str = "application/json";

#[test]
fn one_greeting_opens_nothing_and_two_open_both() {
    for first in [A, B] {
        let mut pair = Pair::secured();
        assert_eq!(
            pair.sides[first].say(0, "早", None),
            Err(Misuse::GreetFirst)
        );
        pair.sides[first].greet(0).unwrap();
        pair.drive();
        assert!(pair.heard(
            first,
            &Event::Greeted {
                own: true,
                peer: false
            }
        ));
        assert!(pair.heard(
            1 - first,
            &Event::Greeted {
                own: false,
                peer: true
            }
        ));
        for side in [A, B] {
            assert_eq!(pair.sides[side].say(0, "早", None), Err(Misuse::GreetFirst));
            assert!(!pair.sides[side].can_say());
        }
        pair.sides[1 - first].greet(0).unwrap();
        pair.drive();
        for side in [A, B] {
            assert!(pair.heard(
                side,
                &Event::Greeted {
                    own: true,
                    peer: true
                }
            ));
            pair.say(side, "早");
        }
        assert_eq!((pair.texts(A), pair.texts(B)), (vec!["早"], vec!["早"]));
    }
}

#[test]
fn greetings_cross_and_are_told_once() {
    let mut pair = Pair::secured();
    for _ in 0..3 {
        pair.sides[A].greet(0).unwrap();
        pair.sides[B].greet(0).unwrap();
    }
    pair.drive();
    for side in [A, B] {
        let told = pair.events[side]
            .iter()
            .filter(|e| matches!(e, Event::Greeted { .. }));
        assert_eq!(told.count(), 2);
    }
}

#[test]
fn typing_before_the_gate_is_not_told() {
    let mut pair = Pair::secured();
    pair.sides[A].greet(0).unwrap();
    pair.drive();
    let before = pair.sent[A].len();
    pair.sides[A].typing(0, true);
    pair.sides[A].seen(0, 1);
    pair.drive();
    assert_eq!(pair.sent[A].len(), before);
}

fn everything_early(stranger: &mut Stranger) -> Vec<u16> {
    let early = Statement {
        number: 1,
        ..stranger.statement("你是谁".as_bytes())
    };
    stranger.say(&early);
    let mut statuses = vec![stranger.status()];
    stranger.say(&Statement {
        resource: "/picture",
        content_type: JSON,
        ..early
    });
    statuses.push(stranger.status());
    stranger.post(Resource::Typing, JSON, br#"{"typing":true}"#);
    statuses.push(stranger.status());
    stranger.post(Resource::Seen, JSON, br#"{"number":0}"#);
    statuses.push(stranger.status());
    stranger.get("/picture/BAsSGSAnLjU8Q0pRWF9mbQ", None);
    statuses.push(stranger.status());
    statuses
}

#[test]
fn a_stranger_who_greets_nobody_is_heard_by_nobody() {
    let mut stranger = Stranger::secured();
    stranger.side.greet(0).unwrap();
    assert_eq!(everything_early(&mut stranger), [425; 5]);
    assert_eq!(stranger.shown(), 0);
    assert!(
        !stranger
            .events
            .iter()
            .any(|event| matches!(event, Event::Typing(_)))
    );
}

#[test]
fn a_stranger_who_was_not_greeted_is_not_heard_yet() {
    let mut stranger = Stranger::secured();
    stranger.greet();
    stranger.read();
    assert_eq!(everything_early(&mut stranger), [425; 5]);
    assert_eq!(stranger.shown(), 0);
    stranger.side.greet(0).unwrap();
    let statement = Statement {
        number: 1,
        ..stranger.statement("是我".as_bytes())
    };
    stranger.say(&statement);
    assert_eq!(
        stranger.status(),
        200,
        "what was refused early has counted for nothing"
    );
    assert_eq!(stranger.shown(), 1);
}

#[test]
fn a_greeting_is_those_two_characters() {
    let mut stranger = Stranger::secured();
    stranger.side.greet(0).unwrap();
    for body in ["", "你", "你好!", "hello", " 你好", "妳好"] {
        stranger.post(
            Resource::Greeting,
            "text/plain; charset=utf-8",
            body.as_bytes(),
        );
        assert_eq!(stranger.status(), 400, "{body}");
        assert!(!stranger.side.is_gate_open());
    }
    stranger.greet();
    assert_eq!(stranger.status(), 200);
    assert!(stranger.side.is_gate_open());
}
