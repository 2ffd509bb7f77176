use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Where a request comes from: read from the end of `X-Forwarded-For`, each trusted proxy vouches
/// for the address before it. Nobody else's header counts.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let values: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut seen = peer;
    for value in values.into_iter().rev() {
        if !is_trusted(seen, trusted) {
            break;
        }
        let Ok(before) = value.parse::<IpAddr>() else {
            break;
        };
        seen = before;
    }
    seen
}

/// Whether this is a proxy that is believed.
pub(super) fn is_trusted(peer: IpAddr, trusted: &[IpNet]) -> bool {
    trusted
        .iter()
        .any(|network| network.contains(&peer.to_canonical()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted = [
            "10.0.0.0/8".parse().unwrap(),
            "127.0.0.1/32".parse().unwrap(),
        ];
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_about_who_asked_them() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", "1.2.3.4, 198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", "198.51.100.1, 10.0.0.7"), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", "unknown"), "127.0.0.1");
        assert_eq!(seen("::ffff:127.0.0.1", "2001:db8::7"), "2001:db8::7");
    }
}
