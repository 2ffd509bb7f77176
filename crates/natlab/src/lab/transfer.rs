//! What a direct path carries through the lab's internet (P17), beside others.

use std::any::Any;
use std::io;
use std::net::IpAddr;

use anyhow::Result;
use floater_trial::{Figures, Place, Places};

use super::cell::fast;
use super::party::{address, serve};
use super::site::{SERVER, Site, wan};
use super::space::Space;

/// A namespace, and by which address others reach it.
struct Spot<'a> {
    space: &'a Space,
    address: IpAddr,
}

impl Place for Spot<'_> {
    fn address(&self) -> IpAddr {
        self.address
    }

    fn enter(&self) -> io::Result<Box<dyn Any>> {
        let within = self.space.enter().map_err(io::Error::other)?;
        Ok(Box::new(within))
    }
}

/// So many turns: the figures.
pub(super) async fn transfer(turns: usize) -> Result<Figures> {
    let site = Site::new(&fast(), 1)?;
    let server = serve(&site.server).await?;
    let door = address(&server).await?.parse()?;
    let spot = |space, address| Spot { space, address };
    let [from, to] = &site.homes;
    let places = Places {
        server: &spot(&site.server, SERVER[0].into()),
        from: &spot(from, wan(1).into()),
        to: &spot(to, wan(2).into()),
    };
    Ok(Figures::take(&server, &door, places, turns).await?)
}
