//! The socket half, with the system's own TCP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use floater_punch::reflect::{self, ReflectKey};
use floater_punch::{
    Config, Driver, Event, Kind, Misuse, Offer, PathKey, Report, Role, Rules, start_delay,
};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

const KEY: ReflectKey = ReflectKey([5; 32]);
const PATIENCE: Duration = Duration::from_secs(30);

/// A reflector on a port of its own.
async fn reflector(at: &str) -> SocketAddr {
    let listener = TcpListener::bind(at).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, from)) = listener.accept().await {
            tokio::spawn(reflect(stream, from));
        }
    });
    at
}

async fn reflect(mut stream: TcpStream, from: SocketAddr) {
    let mut asked = [0; reflect::ASK_LENGTH];
    while stream.read_exact(&mut asked).await.is_ok() {
        let Ok(Some((_, told))) = reflect::answer(&asked, from, |_| Some(KEY)) else {
            return;
        };
        stream.write_all(&told).await.unwrap();
    }
}

async fn driver(reflectors: Vec<SocketAddr>, seed: u8) -> (Driver, Report) {
    let mut config = Config::new(reflectors, [1; 16], KEY);
    config.rules = Rules { loopback: true };
    config.map_ports = false;
    let mut driver = Driver::new(config, [seed; 32]);
    driver.prepare();
    let report = match within(driver.next()).await {
        Event::Report(report) => report,
        other => panic!("{other:?}"),
    };
    (driver, report)
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("in time")
}

fn offer(role: Role, own: &Report, peer: &Report) -> Offer {
    Offer {
        role,
        number: 1,
        peer: peer.clone(),
        delay: start_delay(own.rtt, peer.rtt),
        key: PathKey([6; 32]),
    }
}

/// What a caller does until it has its connection.
async fn direct(mut driver: Driver) -> (TcpStream, Kind, Driver) {
    let mut stream = None;
    loop {
        match within(driver.next()).await {
            Event::Elect(conn) => driver.say(conn, b"select".to_vec()).unwrap(),
            Event::Bytes(conn, bytes) => {
                if bytes == b"select" {
                    driver.say(conn, b"selected".to_vec()).unwrap();
                }
                stream = Some(driver.elected(conn).unwrap());
            }
            Event::Direct { kind, .. } => return (stream.unwrap(), kind, driver),
            Event::NoPath { .. } => panic!("no path"),
            _ => {}
        }
    }
}

async fn talk(one: &mut TcpStream, other: &mut TcpStream) {
    one.write_all(b"hello").await.unwrap();
    let mut heard = [0; 5];
    within(other.read_exact(&mut heard)).await.unwrap();
    assert_eq!(&heard, b"hello");
}

async fn two(at: &str) -> (Driver, Report, Driver, Report) {
    let reflectors = vec![reflector(at).await, reflector(at).await];
    let (a, a_report) = driver(reflectors.clone(), 1).await;
    let (b, b_report) = driver(reflectors, 2).await;
    (a, a_report, b, b_report)
}

#[tokio::test]
async fn both_dial_and_get_one_connection() {
    for at in ["127.0.0.1:0", "[::1]:0"] {
        let (mut a, a_report, mut b, b_report) = two(at).await;
        a.offer(offer(Role::Initiator, &a_report, &b_report))
            .unwrap();
        b.offer(offer(Role::Responder, &b_report, &a_report))
            .unwrap();
        let ((mut a, ..), (mut b, ..)) = tokio::join!(direct(a), direct(b));
        assert_eq!(a.local_addr().unwrap(), b.peer_addr().unwrap());
        assert!(a.nodelay().unwrap() && b.nodelay().unwrap());
        talk(&mut a, &mut b).await;
        talk(&mut b, &mut a).await;
    }
}

#[tokio::test]
async fn many_pairs_at_once_each_get_one_connection() {
    let reflectors = vec![
        reflector("127.0.0.1:0").await,
        reflector("127.0.0.1:0").await,
    ];
    let mut pairs = tokio::task::JoinSet::new();
    for seed in 0..20 {
        let reflectors = reflectors.clone();
        pairs.spawn(async move {
            let (mut a, a_report) = driver(reflectors.clone(), seed).await;
            let (mut b, b_report) = driver(reflectors, seed + 100).await;
            a.offer(offer(Role::Initiator, &a_report, &b_report))
                .unwrap();
            b.offer(offer(Role::Responder, &b_report, &a_report))
                .unwrap();
            let ((mut a, ..), (mut b, ..)) = tokio::join!(direct(a), direct(b));
            talk(&mut a, &mut b).await;
        });
    }
    assert_eq!(pairs.join_all().await.len(), 20);
}

#[tokio::test]
async fn a_side_that_hears_later_is_reached_through_its_listener() {
    let (mut a, a_report, mut b, b_report) = two("127.0.0.1:0").await;
    a.offer(offer(Role::Initiator, &a_report, &b_report))
        .unwrap();
    let a = tokio::spawn(direct(a));
    // B accepts before it knows of A: what comes is kept until the offer is there.
    let quiet = timeout(Duration::from_millis(300), b.next()).await;
    assert!(quiet.is_err(), "nothing is told before the offer");
    b.offer(offer(Role::Responder, &b_report, &a_report))
        .unwrap();
    let (mut b, ..) = direct(b).await;
    let (mut a, ..) = a.await.unwrap();
    talk(&mut a, &mut b).await;
}

#[tokio::test]
async fn a_port_that_refuses_is_dialled_again_until_it_listens() {
    let (mut a, a_report, b, mut b_report) = two("127.0.0.1:0").await;
    drop(b);
    // B's place is taken by a port that answers RST until somebody listens on it.
    let place = TcpSocket::new_v4().unwrap();
    place.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let at = place.local_addr().unwrap();
    b_report.ports.truncate(1);
    b_report.ports.iter_mut().for_each(|it| {
        it.observed = at;
        it.private.clear();
    });
    a.offer(offer(Role::Initiator, &a_report, &b_report))
        .unwrap();
    let refused = timeout(Duration::from_millis(100), a.next()).await;
    assert!(refused.is_err(), "{refused:?}");
    let place = place.listen(1).unwrap();
    let waiting = tokio::spawn(async move { a.next().await });
    let (mut stream, _) = within(place.accept()).await.unwrap();
    let mut proof = [0; floater_punch::PROOF_LENGTH];
    within(stream.read_exact(&mut proof)).await.unwrap();
    let key = PathKey([6; 32]);
    assert!(floater_punch::check(&key, Role::Initiator, 1, &proof).is_some());
    drop(waiting);
}

#[tokio::test]
async fn a_stranger_is_cut_and_the_right_one_wins() {
    let (mut a, a_report, mut b, b_report) = two("127.0.0.1:0").await;
    a.offer(offer(Role::Initiator, &a_report, &b_report))
        .unwrap();
    let port = a_report.ports.first().unwrap().observed;
    let mut stranger = TcpStream::connect(port).await.unwrap();
    stranger.write_all(&[7; 200]).await.unwrap();
    let a = tokio::spawn(direct(a));
    let mut heard = Vec::new();
    // It hears at most a proof, which is noise to it, and then the end.
    let _ = within(stream_end(&mut stranger, &mut heard)).await;
    assert!(heard.len() <= floater_punch::PROOF_LENGTH);
    b.offer(offer(Role::Responder, &b_report, &a_report))
        .unwrap();
    let (mut b, ..) = direct(b).await;
    let (mut a, ..) = a.await.unwrap();
    talk(&mut a, &mut b).await;
}

async fn stream_end(stream: &mut TcpStream, heard: &mut Vec<u8>) -> std::io::Result<usize> {
    stream.read_to_end(heard).await
}

#[tokio::test]
async fn what_was_not_chosen_is_closed_and_takes_nothing_along() {
    let (mut a, a_report, mut b, b_report) = two("127.0.0.1:0").await;
    a.offer(offer(Role::Initiator, &a_report, &b_report))
        .unwrap();
    b.offer(offer(Role::Responder, &b_report, &a_report))
        .unwrap();
    let port = a_report.ports.get(1).unwrap().observed;
    let mut loser = TcpStream::connect(port).await.unwrap();
    let ((mut a, _, a_driver), (mut b, _, b_driver)) = tokio::join!(direct(a), direct(b));
    let mut heard = Vec::new();
    let _ = within(stream_end(&mut loser, &mut heard)).await;
    talk(&mut a, &mut b).await;
    // The engines have let go of it: what is dropped now takes nothing along.
    drop((a_driver, b_driver));
    talk(&mut b, &mut a).await;
}

#[tokio::test]
async fn commands_that_do_not_fit_are_refused() {
    let (mut a, a_report, ..) = two("127.0.0.1:0").await;
    let conn = floater_punch::ConnId::Dialled(77);
    assert_eq!(a.say(conn, vec![1]).err(), Some(Misuse::NotProven));
    assert_eq!(a.elected(conn).err(), Some(Misuse::NotProven));
    a.stop();
    let late = a.offer(offer(Role::Initiator, &a_report, &a_report));
    assert_eq!(late.err(), Some(Misuse::NotPrepared));
    assert!(a.report().is_none());
}
