//! A port that says whence it is asked. FLOATER/1.0 §8.2

use super::dials;
use super::seen::Sight;
use crate::accept::Acceptor;
use crate::client::Address;
use crate::places::Places;
use crate::rates::Rate;
use crate::{Server, secrets::Secrets};
use floater_proto::Id;
use floater_punch::canonical;
use floater_punch::reflect::{ASK_LENGTH, ASKS_MAX, About, Ask, ReflectKey, asked};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections of one reflector that are open at once.
const OPEN_MAX: usize = 16_384;
/// Of one address, for each link that it may have open: two ports, twice while they are renewed.
const OPEN_FOR_A_LINK: usize = 4;
/// The first question, and each further one, comes within this: clients ask every 20 s.
const ASK_WITHIN: Duration = Duration::from_secs(45);
/// The first question follows at once.
const FIRST_WITHIN: Duration = Duration::from_secs(5);

/// Answers on one port until the server stops.
pub(super) async fn run(server: Arc<Server>, listener: TcpListener) {
    let room = Arc::new(Semaphore::new(OPEN_MAX));
    let by_address = server.config.links.open_by_address;
    let places = Places::new(by_address.saturating_mul(OPEN_FOR_A_LINK));
    let stop = server.stop.clone();
    let mut door = Acceptor::new(listener, "reflector");
    while let Some((stream, from)) = stop.run_until_cancelled(door.next()).await {
        let address = Address::new(from.ip());
        if server.rates.check(Rate::ReflectByAddress, address).is_err() {
            continue;
        }
        let room = Arc::clone(&room).try_acquire_owned().ok();
        if let (Some(room), Some(place)) = (room, places.take(address)) {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                serve(&server, stream, canonical(from)).await;
                drop((room, place));
            });
        }
    }
}

/// Answers the questions of one connection. Whoever asks wrongly is closed without a word.
async fn serve(server: &Server, mut stream: TcpStream, from: SocketAddr) {
    let mut sight = None;
    let mut question = [0; ASK_LENGTH];
    for nth in 0..ASKS_MAX {
        let patience = if nth == 0 { FIRST_WITHIN } else { ASK_WITHIN };
        let read = timeout(patience, stream.read_exact(&mut question));
        let whole = matches!(server.stop.run_until_cancelled(read).await, Some(Ok(Ok(_))));
        let counts = whole.then(|| counts(&server.secrets, &question));
        let Some((ask, key)) = counts.flatten() else {
            return;
        };
        if !is_seen(server, &mut sight, Id::from(ask.id), from) {
            return;
        }
        let told = match ask.about {
            About::Source => Some(ask.source(from, &key).to_vec()),
            About::Filtering => dialled(server, (&ask, &key), &mut stream, from).await,
        };
        let Some(told) = told else {
            return;
        };
        if stream.write_all(&told).await.is_err() {
            return;
        }
    }
}

fn counts(secrets: &Secrets, question: &[u8; ASK_LENGTH]) -> Option<(Ask, ReflectKey)> {
    let key = |id: &[u8; 16]| Some(secrets.reflect_key(Id::from(*id)));
    asked(question, key).ok()?
}

/// Dials whence it was asked. That ends with the connection on which it was asked, and with
/// whatever comes there meanwhile.
async fn dialled(
    server: &Server,
    question: (&Ask, &ReflectKey),
    stream: &mut TcpStream,
    from: SocketAddr,
) -> Option<Vec<u8>> {
    let here = canonical(stream.local_addr().ok()?).ip();
    let dials = tokio::select! {
        dials = dials::dial(server, question, (here, from)) => dials?,
        _ = stream.read_u8() => return None,
        () = server.stop.cancelled() => return None,
    };
    let (ask, key) = question;
    Some(ask.dialled(dials, key).to_vec())
}

/// The first question says whose connection it is; it stays that one's.
fn is_seen(server: &Server, sight: &mut Option<(Id, Sight)>, id: Id, from: SocketAddr) -> bool {
    if let Some((whose, _)) = sight {
        return *whose == id;
    }
    *sight = server.seen.enter(id, from).map(|sight| (id, sight));
    sight.is_some()
}
