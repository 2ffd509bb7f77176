//! Seeking, proposals, ends.

use crate::hall::{Hall, elsewhere, person};
use floater_lobby::{Closing, Told, bounds};
use floater_proto::body::{Fault, Reason, Seat};
use floater_proto::{Id, Role};

#[test]
fn two_meet_on_the_grid_and_relay_to_each_other() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek(a).unwrap();
    hall.pass(249);
    hall.seek(b).unwrap();
    assert_eq!(
        hall.lobby.wake_at(),
        Some(250),
        "the grid does not know who came when"
    );
    hall.pass(1);
    let (to_a, to_b) = (hall.proposal(a).unwrap(), hall.proposal(b).unwrap());
    hall.accept(a, to_a).unwrap();
    assert!(hall.told(a).is_empty(), "one alone begins nothing");
    hall.accept(b, to_b).unwrap();
    assert_eq!(hall.routes[&a], Some(b));
    assert_eq!(hall.routes[&b], Some(a));
    assert_eq!(hall.live, Some(true));
    assert!(matches!(
        hall.seat(a),
        Seat::Talking {
            peer_here: true,
            ticket: None
        }
    ));
}

#[test]
fn one_alone_waits_without_waking_anybody() {
    let mut hall = Hall::new();
    let a = hall.enter(person(1));
    hall.seek(a).unwrap();
    assert_eq!(hall.lobby.wake_at(), None);
    hall.seek(a).unwrap();
    assert_eq!(hall.lobby.waiting(), 1, "idempotent");
}

#[test]
fn who_does_not_accept_leaves_and_the_other_waits_on() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    hall.pass(250);
    let (to_a, to_b) = (hall.proposal(a).unwrap(), hall.proposal(b).unwrap());
    hall.accept(a, to_a).unwrap();
    hall.pass(2000);
    assert_eq!(hall.seat(a), Seat::Waiting);
    assert_eq!(hall.seat(b), Seat::Free);
    assert_eq!(hall.accept(b, to_b).unwrap_err().error, Fault::MatchOver);
}

#[test]
fn whose_partner_goes_before_the_match_waits_on_at_once() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    hall.pass(250);
    hall.lose(b);
    assert_eq!(hall.seat(a), Seat::Waiting);
    let c = hall.enter(person(3));
    hall.seek(c).unwrap();
    hall.told(a);
    hall.pass(250);
    assert!(hall.proposal(a).is_some());
}

#[test]
fn an_end_is_told_to_both_and_leaves_a_tombstone() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    hall.end(b, Some(met.id), Reason::Left).unwrap();
    assert_eq!(hall.ended(a), Some(Reason::Left));
    assert_eq!(hall.ended(b), Some(Reason::Left));
    assert_eq!(hall.tombstones.len(), 1);
    assert_eq!(hall.tombstones[0].over.by, Some(met.a_role.other()));
    assert_eq!((hall.routes[&a], hall.routes[&b]), (None, None));
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    assert_eq!(hall.tombstones.len(), 1, "the first that arrives decides");
    let unknown = hall.end(a, Some(Id::from([9; 16])), Reason::Left);
    assert_eq!(unknown.unwrap_err().error, Fault::NoMatch);
    assert_eq!(hall.live, Some(false));
}

#[test]
fn one_seat_an_account_whatever_the_instance() {
    let mut hall = Hall::new();
    let (here, there) = (hall.enter(person(1)), hall.enter(elsewhere(1)));
    hall.seek(here).unwrap();
    assert_eq!(hall.seek(there).unwrap_err().error, Fault::Elsewhere);
    assert_eq!(hall.seat(there), Seat::Elsewhere);
    hall.lobby.end_seek(hall.at(), there).unwrap();
    assert_eq!(hall.seat(here), Seat::Free);
    hall.seek(there).unwrap();
}

#[test]
fn goodbye_ends_at_once_and_a_lost_link_after_the_grace() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.meet(a, b);
    hall.close(a, Closing::Goodbye);
    assert_eq!(hall.ended(b), Some(Reason::Left));
    let a = hall.enter(person(3));
    let met = hall.meet(a, b);
    hall.lose(a);
    hall.pass(119_999);
    assert_eq!(hall.ended(b), None);
    hall.pass(1);
    assert_eq!(hall.ended(b), Some(Reason::Lost));
    assert_eq!(
        hall.tombstones.last().map(|t| (t.match_id, t.over.by)),
        Some((met.id, Some(met.a_role)))
    );
}

#[test]
fn a_direct_path_that_lives_holds_the_partners_seat_on() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.meet(a, b);
    hall.lose(a);
    for _ in 0..20 {
        hall.pass(10_000);
        let ask = floater_proto::body::AskStatus { direct: true };
        hall.lobby.status(hall.at(), b, &ask).unwrap();
    }
    assert_eq!(hall.ended(b), None);
    hall.pass(bounds::DIRECT_ALIVE - 1);
    assert_eq!(hall.ended(b), None);
    hall.pass(1);
    assert_eq!(hall.ended(b), Some(Reason::Lost));
}

#[test]
fn a_name_is_fixed_during_a_match() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let name = floater_proto::Username::new("new").unwrap();
    assert!(hall.lobby.rename(person(1).account, &name));
    let met = hall.meet(a, b);
    assert!(!hall.lobby.rename(person(1).account, &name));
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    assert!(hall.lobby.rename(person(1).account, &name));
}

#[test]
fn seats_are_bounded() {
    let mut setup = floater_lobby::Setup::for_tests(1);
    setup.seats_max = 2;
    let mut hall = Hall::new();
    hall.lobby = floater_lobby::Lobby::new(setup);
    let links: Vec<_> = (1..=3).map(|n| hall.enter(person(n))).collect();
    hall.seek(links[0]).unwrap();
    hall.seek(links[1]).unwrap();
    assert_eq!(hall.seek(links[2]).unwrap_err().error, Fault::Unavailable);
}

#[test]
fn one_account_has_a_bounded_number_of_links_and_the_oldest_gives_way() {
    let mut hall = Hall::new();
    let who = |n: u8| crate::hall::Person {
        instance: Id::from([n; 16]),
        ..person(1)
    };
    let links: Vec<_> = (0..=u8::try_from(bounds::LINKS_AN_ACCOUNT).unwrap())
        .map(|n| hall.enter(who(n)))
        .collect();
    assert_eq!(hall.closed, [links[0]]);
    assert!(matches!(hall.told(links[0])[..], [Told::Notice(_)]));
    assert_eq!(
        hall.lobby.here(),
        1,
        "an account is one, however many links it has"
    );
}

#[test]
fn todays_partners_do_not_meet_again_before_three_fruitless_rounds() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    assert!(!met.met_before);
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    hall.told.clear();
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    let rounds = u64::from(bounds::FRUITLESS);
    hall.pass(bounds::ROUND * rounds);
    assert!(
        hall.told(a)
            .iter()
            .any(|t| matches!(t, Told::Notice(n) if is_widened(n)))
    );
    assert!(
        hall.told(b)
            .iter()
            .any(|t| matches!(t, Told::Notice(n) if is_widened(n)))
    );
    hall.pass(bounds::ROUND);
    let (to_a, to_b) = (hall.proposal(a).unwrap(), hall.proposal(b).unwrap());
    hall.accept(a, to_a).unwrap();
    hall.accept(b, to_b).unwrap();
    let matched = hall.told(a).into_iter().find_map(|told| match told {
        Told::Matched(matched) => Some(matched.met_before),
        _ => None,
    });
    assert_eq!(matched, Some(true), "and says so");
}

#[test]
fn tomorrow_everybody_is_new_again() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    hall.now += 24 * 3600 * 1000;
    assert!(!hall.meet(a, b).met_before);
}

#[test]
fn someone_new_is_preferred_to_a_partner_of_today() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    hall.told.clear();
    let c = hall.enter(person(3));
    for link in [a, b, c] {
        hall.seek(link).unwrap();
    }
    hall.pass(250);
    assert!(hall.proposal(c).is_some(), "the new one is taken at once");
}

fn is_widened(notice: &floater_proto::body::Notice) -> bool {
    matches!(notice, floater_proto::body::Notice::Widened)
}

/// Two of three block each other, so the third one is more often found than drawn: a coin says who is A.
#[test]
fn who_is_a_is_tossed() {
    let mut hall = Hall::new();
    let people = [1, 2, 3].map(person);
    let [one, another, third] = people.map(|who| hall.enter(who));
    let mut first = 0;
    for _ in 0..400 {
        hall.seek_blocking(one, people[0], people[1]);
        hall.seek(another).unwrap();
        hall.seek(third).unwrap();
        hall.pass(250);
        let (_, role) = hall.proposal(third).unwrap();
        first += u32::from(role == Role::A);
        // Nobody accepts.
        hall.pass(3_000);
    }
    // Of 400 tosses fewer than 160 or more than 240 come once in fifteen thousand times; drawn, it
    // would be 267.
    assert!((160..=240).contains(&first), "{first} of 400");
}
