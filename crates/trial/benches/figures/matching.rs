//! P15: from `/seek` to `/match`, where somebody free waits already.

use crate::meet::{be_met, meet};
use crate::people::Person;
use crate::raw::{Door, Raw};
use floater_proto::Resource;
use floater_proto::body::{EndMatch, Reason, to_json};
use floater_trial::{Figure, Floaterd, Outcome};
use tokio::time::{Duration, Instant, sleep};

/// Each with each: nobody meets anybody twice, which would have to wait.
pub(crate) const PEOPLE: usize = 24;
/// Milliseconds that are promised.
const BAR: f64 = 300.0;
const ROUND: Duration = Duration::from_millis(250);
/// Who comes comes at any time of a round: multiples of the golden section lie evenly.
const GOLDEN: f64 = 0.618_033_988_75;

pub(crate) async fn measure(server: &Floaterd, people: &[Person]) -> Outcome<()> {
    let door = Door::Plain(server.native());
    let mut links = Vec::new();
    for person in people.iter().take(PEOPLE) {
        links.push(person.link(&door).await?);
    }
    let mut times = Vec::new();
    // Who waited comes last: all who are before it in the list come to it, one after the other.
    while let Some(mut waits) = links.pop() {
        for comes in &mut links {
            let phase = (times.len() as f64 * GOLDEN).fract();
            times.push(one(&mut waits, comes, ROUND.mul_f64(phase)).await?);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied();
    let (middle, last) = (at(0.5).unwrap_or_default(), at(0.99).unwrap_or_default());
    let what = format!("from /seek to /match, p99 of {}", times.len());
    let figure = Figure::new("P15", what, format!("{last:.0} ms (p50 {middle:.0})"));
    println!("{}", figure.at_most(BAR, last));
    Ok(())
}

/// Milliseconds.
async fn one(waits: &mut Raw, comes: &mut Raw, phase: Duration) -> Outcome<f64> {
    waits.ask(Resource::Seek, b"{}").await?;
    let coming = async {
        sleep(phase).await;
        let begin = Instant::now();
        meet(comes).await?;
        Outcome::Ok(1e3 * begin.elapsed().as_secs_f64())
    };
    let (_, took) = tokio::try_join!(be_met(waits), coming)?;
    let over = EndMatch {
        r#match: None,
        reason: Reason::Left,
    };
    comes.ask(Resource::MatchEnd, &to_json(&over)).await?;
    Ok(took)
}
