use super::{Config, ConfigError, MailSecurity};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::SocketAddr;

type Wrong = Vec<String>;

impl Config {
    /// Everything that can be wrong, at once, before a listener opens.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut wrong = Wrong::new();
        self.check_http(&mut wrong);
        self.check_urls(&mut wrong);
        self.check_native(&mut wrong);
        self.check_direct(&mut wrong);
        self.check_listeners(&mut wrong);
        self.check_tls(&mut wrong);
        self.check_mail(&mut wrong);
        self.check_figures(&mut wrong);
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            wrong.push(format!(
                "[log] filter: `{}` is no level and no filter such as info,floater_server=debug",
                self.log.filter
            ));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(ConfigError::Refused(wrong))
        }
    }

    fn check_http(&self, wrong: &mut Wrong) {
        let http = &self.http;
        let safe = http.listen.ip().is_loopback() || self.tls.is_set();
        if http.behind_proxy && http.trusted_proxies.is_empty() {
            wrong.push("[http] behind_proxy needs trusted_proxies: whose X-Forwarded-For is to be believed?".to_owned());
        }
        if !http.behind_proxy && !http.trusted_proxies.is_empty() {
            wrong.push("[http] trusted_proxies without behind_proxy = true".to_owned());
        }
        check_proxies(wrong, "http", &http.trusted_proxies);
        if !safe && !http.behind_proxy {
            wrong.push(format!(
                "[http] listen = {}: plain HTTP is only for loopback; set [tls], or behind_proxy with trusted_proxies",
                http.listen
            ));
        }
    }

    fn check_urls(&self, wrong: &mut Wrong) {
        let http = &self.http;
        for (key, url) in std::iter::once(("public_url", &http.public_url))
            .chain(http.origins.iter().map(|origin| ("origins", origin)))
        {
            if !is_origin(url) {
                wrong.push(format!(
                    "[http] {key}: `{url}` must be an origin as browsers write it, such as https://floater.example: lower case, no path, no slash at the end, no default port"
                ));
            }
        }
        let public_tls = http.public_url.starts_with("https://");
        let encrypted = self.tls.is_set() || http.behind_proxy;
        if encrypted && !public_tls {
            wrong.push(
                "[http] public_url must begin with https:// when clients speak TLS".to_owned(),
            );
        }
        if !encrypted && public_tls {
            wrong.push(
                "[http] public_url begins with https://, but neither [tls] nor behind_proxy is set"
                    .to_owned(),
            );
        }
    }

    fn check_native(&self, wrong: &mut Wrong) {
        let native = &self.native;
        if native.enabled && !native.listen.ip().is_loopback() && !self.tls.is_set() {
            wrong.push(format!(
                "[native] listen = {}: without [tls] this door opens on loopback only",
                native.listen
            ));
        }
        if !native.enabled && !native.trusted_proxies.is_empty() {
            wrong.push("[native] trusted_proxies without enabled = true".to_owned());
        }
        check_proxies(wrong, "native", &native.trusted_proxies);
    }

    fn check_direct(&self, wrong: &mut Wrong) {
        let direct = &self.direct;
        if !direct.enabled {
            return;
        }
        let ports: BTreeSet<u16> = direct.listen.iter().map(SocketAddr::port).collect();
        if ports.contains(&0) {
            wrong.push(
                "[direct] listen: port 0 is another one each time, which no firewall lets through; name two"
                    .to_owned(),
            );
        } else if ports.len() < 2 {
            wrong.push(
                "[direct] listen must name two ports: one alone does not tell what a NAT does; or set enabled = false"
                    .to_owned(),
            );
        }
        for endpoint in &direct.advertise {
            if endpoint.port() == 0 || endpoint.ip().is_unspecified() {
                wrong.push(format!(
                    "[direct] advertise: {endpoint} is nothing that a client could dial"
                ));
            }
        }
    }

    fn check_listeners(&self, wrong: &mut Wrong) {
        if self.admin.enabled && !self.admin.listen.ip().is_loopback() {
            wrong.push(
                "[admin] listen must be a loopback address: /metrics asks nobody who they are"
                    .to_owned(),
            );
        }
        let native = self
            .native
            .enabled
            .then_some(("native", self.native.listen));
        let admin = self.admin.enabled.then_some(("admin", self.admin.listen));
        let mut taken: Vec<(&str, SocketAddr)> = vec![("http", self.http.listen)];
        let reflectors = self.direct.listen.iter().filter(|_| self.direct.enabled);
        let direct = reflectors.map(|listen| ("direct", *listen));
        for (section, listen) in native.into_iter().chain(admin).chain(direct) {
            // Port 0 is another one each time.
            let same = taken
                .iter()
                .find(|(_, other)| *other == listen && listen.port() != 0);
            if let Some((other, _)) = same {
                wrong.push(format!(
                    "[{section}] listen = {listen}: [{other}] listens there already"
                ));
            }
            taken.push((section, listen));
        }
    }

    fn check_tls(&self, wrong: &mut Wrong) {
        let key_set = !self.tls.key.as_os_str().is_empty();
        if self.tls.is_set() != key_set {
            wrong.push("[tls] certificate and key are set together or not at all".to_owned());
        }
        for path in [&self.tls.certificate, &self.tls.key] {
            if !path.as_os_str().is_empty() && !path.is_file() {
                wrong.push(format!("[tls] no such file: {}", path.display()));
            }
        }
    }

    fn check_mail(&self, wrong: &mut Wrong) {
        let mail = &self.mail;
        if !crate::mail::is_sender(&mail.from) {
            wrong.push(format!(
                "[mail] from: `{}` must look like FLOATER <floater@example.org>",
                mail.from
            ));
        }
        if mail.timeout_seconds == 0 || mail.retry_seconds == 0 {
            wrong.push("[mail] timeout_seconds and retry_seconds must be at least 1".to_owned());
        }
        if mail.host.is_empty() {
            return;
        }
        if mail.port == 0 {
            wrong.push("[mail] port must be from 1 to 65535".to_owned());
        }
        let local = matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if mail.security == MailSecurity::None && !local {
            wrong.push(
                "[mail] security = \"none\" is only for a mail server on this machine".to_owned(),
            );
        }
        for path in [&mail.password_file, &mail.extra_roots] {
            if !path.as_os_str().is_empty() && !path.is_file() {
                wrong.push(format!("[mail] no such file: {}", path.display()));
            }
        }
        if mail.password_file.as_os_str().is_empty() != mail.username.is_empty() {
            wrong.push(
                "[mail] username and password_file are set together or not at all".to_owned(),
            );
        }
    }

    fn check_figures(&self, wrong: &mut Wrong) {
        let (accounts, links) = (&self.accounts, &self.links);
        for (key, value) in [
            ("[accounts] hashing_queue", accounts.hashing_queue as u64),
            (
                "[moderation] keep_closed_days",
                self.moderation.keep_closed_days,
            ),
            ("[links] open", links.open as u64),
            ("[links] open_by_address", links.open_by_address as u64),
            (
                "[links] requests_at_once",
                u64::from(links.requests_at_once),
            ),
            (
                "[links] requests_per_second",
                u64::from(links.requests_per_second),
            ),
            ("[links] log_in_seconds", links.log_in_seconds),
        ] {
            if value == 0 {
                wrong.push(format!("{key} must be at least 1"));
            }
        }
    }
}

fn check_proxies(wrong: &mut Wrong, section: &str, proxies: &[IpNet]) {
    for everybody in proxies.iter().filter(|net| net.prefix_len() == 0) {
        wrong.push(format!(
            "[{section}] trusted_proxies: {everybody} is everybody; name the proxy"
        ));
    }
}

/// `scheme://host[:port]` as a browser writes it into `Origin`, nothing behind.
fn is_origin(url: &str) -> bool {
    let (rest, default) = match url.split_once("://") {
        Some(("https", rest)) => (rest, 443),
        Some(("http", rest)) => (rest, 80),
        _ => return false,
    };
    let Ok(authority) = rest.parse::<axum::http::uri::Authority>() else {
        return false;
    };
    let has_port = authority.as_str() != authority.host();
    let good_port = !has_port || authority.port_u16().is_some_and(|p| p != 0 && p != default);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
    good_port && !authority.host().is_empty() && authority.as_str().chars().all(plain)
}

#[cfg(test)]
mod tests;
