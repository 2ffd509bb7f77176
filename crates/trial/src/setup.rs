use crate::trouble::Outcome;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};

/// What the server reads.
pub(crate) const FILE: &str = "floaterd.toml";
/// A certificate of the server's own, and its key.
pub(crate) const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
/// Tests that are not about rates would meet these.
const RATES: &[&str] = &[
    "link_by_address",
    "link_globally",
    "register_by_address",
    "register_globally",
    "mail_by_recipient",
    "mail_by_address",
    "mail_globally",
    "login_by_address",
    "login_by_email",
    "login_globally",
    "code_by_address",
    "code_by_email",
    "code_globally",
    "cookie_by_address",
    "cookie_globally",
    "seek_by_account",
    "seek_globally",
    "path_by_account",
    "path_by_address",
    "reflect_by_address",
    "dial_by_address",
];

/// Where a server listens, and how. It is plain and has no reflectors until it is told.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(crate) native: SocketAddr,
    pub(crate) web: SocketAddr,
    tls: bool,
    spare: Vec<SocketAddr>,
    reflectors: Vec<SocketAddr>,
    advertised: Vec<SocketAddr>,
    mail_server: Option<SocketAddr>,
    by_address: usize,
    only: Vec<(&'static str, u32, u32)>,
}

impl Setup {
    /// Doors for native links and for WebSockets.
    #[must_use]
    pub const fn at(native: SocketAddr, web: SocketAddr) -> Self {
        Self {
            native,
            web,
            tls: false,
            spare: Vec::new(),
            reflectors: Vec::new(),
            advertised: Vec::new(),
            mail_server: None,
            by_address: 16_000,
            only: Vec::new(),
        }
    }

    /// Free ports of this machine.
    ///
    /// # Errors
    /// [`crate::Trouble::System`].
    pub fn on_loopback() -> Outcome<Self> {
        Self::on(Ipv4Addr::LOCALHOST.into())
    }

    /// Free ports of an address of this machine.
    ///
    /// # Errors
    /// [`crate::Trouble::System`].
    pub fn on(address: IpAddr) -> Outcome<Self> {
        let [native, web, spare @ ..] = free_ports::<4>(address)?;
        let spare = spare.to_vec();
        Ok(Self {
            spare,
            ..Self::at(native, web)
        })
    }

    /// Both doors speak TLS, with a certificate of the server's own.
    #[must_use]
    pub fn with_tls(self) -> Self {
        Self { tls: true, ..self }
    }

    /// Both doors are plain.
    #[must_use]
    pub fn without_tls(self) -> Self {
        Self { tls: false, ..self }
    }

    /// Reflectors listen there; clients ask them at the address of the native door, and at what is
    /// advertised.
    #[must_use]
    pub fn with_reflectors(self, listen: &[SocketAddr], advertised: &[SocketAddr]) -> Self {
        Self {
            reflectors: listen.to_vec(),
            advertised: advertised.to_vec(),
            ..self
        }
    }

    /// Reflectors listen beside the doors, where free ports were asked for.
    #[must_use]
    pub fn with_reflectors_here(self) -> Self {
        let listen = self.spare.clone();
        self.with_reflectors(&listen, &[])
    }

    /// Mails go to this mail server, in plain.
    #[must_use]
    pub fn with_mail_server(self, address: SocketAddr) -> Self {
        let mail_server = Some(address);
        Self {
            mail_server,
            ..self
        }
    }

    /// So many links of one address may be open.
    #[must_use]
    pub fn with_links_by_address(self, by_address: usize) -> Self {
        Self { by_address, ..self }
    }

    /// A rate that the test is about: so many at once, and so many an hour in the long run.
    #[must_use]
    pub fn with_rate(mut self, rate: &'static str, burst: u32, per_hour: u32) -> Self {
        self.only.push((rate, burst, per_hour));
        self
    }

    /// Writes what the server reads, and its certificate.
    pub(crate) fn write(&self, home: &Path) -> Outcome<()> {
        if self.tls && !home.join(CERTIFICATE).exists() {
            let name = self.native.ip().to_string();
            let own = rcgen::generate_simple_self_signed([name]).map_err(io::Error::other)?;
            std::fs::write(home.join(CERTIFICATE), own.cert.pem())?;
            std::fs::write(home.join(KEY), own.signing_key.serialize_pem())?;
        }
        Ok(std::fs::write(home.join(FILE), self.text(home))?)
    }

    fn text(&self, home: &Path) -> String {
        let Self { native, web, .. } = self;
        let scheme = if self.tls { "https" } else { "http" };
        let mut text = format!(
            "[http]\nlisten = \"{web}\"\npublic_url = \"{scheme}://{web}\"\n\
             [native]\nlisten = \"{native}\"\n\
             [admin]\nenabled = false\n\
             [links]\nopen_by_address = {}\nlog_in_seconds = 600\n",
            self.by_address
        );
        if let Some(at) = self.mail_server {
            let _ = writeln!(
                text,
                "[mail]\nhost = \"{}\"\nport = {}\nsecurity = \"none\"\nretry_seconds = 1",
                at.ip(),
                at.port()
            );
        }
        if self.tls {
            let (certificate, key) = (home.join(CERTIFICATE), home.join(KEY));
            let _ = writeln!(text, "[tls]\ncertificate = {certificate:?}\nkey = {key:?}");
        }
        let here = self.reflectors.iter().any(|it| it.ip().is_loopback());
        let _ = writeln!(
            text,
            "[direct]\nenabled = {}\nlisten = {}\nadvertise = {}\nloopback = {here}\n[rates]",
            !self.reflectors.is_empty(),
            list(&self.reflectors),
            list(&self.advertised),
        );
        for (rate, burst, per_hour) in &self.only {
            let _ = writeln!(
                text,
                "{rate} = {{ burst = {burst}, per_hour = {per_hour} }}"
            );
        }
        let is_only = |rate: &str| self.only.iter().any(|(only, ..)| *only == rate);
        for rate in RATES.iter().filter(|rate| !is_only(rate)) {
            let _ = writeln!(text, "{rate} = {{ burst = 1000000, per_hour = 100000000 }}");
        }
        text
    }
}

fn list(addresses: &[SocketAddr]) -> String {
    let quoted: Vec<String> = addresses.iter().map(|it| format!("\"{it}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// Linux hands out ports from 32768 on by itself. Below them nobody is given one that is let go here
/// until a server listens on it, or while that server starts again.
const PORTS: Range<u16> = 16_384..32_768;
/// Processes that start one after the other begin at places of their own, so that tests beside each
/// other do not meet.
const FOR_ONE: u16 = 64;

fn free_ports<const N: usize>(address: IpAddr) -> io::Result<[SocketAddr; N]> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let places = u32::from((PORTS.end - PORTS.start) / FOR_ONE);
    let begin = u16::try_from(std::process::id() % places).unwrap_or(0) * FOR_ONE;
    let mut free = Vec::with_capacity(N);
    for _ in PORTS {
        let nth = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + nth % (PORTS.end - PORTS.start);
        let at = SocketAddr::new(address, port);
        match TcpListener::bind(at) {
            Ok(_) => free.push(at),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
        if let Ok(free) = <[SocketAddr; N]>::try_from(free.as_slice()) {
            return Ok(free);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}
