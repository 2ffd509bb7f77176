//! Ports that the router maps, by PCP or NAT-PMP where it speaks them, else by UPnP.

use crate::seam::PortId;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::num::NonZeroU16;
use core::task::{Context, Poll};
use core::time::Duration;
use crab_nat::{
    GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp,
};
use igd_next::aio::{Gateway, tokio::Tokio, tokio::search_gateway};
use igd_next::{PortMappingProtocol, SearchOptions};
use std::collections::BTreeMap;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// How long a router keeps a mapping that is not taken back: longer than ports are used.
const LEASE: u32 = 600;
/// One question to the router, first; it doubles.
const FIRST: Duration = Duration::from_millis(250);
/// Questions that are repeated.
const REPEATS: usize = 2;
/// Looking for a router that speaks UPnP.
const SEARCH: Duration = Duration::from_secs(2);
/// The whole of it.
const WHOLE: Duration = Duration::from_secs(8);
/// Taking a mapping back.
const BACK: Duration = Duration::from_secs(2);

/// The mappings of all ports. Those that still stand when it is dropped end with their lease.
#[derive(Default)]
pub(super) struct Mappings {
    asking: JoinSet<(PortId, Option<Mapped>)>,
    under_way: BTreeMap<PortId, AbortHandle>,
    standing: BTreeMap<PortId, Mapped>,
}

struct Mapped {
    external: SocketAddr,
    way: Way,
}

enum Way {
    Pcp(Box<PortMapping>),
    Upnp(Box<Gateway<Tokio>>),
}

impl Mappings {
    /// Asks for a mapping to this local endpoint.
    pub(super) fn begin(&mut self, port: PortId, local: SocketAddr) {
        let ask = async move { (port, timeout(WHOLE, map(local)).await.ok().flatten()) };
        let handle = self.asking.spawn(ask);
        self.under_way.insert(port, handle);
    }

    /// The next mapping that a router made.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(PortId, SocketAddr)> {
        while let Poll::Ready(Some(asked)) = self.asking.poll_join_next(cx) {
            let Ok((port, Some(mapped))) = asked else {
                continue;
            };
            if self.under_way.remove(&port).is_some() {
                let external = mapped.external;
                self.standing.insert(port, mapped);
                return Poll::Ready((port, external));
            }
            tokio::spawn(timeout(BACK, mapped.take_back()));
        }
        Poll::Pending
    }

    /// The port is used no more.
    pub(super) fn end(&mut self, port: PortId) {
        if let Some(asking) = self.under_way.remove(&port) {
            asking.abort();
        }
        if let Some(mapped) = self.standing.remove(&port) {
            tokio::spawn(timeout(BACK, mapped.take_back()));
        }
    }
}

impl Mapped {
    /// If it fails the lease ends it.
    async fn take_back(self) {
        match self.way {
            Way::Pcp(mapping) => drop(mapping.try_drop().await),
            Way::Upnp(gateway) => {
                let port = self.external.port();
                drop(gateway.remove_port(PortMappingProtocol::TCP, port).await);
            }
        }
    }
}

async fn map(local: SocketAddr) -> Option<Mapped> {
    match by_pcp(local).await {
        Some(mapped) => Some(mapped),
        None => by_upnp(local).await,
    }
}

async fn by_pcp(local: SocketAddr) -> Option<Mapped> {
    let gateway = GatewayAddress::IpV4(router()?);
    let patience = TimeoutConfig {
        initial_timeout: FIRST,
        max_retries: REPEATS,
        max_retry_timeout: None,
    };
    let options = PortMappingOptions {
        external_port: None,
        lifetime_seconds: Some(LEASE),
        timeout_config: Some(patience),
    };
    let port = NonZeroU16::new(local.port())?;
    let mapping = PortMapping::new(gateway, local.ip(), InternetProtocol::Tcp, port, options).await;
    let mapping = mapping.ok()?;
    let address = match mapping.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => external_ip,
        PortMappingType::NatPmp => {
            let address = natpmp::external_address(gateway, Some(patience)).await;
            IpAddr::V4(address.ok()?)
        }
    };
    let external = SocketAddr::new(address, mapping.external_port().get());
    Some(Mapped {
        external: crate::canonical(external),
        way: Way::Pcp(Box::new(mapping)),
    })
}

async fn by_upnp(local: SocketAddr) -> Option<Mapped> {
    let mut options = SearchOptions::default();
    options.bind_addr = SocketAddr::new(local.ip(), 0);
    options.timeout = Some(SEARCH);
    options.single_search_timeout = Some(SEARCH);
    let gateway = search_gateway(options).await.ok()?;
    let tcp = PortMappingProtocol::TCP;
    // What stands here is shown in the router's pages.
    let external = gateway.get_any_address(tcp, local, LEASE, "punch").await;
    Some(Mapped {
        external: external.ok()?,
        way: Way::Upnp(Box::new(gateway)),
    })
}

/// The router of the default route. Only Linux says it in a file; elsewhere there is UPnP.
fn router() -> Option<Ipv4Addr> {
    let routes = std::fs::read_to_string("/proc/thread-self/net/route").ok()?;
    routes.lines().skip(1).find_map(default_route)
}

/// `wlan0 00000000 0101A8C0 …`: interface, destination, router, both as they lie in memory.
fn default_route(line: &str) -> Option<Ipv4Addr> {
    let mut words = line.split_whitespace().skip(1);
    let destination = words.next()?;
    let router = u32::from_str_radix(words.next()?, 16).ok()?;
    let is_default = destination == "00000000" && router != 0;
    is_default.then(|| Ipv4Addr::from(router.to_ne_bytes()))
}

#[cfg(test)]
mod tests {
    use super::default_route;

    #[test]
    fn the_router_is_that_of_the_default_route() {
        let router = u32::from_ne_bytes([192, 168, 1, 1]);
        let line = format!("wlan0\t00000000\t{router:08X}\t0003\t0\t0\t600\t00000000\t0\t0\t0");
        assert_eq!(default_route(&line), Some([192, 168, 1, 1].into()));
        let line = line.replace("\t00000000\t", "\t0001A8C0\t");
        assert_eq!(default_route(&line), None);
        assert_eq!(default_route("wlan0 00000000 00000000"), None);
    }
}
