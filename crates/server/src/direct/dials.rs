//! The only dials that the server makes: to whoever asks whether they come in, at the address and
//! port whence it asks, while it is connected. FLOATER/1.0 §8.2.1
//!
//! They are for a program that tells what one's network is like. No session asks for them, and no id
//! twice.

use crate::config;
use crate::rates::Rate;
use crate::{Server, client::Address};
use floater_proto::Id;
use floater_punch::canonical;
use floater_punch::reflect::{Ask, Dial, Dials, ReflectKey, Whence};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Who is dialled at once, from all over; two dials each.
const DIALLED_MAX: usize = 64;
/// One dial. The system sends one more SYN within it, after a second.
const DIAL_WITHIN: Duration = Duration::from_secs(2);
/// With an id it is asked within so many milliseconds.
const ASK_WITHIN: u64 = 60_000;
/// Ids with which it may be asked.
const OPEN_MAX: usize = 16_384;

/// Who may ask to be dialled, and whence that is done.
pub struct Dialling {
    open: Mutex<HashMap<Id, u64>>,
    room: Semaphore,
    addresses: Vec<IpAddr>,
}

impl std::fmt::Debug for Dialling {
    /// Ids name keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialling([redacted])")
    }
}

impl Dialling {
    /// From the addresses of the reflectors.
    #[must_use]
    pub fn new(config: &config::Direct) -> Self {
        let named = config.listen.iter().chain(&config.advertise);
        let addresses = named.map(|it| canonical(*it).ip());
        let addresses = addresses.filter(|it| !it.is_unspecified());
        let distinct: BTreeSet<IpAddr> = addresses.collect();
        Self {
            open: Mutex::default(),
            room: Semaphore::new(DIALLED_MAX),
            addresses: distinct.into_iter().collect(),
        }
    }

    /// Whoever has this id may ask, once. Where too many may already this one may not.
    pub(super) fn allow(&self, id: Id, now: u64) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN_MAX {
            open.retain(|_, until| now < *until);
        }
        if open.len() < OPEN_MAX {
            open.insert(id, now.saturating_add(ASK_WITHIN));
        }
    }

    fn take(&self, id: Id, now: u64) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(&id).is_some_and(|until| now < until)
    }
}

/// Dials, if it may be asked with this id, and says what came of it. `None`: it may not be asked.
/// `here` is the address that was asked, `to` whence.
pub(super) async fn dial(
    server: &Server,
    (ask, key): (&Ask, &ReflectKey),
    (here, to): (IpAddr, SocketAddr),
) -> Option<Dials> {
    let dialling = &server.dialling;
    if !dialling.take(Id::from(ask.id), server.clock.millis()) {
        return None;
    }
    let by_address = Address::new(to.ip());
    let allowed = server.rates.check(Rate::DialByAddress, by_address);
    let (Ok(()), Ok(_place)) = (allowed, dialling.room.try_acquire()) else {
        return Some(Dials::default());
    };
    let is_other = |it: &&IpAddr| **it != here && it.is_ipv4() == here.is_ipv4();
    let elsewhere = dialling.addresses.iter().filter(is_other);
    let (port, address) = tokio::join!(
        once([here], to, ask.record(Whence::OtherPort, key)),
        once(
            elsewhere.copied(),
            to,
            ask.record(Whence::OtherAddress, key)
        ),
    );
    Some(Dials { port, address })
}

/// One dial, from the first of these addresses that is this machine's.
async fn once(
    from: impl IntoIterator<Item = IpAddr>,
    to: SocketAddr,
    record: impl AsRef<[u8]>,
) -> Dial {
    let Some(socket) = from.into_iter().find_map(|from| bound(from).ok()) else {
        return Dial::Unmade;
    };
    let said = async {
        let mut stream = socket.connect(to).await?;
        // It counts for nothing if it does not arrive.
        drop(stream.write_all(record.as_ref()).await);
        Ok(())
    };
    match timeout(DIAL_WITHIN, said).await {
        Ok(Ok(())) => Dial::Connected,
        Ok(Err(error)) if !was_sent(&error) => Dial::Unmade,
        Ok(Err(_)) | Err(_) => Dial::Unanswered,
    }
}

/// A port of the system's choice: none of those on which somebody listens.
fn bound(address: IpAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.bind(SocketAddr::new(address, 0))?;
    Ok(socket)
}

/// Whether the network refused, and not this machine.
fn was_sent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(nth: usize) -> Id {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&nth.to_be_bytes());
        Id::from(id)
    }

    #[test]
    fn an_id_counts_once_and_for_a_while() {
        let dialling = Dialling::new(&config::Direct::default());
        dialling.allow(id(1), 5);
        dialling.allow(id(2), 5);
        assert!(dialling.take(id(1), 5 + ASK_WITHIN - 1));
        assert!(!dialling.take(id(1), 6), "it is used");
        assert!(!dialling.take(id(2), 5 + ASK_WITHIN), "it is late");
        assert!(!dialling.take(id(3), 5), "nobody was told of it");
    }

    #[test]
    fn ids_are_bounded_and_give_way_when_they_are_late() {
        let dialling = Dialling::new(&config::Direct::default());
        (0..=OPEN_MAX).for_each(|nth| dialling.allow(id(nth), 0));
        assert!(!dialling.take(id(OPEN_MAX), 1), "one too many");
        assert!(dialling.take(id(0), 1));
        dialling.allow(id(0), 1);
        dialling.allow(id(OPEN_MAX), ASK_WITHIN);
        assert!(dialling.take(id(OPEN_MAX), ASK_WITHIN));
    }
}
