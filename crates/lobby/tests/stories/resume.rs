//! Tickets that come back. FLOATER/1.0 §3.7

use crate::hall::{Hall, Met, elsewhere, person};
use floater_lobby::{LinkKey, Told, Which};
use floater_proto::body::{Fault, Notice, Reason, Seat, SessionEnd};

fn two() -> (Hall, LinkKey, LinkKey, Met) {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    (hall, a, b, met)
}

fn peer_notices(hall: &mut Hall, link: LinkKey) -> Vec<bool> {
    let here = |told| match told {
        Told::Notice(Notice::Peer { here, .. }) => Some(here),
        _ => None,
    };
    hall.told(link).into_iter().filter_map(here).collect()
}

#[test]
fn the_own_instance_takes_its_seat_and_the_partner_is_told() {
    let (mut hall, a, b, met) = two();
    hall.lose(a);
    assert_eq!(hall.routes[&b], None, "nothing is queued for who is absent");
    hall.pass(60_000);
    let (a, seat) = hall.join(person(1), Some(&met.a_ticket));
    let Seat::Talking {
        peer_here: true,
        ticket: Some(renewed),
    } = seat
    else {
        panic!("{seat:?}")
    };
    assert_ne!(renewed, met.a_ticket);
    assert_eq!(peer_notices(&mut hall, b), [false, true]);
    assert_eq!((hall.routes[&a], hall.routes[&b]), (Some(b), Some(a)));
    hall.pass(120_000);
    assert_eq!(hall.ended(b), None, "the hold is over");
}

#[test]
fn a_newer_link_closes_the_older_one_at_once() {
    let (mut hall, a, b, met) = two();
    let (newer, seat) = hall.join(person(1), Some(&met.a_ticket));
    assert!(matches!(seat, Seat::Talking { .. }));
    assert_eq!(hall.closed, [a]);
    assert!(matches!(hall.told(a)[..], [Told::Notice(Notice::Replaced)]));
    assert!(
        peer_notices(&mut hall, b).is_empty(),
        "the partner notices nothing"
    );
    hall.lose(a);
    assert!(
        matches!(hall.seat(newer), Seat::Talking { .. }),
        "the older one's end is nothing"
    );
}

#[test]
fn none_ends_the_match_of_the_own_instance_only() {
    let (mut hall, _, b, met) = two();
    let (other, seat) = hall.join(elsewhere(1), None);
    assert_eq!(seat, Seat::Elsewhere);
    assert_eq!(hall.ended(b), None);
    assert_eq!(hall.seek(other).unwrap_err().error, Fault::Elsewhere);
    let (_, seat) = hall.join(person(1), None);
    assert_eq!(seat, Seat::Free);
    assert_eq!(hall.ended(b), Some(Reason::Lost));
    assert_eq!(hall.tombstones[0].match_id, met.id);
}

#[test]
fn a_tombstoned_ticket_gets_its_reason() {
    let (mut hall, a, _, met) = two();
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    let (_, seat) = hall.join(person(2), Some(&met.b_ticket));
    let over = hall.tombstones[0].over;
    assert_eq!(seat, Seat::Over(over));
}

#[test]
fn after_a_kill_two_tickets_resume() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    let (a, seat) = hall.join(person(1), Some(&met.a_ticket));
    assert_eq!(seat, Seat::Awaiting);
    assert_eq!(hall.seek(a).unwrap_err().error, Fault::Seated);
    hall.pass(119_000);
    let (b, seat) = hall.join(person(2), Some(&met.b_ticket));
    assert!(matches!(
        seat,
        Seat::Talking {
            peer_here: true,
            ticket: Some(_)
        }
    ));
    assert_eq!(peer_notices(&mut hall, a), [true]);
    assert_eq!((hall.routes[&a], hall.routes[&b]), (Some(b), Some(a)));
    hall.pass(300_000);
    assert_eq!((hall.ended(a), hall.ended(b)), (None, None));
}

#[test]
fn after_a_kill_one_ticket_waits_for_its_time_and_no_longer() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    let (a, _) = hall.join(person(1), Some(&met.a_ticket));
    hall.pass(119_999);
    assert_eq!(hall.seat(a), Seat::Awaiting);
    hall.pass(1);
    assert_eq!(hall.ended(a), Some(Reason::Lost));
    let (_, seat) = hall.join(person(2), Some(&met.b_ticket));
    assert!(matches!(seat, Seat::Over(over) if over.reason == Reason::Lost));
}

#[test]
fn after_a_kill_the_awaited_who_says_none_ends_it() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    let (a, _) = hall.join(person(1), Some(&met.a_ticket));
    let (b, seat) = hall.join(elsewhere(2), None);
    assert_eq!(seat, Seat::Elsewhere, "another instance claims nothing");
    assert_eq!(hall.seek(b).unwrap_err().error, Fault::Elsewhere);
    assert_eq!(hall.ended(a), None);
    assert_eq!(hall.join(person(2), None).1, Seat::Free);
    assert_eq!(hall.ended(a), Some(Reason::Lost));
}

#[test]
fn another_instance_of_the_awaited_may_end_it() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    let (a, _) = hall.join(person(1), Some(&met.a_ticket));
    let (b, _) = hall.join(elsewhere(2), None);
    hall.end(b, None, Reason::Left).unwrap();
    assert_eq!(hall.ended(a), Some(Reason::Left));
    hall.seek(b).unwrap();
}

#[test]
fn whose_partner_is_here_without_the_match_gets_410() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    hall.enter(person(2));
    let (_, seat) = hall.join(person(1), Some(&met.a_ticket));
    assert!(matches!(seat, Seat::Over(over) if over.reason == Reason::Lost));
    assert_eq!(hall.tombstones.len(), 1);
}

#[test]
fn whose_partner_is_seated_elsewhere_gets_410() {
    let (hall, _, _, met) = two();
    let mut hall = hall.restart();
    let (other, _) = hall.join(elsewhere(2), None);
    hall.seek(other).unwrap();
    let (_, seat) = hall.join(person(1), Some(&met.a_ticket));
    assert!(matches!(seat, Seat::Over(_)));
}

#[test]
fn of_two_tickets_of_one_account_the_first_presented_wins() {
    let (mut hall, a, b, first) = two();
    hall.end(a, Some(first.id), Reason::Left).unwrap();
    hall.lose(a);
    hall.told.clear();
    let (a2, c) = (hall.enter(elsewhere(1)), hall.enter(person(3)));
    let second = hall.meet(a2, c);
    // A server that was killed before the tombstone was kept, and knows neither.
    let _ = b;
    let mut hall = hall.restart();
    let (a2, seat) = hall.join(elsewhere(1), Some(&second.a_ticket));
    assert_eq!(seat, Seat::Awaiting);
    let (_, seat) = hall.join(person(1), Some(&first.a_ticket));
    assert!(matches!(seat, Seat::Over(_)));
    let (_, seat) = hall.join(person(2), Some(&first.b_ticket));
    assert!(
        matches!(seat, Seat::Over(_)),
        "the other match has a tombstone"
    );
    assert_eq!(
        hall.seat(a2),
        Seat::Awaiting,
        "and the first is not touched"
    );
}

#[test]
fn awaited_is_no_claim_an_own_ticket_beats_it() {
    let (mut hall, a, _, first) = two();
    hall.end(a, Some(first.id), Reason::Left).unwrap();
    hall.told.clear();
    let c = hall.enter(person(3));
    let second = hall.meet(a, c);
    let mut hall = hall.restart();
    // B, who does not know of the end, awaits A; A talks with C.
    let (b, seat) = hall.join(person(2), Some(&first.b_ticket));
    assert_eq!(seat, Seat::Awaiting);
    let (_, seat) = hall.join(person(1), Some(&second.a_ticket));
    assert_eq!(seat, Seat::Awaiting);
    assert_eq!(hall.ended(b), Some(Reason::Lost));
    assert!(matches!(
        hall.join(person(3), Some(&second.b_ticket)).1,
        Seat::Talking { .. }
    ));
}

#[test]
fn after_a_start_with_live_conversations_no_round_is_drawn_for_12_seconds() {
    let (hall, ..) = two();
    let mut hall = hall.restart();
    let (c, d) = (hall.enter(person(3)), hall.enter(person(4)));
    hall.seek(c).unwrap();
    hall.seek(d).unwrap();
    hall.pass(11_999);
    assert!(hall.proposal(c).is_none());
    hall.pass(1);
    assert!(hall.proposal(c).is_some());
}

#[test]
fn sessions_that_end_take_their_conversation_with_them() {
    for (why, reason) in [
        (SessionEnd::LoggedOut, Reason::Left),
        (SessionEnd::Deleted, Reason::Left),
        (SessionEnd::Suspended, Reason::Moderator),
    ] {
        let (mut hall, a, b, _) = two();
        let other = hall.enter(elsewhere(1));
        let one = Which::Only(elsewhere(1).instance);
        hall.lobby
            .end_sessions(hall.at(), person(1).account, one, why);
        hall.settle();
        assert_eq!(hall.closed, [other]);
        assert_eq!(hall.ended(b), None, "it does not run in that session");
        hall.lobby
            .end_sessions(hall.at(), person(1).account, Which::All, why);
        hall.settle();
        assert_eq!(hall.closed, [other, a]);
        assert_eq!(hall.ended(b), Some(reason));
    }
}

#[test]
fn a_deleted_account_ends_a_conversation_that_is_held() {
    let (mut hall, a, b, _) = two();
    hall.lose(a);
    hall.lobby.end_sessions(
        hall.at(),
        person(1).account,
        Which::All,
        SessionEnd::Deleted,
    );
    hall.settle();
    assert_eq!(hall.ended(b), Some(Reason::Left));
}

#[test]
fn tickets_are_renewed_by_status_once_an_hour() {
    let (mut hall, a, ..) = two();
    assert!(matches!(hall.seat(a), Seat::Talking { ticket: None, .. }));
    hall.pass(3_600_000);
    assert!(matches!(
        hall.seat(a),
        Seat::Talking {
            ticket: Some(_),
            ..
        }
    ));
    assert!(matches!(hall.seat(a), Seat::Talking { ticket: None, .. }));
}

#[test]
fn all_other_sessions_end_and_the_own_one_goes_on() {
    let (mut hall, a, b, _) = two();
    let other = hall.enter(elsewhere(1));
    for (kept, closed, ended) in [
        (person(1), vec![other], None),
        (elsewhere(1), vec![other, a], Some(Reason::Left)),
    ] {
        let (at, account) = (hall.at(), person(1).account);
        let which = Which::AllBut(kept.instance);
        hall.lobby
            .end_sessions(at, account, which, SessionEnd::Password);
        hall.settle();
        assert_eq!(hall.closed, closed);
        assert_eq!(hall.ended(b), ended);
    }
}

#[test]
fn who_is_awaited_and_comes_with_a_match_that_is_over_is_not_coming() {
    let (mut hall, a, _, first) = two();
    hall.end(a, Some(first.id), Reason::Left).unwrap();
    hall.told.clear();
    let c = hall.enter(person(3));
    let second = hall.meet(a, c);
    hall.end(c, Some(second.id), Reason::Left).unwrap();
    // Killed before the end of the first was kept; that of the second was.
    let kept = hall.tombstones.pop().unwrap();
    let mut hall = hall.restart();
    hall.tombstones.push(kept);
    let (b, seat) = hall.join(person(2), Some(&first.b_ticket));
    assert_eq!(seat, Seat::Awaiting);
    let (_, seat) = hall.join(person(1), Some(&second.a_ticket));
    assert_eq!(seat, Seat::Over(kept.over));
    assert_eq!(hall.ended(b), Some(Reason::Lost));
}
