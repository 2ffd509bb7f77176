//! The configuration: one typed struct, a sub-struct a section, unknown keys refused. The shipped
//! `floaterd.toml` spells every default out, and a test holds the two together.

mod check;
mod rates;
mod spans;

pub use rates::{Rate, Rates};
pub use spans::Spans;

use floater_proto::limits;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The shipped file: commented, and equal to the defaults.
pub const SHIPPED: &str = include_str!("../../floaterd.toml");

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value of another type.
    #[error("{0}")]
    Malformed(String),
    /// The values do not go together, or would be unsafe.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where clients come in over HTTP.
    pub http: Http,
    /// Where native clients come in.
    pub native: Native,
    /// Help with direct paths.
    pub direct: Direct,
    /// Where whoever runs the server looks.
    pub admin: Admin,
    /// Certificates.
    pub tls: Tls,
    /// How mails go out.
    pub mail: Mail,
    /// Accounts and sessions.
    pub accounts: Accounts,
    /// Reports.
    pub moderation: Moderation,
    /// How often who may do what.
    pub rates: Rates,
    /// Bounds of links.
    pub links: Links,
    /// What is logged.
    pub log: Log,
}

/// Page and WebSocket.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
    /// What people type to come here. Links in mails begin with it.
    pub public_url: String,
    /// Further origins from which the page may connect.
    pub origins: Vec<String>,
    /// A proxy in front speaks TLS with the clients.
    pub behind_proxy: bool,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7575)),
            public_url: "http://127.0.0.1:7575".to_owned(),
            origins: Vec::new(),
            behind_proxy: false,
            trusted_proxies: Vec::new(),
        }
    }
}

/// FLOATER/1.0 over TLS.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Native {
    /// Whether there is such a door.
    pub enabled: bool,
    /// Address and port.
    pub listen: SocketAddr,
    /// TCP proxies in front: every link then comes from one of them and begins with a header of
    /// PROXY protocol v2, whose address counts. Empty: no header is read.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Native {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 7576)),
            trusted_proxies: Vec::new(),
        }
    }
}

/// Help with direct paths: reflectors, which say to a client whence it is seen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Direct {
    /// Whether there are reflectors.
    pub enabled: bool,
    /// Addresses and ports. Two ports tell what a NAT's mapping depends on; clients ask them at
    /// the address at which they reach the server.
    pub listen: Vec<SocketAddr>,
    /// Further endpoints that clients ask, as they see them: a second address, an IPv6 address.
    pub advertise: Vec<SocketAddr>,
    /// Loopback counts as a public address: for two clients on this machine.
    pub loopback: bool,
}

impl Default for Direct {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: vec![
                SocketAddr::from(([127, 0, 0, 1], 7578)),
                SocketAddr::from(([127, 0, 0, 1], 7579)),
            ],
            advertise: Vec::new(),
            loopback: false,
        }
    }
}

/// `/metrics`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Whether there is such a listener.
    pub enabled: bool,
    /// Address and port.
    pub listen: SocketAddr,
}

impl Default for Admin {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 7577)),
        }
    }
}

/// Certificates; with them both doors speak TLS.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Chain in PEM, the server's own certificate first; empty for none.
    pub certificate: PathBuf,
    /// Its key in PEM.
    pub key: PathBuf,
}

impl Tls {
    /// Whether certificates are set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

/// How mails go out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// SMTP server; empty: mails are written to the folder `outbox` in the data directory.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// User name; empty for none.
    pub username: String,
    /// The file that holds the password.
    pub password_file: PathBuf,
    /// A file of certificates in PEM that are trusted besides the public ones; empty for none.
    pub extra_roots: PathBuf,
    /// Sender of the mails.
    pub from: String,
    /// Seconds that sending one mail may take; then it is tried again.
    pub timeout_seconds: u64,
    /// Seconds until the first retry; each further one waits twice as long, at most an hour.
    pub retry_seconds: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: MailSecurity::Starttls,
            username: String::new(),
            password_file: PathBuf::new(),
            extra_roots: PathBuf::new(),
            from: "FLOATER <floater@localhost>".to_owned(),
            timeout_seconds: 60,
            retry_seconds: 10,
        }
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Begins plain, must become TLS.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Plain: only to a server on this machine.
    None,
}

/// Accounts and sessions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Whether new ones can be registered.
    pub registration: bool,
    /// Passwords that are hashed at the same time; each takes 19 MiB. 0: half of the processors, so that
    /// who logs in leaves the other half to who talks.
    pub hashing_threads: usize,
    /// Log-ins that may wait for a thread; more are told to come later.
    pub hashing_queue: usize,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            registration: true,
            hashing_threads: 0,
            hashing_queue: 256,
        }
    }
}

/// Reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Moderation {
    /// Days after which a case that was closed is removed, with all that was opened for it.
    pub keep_closed_days: u64,
}

impl Moderation {
    /// The same in seconds.
    #[must_use]
    pub const fn keep_closed(&self) -> u64 {
        self.keep_closed_days.saturating_mul(24 * 3600)
    }
}

impl Default for Moderation {
    fn default() -> Self {
        Self {
            keep_closed_days: 90,
        }
    }
}

/// Bounds of links.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// Links of both doors that may be open.
    pub open: usize,
    /// Links of one address (IPv6: of one /64) that may be open.
    pub open_by_address: usize,
    /// Requests of one link that are taken at once.
    pub requests_at_once: u32,
    /// Requests of one link a second in the long run. Relayed frames do not count.
    pub requests_per_second: u32,
    /// Seconds after which a link is closed on which nobody has logged in.
    pub log_in_seconds: u64,
    /// Milliseconds within which clients come back after a shutdown is told.
    pub shutdown_spread: u64,
    /// What the protocol fixes.
    #[serde(skip)]
    pub spans: Spans,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            open: 16_000,
            open_by_address: 256,
            requests_at_once: 200,
            requests_per_second: 20,
            log_in_seconds: limits::LOG_IN_WITHIN.as_secs(),
            shutdown_spread: 2000,
            spans: Spans::default(),
        }
    }
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,floater_server=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
        }
    }
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`], in words for whoever wrote the file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&text)
    }

    /// Reads the text of a file and checks it.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self =
            toml::from_str(text).map_err(|error| ConfigError::Malformed(error.to_string()))?;
        config.check()?;
        Ok(config)
    }
}
