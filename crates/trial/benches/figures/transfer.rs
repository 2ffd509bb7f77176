//! P17: what a direct path carries from one process to itself, beside iperf3 and magic-wormhole.

use floater_client::Address;
use floater_trial::{Figures, Floaterd, Here, Outcome, Places};
use std::io;

const TURNS: usize = 5;

pub(crate) async fn measure(server: &Floaterd) -> Outcome<()> {
    let address = format!("floater://{}", server.native());
    let address: Address = address.parse().map_err(io::Error::other)?;
    let places = Places {
        server: &Here,
        from: &Here,
        to: &Here,
    };
    let figures = Figures::take(server, &address, places, TURNS).await?;
    let what = format!("loopback, 1 GiB, median of {TURNS}");
    let least = |peer: &str| peer.contains("wormhole").then_some(6.0);
    for figure in figures.told(&what, Some(700.0), least) {
        println!("{figure}");
    }
    Ok(())
}
