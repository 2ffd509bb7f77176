//! Sockets that share a port, and what every connection is set to.

use crate::seam::{Failure, Family};
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::io::{self, ErrorKind};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 64;
/// A connection without traffic is asked for a sign of life this often.
const KEEPALIVE: Duration = Duration::from_secs(45);
/// A dead connection is noticed after this.
const USER_TIMEOUT: Duration = Duration::from_secs(18);
/// Bytes that the system takes ahead of the network: what is more waits where it can be
/// overtaken.
const UNSENT: u32 = 128 * 1024;

/// A port of the system's choice with a listener.
pub(super) fn listen(family: Family) -> io::Result<TcpListener> {
    let socket = shared(family, 0)?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A socket that dials from a port that listens already, or from a fresh one.
pub(super) fn dialler(family: Family, port: Option<u16>) -> io::Result<TcpSocket> {
    let socket = match port {
        Some(port) => shared(family, port)?,
        None => plain(family)?,
    };
    Ok(TcpSocket::from_std_stream(socket.into()))
}

/// Every socket of a port allows that it is shared, and says so before it is bound. Windows has
/// one flag for what are two elsewhere.
fn shared(family: Family, port: u16) -> io::Result<Socket> {
    let socket = plain(family)?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    let at = match family {
        Family::V4 => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        Family::V6 => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
    };
    socket.bind(&at.into())?;
    Ok(socket)
}

fn plain(family: Family) -> io::Result<Socket> {
    let domain = match family {
        Family::V4 => Domain::IPV4,
        Family::V6 => Domain::IPV6,
    };
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if family == Family::V6 {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

/// Sets a connection for talk: nothing waits for company, and death is noticed.
pub(super) fn tune(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))?;
    #[cfg(any(target_os = "android", target_os = "linux"))]
    {
        socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
        socket.set_tcp_notsent_lowat(UNSENT)?;
    }
    Ok(())
}

/// What a dial's error means.
pub(super) fn failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Failure::Refused,
        ErrorKind::HostUnreachable => Failure::Unreachable,
        ErrorKind::AddrNotAvailable => Failure::Crossed,
        _ => Failure::Other,
    }
}
