use crate::config::Http;
use axum::http::{HeaderMap, header};
use std::net::SocketAddr;

/// The names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Origins from which the page may connect, compared exactly.
#[derive(Debug, Clone)]
pub struct Origins(Vec<String>);

impl Origins {
    /// The configured ones; on loopback every name of this machine counts.
    #[must_use]
    pub fn new(config: &Http, bound: SocketAddr) -> Self {
        let mut allowed = vec![config.public_url.clone()];
        allowed.extend_from_slice(&config.origins);
        if bound.ip().is_loopback() && !config.behind_proxy {
            let scheme = config
                .public_url
                .split_once("://")
                .map_or("http", |(scheme, _)| scheme);
            let name = |host: &str| format!("{scheme}://{host}:{}", bound.port());
            allowed.extend(LOOPBACK.map(name));
        }
        Self(allowed)
    }

    /// Whether the request comes from one of them. Without `Origin` it does not.
    #[must_use]
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (Some(origin), None) = (origins.next(), origins.next()) else {
            return false;
        };
        origin
            .to_str()
            .is_ok_and(|origin| self.0.iter().any(|allowed| allowed == origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(config: &Http, bound: &str, origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        Origins::new(config, bound.parse().unwrap()).allow(&headers)
    }

    #[test]
    fn on_loopback_every_name_of_this_machine_counts_with_this_port_only() {
        let config = Http::default();
        for host in LOOPBACK {
            assert!(allowed(
                &config,
                "127.0.0.1:4000",
                &format!("http://{host}:4000")
            ));
            assert!(!allowed(
                &config,
                "127.0.0.1:4000",
                &format!("http://{host}:4001")
            ));
            assert!(!allowed(
                &config,
                "127.0.0.1:4000",
                &format!("https://{host}:4000")
            ));
        }
        assert!(!allowed(&config, "127.0.0.1:4000", "null"));
        assert!(!allowed(
            &config,
            "127.0.0.1:4000",
            "http://127.0.0.1.evil.example:4000"
        ));
    }

    #[test]
    fn elsewhere_only_what_is_configured() {
        let config = Http {
            public_url: "https://floater.example".to_owned(),
            behind_proxy: true,
            ..Http::default()
        };
        assert!(allowed(
            &config,
            "127.0.0.1:4000",
            "https://floater.example"
        ));
        assert!(!allowed(
            &config,
            "127.0.0.1:4000",
            "http://floater.example"
        ));
        assert!(!allowed(
            &config,
            "127.0.0.1:4000",
            "https://localhost:4000"
        ));
    }

    #[test]
    fn without_or_with_two_origins_nobody_connects() {
        let origins = Origins::new(&Http::default(), "127.0.0.1:4000".parse().unwrap());
        let mut headers = HeaderMap::new();
        assert!(!origins.allow(&headers));
        headers.append(header::ORIGIN, "http://127.0.0.1:4000".parse().unwrap());
        assert!(origins.allow(&headers));
        headers.append(header::ORIGIN, "http://127.0.0.1:4000".parse().unwrap());
        assert!(!origins.allow(&headers));
    }
}
