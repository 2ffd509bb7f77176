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

/// Both lose their links at once, and one of them is still told that the other one is away: of the
/// return it would not hear.
#[test]
fn a_dead_link_is_missed_while_the_other_one_is_away() {
    let (mut w, a, b) = World::talking(53);
    w.run(3_000);
    w.people[a].offline = true;
    w.cut(a);
    w.run(500);
    w.black_hole(b);
    w.say(b, "还在吗?");
    w.people[a].offline = false;
    w.handle(a, Input::Online);
    let before = w.now;
    w.until("the line", |w| w.heard(a) == ["还在吗?"]);
    assert!(w.now - before < 4_000, "{}", w.now - before);
}

/// Nobody is asked without end for a line that cannot get there.
#[test]
fn a_line_for_who_is_away_asks_the_server_a_few_times_only() {
    let (mut w, a, b) = World::talking(54);
    w.people[b].offline = true;
    w.cut(b);
    w.run(3_000);
    w.say(a, "在吗?");
    let before = w.server.asked_status;
    w.run(60_000);
    let asked = w.server.asked_status - before;
    assert!((1..=12).contains(&asked), "{asked} times in a minute");
}

/// The second link gets the seat and breaks before its answer is here; the first one, which was
/// only slow, hears that it was replaced.
#[test]
fn a_second_link_that_breaks_is_not_taken_for_another_tab() {
    let (mut w, a, b) = World::talking(51);
    w.run(3_000);
    w.black_hole(a);
    w.say(a, "听得到吗?");
    w.until("a second link", |w| w.server.links.len() == 3);
    w.heal(a);
    w.run(30);
    w.cut_newest(a);
    w.until("the line", |w| w.heard(b) == ["听得到吗?"]);
    assert!(w.talks(a) && w.talks(b));
    w.say(b, "听得到");
    w.until("the answer", |w| w.heard(a) == ["听得到"]);
}

/// The line waits because of the other one: the server is asked less and less often.
#[test]
fn a_line_that_the_other_one_leaves_waiting_asks_the_server_a_few_times_only() {
    let (mut w, a, b) = World::talking(52);
    w.run(3_000);
    w.black_hole(b);
    w.say(a, "在吗?");
    let before = w.server.asked_status;
    w.run(16_000);
    let asked = w.server.asked_status - before;
    assert!((1..=6).contains(&asked), "{asked} times in 16 s");
    w.until("the line", |w| w.heard(b) == ["在吗?"]);
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

/// How long it takes from now until somebody's link is up again.
fn back_after(w: &mut World, at: usize) -> u64 {
    let before = w.now;
    w.until("the link", |w| w.saw(at, is_up));
    w.now - before
}

fn is_up(event: &Event) -> bool {
    matches!(
        event,
        Event::Link {
            state: LinkState::Up
        }
    )
}

#[test]
fn a_network_that_blinks_costs_nobody_a_longer_wait() {
    let (mut w, a, _) = World::talking(48);
    for _ in 0..20 {
        w.run(2_000);
        w.forget_events();
        w.cut(a);
        let back = back_after(&mut w, a);
        assert!(
            back <= 200,
            "a cut: the first try is at once, not {back} ms"
        );
    }
    let mut waited = 0;
    for _ in 0..20 {
        w.run(2_000);
        w.forget_events();
        w.people[a].offline = true;
        w.cut(a);
        w.run(1_500);
        w.people[a].offline = false;
        waited += back_after(&mut w, a);
    }
    // Two or three tries fail meanwhile; the wait that is left is up to 1, 2 or 4 s.
    assert!(
        waited / 20 <= 2_000,
        "without a network for 1.5 s: {waited} ms"
    );
    assert!(w.talks(a));
}

#[test]
fn p10_a_server_that_takes_links_and_drops_them_is_left_alone_more_and_more() {
    let (mut w, a, _) = World::talking(49);
    let (mut drops, end) = (0, w.now + 60_000);
    w.cut(a);
    while w.now < end {
        w.forget_events();
        back_after(&mut w, a);
        w.cut(a);
        drops += 1;
    }
    assert!((5..=25).contains(&drops), "{drops} links in a minute");
}

/// What is dialled while the network changes hangs until its time is over.
#[test]
fn a_dial_into_the_old_network_is_given_up_for_the_new_one() {
    let (mut w, a, b) = World::talking(50);
    w.run(2_000);
    w.people[a].unanswered = true;
    w.cut(a);
    w.run(1_000);
    w.people[a].unanswered = false;
    w.say(a, "换了网");
    w.handle(a, Input::Online);
    let before = w.now;
    w.until("the line", |w| w.heard(b) == ["换了网"]);
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
