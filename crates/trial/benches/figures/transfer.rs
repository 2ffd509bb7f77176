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
    println!("P17 loopback, 1 GiB, median of {TURNS} turns (bar: 700 MB/s)\n{figures}");
    Ok(())
}
