//! PROXY protocol v2: where a link of the native door comes from, as a TCP proxy in front says.
//! Only version 2, only streams, only from who is named in the configuration.

use ppp::v2::{Addresses, Command, Header, Protocol};
use std::net::IpAddr;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Signature, version, family and length.
const FIXED: usize = 16;
/// Bytes behind them: two addresses, and what a proxy adds about its TLS.
const REST_MAX: usize = 2048;

/// Why a link is refused before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// It ended within the header.
    #[error("the header has no end")]
    Cut,
    /// It does not begin with a header of version 2.
    #[error("this is no header of version 2")]
    NoHeader,
    /// It announces more than a proxy has to say.
    #[error("the header is too long")]
    TooLong,
    /// It names no network address of a stream.
    #[error("the header names no client")]
    Nobody,
}

/// Reads the header and not a byte more. A proxy that asks for itself (a check of health, command
/// LOCAL) is its own client.
pub(super) async fn client_of(
    stream: &mut (impl AsyncRead + Unpin),
    proxy: IpAddr,
) -> Result<IpAddr, Refused> {
    let mut fixed = [0; FIXED];
    let read = stream.read_exact(&mut fixed).await;
    read.map_err(|_| Refused::Cut)?;
    let [.., high, low] = fixed;
    let rest = usize::from(u16::from_be_bytes([high, low]));
    if !fixed.starts_with(ppp::v2::PROTOCOL_PREFIX) {
        return Err(Refused::NoHeader);
    }
    if rest > REST_MAX {
        return Err(Refused::TooLong);
    }
    let mut header = fixed.to_vec();
    header.resize(FIXED.saturating_add(rest), 0);
    let (_, behind) = header.split_at_mut(FIXED);
    let read = stream.read_exact(behind).await;
    read.map_err(|_| Refused::Cut)?;
    let header = Header::try_from(header.as_slice()).map_err(|_| Refused::NoHeader)?;
    match (header.command, header.protocol, header.addresses) {
        (Command::Local, ..) => Ok(proxy),
        (Command::Proxy, Protocol::Stream, Addresses::IPv4(of)) => Ok(of.source_address.into()),
        (Command::Proxy, Protocol::Stream, Addresses::IPv6(of)) => Ok(of.source_address.into()),
        _ => Err(Refused::Nobody),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

    fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [SIGNATURE, &[command, family], &length, rest].concat()
    }

    fn v4() -> Vec<u8> {
        vec![203, 0, 113, 9, 10, 0, 0, 1, 0xc0, 0, 0x1d, 0x98]
    }

    async fn read(bytes: &[u8]) -> Result<String, Refused> {
        let proxy = IpAddr::from([127, 0, 0, 1]);
        let mut bytes = bytes;
        let client = client_of(&mut bytes, proxy).await;
        client.map(|client| client.to_string())
    }

    #[tokio::test]
    async fn the_source_of_a_stream_is_the_client() {
        assert_eq!(
            read(&header(0x21, 0x11, &v4())).await.unwrap(),
            "203.0.113.9"
        );
        let mut v6 = [0; 36];
        v6[..16].copy_from_slice(&std::net::Ipv6Addr::LOCALHOST.octets());
        v6[0..2].copy_from_slice(&[0x20, 0x01]);
        assert_eq!(read(&header(0x21, 0x21, &v6)).await.unwrap(), "2001::1");
        assert_eq!(read(&header(0x20, 0, &[])).await.unwrap(), "127.0.0.1");
    }

    #[tokio::test]
    async fn not_a_byte_behind_the_header_is_read() {
        let with_more = [&v4(), [4, 0, 1, 7].as_slice()].concat();
        let bytes = [header(0x21, 0x11, &with_more), b"Request".to_vec()].concat();
        let mut left = bytes.as_slice();
        let proxy = IpAddr::from([127, 0, 0, 1]);
        assert!(client_of(&mut left, proxy).await.is_ok());
        assert_eq!(left, b"Request");
    }

    #[tokio::test]
    async fn everything_else_is_refused() {
        let v1 = b"PROXY TCP4 203.0.113.9 10.0.0.1 49152 7576\r\n";
        let mut third = header(0x31, 0x11, &v4());
        let cut = header(0x21, 0x11, &v4());
        for (what, bytes, refused) in [
            ("version 1", v1.to_vec(), Refused::NoHeader),
            (
                "a message",
                b"Request-Method: GET\r\n".to_vec(),
                Refused::NoHeader,
            ),
            ("version 3", std::mem::take(&mut third), Refused::NoHeader),
            ("no command", header(0x22, 0x11, &v4()), Refused::NoHeader),
            (
                "too short for its family",
                header(0x21, 0x11, &[1; 11]),
                Refused::NoHeader,
            ),
            ("no family", header(0x21, 0x41, &v4()), Refused::NoHeader),
            ("unspecified", header(0x21, 0, &[]), Refused::Nobody),
            ("datagrams", header(0x21, 0x12, &v4()), Refused::Nobody),
            ("a path", header(0x21, 0x31, &[0; 216]), Refused::Nobody),
            ("65 KB", header(0x21, 0x11, &[0; 65535]), Refused::TooLong),
            ("cut in its beginning", cut[..10].to_vec(), Refused::Cut),
            ("cut in its addresses", cut[..20].to_vec(), Refused::Cut),
        ] {
            assert_eq!(read(&bytes).await, Err(refused), "{what}");
        }
    }
}
