//! P22: from exec to two open doors, with a data directory that a killed server left.

use floater_trial::{Floaterd, Outcome};
use tokio::time::Instant;

const STARTS: usize = 31;

pub(crate) async fn measure(server: &mut Floaterd) -> Outcome<()> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        server.kill().await?;
        let begin = Instant::now();
        server.start_again().await?;
        times.push(begin.elapsed());
    }
    times.sort();
    let at = |part: usize| times.get(part).copied().unwrap_or_default();
    println!(
        "P22 start: median {:.1?}, slowest of {STARTS} {:.1?} (bar: 25 ms)",
        at(STARTS / 2),
        at(STARTS - 1)
    );
    Ok(())
}
