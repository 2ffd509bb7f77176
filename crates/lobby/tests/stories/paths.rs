//! What each side prepared for a direct path goes to the other one, when both have. FLOATER/1.0 §8.3

use crate::hall::{Hall, Met, person};
use floater_lobby::{LinkKey, Told, bounds};
use floater_proto::body::{Fault, Mapping, Notice, PathReport, PreparedPath, Reason};
use floater_proto::{Binary, Id};

fn report(rtt: u64) -> PathReport {
    PathReport {
        ports: Vec::new(),
        mapping: Mapping::Independent,
        pattern: Default::default(),
        filtering: Default::default(),
        rtt,
    }
}

fn prepare(hall: &mut Hall, link: LinkKey, of: Id, rtt: u64) -> Result<(), Fault> {
    let last = hall.offers.last().map(|(number, _)| *number);
    let prepared = PreparedPath {
        r#match: of,
        after: last.unwrap_or(0),
        report: report(rtt),
    };
    let result = hall.lobby.prepare(link, prepared);
    hall.settle();
    result.map_err(|problem| problem.error)
}

fn two() -> (Hall, LinkKey, LinkKey, Met) {
    let mut hall = Hall::new();
    let (a, b) = (hall.enter(person(1)), hall.enter(person(2)));
    let met = hall.meet(a, b);
    (hall, a, b, met)
}

#[test]
fn both_are_told_when_both_have_prepared_and_each_report_counts_once() {
    let (mut hall, a, b, met) = two();
    prepare(&mut hall, a, met.id, 10).unwrap();
    assert!(hall.offers.is_empty());
    prepare(&mut hall, a, met.id, 20).unwrap();
    prepare(&mut hall, b, met.id, 30).unwrap();
    let told = |hall: &Hall| -> Vec<_> {
        let each = hall.offers.iter();
        each.map(|(number, sides)| {
            let mut of: Vec<_> = sides.iter().map(|(link, own)| (*link, own.rtt)).collect();
            of.sort_unstable();
            (*number, of)
        })
        .collect()
    };
    assert_eq!(told(&hall), [(1, vec![(a, 20), (b, 30)])]);
    prepare(&mut hall, b, met.id, 31).unwrap();
    assert_eq!(
        hall.offers.len(),
        1,
        "the other one has prepared nothing new"
    );
    prepare(&mut hall, a, met.id, 21).unwrap();
    assert_eq!(told(&hall)[1], (2, vec![(a, 21), (b, 31)]));
}

#[test]
fn only_who_is_in_the_match_prepares_for_it() {
    let (mut hall, a, b, met) = two();
    let c = hall.enter(person(3));
    assert_eq!(prepare(&mut hall, c, met.id, 1), Err(Fault::NoMatch));
    let other = Binary([7; 16]);
    assert_eq!(prepare(&mut hall, a, other, 1), Err(Fault::NoMatch));
    hall.end(b, Some(met.id), Reason::Left).unwrap();
    assert_eq!(prepare(&mut hall, a, met.id, 1), Err(Fault::NoMatch));
}

#[test]
fn who_is_away_is_offered_nothing_until_it_prepares_anew() {
    let (mut hall, a, b, met) = two();
    prepare(&mut hall, a, met.id, 10).unwrap();
    hall.lose(a);
    prepare(&mut hall, b, met.id, 30).unwrap();
    assert!(hall.offers.is_empty());
    let (a, _) = hall.join(person(1), Some(&met.a_ticket));
    prepare(&mut hall, a, met.id, 11).unwrap();
    assert_eq!(hall.offers.len(), 1);
    assert!(
        hall.offers[0]
            .1
            .iter()
            .any(|(link, own)| *link == a && own.rtt == 11)
    );
}

#[test]
fn a_match_has_only_so_many_tries() {
    let (mut hall, a, b, met) = two();
    for _ in 0..bounds::OFFERS_A_MATCH {
        prepare(&mut hall, a, met.id, 1).unwrap();
        prepare(&mut hall, b, met.id, 1).unwrap();
    }
    assert_eq!(prepare(&mut hall, a, met.id, 1), Err(Fault::TooMany));
}

fn notices(hall: &mut Hall, link: LinkKey) -> usize {
    let told = hall.told(link);
    let wanted = |it: &&Told| matches!(it, Told::Notice(Notice::Path { .. }));
    told.iter().filter(wanted).count()
}

#[test]
fn whoever_has_not_prepared_is_asked_to() {
    let (mut hall, a, b, met) = two();
    prepare(&mut hall, a, met.id, 10).unwrap();
    assert_eq!((notices(&mut hall, a), notices(&mut hall, b)), (0, 1));
    prepare(&mut hall, b, met.id, 10).unwrap();
    assert_eq!((notices(&mut hall, a), notices(&mut hall, b)), (0, 0));
    // A fresh start of one side alone.
    prepare(&mut hall, b, met.id, 11).unwrap();
    assert_eq!((notices(&mut hall, a), notices(&mut hall, b)), (1, 0));
}

/// What a client had prepared anew before it heard of the offer is what it answers the offer with.
#[test]
fn a_report_that_an_offer_overtook_is_offered_to_nobody() {
    let (mut hall, a, b, met) = two();
    prepare(&mut hall, a, met.id, 10).unwrap();
    prepare(&mut hall, b, met.id, 30).unwrap();
    let late = PreparedPath {
        r#match: met.id,
        after: 0,
        report: report(11),
    };
    hall.lobby.prepare(a, late).unwrap();
    hall.settle();
    prepare(&mut hall, b, met.id, 31).unwrap();
    assert_eq!(hall.offers.len(), 1);
    prepare(&mut hall, a, met.id, 12).unwrap();
    let (number, sides) = &hall.offers[1];
    assert_eq!(*number, 2);
    assert!(sides.iter().any(|(_, own)| own.rtt == 12));
}

/// The numbers of offers go on where the two had them, or the proofs of one match would repeat.
#[test]
fn a_server_that_forgot_goes_on_counting() {
    let (mut hall, a, b, met) = two();
    for (link, after) in [(a, 6), (b, 7)] {
        let prepared = PreparedPath {
            r#match: met.id,
            after,
            report: report(10),
        };
        hall.lobby.prepare(link, prepared).unwrap();
        hall.settle();
    }
    assert_eq!(hall.offers[0].0, 8);
}
