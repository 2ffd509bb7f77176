use crate::{Fingerprint, FingerprintError};
use rustls::pki_types::ServerName;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Where native clients come in, if nothing else is said.
const PORT: u16 = 7576;
const SCHEME: &str = "floater://";

/// Where a server is and how it is known: `floater://host[:port][#fingerprint]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: ServerName<'static>,
    port: u16,
    pin: Option<Fingerprint>,
}

/// How a server proves that it is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is this machine: plain TCP.
    Loopback,
    /// Its certificate is this one.
    Pinned(Fingerprint),
    /// Its certificate is vouched for by the roots of the system.
    System,
}

/// What was given is no address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Another scheme.
    #[error("the address of a server begins with floater://")]
    Scheme,
    /// Neither a name nor an IP address.
    #[error("the address of a server names a host: floater://host[:port][#fingerprint]")]
    Host,
    /// No port.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// After the `#`.
    #[error(transparent)]
    Fingerprint(#[from] FingerprintError),
}

impl Address {
    /// How the server is known.
    #[must_use]
    pub fn trust(&self) -> Trust {
        match self.pin {
            Some(pin) => Trust::Pinned(pin),
            None if self.is_loopback() => Trust::Loopback,
            None => Trust::System,
        }
    }

    /// The name or the IP address.
    #[must_use]
    pub const fn host(&self) -> &ServerName<'static> {
        &self.host
    }

    /// TCP.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The whole of it, as it was given: what [`fmt::Display`] says, and the fingerprint.
    #[must_use]
    pub fn link(&self) -> String {
        let pin = self.pin.map(|pin| format!("#{pin}"));
        format!("{self}{}", pin.unwrap_or_default())
    }

    /// One name for each server that is to be kept apart: what one of them was given is never
    /// shown to another.
    pub(crate) fn folder(&self) -> String {
        let host = self.host.to_str().replace(':', "_");
        let pin = self.pin.map(|pin| format!("-{}", pin.short()));
        format!("{host}-{}{}", self.port, pin.unwrap_or_default())
    }

    fn is_loopback(&self) -> bool {
        match &self.host {
            ServerName::DnsName(name) => name.as_ref() == "localhost",
            ServerName::IpAddress(address) => IpAddr::from(*address).is_loopback(),
            _ => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.to_str();
        if host.contains(':') {
            write!(f, "{SCHEME}[{host}]:{}", self.port)
        } else {
            write!(f, "{SCHEME}{host}:{}", self.port)
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let rest = text.strip_prefix(SCHEME).ok_or(AddressError::Scheme)?;
        let (place, pin) = match rest.split_once('#') {
            Some((place, pin)) => (place, Some(pin.parse()?)),
            None => (rest, None),
        };
        let (host, port) = split(place.strip_suffix('/').unwrap_or(place))?;
        let port = match port {
            Some(digits) => port_of(digits)?,
            None => PORT,
        };
        let host = ServerName::try_from(host.to_ascii_lowercase());
        let host = host.map_err(|_| AddressError::Host)?;
        Ok(Self { host, port, pin })
    }
}

/// Host and port; an IPv6 address stands in brackets.
fn split(place: &str) -> Result<(&str, Option<&str>), AddressError> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(AddressError::Host)?;
        if after.is_empty() {
            return Ok((host, None));
        }
        let port = after.strip_prefix(':').ok_or(AddressError::Host)?;
        return Ok((host, Some(port)));
    }
    Ok(match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    })
}

fn port_of(digits: &str) -> Result<u16, AddressError> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port != 0);
    port.ok_or(AddressError::Port)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = "a665a45920422f9d417e4867efdc4fb8a04a1f3fff1fa07e998e86f7f7a27ae3";

    fn shown(text: &str) -> String {
        match text.parse::<Address>() {
            Ok(address) => format!("{address} {:?} {}", address.trust(), address.folder()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_address_says_where_and_how_the_server_is_known() {
        let pinned = format!("floater://127.0.0.1#{PIN}");
        let colons = PIN
            .to_uppercase()
            .as_bytes()
            .chunks(2)
            .fold(String::new(), |text, pair| {
                format!("{text}:{}", String::from_utf8_lossy(pair))
            });
        let table = [
            (
                "floater://Floater.example",
                "floater://floater.example:7576 System floater.example-7576".to_owned(),
            ),
            (
                "floater://floater.example:443/",
                "floater://floater.example:443 System floater.example-443".to_owned(),
            ),
            (
                "floater://localhost",
                "floater://localhost:7576 Loopback localhost-7576".to_owned(),
            ),
            (
                "floater://127.0.0.1:1",
                "floater://127.0.0.1:1 Loopback 127.0.0.1-1".to_owned(),
            ),
            (
                "floater://[::1]:99",
                "floater://[::1]:99 Loopback __1-99".to_owned(),
            ),
            (
                "floater://192.0.2.1",
                "floater://192.0.2.1:7576 System 192.0.2.1-7576".to_owned(),
            ),
            (
                &pinned,
                format!("floater://127.0.0.1:7576 Pinned({PIN}) 127.0.0.1-7576-a665a45920422f9d"),
            ),
            (
                &format!("floater://a.example#{}", &colons[1..]),
                format!("floater://a.example:7576 Pinned({PIN}) a.example-7576-a665a45920422f9d"),
            ),
        ];
        for (text, wanted) in table {
            assert_eq!(shown(text), wanted, "{text}");
            let address: Address = text.parse().unwrap();
            assert_eq!(address.link().parse(), Ok(address), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_what_it_lacks() {
        let table = [
            ("https://floater.example", AddressError::Scheme),
            ("floater.example", AddressError::Scheme),
            ("floater://", AddressError::Host),
            ("floater://a b", AddressError::Host),
            ("floater://user@host", AddressError::Host),
            ("floater://host/path", AddressError::Host),
            ("floater://[::1", AddressError::Host),
            ("floater://::1", AddressError::Port),
            ("floater://host:", AddressError::Port),
            ("floater://host:0", AddressError::Port),
            ("floater://host:+1", AddressError::Port),
            ("floater://host:65536", AddressError::Port),
            (
                "floater://host#",
                AddressError::Fingerprint(FingerprintError),
            ),
            (
                "floater://host#abc",
                AddressError::Fingerprint(FingerprintError),
            ),
        ];
        for (text, wanted) in table {
            assert_eq!(text.parse::<Address>(), Err(wanted), "{text}");
        }
    }
}
