//! P1 and P2 over random cuts, kills, and wishes. `FLOATER_SEEDS` says how many seeds.

use crate::world::World;
use floater_core::{Command, Stage};

fn seeds(few: u64) -> std::ops::Range<u64> {
    let asked = std::env::var("FLOATER_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok());
    0..asked.unwrap_or(few)
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides
    }
}

/// Lines whose order shows in themselves.
fn in_order(heard: &[String], count: u64) -> bool {
    heard
        .iter()
        .map(String::as_str)
        .eq((0..count).map(|n| n.to_string()).collect::<Vec<_>>())
}

/// The same with paths that come, go dark, come back and are reset, beside all that breaks links.
#[test]
fn p1_nothing_lost_doubled_or_reordered_over_path_switches() {
    let mut switched = 0;
    for seed in seeds(24) {
        let mut w = World::with_reflectors(3_000 + seed);
        let (a, b) = (w.person("小明"), w.person("小红"));
        w.meet(a, b);
        w.greet_both(a, b);
        let mut dice = Dice(seed);
        let mut said = [0_u64; 2];
        for _ in 0..80 {
            let who = [a, b][dice.roll(2) as usize];
            match dice.roll(16) {
                0 => w.cut(who),
                1 if seed % 3 == 0 => w.black_hole(who),
                2 if seed % 4 == 0 => {
                    w.kill_server();
                    w.run(dice.roll(3_000));
                    w.start_server();
                }
                3 => w.people[who].offline ^= true,
                4 => w.darken_direct(),
                5 => w.lighten_direct(),
                6 => w.reset_direct(),
                7 => w.prepare_anew(who),
                _ => {
                    let say = Command::Say {
                        text: said[who].to_string(),
                        quote: None,
                    };
                    if w.tell(who, say).is_ok() {
                        said[who] += 1;
                    }
                }
            }
            // Less than 120 s in all: nobody's seat is lost.
            w.run(dice.roll(1_400));
        }
        w.people
            .iter_mut()
            .for_each(|person| person.offline = false);
        w.until("every line", |w| {
            w.heard(b).len() as u64 >= said[a] && w.heard(a).len() as u64 >= said[b]
        });
        w.run(2_000);
        assert!(
            in_order(&w.heard(b), said[a]),
            "seed {seed}: {:?}",
            w.heard(b)
        );
        assert!(
            in_order(&w.heard(a), said[b]),
            "seed {seed}: {:?}",
            w.heard(a)
        );
        w.check_reports();
        switched += w.elections();
    }
    assert!(switched > 0, "paths were switched");
}

#[test]
fn p1_nothing_lost_doubled_or_reordered_over_random_cuts() {
    for seed in seeds(24) {
        let (mut w, a, b) = World::talking(1_000 + seed);
        let mut dice = Dice(seed);
        let mut said = [0_u64; 2];
        for _ in 0..60 {
            let who = [a, b][dice.roll(2) as usize];
            match dice.roll(12) {
                0 => w.cut(who),
                1 if seed % 3 == 0 => w.black_hole(who),
                2 if seed % 4 == 0 => {
                    w.kill_server();
                    w.run(dice.roll(3_000));
                    w.start_server();
                }
                3 => w.people[who].offline ^= true,
                _ => {
                    let say = Command::Say {
                        text: said[who].to_string(),
                        quote: None,
                    };
                    if w.tell(who, say).is_ok() {
                        said[who] += 1;
                    }
                }
            }
            w.run(dice.roll(900));
        }
        w.people
            .iter_mut()
            .for_each(|person| person.offline = false);
        w.until("every line", |w| {
            w.heard(b).len() as u64 >= said[a] && w.heard(a).len() as u64 >= said[b]
        });
        w.run(2_000);
        assert!(
            in_order(&w.heard(b), said[a]),
            "seed {seed}: {:?}",
            w.heard(b)
        );
        assert!(
            in_order(&w.heard(a), said[b]),
            "seed {seed}: {:?}",
            w.heard(a)
        );
    }
}

/// Somebody does something, whatever fits where they stand.
fn act(w: &mut World, dice: &mut Dice, at: usize) {
    let command = match (w.stage(at), dice.roll(6)) {
        (Stage::Main { .. }, 0..=3) => Command::Seek,
        (Stage::Waiting { .. }, 0) => Command::StopSeeking,
        (Stage::Greeting { .. }, 0..=3) => Command::Greet,
        (Stage::Greeting { .. } | Stage::Talk { .. }, 4) => Command::Leave,
        (Stage::Talk { .. }, 0..=3) => Command::Say {
            text: "好".into(),
            quote: None,
        },
        _ => return,
    };
    let _ = w.tell(at, command);
}

#[test]
fn p2_nobody_in_two_matches_and_nobody_matched_to_nobody() {
    for seed in seeds(24) {
        let mut w = World::with_reflectors(2_000 + seed);
        let people: Vec<_> = ["甲", "乙", "丙", "丁", "戊"]
            .map(|name| w.person(name))
            .into();
        let mut dice = Dice(seed);
        for _ in 0..80 {
            let at = people[dice.roll(5) as usize];
            match dice.roll(16) {
                0 => w.cut(at),
                1 if seed % 3 == 0 => w.black_hole(at),
                2 if seed % 5 == 0 => {
                    w.kill_server();
                    w.run(dice.roll(2_000));
                    w.start_server();
                }
                3 => w.reset_direct(),
                4 if seed % 2 == 0 => w.darken_direct(),
                5 => w.lighten_direct(),
                _ => act(&mut w, &mut dice, at),
            }
            w.run(dice.roll(700));
            let mut seated: Vec<usize> = w.server.live().into_iter().flatten().collect();
            seated.sort_unstable();
            let count = seated.len();
            seated.dedup();
            assert_eq!(
                count,
                seated.len(),
                "seed {seed}: somebody is in two matches"
            );
        }
        // Left alone, everybody who thinks to talk does talk, with somebody who thinks so too.
        w.run(180_000);
        let live: Vec<usize> = w.server.live().into_iter().flatten().collect();
        for &at in &people {
            let seated = live.contains(&w.people[at].account);
            let thinks = matches!(w.stage(at), Stage::Talk { .. } | Stage::Greeting { .. });
            assert_eq!(thinks, seated, "seed {seed}: {at} {:?}", w.stage(at));
        }
        w.check_reports();
        assert_eq!(
            live.len() % 2,
            0,
            "seed {seed}: somebody is matched to nobody"
        );
    }
}
