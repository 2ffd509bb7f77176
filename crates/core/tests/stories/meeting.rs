//! Strangers seek, are matched, greet; a third stands outside.

use crate::world::World;
use floater_core::{Command, Ending, Event, Misuse, Stage};

#[test]
fn two_meet_and_greet() {
    let (mut w, a, b) = World::met(10);
    match (w.stage(a), w.stage(b)) {
        (Stage::Greeting { own, peer, .. }, Stage::Greeting { own: other, .. }) => {
            assert_eq!(
                (own.as_str(), peer.as_str(), other.as_str()),
                ("小明", "小红", "小红")
            );
        }
        other => panic!("{other:?}"),
    }
    let early = Command::Say {
        text: "早".into(),
        quote: None,
    };
    assert_eq!(w.tell(a, early), Err(Misuse::Greeting));
    w.tell(a, Command::Greet).unwrap();
    w.until("the greeting", |w| {
        w.saw(b, |e| {
            matches!(
                e,
                Event::Greeted {
                    own: false,
                    peer: true
                }
            )
        })
    });
    assert!(!w.talks(a) && !w.talks(b));
    w.tell(b, Command::Greet).unwrap();
    w.until("the talk", |w| w.talks(a) && w.talks(b));
    for at in [a, b] {
        assert!(w.saw(at, |e| matches!(
            e,
            Event::Greeted {
                own: true,
                peer: true
            }
        )));
        assert!(w.saw(at, |e| matches!(e, Event::Path { .. })));
    }
    w.until("the safety code", |w| {
        [a, b].iter().all(|&p| code(w, p).is_some())
    });
    assert_eq!(code(&w, a), code(&w, b));
}

fn code(w: &World, at: usize) -> Option<Vec<String>> {
    w.people[at]
        .events
        .iter()
        .find_map(|(_, event)| match event {
            Event::Safety { words } => Some(words.iter().map(|word| word.en.to_owned()).collect()),
            _ => None,
        })
}

#[test]
fn a_third_never_gets_in() {
    let (mut w, a, b) = World::talking(11);
    let c = w.person("小刚");
    w.seek(c);
    w.run(60_000);
    assert!(matches!(w.stage(c), Stage::Waiting { .. }));
    assert_eq!(
        w.server.met,
        [(w.people[a].account, w.people[b].account)].map(|(x, y)| {
            let met = w.server.met[0];
            if met.0 == x { (x, y) } else { (y, x) }
        })
    );
    assert_eq!(w.tell(a, Command::Seek), Err(Misuse::NotOnMain));
    w.tell(c, Command::StopSeeking).unwrap();
    w.run(1_000);
    assert!(matches!(w.stage(c), Stage::Main { .. }));
}

#[test]
fn nobody_waits_on_after_stopping() {
    let mut w = World::new(12);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    w.tell(a, Command::StopSeeking).unwrap();
    w.seek(b);
    w.run(5_000);
    assert!(matches!(w.stage(a), Stage::Main { .. }));
    assert!(matches!(w.stage(b), Stage::Waiting { .. }));
    assert!(w.server.met.is_empty());
}

#[test]
fn a_match_that_came_while_one_stopped_is_ended() {
    let mut w = World::new(13);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    w.seek(b);
    w.until("a match at the server", |w| !w.server.met.is_empty());
    // `/match` is on its way; 小明 has just pressed cancel.
    w.tell(a, Command::StopSeeking).unwrap();
    w.until("waiting on", |w| {
        matches!(w.stage(b), Stage::Waiting { after: Some(_), .. })
    });
    assert!(matches!(w.stage(a), Stage::Main { ending: None, .. }));
    assert!(w.server.live().is_empty());
}

#[test]
fn silent_leads_who_did_not_greet_to_the_main_page() {
    let (mut w, a, b) = World::met(14);
    w.tell(a, Command::Greet).unwrap();
    w.until("the end of the greeting", |w| {
        !matches!(w.stage(a), Stage::Greeting { .. })
    });
    let Stage::Waiting { since, after, .. } = w.stage(a) else {
        panic!("{:?}", w.stage(a))
    };
    assert_eq!(after, Some(Ending::PeerSilent));
    assert!(w.now - since >= 45_000);
    w.run(200);
    assert!(matches!(
        w.stage(b),
        Stage::Main {
            ending: Some(Ending::YouSilent),
            ..
        }
    ));
    let c = w.person("小刚");
    w.seek(c);
    w.until("another match", |w| {
        matches!(w.stage(a), Stage::Greeting { .. })
    });
}

#[test]
fn who_loses_the_partner_before_the_handshake_waits_on() {
    let mut w = World::new(15);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    let since = w.now;
    w.seek(b);
    w.until("a match at the server", |w| !w.server.met.is_empty());
    w.people[b].offline = true;
    w.cut(b);
    w.until("waiting on", |w| {
        matches!(w.stage(a), Stage::Waiting { after: Some(_), .. })
    });
    let Stage::Waiting {
        since: kept, after, ..
    } = w.stage(a)
    else {
        panic!()
    };
    assert_eq!((kept, after), (since, Some(Ending::Unreachable)));
    assert!(
        w.now - since < 20_000,
        "told by the server, not by the clock"
    );
}

#[test]
fn who_never_reaches_the_other_waits_on_after_twenty_seconds() {
    let mut w = World::new(16);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    w.seek(b);
    w.until("a match at the server", |w| !w.server.met.is_empty());
    w.black_hole(b);
    let before = w.now;
    w.until("waiting on", |w| {
        matches!(w.stage(a), Stage::Waiting { after: Some(_), .. })
    });
    assert!(
        (19_000..22_000).contains(&(w.now - before)),
        "{}",
        w.now - before
    );
}

/// Its link breaks while the match is on its way to it. It comes back without a ticket, which ends
/// the match; nobody has left.
#[test]
fn a_match_of_which_one_side_never_heard_puts_the_other_one_back() {
    let mut w = World::new(18);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    w.seek(b);
    w.until("a match at the server", |w| !w.server.met.is_empty());
    w.cut(b);
    w.until("waiting on", |w| {
        let after = Some(Ending::Unreachable);
        matches!(w.stage(a), Stage::Waiting { after: it, .. } if it == after)
    });
    w.until("a match", |w| {
        [a, b]
            .iter()
            .all(|&at| matches!(w.stage(at), Stage::Greeting { .. }))
    });
}

#[test]
fn waiting_survives_a_cut_and_a_restart() {
    let mut w = World::new(17);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    let since = w.now;
    w.run(1_000);
    w.cut(a);
    w.run(3_000);
    w.kill_server();
    w.start_server();
    w.run(15_000);
    assert!(matches!(w.stage(a), Stage::Waiting { since: kept, .. } if kept == since));
    w.seek(b);
    w.until("a match", |w| matches!(w.stage(a), Stage::Greeting { .. }));
}
