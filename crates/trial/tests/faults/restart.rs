//! P9: an upgrade keeps conversations. The server is told to stop, as `systemctl restart` does, and
//! starts again on its data, while `FLOATER_CONVERSATIONS` go on: lines are said before, in between and
//! after. Of a thousand conversations 999 are whole again within 5 seconds, and no line is lost, doubled
//! or out of order in any.

use crate::count;
use crate::crowd::{Pair, per_mille, raise_file_limit, talking};
use floater_trial::{Door, Floaterd, Outcome};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

const CONVERSATIONS: usize = 20;
const BACK_WITHIN: Duration = Duration::from_secs(5);
/// The server is usually not there for less than half of this, unless the machine is busy elsewhere: then
/// it is upgraded again, so many times in all.
const DOWN_MOST: Duration = Duration::from_millis(500);
const UPGRADES_MAX: usize = 3;

async fn hears(mut pair: Pair, since: Instant) -> Outcome<(Pair, Duration)> {
    pair.exchange().await?;
    Ok((pair, since.elapsed()))
}

#[tokio::test(flavor = "multi_thread")]
async fn p9_an_upgrade_keeps_conversations() -> Outcome<()> {
    raise_file_limit();
    let conversations = count("FLOATER_CONVERSATIONS", CONVERSATIONS);
    let mut server = Floaterd::start().await?;
    let mut pairs = talking(&server, conversations, Door::Native(server.native())).await?;
    for upgrade in 1.. {
        let (back, down, late) = upgraded(&mut server, pairs).await?;
        if late * 1000 <= conversations {
            break;
        }
        // Who finds nobody asks less and less often: after a long stop it takes longer.
        assert!(
            down > DOWN_MOST && upgrade < UPGRADES_MAX,
            "{late} of {conversations} late"
        );
        pairs = back;
    }
    Ok(())
}

/// All of them while the server stops and starts again, how long it was not there, and how many were
/// whole again too late.
async fn upgraded(
    server: &mut Floaterd,
    mut pairs: Vec<Pair>,
) -> Outcome<(Vec<Pair>, Duration, usize)> {
    let conversations = pairs.len();
    for pair in &mut pairs {
        pair.exchange().await?;
        pair.say().await?;
    }
    let told = Instant::now();
    server.stop().await?;
    let stopped = told.elapsed();
    for pair in &mut pairs {
        pair.say().await?;
    }
    server.start_again().await?;
    let (down, up) = (told.elapsed(), Instant::now());
    let mut hearing = JoinSet::new();
    for pair in pairs {
        hearing.spawn(hears(pair, up));
    }
    let (mut back, mut times) = (Vec::new(), Vec::new());
    while let Some(heard) = hearing.join_next().await {
        let (pair, after) = heard.map_err(std::io::Error::other)??;
        back.push(pair);
        times.push(after);
    }
    let late = times.iter().filter(|it| **it > BACK_WITHIN).count();
    println!(
        "P9: {conversations} conversations, the server stopped after {stopped:?} and was up again \
         after {down:?}: whole again {:?} after that in the median, {:?} at the latest; {late} later \
         than {BACK_WITHIN:?}; nothing lost",
        per_mille(&mut times, 500),
        per_mille(&mut times, 1000),
    );
    Ok((back, down, late))
}
