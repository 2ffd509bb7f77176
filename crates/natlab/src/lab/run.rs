//! One run of a cell: the two meet, and it is seen how they are connected.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::Instant;

use super::cell::Cell;
use super::party::Party;
use super::tally::Outcome;

/// What is not found by then is not found: an attempt of `punch` ends after 6 s, and before it both
/// prepare and report.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// Runs it once, and says how long the handshake took. An error is a false direct, or something that
/// must not happen.
pub(super) async fn run(cell: &Cell, party: &mut Party) -> Result<(Outcome, Duration)> {
    let secured = party.meet(cell.alone).await?;
    let end = Instant::now() + FOUND_WITHIN;
    let [ming, hong] = &mut party.people;
    let told = (ming.finds(end).await?, hong.finds(end).await?);
    let outcome = match told {
        (Some(one), Some(other)) => later(found(&one)?, found(&other)?),
        (None, None) => Outcome::Relay,
        (one, other) => bail!("one is told {one:?}, the other {other:?}"),
    };
    // On a line that loses packets a direct path may be silent for long enough to be left again.
    let may_change = cell.weather.iter().any(|it| it.loss > 0);
    party.talk(may_change).await?;
    if !may_change {
        agree(party, outcome != Outcome::Relay).await?;
    }
    party.part().await?;
    Ok((outcome, secured))
}

/// Both must say so when they are asked.
async fn agree(party: &mut Party, is_direct: bool) -> Result<()> {
    for person in &mut party.people {
        if person.is_direct().await? != is_direct {
            bail!("{} is told another path afterwards", person.name);
        }
    }
    Ok(())
}

fn later(one: (u32, String), other: (u32, String)) -> Outcome {
    let (ms, by) = one.max(other);
    Outcome::Direct { ms, by }
}

/// `direct: … (the public address, 226 ms)`
fn found(line: &str) -> Result<(u32, String)> {
    let told = line
        .strip_suffix(" ms)")
        .and_then(|it| it.rsplit_once(" ("));
    let (by, ms) = told
        .and_then(|(_, told)| told.rsplit_once(", "))
        .with_context(|| format!("{line:?} does not say how it was found"))?;
    Ok((ms.parse()?, by.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_a_path_was_found_and_when() {
        let line = "direct: two devices (the public address, 226 ms)";
        assert_eq!(found(line).unwrap(), (226, "the public address".to_owned()));
        assert!(found("direct: two devices").is_err());
    }
}
