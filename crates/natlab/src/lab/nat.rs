//! The kinds of NAT, as rules for nftables.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// What stands between a home and the internet. The names are those of RFC 4787: mapping
/// endpoint-independent (EIM) or endpoint-dependent (EDM), filtering endpoint-independent (EIF),
/// address-dependent (ADF), or address- and port-dependent (APDF).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// No NAT.
    Public,
    /// EIM, EIF: full cone.
    Cone,
    /// EIM, ADF.
    Restricted,
    /// EIM, APDF; ports are preserved.
    Kept,
    /// EIM, APDF; ports are not preserved.
    Moved,
    /// EDM, APDF; each mapping takes the next port.
    Sequential,
    /// EDM, APDF; each mapping takes a random port.
    Random,
    /// Carrier grade: [`Kind::Kept`] behind another.
    Carrier,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Public,
        Self::Cone,
        Self::Restricted,
        Self::Kept,
        Self::Moved,
        Self::Sequential,
        Self::Random,
        Self::Carrier,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Cone => "cone",
            Self::Restricted => "restricted",
            Self::Kept => "kept",
            Self::Moved => "moved",
            Self::Sequential => "sequential",
            Self::Random => "random",
            Self::Carrier => "carrier",
        }
    }

    fn is_forwarded(self) -> bool {
        matches!(self, Self::Cone | Self::Restricted)
    }

    /// How it maps what leaves for the internet.
    fn maps(self, wan: Ipv4Addr) -> String {
        match self {
            Self::Random => "masquerade fully-random".into(),
            Self::Moved => {
                format!(
                    "meta l4proto tcp snat ip to {wan} : jhash ip saddr . tcp sport mod 40000 offset 20000"
                )
            }
            Self::Sequential => {
                // Without the map its numbers step by 256.
                let ports = (0..SEQUENCE).fold(String::new(), |mut ports, nth| {
                    let _ = write!(ports, "{nth} : {}, ", 30_000 + nth);
                    ports
                });
                format!(
                    "meta l4proto tcp snat ip to {wan} : numgen inc mod {SEQUENCE} map {{ {ports} }}"
                )
            }
            _ => "masquerade".into(),
        }
    }
}

/// The table that all is in; miniupnpd is told of it.
pub(super) const TABLE: &str = "lab";

/// Ports that a sequential NAT goes through.
const SEQUENCE: u16 = 8_192;

/// What a NAT answers to a SYN that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Drop,
    Rst,
    Icmp,
    /// The NAT takes it itself, and its system answers as to a closed port.
    Accept,
}

impl Answer {
    const fn verdict(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Rst => "reject with tcp reset",
            Self::Icmp => "reject with icmp type port-unreachable",
            Self::Accept => "accept",
        }
    }
}

/// A NAT between the devices `lan…` and `wan`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nat {
    pub(super) kind: Kind,
    pub(super) wan: Ipv4Addr,
    pub(super) answer: Answer,
    /// Whether those behind it reach each other by its address.
    pub(super) hairpin: bool,
    /// What passes outwards, where that is not everything: a condition of nftables.
    pub(super) only: Option<&'static str>,
}

impl Nat {
    /// For `nft`, with the chains that miniupnpd expects.
    pub(super) fn rules(&self) -> String {
        let Self { kind, wan, .. } = self;
        // What a bridge passes comes by here too, where the system says so.
        let mut allow = String::from("iifname \"lan\" oifname \"lan\" accept\n");
        let (mut before, mut after) = (String::new(), String::new());
        let mut sets = String::new();
        if kind.is_forwarded() {
            sets += "map cone { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; }\n";
            before += "iifname \"wan\" meta l4proto tcp dnat ip to tcp dport map @cone\n";
            after += "oifname \"wan\" meta l4proto tcp update @cone \
                      { tcp sport timeout 300s : ip saddr . tcp sport }\n";
        }
        if *kind == Kind::Cone {
            allow += "iifname \"wan\" ct status dnat accept\n";
        }
        if *kind == Kind::Restricted {
            sets += "set heard { type inet_service . ipv4_addr; flags dynamic,timeout; }\n";
            allow += "iifname \"lan*\" oifname \"wan\" meta l4proto tcp \
                      update @heard { tcp sport . ip daddr timeout 300s }\n";
            allow += "iifname \"wan\" tcp dport . ip saddr @heard accept\n";
        }
        if self.hairpin {
            let _ = writeln!(
                before,
                "ip daddr {wan} meta l4proto tcp dnat ip to tcp dport map @cone"
            );
            allow += "iifname \"lan*\" oifname \"lan*\" ct status dnat accept\n";
            let _ = writeln!(
                after,
                "iifname \"lan*\" oifname \"lan*\" ct status dnat snat ip to {wan}"
            );
        }
        let only = self.only.unwrap_or_default();
        let out = format!("iifname \"lan*\" oifname \"wan\" {only} accept");
        let (verdict, maps) = (self.answer.verdict(), kind.maps(*wan));
        format!(
            "table inet {TABLE} {{\n{sets}\
             chain prerouting_miniupnpd {{ }}\n\
             chain postrouting_miniupnpd {{ }}\n\
             chain miniupnpd {{ }}\n\
             chain prerouting {{ type nat hook prerouting priority -100;\n\
             jump prerouting_miniupnpd\n{before} }}\n\
             chain postrouting {{ type nat hook postrouting priority 100;\n\
             jump postrouting_miniupnpd\nmeta nfproto ipv6 accept\n{after} oifname \"wan\" {maps}\n }}\n\
             chain forward {{ type filter hook forward priority 0; policy drop;\n\
             ct state established,related accept\n\
             {allow} {out}\n jump miniupnpd\n }}\n\
             chain input {{ type filter hook input priority 0;\n\
             iifname \"wan\" ct state new meta l4proto tcp {verdict}\n }}\n}}\n"
        )
    }
}
