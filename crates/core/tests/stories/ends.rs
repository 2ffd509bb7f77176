//! A conversation ends: both are told, and can meet again.

use crate::world::World;
use floater_core::{Command, Ending, Event, Stage};

#[test]
fn the_red_button_ends_it_for_both() {
    let (mut w, a, b) = World::talking(30);
    w.tell(b, Command::Leave).unwrap();
    assert!(matches!(
        w.stage(b),
        Stage::Main {
            ending: Some(Ending::YouLeft),
            ..
        }
    ));
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    assert!(matches!(
        w.stage(a),
        Stage::Main {
            ending: Some(Ending::PeerLeft),
            ..
        }
    ));
    assert!(w.server.live().is_empty());
    w.seek(a);
    w.seek(b);
    w.until("a new match", |w| {
        matches!(w.stage(a), Stage::Greeting { .. })
    });
}

#[test]
fn an_end_that_nobody_heard_is_kept_until_it_is_answered() {
    let (mut w, a, b) = World::talking(31);
    w.people[b].offline = true;
    w.cut(b);
    w.run(1_000);
    w.tell(b, Command::Leave).unwrap();
    w.run(5_000);
    assert!(w.talks(a), "nobody was told yet");
    w.people[b].offline = false;
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    assert!(matches!(
        w.stage(a),
        Stage::Main {
            ending: Some(Ending::PeerLeft),
            ..
        }
    ));
    assert!(matches!(
        w.stage(b),
        Stage::Main {
            ending: Some(Ending::YouLeft),
            ..
        }
    ));
}

#[test]
fn an_end_outlives_the_server() {
    let (mut w, a, b) = World::talking(32);
    w.kill_server();
    w.tell(b, Command::Leave).unwrap();
    w.run(3_000);
    w.start_server();
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    assert!(matches!(
        w.stage(a),
        Stage::Main {
            ending: Some(Ending::PeerLeft),
            ..
        }
    ));
}

#[test]
fn logging_out_ends_it() {
    let (mut w, a, b) = World::talking(33);
    assert!(w.ask(b, Command::LogOut).is_ok());
    assert!(matches!(w.stage(b), Stage::Door));
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    assert!(matches!(
        w.stage(a),
        Stage::Main {
            ending: Some(Ending::PeerLeft),
            ..
        }
    ));
}

#[test]
fn who_does_not_come_back_is_lost_after_the_grace() {
    let (mut w, a, b) = World::talking(34);
    w.people[b].offline = true;
    w.cut(b);
    let before = w.now;
    w.until("away", |w| w.saw(a, |e| matches!(e, Event::Peer { .. })));
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    let span = w.now - before;
    assert!((119_000..122_000).contains(&span), "{span}");
    for at in [a, b] {
        let lost = |w: &World| {
            matches!(
                w.stage(at),
                Stage::Main {
                    ending: Some(Ending::Lost),
                    ..
                }
            )
        };
        w.until("lost", lost);
    }
}

#[test]
fn a_page_that_is_closed_ends_it_at_once() {
    let (mut w, a, b) = World::talking(35);
    let before = w.now;
    w.goodbye(b);
    w.until("the end", |w| matches!(w.stage(a), Stage::Main { .. }));
    assert!(w.now - before < 1_000);
}
