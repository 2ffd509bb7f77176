//! A network with real addresses, in which a person's program runs whose every dial is written
//! down, and a stranger who hears every byte of it.

use crate::evil::{LED, never};
use crate::identity::Identity;
use crate::raw::PATIENCE;
use crate::stranger::{Stranger, Wanted};
use floater_proto::body::Policy;
use floater_proto::{Decoder, Role, Start, limits};
use floater_trial::{Floaterd, Outcome, Realm, Setup, Terminal, arrive, reached};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Whence the person's program comes to the server, in either world.
pub(crate) const VICTIM: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 187, 231, 94));
/// The same where there is no NAT, and no router to ask.
pub(crate) const VICTIM_OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(5, 187, 231, 94));
/// Another address of the same world.
pub(crate) const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 187, 1, 77));
/// The same outside.
pub(crate) const STRANGER_OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(5, 2, 0, 1));
/// The router of a home. It does not answer.
pub(crate) const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 187, 0, 1));
/// Another address of the victim's machine, which nobody comes from.
const VICTIM_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd5e, 0x77, 0, 1, 0, 0, 0x1234, 0x9abc));

/// Where they all are. It is one machine: whoever dials the server and names no address of its own
/// comes from the victim's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum World {
    /// A private network, with a router.
    Home,
    /// Public addresses.
    Outside,
}

impl World {
    fn server(self) -> IpAddr {
        match self {
            Self::Home => Ipv4Addr::new(10, 187, 0, 5).into(),
            Self::Outside => Ipv4Addr::new(5, 0, 0, 5).into(),
        }
    }

    fn lines(self) -> String {
        let server = self.server();
        let (victim, stranger) = match self {
            Self::Home => (VICTIM, STRANGER),
            Self::Outside => (VICTIM_OUTSIDE, STRANGER_OUTSIDE),
        };
        format!(
            "link set lo up\n\
             link add home type veth peer name wire\n\
             link set home up\n\
             link set wire up\n\
             addr add {victim}/16 dev home\n\
             addr add {VICTIM_V6}/64 dev home nodad\n\
             addr add {server}/32 dev lo\n\
             addr add {stranger}/32 dev lo\n\
             {}\
             route replace local {server} dev lo src {victim} table local\n",
            match self {
                Self::Home => format!("route add default via {ROUTER} dev home\n"),
                Self::Outside => String::new(),
            }
        )
    }
}

/// How often it is looked at a file that is written.
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(crate) struct Place {
    pub(crate) stranger: Stranger,
    pub(crate) victim: Terminal,
    pub(crate) server: Floaterd,
    /// Where the victim finds the server.
    pub(crate) door: SocketAddr,
    world: World,
    pub(crate) lies: bool,
    trace: PathBuf,
    home: tempfile::TempDir,
    _realm: Realm,
}

impl Place {
    /// Both are there and have met; nobody has greeted. With `lies` what the server offers the
    /// victim names evil addresses, too. `None` where no network of one's own can be had.
    pub(crate) async fn enter(
        world: World,
        role: Role,
        (policy, from): (Policy, IpAddr),
        lies: bool,
    ) -> Outcome<Option<Self>> {
        let Some(realm) = Realm::enter(&world.lines())? else {
            return Ok(None);
        };
        let home = tempfile::tempdir()?;
        let setup = Setup::on(world.server())?.with_reflectors_here();
        let server = Floaterd::start_as(setup.with_tls()).await?;
        let identity = Identity::of(&server);
        let pinned = server.fingerprint().await?;
        let door = match lies {
            true => lie(server.native(), &identity).await?,
            false => server.native(),
        };
        let trace = home.path().join("trace");
        let address = format!("floater://{door}#{pinned}");
        let data = home.path().join("ming");
        let mut victim = Terminal::start_traced("ming", &address, &data, &trace)?;
        arrive(&server, &mut victim, "ming").await?;
        if policy == Policy::Direct {
            victim.types("/policy direct").await?;
            victim.reads("direct connections are allowed").await?;
        }
        let data = home.path().join("hong");
        let mut theirs = Terminal::start("hong", &address, &data, &[])?;
        arrive(&server, &mut theirs, "hong").await?;
        theirs.types("/quit").await?;
        theirs.ends().await?;
        let trust = identity.connector();
        victim.types("/seek").await?;
        let wanted = Wanted {
            email: "hong@example.org",
            from: Some(from),
            role,
            policy: Policy::Direct,
            trust: Some(&trust),
        };
        let mut stranger = Stranger::meet(server.native(), wanted).await;
        victim.reads("You have met a stranger!").await?;
        stranger.shake_hands().await;
        Ok(Some(Self {
            stranger,
            victim,
            server,
            door,
            world,
            lies,
            trace,
            home,
            _realm: realm,
        }))
    }

    pub(crate) async fn both_greet(&mut self) -> Outcome<()> {
        self.stranger.greet().await;
        self.victim.types("/hello").await?;
        self.victim.reads("It begins here").await?;
        let greeted = |it: &mut Stranger| it.has_heard("/greeting").then_some(());
        self.stranger.until("the greeting", greeted).await;
        Ok(())
    }

    /// The victim is shown what the stranger says.
    pub(crate) async fn hears(&mut self, text: &str) -> Outcome<()> {
        self.stranger.say(text).await;
        self.victim.reads(text).await?;
        Ok(())
    }

    /// The stranger hears what the victim says.
    pub(crate) async fn says(&mut self, text: &str) -> Outcome<()> {
        self.victim.types(text).await?;
        let heard = |it: &mut Stranger| it.has_heard(text).then_some(());
        self.stranger.until(text, heard).await;
        Ok(())
    }

    /// A file of the victim.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Whatever the victim's program has dialled, or sent anything to.
    pub(crate) fn reached(&self) -> BTreeSet<SocketAddr> {
        reached(&self.trace).unwrap()
    }

    /// Waits until it has reached something.
    pub(crate) async fn reaches(&self, is_it: impl Fn(SocketAddr) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !self.reached().into_iter().any(&is_it) {
            assert!(Instant::now() < until, "it is never reached");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// All addresses of the victim's machine that are its own.
    pub(crate) fn addresses(&self) -> [IpAddr; 2] {
        let own = match self.world {
            World::Home => VICTIM,
            World::Outside => VICTIM_OUTSIDE,
        };
        [own, VICTIM_V6]
    }

    /// The server's door, or one of its reflectors.
    pub(crate) fn is_server(&self, to: SocketAddr) -> bool {
        let told = self.stranger.reflectors.as_ref();
        let ports = told.map(|it| it.ports.clone()).unwrap_or_default();
        to == self.door || (to.ip() == self.world.server() && ports.contains(&to.port()))
    }
}

/// The victim's program goes without an error.
pub(crate) async fn ends(mut place: Place) -> Result<(), Box<dyn std::error::Error>> {
    for _ in 0..2 {
        place.victim.types("/leave").await?;
    }
    place.victim.reads("You ended the conversation").await?;
    place.victim.types("/quit").await?;
    assert_eq!(place.victim.ends().await?, Some(0));
    let log = std::fs::read_to_string(place.server.log())?;
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    Ok(())
}

/// A door before the server's that changes the offers that pass it: where to dial it.
async fn lie(server: SocketAddr, identity: &Identity) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind((server.ip(), 0)).await?;
    let door = listener.local_addr()?;
    let (accepts, dials) = (identity.acceptor(), identity.connector());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let (Ok(near), Ok(far)) =
                (accepts.accept(near).await, TcpStream::connect(server).await)
            else {
                continue;
            };
            let far = dials.connect(server.ip().into(), far).await.unwrap();
            let (mut from_near, to_near) = tokio::io::split(near);
            let (from_far, mut to_far) = tokio::io::split(far);
            tokio::spawn(async move { tokio::io::copy(&mut from_near, &mut to_far).await });
            tokio::spawn(changed(from_far, to_near));
        }
    });
    Ok(door)
}

async fn changed(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut turn = 0;
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    let mut unread = Vec::new();
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        unread.extend_from_slice(&bytes[..length]);
        decoder.push(&bytes[..length]).unwrap();
        while let Some(message) = decoder.next().unwrap() {
            let body = message.body.to_vec();
            let is_offer = matches!(
                message.start,
                Start::Request {
                    resource: "/path/offer",
                    ..
                }
            );
            let end = end_of(&unread, body.len());
            let whole: Vec<u8> = unread.drain(..end).collect();
            let told = if is_offer {
                turn += 1;
                spoiled(&body, turn)
            } else {
                whole
            };
            if to.write_all(&told).await.is_err() || to.flush().await.is_err() {
                return;
            }
        }
    }
}

/// Where the first message ends.
fn end_of(bytes: &[u8], body: usize) -> usize {
    let head = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap();
    head + 4 + body
}

/// An offer that names evil addresses wherever it names one: as a port of its own and as private
/// ones, beside what it named.
fn spoiled(body: &[u8], turn: usize) -> Vec<u8> {
    let mut offer: Value = serde_json::from_slice(body).unwrap();
    let evil = never();
    let evil = |nth: usize| evil[(turn * 9 + nth) % evil.len()];
    let mut private: Vec<_> = (0..7).map(evil).collect();
    private.push(LED.parse().unwrap());
    let ports = offer["peer"]["ports"].as_array_mut().unwrap();
    for port in ports.iter_mut() {
        port["private"] = json!(private);
        port["mapped"] = json!(22);
    }
    ports.push(json!({ "slot": 2, "observed": evil(8), "private": private, "mapped": 7000 }));
    let body = offer.to_string();
    let length = body.len();
    let head = format!(
        "Request-Method: POST\r\nResource: /path/offer\r\nRequest-Id: 1\r\n\
         Content-type: application/json\r\nContent-length: {length}\r\n\r\n"
    );
    [head, body].concat().into_bytes()
}
