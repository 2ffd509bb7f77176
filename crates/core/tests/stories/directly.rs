//! Two who talk directly: prepared while they wait, told when both have greeted, joined, lost, found
//! again. The server relays before, between and after. FLOATER/1.0 §8

use crate::world::World;
use floater_core::{Command, Ending, Event, Input, LinkState, PeerState, Stage};
use floater_proto::body::{Fault, Policy, Problem};

fn say_and_hear(w: &mut World, from: usize, to: usize, text: &str) -> u64 {
    let (before, count) = (w.now, w.heard(to).len());
    w.say(from, text);
    w.until("the line", |w| w.heard(to).len() > count);
    assert_eq!(w.heard(to).last().map(String::as_str), Some(text));
    w.now - before
}

fn count(w: &World, at: usize, what: &str) -> usize {
    let told = w.people[at].holes.told.iter();
    told.filter(|told| **told == what).count()
}

fn hide(w: &mut World, at: usize) {
    let policy = Policy::Hidden;
    w.tell(at, Command::SetPolicy { policy }).unwrap();
}

/// Two who may look for a path, in the greeting.
fn met() -> (World, usize, usize) {
    let mut w = World::with_reflectors(60);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.meet(a, b);
    (w, a, b)
}

#[test]
fn after_the_greeting_the_conversation_flows_directly() {
    let (mut w, a, b) = World::direct(61);
    let before = w.crossed;
    for number in 0..10 {
        say_and_hear(&mut w, a, b, &format!("{number}"));
        say_and_hear(&mut w, b, a, &format!("{number}"));
    }
    assert!(w.crossed > before + 20 * 256);
    assert_eq!([count(&w, a, "elected"), count(&w, b, "elected")], [1, 1]);
    assert_eq!(w.server.told_paths.len(), 2);
}

#[test]
fn p24_before_both_have_greeted_nothing_is_told_or_tried() {
    let (mut w, a, b) = met();
    w.run(5_000);
    w.tell(a, Command::Greet).unwrap();
    w.run(5_000);
    for at in [a, b] {
        assert_eq!(w.people[at].holes.told, ["prepare"], "to reflectors only");
    }
    assert!(w.server.told_paths.is_empty());
    w.tell(b, Command::Greet).unwrap();
    w.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
}

#[test]
fn p24_who_hides_prepares_nothing_and_the_other_one_lets_go() {
    let mut w = World::with_reflectors(62);
    let a = w.person_as("小明", |config| config.policy = Policy::Hidden);
    let b = w.person("小红");
    w.meet(a, b);
    w.greet_both(a, b);
    w.run(60_000);
    assert!(w.people[a].holes.told.is_empty());
    assert_eq!(w.people[b].holes.told, ["prepare", "rest"]);
    assert!(w.server.told_paths.is_empty());
    say_and_hear(&mut w, a, b, "只走服务器");
    assert_eq!(w.crossed, 0);
}

/// The browser's driver finds no direct paths: what one chose there changes nothing.
#[test]
fn who_cannot_punch_stays_on_the_relay_without_fuss() {
    let mut w = World::with_reflectors(63);
    let a = w.person("小明");
    let b = w.person_as("小红", |config| config.punches = false);
    w.meet(a, b);
    w.greet_both(a, b);
    w.run(60_000);
    assert!(w.people[b].holes.told.is_empty());
    assert_eq!(w.people[a].holes.told, ["prepare", "rest"]);
    assert!(w.server.told_paths.is_empty());
    say_and_hear(&mut w, b, a, "你好");
}

/// P25: a server cannot make somebody dial whom, or when, they would not.
#[test]
fn p25_an_offer_counts_once_in_its_match_after_the_greeting_for_a_fresh_report() {
    let (mut w, a, b) = met();
    w.walled = true;
    let offers = |w: &World| [count(w, a, "offer"), count(w, b, "offer")];
    let id = w.server.only_match().unwrap();
    let push = |w: &mut World, id, number| {
        w.server.offer_to_all(id, number);
        w.run(200);
    };
    push(&mut w, id, 1);
    assert_eq!(offers(&w), [0, 0], "before the greeting");
    w.greet_both(a, b);
    w.run(30_000);
    assert_eq!(offers(&w), [3, 3]);
    push(&mut w, id, 3);
    push(&mut w, id, 4);
    assert_eq!(offers(&w), [3, 3], "nothing prepared");
    w.server.path_problem = Some(Problem {
        retry_after: Some(90_000),
        ..Problem::new(Fault::TooMany, "later")
    });
    w.prepare_anew(a);
    w.prepare_anew(b);
    w.run(1_000);
    push(&mut w, floater_proto::Binary([7; 16]), 9);
    assert_eq!(offers(&w), [3, 3], "of another match");
    push(&mut w, id, 4);
    assert_eq!(offers(&w), [3, 3], "a number that was");
    hide(&mut w, a);
    w.run(1_000);
    push(&mut w, id, 20);
    assert_eq!(offers(&w), [3, 3], "hidden");
}

#[test]
fn a_server_that_is_told_too_often_is_told_later() {
    let (mut w, a, b) = met();
    let mut problem = Problem::new(Fault::TooMany, "later");
    problem.retry_after = Some(20_000);
    w.server.path_problem = Some(problem);
    w.greet_both(a, b);
    w.run(5_000);
    w.server.path_problem = None;
    w.run(10_000);
    assert!(w.server.told_paths.is_empty());
    w.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
}

#[test]
fn a_server_that_refuses_for_good_is_left_alone() {
    let (mut w, a, b) = met();
    w.server.path_problem = Some(Problem::new(Fault::Unavailable, "no help"));
    w.greet_both(a, b);
    w.run(5_000);
    w.server.path_problem = None;
    w.run(60_000);
    assert!(w.server.told_paths.is_empty());
    say_and_hear(&mut w, a, b, "走服务器");
    assert!(!w.is_direct(a));
}

#[test]
fn who_stops_waiting_lets_go_of_what_was_prepared() {
    let mut w = World::with_reflectors(64);
    let a = w.person("小明");
    w.seek(a);
    w.run(1_000);
    w.tell(a, Command::StopSeeking).unwrap();
    assert_eq!(w.people[a].holes.told, ["prepare", "rest"]);
    w.seek(a);
    w.run(1_000);
    hide(&mut w, a);
    assert_eq!(
        w.people[a].holes.told,
        ["prepare", "rest", "prepare", "rest"]
    );
}

/// The keys say that one may be seen; the match is on its way.
#[test]
fn who_hides_while_a_match_begins_tells_the_other_one() {
    let mut w = World::with_reflectors(76);
    let (a, b) = (w.person("小明"), w.person("小红"));
    w.seek(a);
    w.seek(b);
    w.until("a match at the server", |w| !w.server.met.is_empty());
    hide(&mut w, b);
    w.until("a match", |w| {
        [a, b]
            .iter()
            .all(|&at| matches!(w.stage(at), Stage::Greeting { .. }))
    });
    w.greet_both(a, b);
    w.run(5_000);
    assert!(w.server.told_paths.is_empty());
    assert_eq!(w.people[a].holes.told.last(), Some(&"rest"));
}

#[test]
fn hiding_ends_the_direct_path_for_both_and_for_good() {
    let (mut w, a, b) = World::direct(65);
    hide(&mut w, b);
    w.until("the relay", |w| !w.is_direct(a) && !w.is_direct(b));
    say_and_hear(&mut w, a, b, "现在呢?");
    assert_eq!(w.open_pipes(), 0);
    let crossed = w.crossed;
    w.run(180_000);
    for at in [a, b] {
        assert_eq!(w.people[at].holes.told.last(), Some(&"rest"));
    }
    say_and_hear(&mut w, b, a, "绕路");
    assert_eq!(w.crossed, crossed);
}

/// P5: a dead direct path costs less than a second, by the relay.
#[test]
fn p5_a_direct_path_that_goes_dark_is_relayed_within_a_second() {
    let (mut w, a, b) = World::direct(66);
    say_and_hear(&mut w, a, b, "一");
    w.run(1_000);
    w.darken_direct();
    let [there, back] = [(a, b), (b, a)].map(|(from, to)| say_and_hear(&mut w, from, to, "二"));
    assert!(there <= 1_000 && back <= 1_000, "{there} and {back} ms");
    w.until("both are told", |w| !w.is_direct(a) && !w.is_direct(b));
    w.until("a path again", |w| w.is_direct(a) && w.is_direct(b));
    say_and_hear(&mut w, a, b, "三");
    assert_eq!(w.heard(b), ["一", "二", "三"]);
}

#[test]
fn a_path_that_goes_dark_makes_one_ask_the_server_at_once() {
    let (mut w, a, b) = World::direct(74);
    w.run(2_000);
    w.darken_direct();
    let asked = w.server.asked_status;
    w.say(a, "一");
    w.until("the relay", |w| !w.is_direct(a));
    w.run(50);
    assert_eq!(w.server.asked_status, asked + 1);
    w.until("the line", |w| w.heard(b) == ["一"]);
}

#[test]
fn a_direct_path_that_was_only_slow_carries_again() {
    let (mut w, a, b) = World::direct(67);
    w.run(1_000);
    w.darken_direct();
    say_and_hear(&mut w, a, b, "一");
    w.lighten_direct();
    w.until("the path again", |w| w.is_direct(a));
    assert_eq!(count(&w, a, "elected"), 1, "the same");
    say_and_hear(&mut w, a, b, "二");
}

/// What broke the path broke the link, too: a restarted NAT.
#[test]
fn a_dead_link_and_a_dead_path_at_once_cost_less_than_two_seconds() {
    let (mut w, a, b) = World::direct(68);
    w.run(3_000);
    w.black_hole(a);
    w.darken_direct();
    let span = say_and_hear(&mut w, a, b, "还在吗?");
    // Half a second until the path is suspect, as much for the server's answer, and a new link.
    assert!(span <= 1_500, "{span} ms");
}

#[test]
fn the_seat_is_held_while_the_direct_path_lives() {
    let (mut w, a, b) = World::direct(69);
    w.people[a].offline = true;
    w.cut(a);
    let lost = |e: &Event| {
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
    let away = |e: &Event| {
        matches!(
            e,
            Event::Peer {
                peer: PeerState::Away { .. }
            }
        )
    };
    for minute in 0..6 {
        w.run(60_000);
        say_and_hear(&mut w, a, b, &format!("{minute}"));
    }
    assert!(!w.saw(a, lost), "nothing runs out");
    assert!(!w.saw(b, away), "whom one hears is here");
    w.people[a].offline = false;
    w.until("the link", |w| {
        w.saw(a, |e| {
            matches!(
                e,
                Event::Link {
                    state: LinkState::Up
                }
            )
        })
    });
    w.run(10_000);
    say_and_hear(&mut w, b, a, "还在");
    assert!(w.talks(a) && w.talks(b));
}

#[test]
fn the_seat_is_held_from_the_loss_of_the_last_path() {
    let (mut w, a, b) = World::direct(70);
    w.people[a].offline = true;
    w.cut(a);
    w.run(100_000);
    w.reset_direct();
    let until = w.now + 120_000;
    let shown = move |e: &Event| matches!(e, Event::Link { state: LinkState::Lost { held_until: Some(at), .. } } if *at == until);
    w.run(1);
    assert!(w.saw(a, shown));
    assert!(w.saw(b, |e| matches!(
        e,
        Event::Peer {
            peer: PeerState::Away { .. }
        }
    )));
    let lost = |w: &World, at: usize| {
        matches!(
            w.stage(at),
            Stage::Main {
                ending: Some(Ending::Lost),
                ..
            }
        )
    };
    w.until("the end", |w| lost(w, a));
    assert!(w.now.abs_diff(until) <= 50, "{} and {until}", w.now);
}

/// All rounds failed. One of them starts afresh, and the other one is asked to.
#[test]
fn a_fresh_start_of_one_side_makes_the_other_prepare_anew() {
    let (mut w, a, b) = met();
    w.walled = true;
    w.greet_both(a, b);
    w.run(30_000);
    assert_eq!([count(&w, a, "offer"), count(&w, b, "offer")], [3, 3]);
    w.walled = false;
    w.prepare_anew(b);
    w.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
    say_and_hear(&mut w, a, b, "直连了");
}

/// One side does not know yet that the path is dead: it follows the other one to the new one.
#[test]
fn a_new_path_takes_the_place_of_one_that_only_one_side_has_lost() {
    let (mut w, a, b) = World::direct(71);
    w.prepare_anew(b);
    w.until("another path", |w| {
        count(w, a, "elected") == 2 && count(w, b, "elected") == 2
    });
    w.run(1_000);
    assert_eq!(w.open_pipes(), 1, "the older one is closed");
    say_and_hear(&mut w, a, b, "换了");
    assert!(w.is_direct(a) && w.is_direct(b));
}

/// The path dies with the old network. One that does not last is sought slowly, but for this.
#[test]
fn in_another_network_a_path_is_sought_at_once() {
    let (mut w, a, b) = World::direct(75);
    w.reset_direct();
    let found = |w: &World, times| [a, b].iter().all(|at| count(w, *at, "elected") == times);
    w.until("a path again", |w| found(w, 2));
    w.run(1_000);
    w.darken_direct();
    w.handle(a, Input::Online);
    let began = w.now;
    w.until("a path in the new network", |w| found(w, 3));
    assert!(w.now - began <= 8_000, "{} ms", w.now - began);
    say_and_hear(&mut w, a, b, "到家了");
}

#[test]
fn a_path_outlives_the_server_and_is_found_again_by_one_that_forgot() {
    let (mut w, a, b) = World::direct(72);
    w.kill_server();
    say_and_hear(&mut w, a, b, "服务器没了");
    w.run(5_000);
    w.start_server();
    w.run(20_000);
    w.reset_direct();
    w.until("a path again", |w| {
        count(w, a, "elected") == 2 && count(w, b, "elected") == 2
    });
    let (_, after, _) = *w.server.told_paths.last().unwrap();
    assert_eq!(after, 1, "numbers go on");
    say_and_hear(&mut w, b, a, "又直连了");
}

/// The other one is away when it is told; when it is back it is told of, too.
#[test]
fn what_one_prepared_is_told_again_when_the_other_one_is_back() {
    let (mut w, a, b) = met();
    w.walled = true;
    w.greet_both(a, b);
    w.run(30_000);
    w.walled = false;
    w.people[b].offline = true;
    w.cut(b);
    w.prepare_anew(a);
    w.run(5_000);
    let told = w.server.told_paths.len();
    w.people[b].offline = false;
    w.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
    assert!(w.server.told_paths.len() >= told + 2);
}

#[test]
fn the_end_closes_the_path_and_the_next_match_begins_anew() {
    let (mut w, a, b) = World::direct(73);
    say_and_hear(&mut w, a, b, "再见");
    w.tell(a, Command::Leave).unwrap();
    w.until("the main page", |w| {
        [a, b]
            .iter()
            .all(|&at| matches!(w.stage(at), Stage::Main { .. }))
    });
    w.run(1_000);
    assert_eq!(w.open_pipes(), 0);
    assert!(w.saw(b, |e| matches!(
        e,
        Event::Stage {
            stage: Stage::Main {
                ending: Some(Ending::PeerLeft),
                ..
            }
        }
    )));
    w.meet(a, b);
    w.greet_both(a, b);
    w.until("a direct path", |w| w.is_direct(a) && w.is_direct(b));
    say_and_hear(&mut w, a, b, "又见面了");
}
