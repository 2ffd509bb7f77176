//! The only dials that the server makes: to whoever asks whether they come in, and to nobody else.
//! FLOATER/1.0 §8.2.1

use crate::paths::{ask, key, person};
use crate::raw::Door;
use crate::world::World;
use floater_proto::body::Reflectors;
use floater_punch::reflect::{
    About, Ask, DIALLED_LENGTH, Dial, Dials, RECORD_LENGTH, Whence, dialled,
};
use floater_server::config::{Config, Rate};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const SECOND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const BOTH: Dials = Dials {
    port: Dial::Connected,
    address: Dial::Connected,
};

/// A server with two addresses.
async fn world(how: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.direct.loopback = true;
        // Nobody has this one: it is another machine's.
        let not_here = "192.0.2.1:7578".parse().unwrap();
        config.direct.advertise = vec![not_here, SocketAddr::new(SECOND, 7578)];
        how(config);
    })
    .await
}

async fn told(world: &World) -> Reflectors {
    let mut anyone = world.link(Door::Native).await;
    serde_json::from_value(anyone.get("/reflectors").await.json()).unwrap()
}

/// A port that asks, and listens.
struct Port {
    listener: std::net::TcpListener,
    stream: TcpStream,
    reflector: SocketAddr,
}

impl Port {
    async fn open(told: &Reflectors) -> Self {
        let shared = |port| {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.set_reuseport(true).unwrap();
            socket
                .bind(SocketAddr::from(([127, 0, 0, 1], port)))
                .unwrap();
            socket
        };
        let listener = shared(0).listen(64).unwrap().into_std().unwrap();
        let port = listener.local_addr().unwrap().port();
        let reflector = SocketAddr::from(([127, 0, 0, 1], told.ports[0]));
        let stream = shared(port).connect(reflector).await.unwrap();
        Self {
            listener,
            stream,
            reflector,
        }
    }

    /// What the server says of its dials; nothing: it closes.
    async fn asks(&mut self, question: &Ask, told: &Reflectors) -> Option<Dials> {
        let bytes = question.encode(&key(told));
        self.stream.write_all(&bytes).await.unwrap();
        let mut answer = [0; DIALLED_LENGTH];
        match self.stream.read_exact(&mut answer).await {
            Ok(_) => dialled(&answer, question, &key(told)).unwrap(),
            Err(_) => None,
        }
    }

    /// Who has come until now, and what they said before they closed. All dials are over when they
    /// are told of.
    fn came(&self) -> BTreeMap<SocketAddr, Vec<u8>> {
        self.listener.set_nonblocking(true).unwrap();
        let mut came = BTreeMap::new();
        loop {
            match self.listener.accept() {
                Ok((mut stream, from)) => {
                    stream.set_nonblocking(false).unwrap();
                    let mut said = Vec::new();
                    stream.read_to_end(&mut said).unwrap();
                    came.insert(from, said);
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    return came;
                }
            }
        }
    }
}

fn question(told: &Reflectors) -> Ask {
    Ask {
        about: About::Filtering,
        id: told.id.0,
        nonce: [7; 16],
    }
}

/// It comes once from another port and once from another address, says who it is, and closes.
#[tokio::test]
async fn whoever_asks_is_dialled_from_elsewhere() {
    let world = world(|_| {}).await;
    let told = told(&world).await;
    let mut port = Port::open(&told).await;
    // That the connection has asked whence it is seen does no harm.
    ask(&mut port.stream, &told, 1).await;
    let question = question(&told);
    assert_eq!(port.asks(&question, &told).await, Some(BOTH));
    let came = port.came();
    assert_eq!(came.len(), 2);
    for (from, said) in came {
        assert!(!told.ports.contains(&from.port()), "a port of its own");
        let whence = match from.ip() {
            SECOND => Whence::OtherAddress,
            ip => {
                assert_eq!(ip, port.reflector.ip());
                Whence::OtherPort
            }
        };
        let record: [u8; RECORD_LENGTH] = said.try_into().unwrap();
        assert_eq!(record, question.record(whence, &key(&told)));
    }
    // The connection is still that of a reflector.
    ask(&mut port.stream, &told, 2).await;
}

#[tokio::test]
async fn a_server_with_one_address_dials_from_that_one_only() {
    let world = world(|config| config.direct.advertise.truncate(1)).await;
    let told = told(&world).await;
    let mut port = Port::open(&told).await;
    let dials = port.asks(&question(&told), &told).await;
    let address = Dial::Unmade;
    assert_eq!(dials, Some(Dials { address, ..BOTH }));
    assert_eq!(port.came().len(), 1);
}

#[tokio::test]
async fn it_is_said_that_nobody_took_a_dial() {
    let world = world(|_| {}).await;
    let told = told(&world).await;
    let mut port = Port::open(&told).await;
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // Nobody listens there any more.
    drop(std::mem::replace(&mut port.listener, place));
    let dials = port.asks(&question(&told), &told).await;
    let unanswered = Dials {
        port: Dial::Unanswered,
        address: Dial::Unanswered,
    };
    assert_eq!(dials, Some(unanswered));
}

/// P25: nobody is dialled who has not asked for it, with an id that nobody else has.
#[tokio::test]
async fn p25_nobody_is_dialled_who_may_not_ask_for_it() {
    let world = world(|_| {}).await;
    let (_in_session, of_session) = person(&world, Door::Native, "ming", "ming@example.org").await;
    let mut port = Port::open(&of_session).await;
    let refused = port.asks(&question(&of_session), &of_session).await;
    assert_eq!(refused, None, "a session's id is for its reports");
    assert!(port.came().is_empty());

    let told = told(&world).await;
    let mut invented = told.clone();
    invented.id.0[3] ^= 1;
    let mut port = Port::open(&told).await;
    assert_eq!(port.asks(&question(&invented), &told).await, None);
    assert!(port.came().is_empty(), "an id that nobody was told");
    let mut port = Port::open(&told).await;
    ask(&mut port.stream, &told, 1).await;
    assert!(port.came().is_empty(), "who asks whence they are seen");
}

/// P25: once for each id, on whichever connection.
#[tokio::test]
async fn p25_nobody_is_dialled_twice() {
    let world = world(|_| {}).await;
    let told = told(&world).await;
    let mut port = Port::open(&told).await;
    assert_eq!(port.asks(&question(&told), &told).await, Some(BOTH));
    assert_eq!(port.came().len(), 2);
    assert_eq!(port.asks(&question(&told), &told).await, None);
    assert!(port.came().is_empty());
    let mut other = Port::open(&told).await;
    assert_eq!(other.asks(&question(&told), &told).await, None);
    assert!(other.came().is_empty());
}

/// P25: whoever draws one id after the other has one address dialled only so often.
#[tokio::test]
async fn p25_an_address_is_dialled_only_so_often() {
    let world = world(|config| config.rates.dial_by_address = Rate::new(2, 1)).await;
    for expected in [BOTH, BOTH, Dials::default()] {
        let told = told(&world).await;
        let mut port = Port::open(&told).await;
        let dials = port.asks(&question(&told), &told).await;
        assert_eq!(dials, Some(expected));
        let count = if expected == BOTH { 2 } else { 0 };
        assert_eq!(port.came().len(), count);
    }
}

/// What comes while it dials is no question: the connection ends, and the dials with it.
#[tokio::test]
async fn whoever_goes_on_asking_meanwhile_is_closed() {
    let world = world(|_| {}).await;
    let told = told(&world).await;
    let mut port = Port::open(&told).await;
    let asked = question(&told).encode(&key(&told));
    port.stream
        .write_all(&[asked, asked].concat())
        .await
        .unwrap();
    let mut heard = Vec::new();
    drop(port.stream.read_to_end(&mut heard).await);
    // Either it was read before the dials were over, or as the next question, which is one too many.
    assert!(matches!(heard.len(), 0 | DIALLED_LENGTH), "{}", heard.len());
    assert!(port.came().len() <= 2);
}
