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
    let mut times = Vec::new();
    while let Some(heard) = hearing.join_next().await {
        let (_, after) = heard.map_err(std::io::Error::other)??;
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
    assert!(
        late * 1000 <= conversations,
        "{late} of {conversations} late"
    );
    Ok(())
}
