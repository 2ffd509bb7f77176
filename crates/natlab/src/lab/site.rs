//! A cell, built: namespaces, cables between them, NATs, and the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Deref;

use anyhow::{Context, Result};

use super::cell::{Cell, Place};
use super::daemon::Daemon;
use super::internet::{Internet, Line};
use super::nat::{Answer, Kind, Nat};
use super::space::Space;

/// The server's addresses. Documentation addresses would do, but nobody may dial them.
pub(super) const SERVER: [Ipv4Addr; 2] = [Ipv4Addr::new(6, 0, 0, 1), Ipv4Addr::new(6, 0, 0, 2)];
/// And its third.
pub(super) const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2a06, 0, 0, 0, 0, 0, 0, 1);

/// The server's line is the first that is laid; those of the sides follow.
pub(super) const SERVER_LINE: usize = 0;

/// A cell that stands. What it is made of is gone when it is dropped, the internet first.
pub(super) struct Site {
    pub(super) internet: Internet,
    pub(super) server: Space,
    pub(super) homes: [Space; 2],
    _daemons: Vec<Daemon>,
    routers: Vec<Router>,
}

/// A NAT, and what it is.
pub(super) struct Router {
    space: Space,
    nat: Nat,
    side: u8,
}

impl Deref for Router {
    type Target = Space;

    fn deref(&self) -> &Space {
        &self.space
    }
}

impl Router {
    /// It begins anew: it knows of no connection, and takes up none in the middle.
    pub(super) fn restart(&self) -> Result<()> {
        self.set("netfilter/nf_conntrack_tcp_loose", "0")?;
        self.nft(&format!("flush ruleset\n{}", self.nat.rules()))?;
        self.run("conntrack", &["--flush"])
    }
}

impl Site {
    pub(super) fn new(cell: &Cell, seed: u64) -> Result<Self> {
        let mut build = Build {
            cell,
            lines: Vec::new(),
            daemons: Vec::new(),
            routers: Vec::new(),
        };
        let server = build.server()?;
        let [one, other] = cell.kinds;
        let homes = match cell.place {
            Place::Apart => [build.home(1, one)?, build.home(2, other)?],
            Place::OneNat { .. } => build.one_nat()?,
            Place::OneLan => build.one_lan()?,
        };
        Ok(Self {
            internet: Internet::new(build.lines, seed),
            server,
            homes,
            _daemons: build.daemons,
            routers: build.routers,
        })
    }

    /// The router next to this side's home: of 1 or 2.
    pub(super) fn router(&self, side: u8) -> Result<&Router> {
        let mut routers = self.routers.iter();
        let found = routers.find(|it| it.side == side);
        found.with_context(|| format!("side {side} has no router"))
    }

    /// The first or second home, behind a router, gets another address in place of its own.
    pub(super) fn readdress(&self, side: u8) -> Result<()> {
        let [one, other] = &self.homes;
        let home = if side == 1 { one } else { other };
        home.ip(&format!(
            "address del 192.168.{side}.7/24 dev eth\naddress add 192.168.{side}.8/24 dev eth\n\
             route add default via 192.168.{side}.1"
        ))
    }
}

struct Build<'a> {
    cell: &'a Cell,
    lines: Vec<Line>,
    daemons: Vec<Daemon>,
    routers: Vec<Router>,
}

impl Build<'_> {
    fn server(&mut self) -> Result<Space> {
        let space = Space::new()?;
        let addresses = SERVER.map(IpAddr::from);
        let [_, weather] = self.cell.weather;
        let all = [&addresses[..], &[SERVER_V6.into()]].concat();
        self.lines.push(Line::new(&space, &all, weather)?);
        online(&space, &all)?;
        space.ip("route add ::/0 dev wan")?;
        Ok(space)
    }

    /// A line to the internet, where this space has the address of this side.
    fn connect(&mut self, space: &Space, side: u8, more: Option<Ipv6Addr>) -> Result<()> {
        let [weather, _] = self.cell.weather;
        let wan = IpAddr::from(wan(side));
        let all: Vec<IpAddr> = [wan].into_iter().chain(more.map(IpAddr::from)).collect();
        let from_server = (IpAddr::from(SERVER[0]), self.cell.detour);
        let detour = (side == 1).then_some(from_server);
        let line = Line::new(space, &all, weather)?.with_detour(detour);
        self.lines.push(line);
        online(space, &[wan])?;
        match more {
            Some(_) => space.ip("route add ::/0 dev wan"),
            None => Ok(()),
        }
    }

    fn home(&mut self, side: u8, kind: Kind) -> Result<Space> {
        let host = Space::new()?;
        match kind {
            Kind::Public => self.connect(&host, side, None)?,
            Kind::Carrier => self.behind_carrier(side, &host)?,
            _ => {
                let router = self.router(kind, side, wan(side))?;
                let v6 = Ipv6Addr::new(0x2a05, side.into(), 0, 0, 0, 0, 0, 7);
                let v6 = self.cell.ipv6.then_some(v6);
                self.connect(&router, side, v6)?;
                lan(&router, &host, side)?;
                if let Some(maps) = self.cell.maps.filter(|_| side == 1) {
                    let device = format!("lan{side}");
                    self.daemons.push(Daemon::new(&router, &device, maps)?);
                }
                if let Some(address) = v6 {
                    firewalled(&router, &host, side, address)?;
                }
                self.routers.push(router);
            }
        }
        Ok(host)
    }

    fn behind_carrier(&mut self, side: u8, host: &Space) -> Result<()> {
        let carrier = self.router(Kind::Carrier, side, wan(side))?;
        self.connect(&carrier, side, None)?;
        let inner = Ipv4Addr::new(100, 64, side, 2);
        let router = self.router(Kind::Kept, side, inner)?;
        cable(&carrier, "lan", &router, "wan")?;
        carrier.ip(&format!("address add 100.64.{side}.1/24 dev lan"))?;
        router.ip(&format!(
            "address add {inner}/24 dev wan\nroute add default via 100.64.{side}.1"
        ))?;
        lan(&router, host, side)?;
        self.routers.extend([router, carrier]);
        Ok(())
    }

    fn router(&self, kind: Kind, side: u8, wan: Ipv4Addr) -> Result<Router> {
        let space = Space::new()?;
        space.set("ipv4/ip_forward", "1")?;
        let nat = Nat {
            kind,
            wan,
            answer: match kind {
                // Where these answer RST too, they delete what a spray opens.
                Kind::Random | Kind::Sequential => Answer::Drop,
                _ => self.cell.answer,
            },
            hairpin: self.cell.place == Place::OneNat { hairpin: true },
            only: self.cell.only,
        };
        space.nft(&nat.rules())?;
        Ok(Router { space, nat, side })
    }

    /// The router that both are behind.
    fn shared(&mut self) -> Result<Router> {
        let [kind, _] = self.cell.kinds;
        let router = self.router(kind, 1, wan(1))?;
        self.connect(&router, 1, None)?;
        Ok(router)
    }

    fn one_nat(&mut self) -> Result<[Space; 2]> {
        let router = self.shared()?;
        let homes = [Space::new()?, Space::new()?];
        for (home, side) in homes.iter().zip(1..) {
            lan(&router, home, side)?;
        }
        self.routers.push(router);
        Ok(homes)
    }

    fn one_lan(&mut self) -> Result<[Space; 2]> {
        let router = self.shared()?;
        router
            .ip("link add lan type bridge\naddress add 192.168.1.1/24 dev lan\nlink set lan up")?;
        let homes = [Space::new()?, Space::new()?];
        for (home, number) in homes.iter().zip(1..) {
            cable(&router, &format!("port{number}"), home, "eth")?;
            router.ip(&format!("link set port{number} master lan"))?;
            home.ip(&format!(
                "address add 192.168.1.{}/24 dev eth\nroute add default via 192.168.1.1",
                number + 6
            ))?;
        }
        self.routers.push(router);
        Ok(homes)
    }
}

/// What a home is seen as.
pub(super) fn wan(side: u8) -> Ipv4Addr {
    Ipv4Addr::new(5, side, 0, 1)
}

/// The device `wan` with these addresses, and all of IPv4 beyond it.
fn online(space: &Space, addresses: &[IpAddr]) -> Result<()> {
    let mut lines = String::from("link set wan up\n");
    for address in addresses {
        let length = if address.is_ipv4() { 32 } else { 128 };
        lines += &format!("address add {address}/{length} dev wan\n");
    }
    lines += "route add default dev wan";
    space.ip(&lines)
}

/// The network of a home: `lan1` of the router to `eth` of the host.
fn lan(router: &Space, host: &Space, side: u8) -> Result<()> {
    let device = format!("lan{side}");
    cable(router, &device, host, "eth")?;
    router.ip(&format!("address add 192.168.{side}.1/24 dev {device}"))?;
    host.ip(&format!(
        "address add 192.168.{side}.7/24 dev eth\nroute add default via 192.168.{side}.1"
    ))
}

fn cable(one: &Space, device: &str, other: &Space, there: &str) -> Result<()> {
    one.ip(&format!(
        "link add {device} type veth peer name {there} netns {}\nlink set {device} up",
        other.id()
    ))?;
    other.ip(&format!("link set {there} up"))
}

/// A global address for the host. The rules let in only what answers.
fn firewalled(router: &Space, host: &Space, side: u8, address: Ipv6Addr) -> Result<()> {
    router.set("ipv6/conf/all/forwarding", "1")?;
    let device = format!("lan{side}");
    router.ip(&format!(
        "address add fe80::1/64 dev {device} nodad\nroute add {address}/128 dev {device}"
    ))?;
    host.ip(&format!(
        "address add {address}/64 dev eth nodad\nroute add ::/0 via fe80::1 dev eth"
    ))
}
