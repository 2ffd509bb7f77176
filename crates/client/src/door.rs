use crate::trust::{self, NotPinned};
use crate::{Address, Fingerprint, Trust};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, InvalidMessage};
use socket2::SockRef;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes that the socket takes before they are sent: a line waits behind no more of a picture.
const UNSENT_MAX: u32 = 16 * 1024;
/// Bytes that TLS holds, for the same reason.
const TLS_MAX: usize = 16 * 1024;

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that was made.
pub struct Dialled {
    /// What it carries.
    pub stream: Box<dyn Stream>,
    /// The server's address, at which its reflectors are asked too; nothing where it is not known.
    pub server: Option<IpAddr>,
}

/// A connection that is being made.
pub type Dialing = Pin<Box<dyn Future<Output = Result<Dialled, DialError>> + Send>>;

/// What connects to the server.
pub trait Dial: Send + 'static {
    /// One connection, ready for FLOATER/1.0.
    fn dial(&self) -> Dialing;
}

/// Why a connection could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// The name has no address.
    #[error("the server's name is not known")]
    Unknown,
    /// Nobody answers there.
    #[error("the server cannot be reached: {0}")]
    Unreachable(io::ErrorKind),
    /// Another certificate than the pinned one.
    #[error("the server shows the certificate {shown}, not {pinned}")]
    NotPinned {
        /// Which was expected.
        pinned: Fingerprint,
        /// Which came.
        shown: Fingerprint,
    },
    /// A certificate that the system does not trust.
    #[error("the server's certificate is not trusted: {0}")]
    Untrusted(String),
    /// TLS was spoken, and not understood.
    #[error("no TLS is spoken there")]
    NoTls,
    /// The handshake failed otherwise.
    #[error("TLS failed: {0}")]
    Tls(String),
}

/// A door that can never open.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be used here: {0}")]
pub struct DoorError(#[from] rustls::Error);

/// The native door of a server: TLS 1.3 over TCP, or plain TCP on this machine.
#[derive(Debug, Clone)]
pub struct Door {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

impl Door {
    /// How to reach an address.
    ///
    /// # Errors
    /// [`DoorError`], if the roots of the system cannot be had.
    pub fn new(address: Address) -> Result<Self, DoorError> {
        let tls = trust::tls(address.trust())?;
        Ok(Self { address, tls })
    }
}

impl Dial for Door {
    fn dial(&self) -> Dialing {
        let Self { address, tls } = self.clone();
        Box::pin(async move {
            let stream = connect(&address).await?;
            prepare(&stream).map_err(|error| DialError::Unreachable(error.kind()))?;
            let server = stream.peer_addr().map(|it| it.ip().to_canonical()).ok();
            let Some(tls) = tls else {
                let stream = Box::new(stream);
                return Ok(Dialled { stream, server });
            };
            let bounded = |session: &mut rustls::ClientConnection| {
                session.set_buffer_limit(Some(TLS_MAX));
            };
            let connector = TlsConnector::from(tls);
            let handshake = connector.connect_with(address.host().clone(), stream, bounded);
            let stream = Box::new(handshake.await.map_err(|error| why(&error))?);
            Ok(Dialled { stream, server })
        })
    }
}

async fn connect(address: &Address) -> Result<TcpStream, DialError> {
    let targets = resolve(address).await?;
    let mut last = DialError::Unknown;
    for target in targets {
        match TcpStream::connect(target).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = DialError::Unreachable(error.kind()),
        }
    }
    Err(last)
}

async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, DialError> {
    let at = |ip: IpAddr| SocketAddr::new(ip, address.port());
    let name = match address.host() {
        ServerName::IpAddress(ip) => return Ok(vec![at((*ip).into())]),
        ServerName::DnsName(name) => name.as_ref(),
        _ => return Err(DialError::Unknown),
    };
    // What is plain must not leave this machine, whatever a resolver says.
    if address.trust() == Trust::Loopback {
        return Ok(vec![
            at(Ipv4Addr::LOCALHOST.into()),
            at(Ipv6Addr::LOCALHOST.into()),
        ]);
    }
    let found = tokio::net::lookup_host((name, address.port())).await;
    Ok(found.map_err(|_| DialError::Unknown)?.collect())
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_MAX)
}

fn why(error: &io::Error) -> DialError {
    let Some(tls) = error
        .get_ref()
        .and_then(|it| it.downcast_ref::<rustls::Error>())
    else {
        return DialError::Unreachable(error.kind());
    };
    match tls {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            match other.0.downcast_ref::<NotPinned>() {
                Some(NotPinned { pinned, shown }) => DialError::NotPinned {
                    pinned: *pinned,
                    shown: *shown,
                },
                None => DialError::Untrusted(other.to_string()),
            }
        }
        rustls::Error::InvalidCertificate(why) => DialError::Untrusted(why.to_string()),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => DialError::NoTls,
        other => DialError::Tls(other.to_string()),
    }
}
