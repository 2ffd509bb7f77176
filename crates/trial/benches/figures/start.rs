//! P22: from exec to two open doors, with a data directory that a killed server left.

use floater_trial::{Figure, Floaterd, Outcome};
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
    let (middle, slowest) = (at(STARTS / 2), at(STARTS - 1));
    let measured = format!("{middle:.1?}, slowest of {STARTS} {slowest:.1?}");
    let figure = Figure::new("P22", "from exec to open doors, median", measured);
    println!("{}", figure.at_most(25.0, 1e3 * slowest.as_secs_f64()));
    Ok(())
}
