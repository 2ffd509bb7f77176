//! Which addresses may be dialled because somebody else named them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What an address is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Global unicast.
    Global,
    /// RFC 1918, or a unique local address (RFC 4193).
    Private,
    /// Carrier-grade NAT, 100.64.0.0/10 (RFC 6598): neither private nor public.
    Carrier,
    /// This machine.
    Loopback,
    /// 169.254.0.0/16, fe80::/10.
    LinkLocal,
    /// Multicast and broadcast.
    Multicast,
    /// 0.0.0.0/8, ::.
    Unspecified,
    /// For documentation and benchmarks, where nobody lives.
    Documentation,
    /// An IPv6 address with an IPv4 address in it: mapped, compatible, NAT64, 6to4, Teredo.
    /// It would lead around every rule for IPv4.
    Embedded,
    /// Reserved by the registries for anything else.
    Reserved,
}

impl Scope {
    /// The scope of an address, as it is: an IPv4-mapped address is [`Scope::Embedded`].
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [0, ..] => Self::Unspecified,
            [127, ..] => Self::Loopback,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            [100, 64..=127, ..] => Self::Carrier,
            [169, 254, ..] => Self::LinkLocal,
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Documentation,
            [198, 18..=19, ..] => Self::Documentation,
            [192, 88, 99, _] => Self::Embedded,
            [224..=239, ..] | [255, 255, 255, 255] => Self::Multicast,
            [192, 0, 0, _] | [240..=255, ..] => Self::Reserved,
            _ => Self::Global,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_unspecified() {
            return Self::Unspecified;
        }
        if address.is_loopback() {
            return Self::Loopback;
        }
        match address.segments() {
            [0, 0, 0, 0, 0, _, ..] | [0x64, 0xff9b, ..] => Self::Embedded,
            [0x2001, 0, ..] | [0x2002, ..] => Self::Embedded,
            [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2001, 2, 0, ..] => {
                Self::Documentation
            }
            [0x2001, 0x10..=0x2f, ..] => Self::Reserved,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xfc00..=0xfdff, ..] => Self::Private,
            [0xff00..=0xffff, ..] => Self::Multicast,
            [0x2000..=0x3fff, ..] => Self::Global,
            _ => Self::Reserved,
        }
    }
}

/// An address in its one spelling: IPv4-mapped becomes IPv4. For what the system says of one's
/// own sockets; what a peer names is judged as it is.
#[must_use]
pub fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Whether both are behind the same address: equal in IPv4, of one /64 in IPv6.
#[must_use]
pub fn same_network(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one == other,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..4] == other.segments()[..4],
        _ => false,
    }
}

/// Says which endpoints may be dialled. The server asks it before it passes them on, each side
/// before it dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Counts loopback as a public address. For tests on one machine.
    pub loopback: bool,
}

impl Rules {
    /// Whether the endpoint of a peer, as a reflector observed it, may be dialled by somebody
    /// whom the reflector sees at `own`. Global to global; private or carrier-grade only where
    /// both stand in that same realm, with the reflector in it.
    #[must_use]
    pub fn observed(&self, peer: SocketAddr, own: IpAddr) -> bool {
        let scope = Scope::of(peer.ip());
        let is_fit = match scope {
            Scope::Global => true,
            Scope::Private | Scope::Carrier => Scope::of(own) == scope,
            Scope::Loopback => self.loopback,
            _ => false,
        };
        is_fit && peer.port() != 0 && peer.is_ipv4() == own.is_ipv4()
    }

    /// Whether a port that the peer claims for its observed address may be dialled.
    #[must_use]
    pub fn claimed_port(&self, port: u16) -> bool {
        port >= crate::limits::PORT_MIN
    }

    /// Whether an endpoint that the peer claims for its own network may be dialled: private, and
    /// both are seen at one public address.
    #[must_use]
    pub fn private(&self, claimed: SocketAddr, peer: IpAddr, own: IpAddr) -> bool {
        let scope = Scope::of(claimed.ip());
        let is_fit = scope == Scope::Private || (self.loopback && scope == Scope::Loopback);
        let has_scope_id = matches!(claimed, SocketAddr::V6(it) if it.scope_id() != 0);
        is_fit && !has_scope_id && self.claimed_port(claimed.port()) && same_network(peer, own)
    }
}
