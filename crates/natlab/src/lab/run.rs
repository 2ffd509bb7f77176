//! One run of a cell: a server and two sides, each on a thread in its namespace.

use anyhow::{Context, Result, bail};
use floater_punch::{PathKey, Role};
use tokio::sync::{mpsc, watch};

use super::cell::Cell;
use super::meeting::{self, Seat};
use super::side::{Ended, Side};
use super::site::Site;
use super::space::joined;

/// Reports and offers that wait.
const LETTERS: usize = 8;

/// Runs it once. An error is a false direct, or something that must not happen.
pub(super) fn run(cell: &Cell, site: &Site) -> Result<Ended> {
    let key = PathKey(random()?);
    // What only these two say.
    let hello = random()?;
    let (stop, stopped) = watch::channel(());
    let [(seat_a, a), (seat_b, b)] = [
        pair(cell, Role::Initiator, hello)?,
        pair(cell, Role::Responder, hello)?,
    ];
    let doors = site.doors.again()?;
    let serve = meeting::serve(doors, [seat_a, seat_b], key, stopped);
    let server = site.server.spawn(move || block_on(serve)?);
    let [home_a, home_b] = &site.homes;
    let a = home_a.spawn(move || block_on(a.run())?);
    let b = home_b.spawn(move || block_on(b.run())?);
    let (a, b) = (joined(a), joined(b));
    drop(stop);
    joined(server).context("the server")?;
    let (a, b) = (a?, b?);
    match (a, b) {
        (Ended::Direct(..), Ended::Direct(..)) | (Ended::Relay, Ended::Relay) => Ok(a),
        (a, b) => bail!("one has {a:?}, the other {b:?}"),
    }
}

fn pair(cell: &Cell, role: Role, hello: [u8; 32]) -> Result<(Seat, Side)> {
    let (reports, from_side) = mpsc::channel(LETTERS);
    let (to_side, offers) = mpsc::channel(LETTERS);
    let [home, _] = cell.weather;
    let ([kind_a, kind_b], [late_a, late_b]) = (cell.kinds, cell.late);
    let (kind, late) = match role {
        Role::Initiator => (kind_a, late_a),
        Role::Responder => (kind_b, late_b),
    };
    let seat = Seat {
        reports: from_side,
        offers: to_side,
        late,
    };
    let side = Side {
        role,
        reports,
        offers,
        seed: random()?,
        kind: (home.loss == 0).then_some(kind),
        ipv6: cell.ipv6,
        maps: cell.maps,
        hello,
    };
    Ok((seat, side))
}

fn block_on<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(future))
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|it| anyhow::anyhow!("no random bytes: {it}"))?;
    Ok(bytes)
}
