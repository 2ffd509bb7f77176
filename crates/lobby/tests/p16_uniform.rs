//! P16: who is matched with whom is uniform. `FLOATER_DRAWS` says over how many matches.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

use floater_lobby::{Account, Join, LinkKey, Lobby, Moment, Output, Setup, Told};
use floater_proto::{Binary, Id, Username};
use std::collections::HashMap;

/// Even, so that a round leaves nobody over.
const PEOPLE: usize = 10;

fn draws() -> usize {
    std::env::var("FLOATER_DRAWS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(50_000)
}

fn hall(seed: u64) -> (Lobby, Moment) {
    let mut lobby = Lobby::new(Setup::for_tests(seed));
    let at = Moment {
        now: 0,
        wall: 1_800_000_000,
    };
    for n in 0..PEOPLE {
        let id = Binary([u8::try_from(n).unwrap(); 16]);
        lobby.join(
            at,
            Join {
                link: LinkKey(n as u64),
                account: Account(n as u64),
                session: id,
                instance: id,
                username: Username::new("n").unwrap(),
                ticket: None,
                tombstone: None,
            },
        );
    }
    (lobby, at)
}

/// One round with these seekers in this order; who was proposed to whom.
fn round(lobby: &mut Lobby, at: &mut Moment, order: &[usize]) -> Vec<(usize, usize)> {
    for &n in order {
        lobby.seek(*at, LinkKey(n as u64), Vec::new()).unwrap();
    }
    at.now = lobby.wake_at().expect("a round is due");
    lobby.handle_wake(*at);
    let mut first: HashMap<Id, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for output in lobby.drain() {
        if let Output::Tell {
            link,
            told: Told::Proposal(proposal),
        } = output
        {
            let n = usize::try_from(link.0).unwrap();
            match first.remove(&proposal.r#match) {
                Some(other) => pairs.push((n.min(other), n.max(other))),
                None => drop(first.insert(proposal.r#match, n)),
            }
        }
    }
    for &n in order {
        lobby.end_seek(*at, LinkKey(n as u64)).unwrap();
    }
    at.now += 2_000;
    lobby.handle_wake(*at);
    pairs
}

#[test]
fn p16_every_pair_is_equally_likely() {
    let (mut lobby, mut at) = hall(16);
    let order: Vec<usize> = (0..PEOPLE).collect();
    let mut counts = [[0_u64; PEOPLE]; PEOPLE];
    let rounds = draws() / (PEOPLE / 2);
    for _ in 0..rounds {
        let pairs = round(&mut lobby, &mut at, &order);
        assert_eq!(pairs.len(), PEOPLE / 2, "nobody is left over");
        for (a, b) in pairs {
            counts[a][b] += 1;
        }
    }
    let cells = PEOPLE * (PEOPLE - 1) / 2;
    let expected = (rounds * PEOPLE / 2) as f64 / cells as f64;
    let off = |count: u64| (count as f64 - expected).powi(2) / expected;
    let chi: f64 = (0..PEOPLE)
        .flat_map(|a| (a + 1..PEOPLE).map(move |b| (a, b)))
        .map(|(a, b)| off(counts[a][b]))
        .sum();
    // Pairs of one round are a perfect matching: every person's counts have one sum, so the 45
    // cells span 35 dimensions, equal by symmetry, and the statistic is 8/7 of a chi2 with 35
    // degrees of freedom. 75.1 is its 99.99 % quantile.
    let chi = chi * 7.0 / 8.0;
    println!(
        "P16: {} matches, chi2 = {chi:.1}, 35 degrees of freedom",
        rounds * PEOPLE / 2
    );
    assert!(chi < 75.1, "chi2 = {chi}");
}

#[test]
fn p16_who_arrives_right_after_a_victim_meets_them_by_chance_only() {
    let (mut lobby, mut at) = hall(17);
    // 0 is the victim, 9 the one who lies in wait: it seeks right behind, last, or first.
    for order in [
        [1, 2, 3, 4, 5, 6, 7, 8, 0, 9],
        [0, 9, 1, 2, 3, 4, 5, 6, 7, 8],
        [9, 1, 2, 3, 4, 5, 6, 7, 8, 0],
    ] {
        let rounds = draws() / PEOPLE;
        let met = (0..rounds)
            .filter(|_| round(&mut lobby, &mut at, &order).contains(&(0, 9)))
            .count();
        let chance = 1.0 / (PEOPLE - 1) as f64;
        let share = met as f64 / rounds as f64;
        let sigma = (chance * (1.0 - chance) / rounds as f64).sqrt();
        println!("P16: {rounds} rounds, met {share:.5}, 1/(n-1) = {chance:.5}, sigma {sigma:.5}");
        assert!(
            (share - chance).abs() < 4.5 * sigma,
            "{share} against {chance}"
        );
    }
}

#[test]
fn p16_an_odd_one_out_is_drawn_too() {
    let (mut lobby, mut at) = hall(18);
    let order: Vec<usize> = (0..PEOPLE - 1).collect();
    let rounds = draws() / PEOPLE;
    let mut left = [0_u64; PEOPLE];
    for _ in 0..rounds {
        let pairs = round(&mut lobby, &mut at, &order);
        let out = order
            .iter()
            .find(|n| !pairs.iter().any(|(a, b)| a == *n || b == *n));
        left[*out.expect("one is left")] += 1;
    }
    let expected = rounds as f64 / order.len() as f64;
    let chi: f64 = order
        .iter()
        .map(|&n| (left[n] as f64 - expected).powi(2) / expected)
        .sum();
    println!("P16: {rounds} rounds, chi2 of who is left over = {chi:.1} over 9");
    // 8 degrees of freedom: 31.8 is 99.99 %.
    assert!(chi < 31.8, "chi2 = {chi}");
}
