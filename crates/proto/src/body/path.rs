use crate::{Binary, Id, Secret};
use core::net::SocketAddr;
use serde::{Deserialize, Serialize};

/// Where the reflectors are and what one proves oneself with there: part of the answer to
/// `POST /session`, where the server helps to find direct paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reflectors {
    /// Ports at the address at which the server was reached.
    pub ports: Vec<u16>,
    /// Further endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<SocketAddr>,
    /// Names the key to the reflectors.
    pub id: Id,
    /// Authenticates question and answer.
    pub key: Secret<Binary<32>>,
}

/// `POST /path`: what one has prepared for a direct path. A later one replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedPath {
    /// The match.
    pub r#match: Id,
    /// The number of the last offer that one got in this match; 0 before the first. What an offer
    /// on its way overtakes counts for nothing.
    #[serde(default)]
    pub after: u32,
    /// What was prepared.
    #[serde(flatten)]
    pub report: PathReport,
}

/// `POST /path/offer`, from the server, to both: begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathOffer {
    /// The match.
    pub r#match: Id,
    /// Counts the offers of the match from 1.
    pub number: u32,
    /// Begin after so many milliseconds.
    pub delay: u64,
    /// What the other one prepared.
    pub peer: PathReport,
}

/// The punch ports of one side, and what its NAT is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathReport {
    /// At most two of each family of addresses.
    pub ports: Vec<PathPort>,
    /// How its NAT maps, for IPv4.
    #[serde(default)]
    pub mapping: Mapping,
    /// Which ports its NAT takes.
    #[serde(default)]
    pub pattern: PortPattern,
    /// Whom its NAT lets in, where that was tested.
    #[serde(default)]
    pub filtering: Filtering,
    /// Round trip to the reflectors, in milliseconds.
    pub rtt: u64,
}

/// One punch port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathPort {
    /// 1 dials at the start, 2 is the hedge.
    pub slot: u8,
    /// Whence a reflector saw it.
    pub observed: SocketAddr,
    /// A port of the observed address that is open, or that a protocol has mapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped: Option<u16>,
    /// Endpoints in one's own network.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub private: Vec<SocketAddr>,
}

/// On what a mapping depends. RFC 4787 §4.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the specification's table names each")]
pub enum Mapping {
    Open,
    Independent,
    IndependentOrAddress,
    Address,
    AddressAndPort,
    Dependent,
    /// Not known, or of a kind that this version does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Which ports a NAT takes for its mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PortPattern {
    /// The local port, where it is free.
    Preserved,
    /// The last port plus a step.
    Sequential {
        /// 1 to 16.
        step: u16,
        /// The last port that was seen.
        last: u16,
    },
    /// None that could be seen, or of a kind that this version does not know.
    #[default]
    #[serde(other)]
    Scattered,
}

/// Whom a NAT lets in. RFC 4787 §5
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the specification's table names each")]
pub enum Filtering {
    Independent,
    Address,
    AddressAndPort,
    /// Not tested, or of a kind that this version does not know.
    #[default]
    #[serde(other)]
    Unknown,
}
