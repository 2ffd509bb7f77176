//! A block never gives way.

use crate::hall::{Hall, digest, person};

#[test]
fn the_blocked_never_meet_in_either_direction() {
    for blocker in [1, 2] {
        let mut hall = Hall::new();
        let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
        let links = [a, b];
        let (by, whom) = (person(blocker), person(3 - blocker));
        hall.seek_blocking(links[usize::from(blocker) - 1], by, whom);
        hall.seek(links[usize::from(2 - blocker)]).unwrap();
        hall.pass(60_000);
        assert!(hall.proposal(a).is_none() && hall.proposal(b).is_none());
        assert_eq!(hall.lobby.waiting(), 2);
        hall.lobby.set_blocks(by.account, Vec::new());
        hall.pass(500);
        assert!(hall.proposal(a).is_some(), "taken back, they may");
    }
}

#[test]
fn a_block_made_while_waiting_counts() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    hall.lobby.set_blocks(
        person(1).account,
        vec![digest(person(1).account, person(2).account)],
    );
    hall.pass(10_000);
    assert!(hall.proposal(a).is_none());
}

#[test]
fn two_who_block_each_other_never_meet() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek_blocking(a, person(1), person(2));
    hall.seek_blocking(b, person(2), person(1));
    hall.pass(60_000);
    assert!(hall.proposal(a).is_none() && hall.proposal(b).is_none());
}

#[test]
fn who_blocks_somebody_meets_everybody_else() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    hall.seek_blocking(a, person(1), person(3));
    hall.seek_blocking(b, person(2), person(3));
    hall.pass(250);
    assert!(hall.proposal(a).is_some() && hall.proposal(b).is_some());
}
