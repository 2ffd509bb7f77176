//! Who asks on a link, and what they are answered.

use crate::store::AccountId;
use floater_proto::body::{JSON, to_json};
use floater_proto::{Id, Secret, Status};
use serde::Serialize;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// What a verb needs to know of the link it is asked on.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where the link comes from, as a trusted proxy says or as seen. Never logged.
    pub address: Address,
    /// The `User-Agent` of its first request.
    pub agent: String,
    /// The session token of the WebSocket's cookie.
    pub cookie: Option<Secret<String>>,
    /// Whose session the link is in.
    pub session: Option<InSession>,
}

impl Client {
    /// A link that nobody is logged in on.
    #[must_use]
    pub fn new(address: IpAddr, cookie: Option<Secret<String>>) -> Self {
        Self {
            address: Address::new(address),
            agent: String::new(),
            cookie,
            session: None,
        }
    }
}

/// A session and its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InSession {
    /// Names the session.
    pub session: Id,
    /// Names the account.
    pub account: AccountId,
}

/// A network address that prints as nothing; IPv6 counts by its /64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The address as rate limits count it.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                let prefix = u128::from(v6) & (u128::MAX << 64);
                Self(IpAddr::V6(Ipv6Addr::from(prefix)))
            }
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How many of something each address has open.
#[derive(Debug, Default)]
pub(crate) struct ByAddress(HashMap<Address, usize>);

impl ByAddress {
    /// Counts one more, unless the address has so many.
    pub(crate) fn enter(&mut self, address: Address, max: usize) -> bool {
        let here = self.0.get(&address).copied().unwrap_or(0);
        if here >= max {
            return false;
        }
        self.0.insert(address, here.saturating_add(1));
        true
    }

    /// Counts one less.
    pub(crate) fn leave(&mut self, address: Address) {
        if let Some(here) = self.0.get_mut(&address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                self.0.remove(&address);
            }
        }
    }
}

/// A good answer: status, `Content-type`, body.
#[derive(Clone)]
pub struct Reply {
    /// 2xx.
    pub status: Status,
    /// Of the body; none without a body.
    pub content_type: Option<&'static str>,
    /// May be empty.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer with a JSON body.
    #[must_use]
    pub fn json<T: Serialize>(status: Status, body: &T) -> Self {
        Self {
            status,
            content_type: Some(JSON),
            body: to_json(body),
        }
    }

    /// `200` without a body.
    #[must_use]
    pub const fn done() -> Self {
        Self {
            status: Status::OK,
            content_type: None,
            body: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}
