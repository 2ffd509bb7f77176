//! P1 and P2 in worlds of all kinds; P24 and P25 on the way.

use crate::model::{At, Rule};
use crate::seeds::hold;
use crate::site;
use crate::step::{Steps, coming_and_going, harm, talking};
use crate::world::{PEOPLE_MAX, Setup, World};
use floater_proto::body::Policy;
use proptest::collection::SizeRange;
use proptest::prelude::*;

/// After the last harm everything finds together again within this: the longest wait between two
/// tries to connect, the rest of a server's start, a direct path that is sought again.
const CALM: u64 = 150_000;
/// The grace of a seat, less what connecting takes.
const HARM_MAX: u64 = 60_000;

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![4 => Just(Policy::Direct), 1 => Just(Policy::Hidden)]
}

fn setup(people: impl Into<SizeRange>) -> impl Strategy<Value = Setup> {
    let people = proptest::collection::vec((site::any(), policy()), people);
    let loss = prop_oneof![Just(0_u32), 1..10_u32];
    let jitter = prop_oneof![Just(0_u64), 1..60_u64];
    // A seed does not get smaller: another one is another world.
    let seed = any::<u64>().no_shrink();
    let near = proptest::bool::weighted(0.1);
    (seed, people, near, loss, jitter).prop_map(|(seed, people, are_near, loss, jitter)| Setup {
        seed,
        people,
        are_near,
        loss,
        jitter,
    })
}

/// What was wrong in the end.
pub(crate) fn verdict(world: World) -> Result<(), String> {
    world.model.wrong.map_or(Ok(()), Err)
}

fn act(world: &mut World, steps: &Steps) {
    for (step, pause) in &steps.0 {
        if world.model.wrong.is_none() {
            step.take(world);
            world.run(*pause);
        }
    }
}

/// Two who talk.
pub(crate) fn talk(setup: &Setup, rule: Rule) -> World {
    let mut world = World::new(setup, rule);
    (0..2).for_each(|at| world.seek(at));
    meet(&mut world);
    world
}

fn meet(world: &mut World) {
    let both = |at: At| move |w: &World| (0..2).all(|it| w.at(it) == at);
    if !world.until(60_000, both(At::Greeting)) {
        return world.model.is_wrong(0, "no match");
    }
    (0..2).for_each(|at| world.greet(at));
    if !world.until(30_000, both(At::Talk)) {
        world.model.is_wrong(0, "no greeting");
    }
}

pub(crate) fn nothing_is_lost(setup: &Setup, steps: &Steps, rule: Rule) -> Result<(), String> {
    if harm(steps) > HARM_MAX {
        return Ok(());
    }
    let mut world = talk(setup, rule);
    act(&mut world, steps);
    (world.net.loss, world.net.jitter) = (0, 0);
    world.run(CALM);
    for at in 0..2 {
        if world.at(at) != At::Talk {
            let ending = world.model.people[at].talks.last().and_then(|it| it.ending);
            let told = format!("a conversation that nobody ended is over: {ending:?}");
            world.model.is_wrong(at, &told);
        }
    }
    world.model.calm();
    verdict(world)
}

#[test]
fn p1_nothing_is_lost_doubled_or_reordered_in_any_world() {
    let worlds = (setup(2), talking(40));
    hold(60, worlds, |(setup, steps)| {
        nothing_is_lost(setup, steps, Rule::Promised)
    });
}

fn all_find_together(setup: &Setup, steps: &Steps) -> Result<(), String> {
    let mut world = World::new(setup, Rule::Promised);
    act(&mut world, steps);
    (world.net.loss, world.net.jitter) = (0, 0);
    world.run(CALM);
    world.model.calm();
    let shown = world.model.people.iter();
    let talking = shown.filter(|it| it.at == At::Talk).count();
    if talking != 2 * world.server.talking() {
        let told = format!("{talking} talk in {} matches", world.server.talking());
        world.model.wrong.get_or_insert(told);
    }
    verdict(world)
}

#[test]
fn p2_nobody_is_in_two_matches_or_matched_to_nobody_in_any_world() {
    let worlds = (setup(2..=PEOPLE_MAX), coming_and_going(60));
    hold(40, worlds, |(setup, steps)| all_find_together(setup, steps));
}
