//! The network drops, the server dies, a link goes dead: the conversation goes on.

use crate::world::World;
use floater_core::{Event, Input, LinkState, PeerState};

#[test]
fn a_cut_in_the_middle_loses_nothing() {
    let (mut w, a, b) = World::talking(40);
    for number in 0..20 {
        w.say(a, &format!("{number}"));
        if number % 5 == 3 {
            w.cut(if number % 2 == 0 { a } else { b });
        }
        w.run(13);
    }
    w.until("all lines", |w| w.heard(b).len() == 20);
    assert_eq!(
        w.heard(b),
        (0..20).map(|n| n.to_string()).collect::<Vec<_>>()
    );
}

#[test]
fn the_other_one_is_told_of_a_cut_and_its_end() {
    let (mut w, a, b) = World::talking(41);
    w.people[b].offline = true;
    w.cut(b);
    w.run(2_000);
    let away = |e: &Event| {
        matches!(
            e,
            Event::Peer {
                peer: PeerState::Away { .. }
            }
        )
    };
    assert!(w.saw(a, away));
    let held = |e: &Event| {
        matches!(
            e,
            Event::Link {
                state: LinkState::Lost {
                    held_until: Some(_),
                    ..
                }
            }
        )
    };
    assert!(w.saw(b, held));
    w.say(a, "你还好吗?");
    w.say(b, "网断了");
    w.people[b].offline = false;
    w.until("the lines", |w| {
        w.heard(a).len() == 1 && w.heard(b).len() == 1
    });
    assert!(w.saw(a, |e| matches!(
        e,
        Event::Peer {
            peer: PeerState::Here
        }
    )));
}

#[test]
fn a_server_that_was_killed_finds_both_again() {
    let (mut w, a, b) = World::talking(42);
    w.say(a, "之前");
    w.kill_server();
    w.say(a, "之间");
    w.say(b, "也在");
    w.run(4_000);
    w.start_server();
    w.until("the lines", |w| {
        w.heard(b).len() == 2 && w.heard(a).len() == 1
    });
    assert_eq!(w.heard(b), ["之前", "之间"]);
    w.say(b, "之后");
    w.until("a line after it", |w| w.heard(a) == ["也在", "之后"]);
}

#[test]
fn who_comes_first_after_a_restart_waits_for_the_other() {
    let (mut w, a, b) = World::talking(43);
    w.kill_server();
    w.people[b].offline = true;
    w.start_server();
    w.run(30_000);
    assert!(w.talks(a) && w.talks(b));
    w.say(a, "等你");
    w.people[b].offline = false;
    w.until("the line", |w| w.heard(b) == ["等你"]);
}

#[test]
fn a_dead_link_is_replaced_by_a_second_one_soon() {
    let (mut w, a, b) = World::talking(44);
    w.run(3_000);
    w.black_hole(a);
    let before = w.now;
    w.say(a, "听得到吗?");
    w.until("the line", |w| w.heard(b) == ["听得到吗?"]);
    assert!(w.now - before < 4_000, "{}", w.now - before);
    assert_eq!(w.server.links.len(), 2);
    let lost = |e: &Event| {
        matches!(
            e,
            Event::Link {
                state: LinkState::Lost { .. }
            }
        )
    };
    assert!(!w.saw(a, lost), "a second link takes over without a word");
}

#[test]
fn p5_a_dead_link_is_noticed_without_a_word_said() {
    let (mut w, a, b) = World::talking(45);
    w.black_hole(b);
    let before = w.now;
    w.until("a new link", |w| {
        w.saw(b, |e| {
            matches!(
                e,
                Event::Link {
                    state: LinkState::Lost { .. }
                }
            )
        })
    });
    assert!(w.now - before <= 30_000, "{}", w.now - before);
    w.say(a, "好");
    w.until("the line", |w| w.heard(b) == ["好"]);
}

#[test]
fn a_network_that_is_back_is_used_at_once() {
    let (mut w, a, b) = World::talking(46);
    w.people[a].offline = true;
    w.cut(a);
    w.run(60_000);
    w.say(a, "回来了");
    w.people[a].offline = false;
    w.handle(a, Input::Online);
    let before = w.now;
    w.until("the line", |w| w.heard(b) == ["回来了"]);
    assert!(w.now - before < 1_000, "{}", w.now - before);
}

#[test]
fn a_cut_during_the_greeting_is_survived() {
    let (mut w, a, b) = World::met(47);
    w.run(500);
    w.cut(a);
    w.run(300);
    w.greet_both(a, b);
    w.say(b, "你好呀");
    w.until("the line", |w| w.heard(a) == ["你好呀"]);
}
