//! Two talk: lines both ways, quotes, typing, ticks.

use crate::world::World;
use floater_core::{Command, Event, Misuse, Tick};
use floater_proto::body::Policy;
use floater_proto::{MessageRef, Role};

fn tick(w: &World, at: usize, number: u64) -> Option<Tick> {
    w.people[at]
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Tick { number: of, tick } if *of == number => Some(*tick),
            _ => None,
        })
}

#[test]
fn lines_go_both_ways_in_order() {
    let (mut w, a, b) = World::talking(20);
    for number in 0..30 {
        w.say(a, &format!("甲 {number}"));
        w.say(b, &format!("乙 {number}"));
        w.run(7);
    }
    w.until("all lines", |w| {
        w.heard(a).len() == 30 && w.heard(b).len() == 30
    });
    let said = |who: &str| (0..30).map(|n| format!("{who} {n}")).collect::<Vec<_>>();
    assert_eq!(w.heard(a), said("乙"));
    assert_eq!(w.heard(b), said("甲"));
    assert_eq!(w.lines(a, true).len(), 30);
}

#[test]
fn a_line_can_answer_a_line() {
    let (mut w, a, b) = World::talking(21);
    w.say(a, "你在哪里?");
    w.until("the line", |w| w.heard(b).len() == 1);
    let quoted = w.lines(b, false)[0].0;
    w.tell(
        b,
        Command::Say {
            text: "在海上".into(),
            quote: Some(quoted),
        },
    )
    .unwrap();
    w.until("the answer", |w| w.heard(a).len() == 1);
    assert!(w.saw(
        a,
        |e| matches!(e, Event::Line { line } if line.quote == Some(quoted))
    ));
    let nothing = Some(MessageRef {
        by: Role::A,
        number: 77,
    });
    let wrong = w.tell(
        b,
        Command::Say {
            text: "?".into(),
            quote: nothing,
        },
    );
    assert_eq!(wrong, Err(Misuse::Line));
    let empty = w.tell(
        b,
        Command::Say {
            text: String::new(),
            quote: None,
        },
    );
    assert_eq!(empty, Err(Misuse::Line));
}

#[test]
fn ticks_rise_from_waiting_to_seen() {
    let (mut w, a, b) = World::talking(22);
    w.say(a, "看到了吗?");
    let number = w.lines(a, true)[0].0.number;
    assert!(w.saw(a, |e| matches!(
        e,
        Event::Tick {
            tick: Tick::Waiting,
            ..
        }
    )));
    w.until("delivery", |w| tick(w, a, number) == Some(Tick::Delivered));
    w.tell(b, Command::Seen { number }).unwrap();
    w.until("seen", |w| tick(w, a, number) == Some(Tick::Seen));
}

#[test]
fn seen_is_told_only_if_both_want_it() {
    for (mine, theirs) in [(true, false), (false, true)] {
        let (mut w, a, b) = World::talking(23);
        w.tell(
            a,
            Command::SetSigns {
                typing: true,
                seen: mine,
            },
        )
        .unwrap();
        w.tell(
            b,
            Command::SetSigns {
                typing: true,
                seen: theirs,
            },
        )
        .unwrap();
        w.say(a, "看到了吗?");
        w.until("the line", |w| w.heard(b).len() == 1);
        let number = w.lines(b, false)[0].0.number;
        w.tell(b, Command::Seen { number }).unwrap();
        w.run(2_000);
        assert_eq!(tick(&w, a, number), Some(Tick::Delivered));
    }
}

#[test]
fn typing_is_shown_and_goes_away() {
    let (mut w, a, b) = World::talking(24);
    w.tell(a, Command::Typing { typing: true }).unwrap();
    w.until("typing", |w| {
        w.saw(b, |e| matches!(e, Event::Typing { typing: true }))
    });
    w.until("no typing", |w| {
        w.saw(b, |e| matches!(e, Event::Typing { typing: false }))
    });

    w.forget_events();
    w.tell(
        a,
        Command::SetSigns {
            typing: false,
            seen: false,
        },
    )
    .unwrap();
    w.tell(a, Command::Typing { typing: true }).unwrap();
    w.run(2_000);
    assert!(!w.saw(b, |e| matches!(e, Event::Typing { typing: true })));
}

#[test]
fn a_quiet_talk_lasts() {
    let (mut w, a, b) = World::talking(25);
    w.run(30 * 60_000);
    assert!(w.talks(a) && w.talks(b));
    assert_eq!(w.server.links.len(), 2, "and makes no new links");
    w.say(a, "还在吗?");
    w.until("the line", |w| w.heard(b) == ["还在吗?"]);
}

#[test]
fn hiding_in_a_conversation_counts_for_both_at_once() {
    let (mut w, a, b) = World::talking(27);
    let policy = |w: &World, at: usize| {
        let told = w.people[at].events.iter().rev();
        let mut told = told.filter_map(|(_, event)| match event {
            Event::Path { path } => Some(path.policy),
            _ => None,
        });
        told.next()
    };
    assert_eq!([policy(&w, a), policy(&w, b)], [Some(Policy::Direct); 2]);
    let hidden = Policy::Hidden;
    w.tell(a, Command::SetPolicy { policy: hidden }).unwrap();
    assert_eq!(policy(&w, a), Some(hidden));
    w.until("the other one hears of it", |w| {
        policy(w, b) == Some(hidden)
    });
    // There is no way back within a conversation.
    let direct = Policy::Direct;
    w.tell(a, Command::SetPolicy { policy: direct }).unwrap();
    w.run(1_000);
    assert_eq!([policy(&w, a), policy(&w, b)], [Some(hidden); 2]);
}
