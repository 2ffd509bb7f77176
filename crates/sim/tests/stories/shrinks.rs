//! A failure becomes as small as it gets: shown on a reference that is wrong on purpose.

use crate::model::Rule;
use crate::promises::nothing_is_lost;
use crate::seeds::smallest;
use crate::site::{Kind, Site};
use crate::step::{Step, Steps, talking};
use crate::world::Setup;

#[test]
fn what_fails_is_shown_with_the_fewest_steps() {
    let setup = Setup::of(&[Site::of(Kind::Preserving); 2], 7);
    let check = |steps: &Steps| nothing_is_lost(&setup, steps, Rule::TwoLines);
    let worlds = talking(40);
    let mut found = (0..20).filter_map(|seed| smallest(seed, &worlds, check));
    let found = found.next().expect("most worlds say three lines");
    let steps: Vec<_> = found.value.0.iter().map(|(step, _)| *step).collect();
    assert!(
        steps == [Step::Say(0); 3] || steps == [Step::Say(1); 3],
        "{found:?}"
    );
    assert!(
        found.value.0.iter().all(|(_, pause)| *pause == 0),
        "{found:?}"
    );
    assert!(found.wrong.contains("out of turn"), "{found:?}");
}
