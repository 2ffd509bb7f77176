//! Many who wait, and whom one met today.

use crate::hall::{Hall, person};
use floater_lobby::{Account, Join, LinkKey, Lobby, Moment, Output, Setup, Told, bounds};
use floater_proto::body::Reason;
use floater_proto::{Binary, Username};

const START: Moment = Moment {
    now: 0,
    wall: crate::hall::WALL,
};

/// So many who wait, none of them drawn yet.
fn crowd(seed: u64, people: u16) -> Lobby {
    let mut lobby = Lobby::new(Setup::for_tests(seed));
    for n in 0..people {
        let link = LinkKey(n.into());
        let mut id = Binary([0; 16]);
        id.0[..2].copy_from_slice(&n.to_be_bytes());
        let join = Join {
            link,
            account: Account(n.into()),
            session: id,
            instance: id,
            username: Username::new("n").unwrap(),
            ticket: None,
            tombstone: None,
        };
        lobby.join(START, join);
        lobby.seek(START, link, Vec::new()).unwrap();
    }
    lobby
}

fn proposals(lobby: &mut Lobby) -> usize {
    let proposed = |output: &Output| {
        let told = match output {
            Output::Tell { told, .. } => told,
            _ => return false,
        };
        matches!(told, Told::Proposal(_))
    };
    lobby.drain().filter(proposed).count()
}

#[test]
fn a_round_leaves_nobody_over() {
    let at = Moment { now: 250, ..START };
    for seed in 0..30 {
        let mut lobby = crowd(seed, 100);
        lobby.handle_wake(at);
        assert_eq!((proposals(&mut lobby), lobby.waiting()), (100, 0));
        assert_eq!(lobby.wake_at(), Some(2250), "the round is over");
    }
}

#[test]
fn a_great_round_goes_on_in_the_next_call_without_those_who_went() {
    let mut lobby = crowd(1, 6000);
    let at = Moment { now: 250, ..START };
    lobby.handle_wake(at);
    let first = proposals(&mut lobby);
    assert!((1..=2 * bounds::DRAWS_A_CALL).contains(&first), "{first}");
    assert_eq!(lobby.wake_at(), Some(250), "the same round");
    let (mut went, mut link) = (0, 0);
    while went < 100 {
        let waited = lobby.waiting();
        lobby.handle_closed(at, LinkKey(link), floater_lobby::Closing::Lost);
        // Whose partner of a proposal goes waits on.
        went += usize::from(lobby.waiting() < waited);
        link += 1;
    }
    let waiting = lobby.waiting();
    let mut rest = 0;
    while lobby.wake_at() == Some(250) {
        lobby.handle_wake(at);
        rest += proposals(&mut lobby);
    }
    // Of those who came back into the pool in the midst of it some are for the next round.
    assert!(rest <= waiting && lobby.waiting() == waiting - rest);
    assert_eq!(lobby.inconsistency(), None);
}

#[test]
fn who_is_here_waits_and_talks_is_counted() {
    let mut hall = Hall::new();
    let counts = |hall: &Hall| {
        let lobby = &hall.lobby;
        (lobby.here(), lobby.waiting(), lobby.talking())
    };
    assert_eq!(counts(&hall), (0, 0, 0));
    let links: Vec<_> = (1..=5).map(|n| hall.enter(person(n))).collect();
    hall.meet(links[0], links[1]);
    assert_eq!(counts(&hall), (5, 0, 1));
    let met = hall.meet(links[2], links[3]);
    hall.seek(links[4]).unwrap();
    assert_eq!(counts(&hall), (5, 1, 2));
    hall.end(links[2], Some(met.id), Reason::Left).unwrap();
    hall.lose(links[2]);
    assert_eq!(counts(&hall), (4, 1, 1));
}

/// The two meet as strangers, and part.
fn meet_and_part(hall: &mut Hall, a: LinkKey, b: LinkKey) {
    let met = hall.meet(a, b);
    assert!(!met.met_before);
    hall.end(a, Some(met.id), Reason::Left).unwrap();
    hall.told.clear();
}

/// Whether the two are proposed to each other in the next round.
fn would_meet(hall: &mut Hall, a: LinkKey, b: LinkKey) -> bool {
    hall.seek(a).unwrap();
    hall.seek(b).unwrap();
    hall.pass(bounds::ROUND);
    let proposed = hall.proposal(a).is_some();
    for link in [a, b] {
        hall.lobby.end_seek(hall.at(), link).unwrap();
    }
    hall.settle();
    proposed
}

#[test]
fn today_lasts_until_midnight() {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    meet_and_part(&mut hall, a, b);
    // It is eight in the morning.
    hall.now = 16 * 3_600_000 - 1000;
    assert!(!would_meet(&mut hall, a, b));
    hall.now += 1000;
    assert!(would_meet(&mut hall, a, b));
}

#[test]
fn who_met_others_since_still_met() {
    let mut hall = Hall::new();
    let links: Vec<_> = (1..=4).map(|n| hall.enter(person(n))).collect();
    for (a, b) in [(0, 1), (2, 3), (0, 2), (1, 3)] {
        meet_and_part(&mut hall, links[a], links[b]);
    }
    assert!(!would_meet(&mut hall, links[0], links[1]));
    assert!(would_meet(&mut hall, links[0], links[3]));
}

#[test]
fn a_partner_of_today_is_forgotten_when_both_met_twenty_others() {
    let mut hall = Hall::new();
    let links: Vec<_> = (1..=22).map(|n| hall.enter(person(n))).collect();
    meet_and_part(&mut hall, links[0], links[1]);
    for &other in &links[2..] {
        meet_and_part(&mut hall, links[0], other);
    }
    assert!(
        !would_meet(&mut hall, links[0], links[1]),
        "one of them knows it still"
    );
    for &other in &links[2..] {
        meet_and_part(&mut hall, links[1], other);
    }
    assert!(would_meet(&mut hall, links[0], links[1]));
}
