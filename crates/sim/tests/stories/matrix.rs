//! What connects with what, through everything: engines, lobby, reflectors, hole punchers.

use crate::model::Rule;
use crate::promises::{talk, verdict};
use crate::site::{KINDS, Reach, Site};
use crate::world::Setup;

#[test]
fn thirty_four_of_thirty_six_pairs_talk_directly_and_two_over_the_relay() {
    let (mut direct, mut relayed) = (0, 0);
    for (at, a) in KINDS.into_iter().enumerate() {
        for b in &KINDS[at..] {
            let sites = [Site::of(a), Site::of(*b)];
            let mut world = talk(&Setup::of(&sites, 1), Rule::Promised);
            let is_direct = |it: usize| move |w: &crate::world::World| w.model.people[it].is_direct;
            let are = world.until(90_000, |w| is_direct(0)(w) && is_direct(1)(w));
            for round in 0..6 {
                world.say(round % 2);
                world.run(300);
            }
            world.run(5_000);
            world.model.calm();
            assert_eq!(verdict(world), Ok(()), "{a:?} and {b:?}");
            let may = sites[0].reach(sites[1]);
            assert_eq!(are, may != Reach::Relay, "{a:?} and {b:?}");
            direct += usize::from(are);
            relayed += usize::from(!are);
        }
    }
    assert_eq!((direct, relayed), (34, 2));
}
