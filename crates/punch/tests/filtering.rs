//! The test of a filter, with the system's own TCP: what counts is what comes in.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use floater_punch::reflect::{About, Ask, Dial, Dials, RECORD_LENGTH, ReflectKey, Whence, asked};
use floater_punch::{Filtering, Untested, test_filtering};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

const KEY: ReflectKey = ReflectKey([5; 32]);
const ASK: Ask = Ask {
    about: About::Filtering,
    id: [1; 16],
    nonce: [2; 16],
};
const PORT: (Whence, &str) = (Whence::OtherPort, "127.0.0.1:0");
const ADDRESS: (Whence, &str) = (Whence::OtherAddress, "127.0.0.2:0");

/// What a reflector does once it is asked.
#[derive(Default)]
struct Part {
    /// Dials from there, which say this.
    before: Vec<(&'static str, Vec<u8>)>,
    /// What it says of them; nothing: it closes.
    dials: Option<Dials>,
    /// Dials that are made after that.
    after: Vec<(&'static str, Vec<u8>)>,
}

async fn told(part: Part) -> Result<Filtering, Untested> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let playing = tokio::spawn(async move {
        let (stream, from) = listener.accept().await.unwrap();
        play(part, stream, from).await
    });
    let told = test_filtering(at, ASK, &KEY).await;
    drop(playing.await.unwrap());
    told
}

async fn play(part: Part, mut stream: TcpStream, from: SocketAddr) -> Vec<TcpStream> {
    let mut question = [0; floater_punch::reflect::ASK_LENGTH];
    stream.read_exact(&mut question).await.unwrap();
    let (ask, key) = asked(&question, |_| Some(KEY)).unwrap().unwrap();
    assert_eq!(ask, ASK);
    let mut kept = Vec::new();
    for (whence, says) in part.before {
        kept.push(dial(whence, from, &says).await);
    }
    if let Some(dials) = part.dials {
        stream.write_all(&ask.dialled(dials, &key)).await.unwrap();
        kept.push(stream);
    }
    for (whence, says) in part.after {
        kept.push(dial(whence, from, &says).await);
    }
    kept
}

async fn dial(whence: &str, to: SocketAddr, says: &[u8]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(whence.parse().unwrap()).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    stream.write_all(says).await.unwrap();
    stream
}

fn record((whence, from): (Whence, &'static str)) -> (&'static str, Vec<u8>) {
    (from, ASK.record(whence, &KEY).to_vec())
}

fn dials(port: Dial, address: Dial) -> Option<Dials> {
    Some(Dials { port, address })
}

#[tokio::test]
async fn what_comes_in_tells_the_filtering() {
    use Dial::{Connected, Unanswered, Unmade};
    let table = [
        (
            vec![PORT, ADDRESS],
            dials(Connected, Connected),
            Filtering::Independent,
        ),
        (
            vec![PORT],
            dials(Connected, Unmade),
            Filtering::IndependentOrAddress,
        ),
        (vec![PORT], dials(Connected, Unanswered), Filtering::Address),
        (
            vec![],
            dials(Unanswered, Unanswered),
            Filtering::AddressAndPort,
        ),
    ];
    for (came, dials, follows) in table {
        let before = came.into_iter().map(record).collect();
        let part = Part {
            before,
            dials,
            ..Part::default()
        };
        assert_eq!(told(part).await, Ok(follows));
    }
}

#[tokio::test]
async fn what_comes_a_little_later_than_its_answer_counts() {
    let part = Part {
        dials: dials(Dial::Connected, Dial::Connected),
        after: vec![record(ADDRESS), record(PORT)],
        ..Part::default()
    };
    assert_eq!(told(part).await, Ok(Filtering::Independent));
}

/// Connections that say nothing, or what nobody with the key has said, are strangers: even where the
/// server knows of a connection, which then a NAT has taken.
#[tokio::test]
async fn a_stranger_that_comes_in_tells_nothing() {
    let mut wrong = ASK.record(Whence::OtherAddress, &KEY).to_vec();
    wrong[20] ^= 1;
    let part = Part {
        before: vec![
            ("127.0.0.2:0", wrong),
            ("127.0.0.2:0", Vec::new()),
            ("127.0.0.3:0", vec![7; RECORD_LENGTH * 40]),
            record(PORT),
        ],
        dials: dials(Dial::Connected, Dial::Connected),
        ..Part::default()
    };
    assert_eq!(told(part).await, Ok(Filtering::Address));
}

#[tokio::test]
async fn it_is_said_why_nothing_can_be_told() {
    let closes = told(Part::default()).await;
    assert_eq!(closes, Err(Untested::Unknown));
    let busy = Part {
        dials: Some(Dials::default()),
        ..Part::default()
    };
    assert_eq!(told(busy).await, Err(Untested::Undialled));
    // Taken, and nobody listens.
    let place = TcpSocket::new_v4().unwrap();
    place.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = place.local_addr().unwrap();
    let unreached = test_filtering(nobody, ASK, &KEY).await;
    assert_eq!(unreached, Err(Untested::Unreached));
}
