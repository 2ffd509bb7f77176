//! What ends, for whom, and how long it is known. FLOATER/1.0 §3.4, §3.6

use crate::hall::{Hall, elsewhere, person};
use floater_lobby::{InstanceHash, Ticket, bounds};
use floater_proto::body::{AskStatus, Fault, Reason, Seat};
use floater_proto::{Binary, Id, Role};

fn proposed() -> (Hall, [floater_lobby::LinkKey; 2], [(Id, Role); 2]) {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    hall.pass(250);
    let proposals = [hall.proposal(a).unwrap(), hall.proposal(b).unwrap()];
    (hall, [a, b], proposals)
}

#[test]
fn accept_is_taken_again_and_for_the_own_proposal_only() {
    let (mut hall, [a, b], [to_a, to_b]) = proposed();
    let other = (Id::from([9; 16]), to_a.1);
    assert_eq!(hall.accept(a, other).unwrap_err().error, Fault::MatchOver);
    hall.accept(a, to_a).unwrap();
    hall.accept(a, to_a).unwrap();
    assert_eq!(hall.lobby.talking(), 0);
    hall.accept(b, to_b).unwrap();
    hall.accept(a, to_a).unwrap();
    assert_eq!(hall.accept(a, other).unwrap_err().error, Fault::MatchOver);
    assert_eq!(hall.lobby.talking(), 1);
}

#[test]
fn an_end_of_another_match_ends_nothing() {
    let mut hall = Hall::new();
    let links: Vec<_> = (1..=3).map(|n| hall.enter(person(n))).collect();
    let before = hall.meet(links[0], links[1]);
    hall.end(links[0], Some(before.id), Reason::Left).unwrap();
    hall.told.clear();
    hall.meet(links[0], links[2]);
    let unknown = hall.end(links[0], Some(Id::from([9; 16])), Reason::Left);
    assert_eq!(unknown.unwrap_err().error, Fault::NoMatch);
    hall.end(links[0], Some(before.id), Reason::Left).unwrap();
    assert!(matches!(hall.seat(links[0]), Seat::Talking { .. }));
    assert_eq!(hall.ended(links[2]), None);
}

#[test]
fn an_end_of_a_proposal_or_of_waiting_leaves_the_pool() {
    let (mut hall, [a, b], [to_a, _]) = proposed();
    hall.end(a, Some(to_a.0), Reason::Left).unwrap();
    assert_eq!((hall.seat(a), hall.seat(b)), (Seat::Free, Seat::Waiting));
    hall.end(b, None, Reason::Left).unwrap();
    assert_eq!((hall.seat(b), hall.lobby.waiting()), (Seat::Free, 0));
    for link in [a, b] {
        let nothing = hall.end(link, None, Reason::Left);
        assert_eq!(nothing.unwrap_err().error, Fault::NoMatch);
    }
    assert!(hall.tombstones.is_empty());
}

#[test]
fn ends_are_remembered_up_to_a_bound_the_newest_ones() {
    let mut hall = Hall::new();
    let by = hall.enter(person(1));
    hall.enter(person(2));
    let match_id = |n: usize| {
        let mut id = Id::from([7; 16]);
        id.0[..8].copy_from_slice(&(n as u64).to_be_bytes());
        id
    };
    // Tickets of matches that are not known, while the partner is here without them.
    let bury = |hall: &mut Hall, n| {
        let ticket = Ticket {
            match_id: match_id(n),
            role: Role::A,
            account: person(3).account,
            instance: InstanceHash::of(&person(3).instance),
            key: Binary([1; 32]),
            peer: person(2).account,
            peer_instance: InstanceHash::of(&person(2).instance),
            peer_key: Binary([2; 32]),
            sealed: hall.at().wall,
        };
        hall.resume(person(3), Some(ticket));
    };
    for n in 0..bounds::ENDS_REMEMBERED {
        bury(&mut hall, n);
    }
    let is_known = |n, hall: &mut Hall| hall.end(by, Some(match_id(n)), Reason::Left).is_ok();
    assert!(is_known(0, &mut hall) && is_known(1, &mut hall));
    bury(&mut hall, bounds::ENDS_REMEMBERED);
    assert!(!is_known(0, &mut hall), "the oldest gave way");
    assert!(is_known(1, &mut hall) && is_known(bounds::ENDS_REMEMBERED, &mut hall));
}

#[test]
fn only_the_partner_who_says_that_a_direct_path_lives_holds_the_seat_on() {
    for (direct, by, said_at, held) in [
        (true, person(2), 90_001, true),
        (true, person(2), 90_000, false),
        (false, person(2), 119_000, false),
        (true, elsewhere(2), 119_000, false),
    ] {
        let mut hall = Hall::new();
        let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
        let other = hall.enter(elsewhere(2));
        hall.meet(a, b);
        hall.lose(a);
        hall.pass(said_at);
        let says = if by == person(2) { b } else { other };
        let ask = AskStatus { direct };
        hall.lobby.status(hall.at(), says, &ask).unwrap();
        hall.pass(120_000 - said_at);
        let ended = (!held).then_some(Reason::Lost);
        assert_eq!(hall.ended(b), ended, "{direct} {by:?} {said_at}");
    }
}
