//! Ports that the router maps, by PCP or NAT-PMP where it speaks them, else by UPnP. A router that
//! speaks UPnP is looked for meanwhile: to look takes the longest, and costs it nothing.

use crate::seam::PortId;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::num::NonZeroU16;
use core::pin::pin;
use core::task::{Context, Poll};
use core::time::Duration;
use crab_nat::{
    GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp,
};
use igd_next::aio::{Gateway, tokio::Tokio, tokio::search_gateway};
use igd_next::{PortMappingProtocol, SearchOptions};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

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
/// What came of it and is not yet told: each port has one.
const TOLD_MAX: usize = 16;

/// The mappings of all ports. Each is kept by a task of its own until its port is used no more,
/// or this is dropped.
pub(super) struct Mappings {
    lease: Duration,
    kept: BTreeMap<PortId, oneshot::Sender<()>>,
    tell: mpsc::Sender<(PortId, Option<SocketAddr>)>,
    told: mpsc::Receiver<(PortId, Option<SocketAddr>)>,
}

struct Mapped {
    local: SocketAddr,
    external: SocketAddr,
    /// What was asked for.
    lease: Duration,
    way: Way,
}

enum Way {
    Pcp(Box<PortMapping>),
    Upnp(Box<Gateway<Tokio>>),
}

impl Mappings {
    /// Mappings that the router keeps for this long when nobody asks again.
    pub(super) fn new(lease: Duration) -> Self {
        let (tell, told) = mpsc::channel(TOLD_MAX);
        Self {
            lease,
            kept: BTreeMap::new(),
            tell,
            told,
        }
    }

    /// Asks for a mapping to this local endpoint.
    pub(super) fn begin(&mut self, port: PortId, local: SocketAddr) {
        let (end, ended) = oneshot::channel();
        let (tell, lease) = (self.tell.clone(), self.lease);
        let told = async move |external| {
            let _ = tell.send((port, external)).await;
        };
        tokio::spawn(keep(local, lease, told, ended));
        self.kept.insert(port, end);
    }

    /// The next mapping that a router made, or that none made.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(PortId, Option<SocketAddr>)> {
        while let Poll::Ready(Some((port, external))) = self.told.poll_recv(cx) {
            if self.kept.contains_key(&port) {
                return Poll::Ready((port, external));
            }
        }
        Poll::Pending
    }

    /// The port is used no more.
    pub(super) fn end(&mut self, port: PortId) {
        self.kept.remove(&port);
    }
}

/// Asks for a mapping, asks again when half of its time is over, and takes it back in the end.
async fn keep(
    local: SocketAddr,
    lease: Duration,
    told: impl AsyncFn(Option<SocketAddr>),
    mut ended: oneshot::Receiver<()>,
) {
    let asked = timeout(WHOLE, map(local, lease));
    let mut mapped = tokio::select! {
        asked = asked => match asked {
            Ok(Some(mapped)) => mapped,
            Ok(None) | Err(_) => return told(None).await,
        },
        _ = &mut ended => return,
    };
    told(Some(mapped.external)).await;
    while timeout(mapped.lifetime() / 2, &mut ended).await.is_err() {
        let before = mapped.external;
        let is_kept = timeout(WHOLE, mapped.renew()).await.unwrap_or(false);
        // A router that forgot it may make another.
        if !is_kept && let Ok(Some(fresh)) = timeout(WHOLE, map(local, lease)).await {
            mapped = fresh;
        }
        if mapped.external != before {
            told(Some(mapped.external)).await;
        }
    }
    // If it fails the lease ends it.
    let _ = timeout(BACK, mapped.take_back()).await;
}

impl Mapped {
    /// A router may grant another span than what was asked for.
    fn lifetime(&self) -> Duration {
        match &self.way {
            Way::Pcp(mapping) => Duration::from_secs(mapping.lifetime().max(1).into()),
            Way::Upnp(_) => self.lease,
        }
    }

    async fn renew(&mut self) -> bool {
        match &mut self.way {
            Way::Pcp(mapping) => {
                let is_kept = mapping.renew().await.is_ok();
                self.external.set_port(mapping.external_port().get());
                is_kept
            }
            Way::Upnp(gateway) => {
                let (tcp, port) = (PortMappingProtocol::TCP, self.external.port());
                let again = gateway.add_port(tcp, port, self.local, seconds(self.lease), NAME);
                again.await.is_ok()
            }
        }
    }

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

async fn map(local: SocketAddr, lease: Duration) -> Option<Mapped> {
    let mut pcp = pin!(by_pcp(local, lease));
    let mut found = pin!(search(local));
    let gateway = tokio::select! {
        biased;
        mapped = &mut pcp => match mapped {
            Some(mapped) => return Some(mapped),
            None => found.await,
        },
        gateway = &mut found => match pcp.await {
            Some(mapped) => return Some(mapped),
            None => gateway,
        },
    };
    by_upnp(gateway?, local, lease).await
}

async fn by_pcp(local: SocketAddr, lease: Duration) -> Option<Mapped> {
    let gateway = GatewayAddress::IpV4(router()?);
    let patience = TimeoutConfig {
        initial_timeout: FIRST,
        max_retries: REPEATS,
        max_retry_timeout: None,
    };
    let options = PortMappingOptions {
        external_port: None,
        lifetime_seconds: Some(seconds(lease)),
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
        local,
        external: crate::canonical(external),
        lease,
        way: Way::Pcp(Box::new(mapping)),
    })
}

/// What stands here is shown in the router's pages.
const NAME: &str = "punch";

async fn search(local: SocketAddr) -> Option<Gateway<Tokio>> {
    let mut options = SearchOptions::default();
    options.bind_addr = SocketAddr::new(local.ip(), 0);
    options.timeout = Some(SEARCH);
    options.single_search_timeout = Some(SEARCH);
    search_gateway(options).await.ok()
}

async fn by_upnp(gateway: Gateway<Tokio>, local: SocketAddr, lease: Duration) -> Option<Mapped> {
    let tcp = PortMappingProtocol::TCP;
    let external = gateway.get_any_address(tcp, local, seconds(lease), NAME);
    Some(Mapped {
        local,
        external: external.await.ok()?,
        lease,
        way: Way::Upnp(Box::new(gateway)),
    })
}

fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
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
