//! P10: `FLOATER_CLIENTS` programs lose their links in one moment, and all come back by themselves, in
//! their sessions, within 30 seconds; the server takes at most half as much memory again meanwhile. What
//! it took to hash their passwords it has not kept.

use crate::count;
use crate::crowd::{
    comes_back, forget, forget_peak, kib, log_in, people, per_mille, raise_file_limit,
};
use floater_trial::{Client, Door, Floaterd, Outcome, sever};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

const CLIENTS: usize = 200;
/// Programs of one account; a further one would send the oldest away.
const OF_ONE: usize = 16;
const LOG_IN_AT_ONCE: usize = 8;
/// What the server may take in KiB when all are there, and for each of them.
const KIB_FOR_ALL: u64 = 96 * 1024;
const KIB_FOR_ONE: u64 = 16;
const BACK_WITHIN: Duration = Duration::from_secs(30);

/// By both doors in turn.
fn door(server: &Floaterd, number: usize) -> Door {
    let (dial, origin) = (server.web(), server.web());
    match number % 2 {
        0 => Door::Native(server.native()),
        _ => Door::Web { dial, origin },
    }
}

async fn gather(server: &Floaterd, clients: usize) -> Outcome<Vec<Client>> {
    let names: Vec<String> = (0..clients.div_ceil(OF_ONE))
        .map(|n| format!("p{n}"))
        .collect();
    let mut all = people(server, &names, |number| door(server, number)).await?;
    let further = (names.len()..clients).map(|number| {
        let name = names.get(number % names.len()).cloned().unwrap_or_default();
        async move { log_in(&name, door(server, number)).await }
    });
    let further = stream::iter(further).buffer_unordered(LOG_IN_AT_ONCE);
    all.extend(further.try_collect::<Vec<_>>().await?);
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_storm_of_all_clients_is_absorbed() -> Outcome<()> {
    raise_file_limit();
    let clients = count("FLOATER_CLIENTS", CLIENTS);
    let server = Floaterd::start().await?;
    let process = server.process().unwrap();
    let mut all = gather(&server, clients).await?;
    all.iter_mut().for_each(forget);
    forget_peak(process);
    let before = kib(process, "VmHWM");
    let most = KIB_FOR_ALL + clients as u64 * KIB_FOR_ONE;
    assert!(before <= most, "{before} KiB after all have logged in");
    let cut = Instant::now();
    let severed = sever(process, 0)?;
    assert!(severed >= clients, "{severed} of {clients} links cut");
    let mut coming = JoinSet::new();
    for mut client in all {
        coming.spawn(async move {
            comes_back(&mut client).await?;
            Ok::<_, floater_trial::Trouble>((client, cut.elapsed()))
        });
    }
    let (mut back, mut times) = (Vec::new(), Vec::new());
    while let Some(came) = coming.join_next().await {
        let (client, after) = came.map_err(std::io::Error::other)??;
        back.push(client);
        times.push(after);
    }
    let peak = kib(process, "VmHWM");
    let last = per_mille(&mut times, 1000);
    println!(
        "P10: {clients} clients cut at once: back after {:?} in the median, {last:?} at the latest; \
         memory {before} KiB before, {peak} KiB at most",
        per_mille(&mut times, 500),
    );
    assert!(last <= BACK_WITHIN, "the last is back after {last:?}");
    assert!(2 * peak <= 3 * before, "{peak} KiB of {before}");
    Ok(())
}
