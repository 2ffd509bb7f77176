//! What people say arrives, in order, once, with its ticks and quotes. FLOATER/1.0 §6.3

use crate::pair::{A, B, Pair};
use expect_test::expect;
use floater_e2e::{Conversation, Event, Misuse};
use floater_evidence::verify_message;
use floater_proto::body::Reason;
use floater_proto::{MessageRef, Role};

#[test]
fn a_line_gets_both_ticks_and_then_the_eye() {
    let mut pair = Pair::greeted();
    pair.sides[A].say(0, "今天海上有雾", None).unwrap();
    pair.collect();
    assert!(pair.heard(A, &Event::Sent { number: 1 }));
    assert!(!pair.heard(A, &Event::Delivered { number: 1 }));
    pair.drive();
    assert!(pair.heard(A, &Event::Delivered { number: 1 }));
    assert!(!pair.heard(A, &Event::SeenByPeer { number: 1 }));
    pair.sides[B].seen(0, 1);
    pair.drive();
    assert!(pair.heard(A, &Event::SeenByPeer { number: 1 }));
}

#[test]
fn a_line_that_waits_for_a_path_has_no_tick() {
    let mut pair = Pair::greeted();
    pair.cut();
    pair.sides[A].say(0, "喂?", None).unwrap();
    pair.pass(5_000);
    assert!(!pair.heard(A, &Event::Sent { number: 1 }));
    pair.join();
    pair.drive();
    assert!(pair.heard(A, &Event::Sent { number: 1 }));
    assert!(pair.heard(A, &Event::Delivered { number: 1 }));
}

#[test]
fn quotes_make_a_chain_across_both() {
    let mut pair = Pair::greeted();
    let mut quote = None;
    for turn in 0..6 {
        let side = turn % 2;
        let of = pair.sides[side].say(0, &turn.to_string(), quote).unwrap();
        pair.drive();
        let heard = Event::Text {
            of,
            text: turn.to_string(),
            quote,
        };
        assert!(pair.heard(1 - side, &heard), "turn {turn}");
        quote = Some(of);
    }
    let nobody = MessageRef {
        by: Role::A,
        number: 99,
    };
    assert_eq!(
        pair.sides[A].say(0, "?", Some(nobody)),
        Err(Misuse::NoMessage)
    );
}

#[test]
fn what_cannot_be_said_is_refused_and_costs_no_number() {
    let mut pair = Pair::greeted();
    assert_eq!(pair.sides[A].say(0, " \n\t", None), Err(Misuse::Empty));
    assert_eq!(
        pair.sides[A].say(0, &"长".repeat(5462), None),
        Err(Misuse::TooLarge)
    );
    let longest = "长".repeat(5461);
    assert_eq!(pair.say(A, &longest).number, 1);
    assert_eq!(pair.texts(B), [longest]);
}

#[test]
fn p27_both_sides_can_report_what_either_said() {
    let mut pair = Pair::greeted();
    let first = pair.say(A, "你好吗");
    let second = pair.sides[B].say(0, "不好", Some(first)).unwrap();
    pair.drive();
    for of in [first, second] {
        let [a, b] = [A, B].map(|side| pair.sides[side].evidence(of).unwrap());
        assert_eq!(a.body, b.body);
        let signer = crate::pair::side(if of.by == Role::A { A } else { B })
            .own
            .ed25519;
        for message in [a, b] {
            assert_eq!(
                verify_message(&crate::pair::MATCH, &message, &signer),
                Ok(())
            );
        }
    }
    assert_eq!(pair.sides[A].evidence(second).unwrap().seen, 1);
}

#[test]
fn typing_is_told_now_and_then_and_forgotten() {
    let mut pair = Pair::greeted();
    pair.pass(1_000);
    let before = pair.sent[A].len();
    for _ in 0..20 {
        let now = pair.now;
        pair.sides[A].typing(now, true);
        pair.collect();
        pair.now += 100;
    }
    assert_eq!(pair.sent[A].len() - before, 1, "once in three seconds");
    pair.drive();
    assert!(pair.heard(B, &Event::Typing(true)));
    pair.pass(6_500);
    assert!(pair.heard(B, &Event::Typing(false)));
}

#[test]
fn a_line_ends_the_typing() {
    let mut pair = Pair::greeted();
    pair.sides[A].typing(0, true);
    pair.drive();
    pair.say(A, "好了");
    pair.sides[A].typing(0, true);
    pair.drive();
    let typing = |event: &Event| match event {
        Event::Typing(typing) => Some(*typing),
        _ => None,
    };
    let told: Vec<_> = pair.events[B].iter().filter_map(typing).collect();
    assert_eq!(told, [true, false, true], "the next line is typed at once");
}

#[test]
fn a_full_window_makes_the_composer_wait_and_loses_nothing() {
    let mut pair = Pair::greeted();
    pair.cut();
    let mut said = Vec::new();
    let refused = loop {
        let text = format!("{} {}", said.len(), "字".repeat(5000));
        match pair.sides[A].say(0, &text, None) {
            Ok(_) => said.push(text),
            Err(misuse) => break misuse,
        }
        assert!(said.len() < 1_000);
    };
    assert_eq!(refused, Misuse::WindowFull);
    pair.collect();
    assert!(pair.heard(A, &Event::CanSay(false)));
    assert!(
        said.len() >= 8,
        "a window of texts at least: {}",
        said.len()
    );
    pair.join();
    pair.pass(20_000);
    assert_eq!(pair.texts(B), said);
    let told = pair.events[A]
        .iter()
        .rev()
        .find(|event| matches!(event, Event::CanSay(_)));
    assert_eq!(told, Some(&Event::CanSay(true)));
    pair.say(A, "还在");
}

/// Never more than the window is unacknowledged, whatever waits.
#[test]
fn the_window_holds() {
    let mut pair = Pair::greeted();
    let before = pair.sent[A].len();
    for _ in 0..20 {
        let _ = pair.sides[A].say(0, &"字".repeat(5000), None);
    }
    pair.collect();
    let bytes: usize = pair.sent[A][before..].iter().map(Vec::len).sum();
    assert!(bytes <= 128 * 1024, "{bytes}");
    assert!(bytes > 128 * 1024 - 16 * 1024, "{bytes}");
}

#[test]
fn the_end_is_heard_after_what_was_said_before_it() {
    let mut pair = Pair::greeted();
    pair.sides[A].say(0, "再见", None).unwrap();
    pair.sides[A].end(0, Reason::Left).unwrap();
    pair.drive();
    assert_eq!(pair.texts(B), ["再见"]);
    let ended = Event::Ended {
        reason: Reason::Left,
        by_peer: true,
    };
    assert_eq!(
        pair.events[B]
            .iter()
            .filter(|event| **event == ended)
            .count(),
        1
    );
    for side in [A, B] {
        assert_eq!(pair.sides[side].say(0, "?", None), Err(Misuse::Over));
    }
}

#[test]
fn both_end_at_once_and_each_hears_of_one_end() {
    let mut pair = Pair::greeted();
    pair.sides[A].end(0, Reason::Left).unwrap();
    pair.sides[B].end(0, Reason::Left).unwrap();
    pair.drive();
    for side in [A, B] {
        let ends = pair.events[side]
            .iter()
            .filter(|e| matches!(e, Event::Ended { .. }));
        assert_eq!(ends.count(), 1);
    }
}

#[test]
fn only_a_sides_reasons_can_be_given() {
    let mut pair = Pair::greeted();
    assert_eq!(pair.sides[A].end(0, Reason::Lost), Err(Misuse::BadReason));
    assert!(pair.sides[A].can_say());
}

/// Neither secrets nor what people say are printed.
#[test]
fn nothing_secret_is_printed() {
    let mut pair = Pair::greeted();
    let of = pair.say(A, "秘密");
    let (keys, own) = crate::pair::keys(A);
    expect![["MatchKeys([redacted])"]].assert_eq(&format!("{keys:?}"));
    let setup = floater_e2e::Setup {
        match_id: crate::pair::MATCH,
        role: Role::A,
        keys,
        own: own.clone(),
        peer: own,
        seed: [1; 32],
    };
    expect![["Setup([redacted])"]].assert_eq(&format!("{setup:?}"));
    expect![["Conversation([redacted])"]].assert_eq(&format!("{:?}", pair.sides[A]));
    let event = Event::Text {
        of,
        text: "秘密".into(),
        quote: None,
    };
    expect![["Text { MessageRef { by: A, number: 1 }, [redacted] }"]]
        .assert_eq(&format!("{event:?}"));
    let evidence = pair.sides[A].evidence(of).unwrap();
    assert!(!format!("{evidence:?}").contains("秘密"));
    let safety = pair.sides[A].safety_code().map(Event::Safety).unwrap();
    expect![["Safety([redacted])"]].assert_eq(&format!("{safety:?}"));
}

/// Records that A sends when it does something.
fn sends(pair: &mut Pair, what: impl Fn(&mut Conversation)) -> usize {
    pair.drive();
    let before = pair.sent[A].len();
    what(&mut pair.sides[A]);
    pair.collect();
    pair.sent[A].len() - before
}

#[test]
fn what_was_seen_and_who_hides_is_told_once_and_not_after_the_end() {
    let mut pair = Pair::greeted();
    pair.say(B, "看到了吗");
    pair.drive();
    let seen = |side: &mut Conversation| side.seen(0, 1);
    let hide = |side: &mut Conversation| side.hide(0);
    assert_eq!(sends(&mut pair, seen), 1);
    assert_eq!(sends(&mut pair, seen), 0);
    assert_eq!(sends(&mut pair, hide), 1);
    assert_eq!(sends(&mut pair, hide), 0);
    let mut pair = Pair::greeted();
    pair.say(B, "再见");
    pair.sides[B].end(0, Reason::Left).unwrap();
    pair.pass(1_000);
    assert_eq!(sends(&mut pair, seen), 0);
    assert_eq!(sends(&mut pair, hide), 0);
    assert_eq!(sends(&mut pair, |side| side.typing(0, true)), 0);
}
