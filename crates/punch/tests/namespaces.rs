//! Real kernels, real NATs: two homes in network namespaces, each behind nftables, and a server
//! between them. It needs the rights of root and says so where it has not got them;
//! `NATLAB=require` makes that a failure.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by a panic"
)]

use floater_punch::reflect::{self, ReflectKey};
use floater_punch::{
    Class, Config, Driver, Event, Kind, Offer, PathKey, Report, Role, start_delay,
};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::io::Write;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

const KEY: ReflectKey = ReflectKey([5; 32]);
const REFLECTORS: [&str; 3] = ["5.0.0.1:7001", "5.0.0.1:7002", "5.0.0.2:7001"];

const PRESERVING: &str = "masquerade";
const RANDOM: &str = "masquerade fully-random";

/// Three routers' worth of namespaces, gone when dropped.
struct Lab {
    name: String,
    routers: Vec<Child>,
}

impl Lab {
    /// `None` without the rights.
    fn new(name: &str, nats: [&str; 2]) -> Option<Self> {
        let name = format!("{name}{}", std::process::id());
        let lab = Self {
            name,
            routers: Vec::new(),
        };
        if !lab.ip(&["netns", "add", &lab.space("s")]) {
            let message = "SKIPPED: network namespaces need the rights of root, and iproute2";
            assert!(
                std::env::var_os("NATLAB").is_none_or(|it| it != "require"),
                "{message}"
            );
            eprintln!("{message}");
            return None;
        }
        lab.server();
        for (side, nat) in nats.into_iter().enumerate() {
            lab.home(side + 1, nat);
        }
        Some(lab)
    }

    fn space(&self, of: &str) -> String {
        format!("{}{of}", self.name)
    }

    fn ip(&self, words: &[&str]) -> bool {
        let done = Command::new("ip")
            .args(words)
            .stderr(Stdio::null())
            .status();
        done.is_ok_and(|it| it.success())
    }

    /// Runs something in a namespace.
    fn within(&self, space: &str, words: &str) {
        let space = self.space(space);
        let mut all = vec!["netns", "exec", &space];
        all.extend(words.split(' '));
        assert!(self.ip(&all), "in {space}: {words}");
    }

    fn server(&self) {
        self.within("s", "ip link set lo up");
        self.within("s", "ip address add 5.0.0.1/32 dev lo");
        self.within("s", "ip address add 5.0.0.2/32 dev lo");
        self.within("s", "sysctl -qw net.ipv4.ip_forward=1");
    }

    fn home(&self, side: usize, nat: &str) {
        let (router, host) = (format!("r{side}"), format!("h{side}"));
        for space in [&router, &host] {
            assert!(self.ip(&["netns", "add", &self.space(space)]));
            self.within(space, "ip link set lo up");
        }
        self.cable(("s", &format!("w{side}")), (&router, "wan"));
        self.cable((&router, "lan"), (&host, "eth"));
        self.within(
            "s",
            &format!("ip address add 5.{side}.0.254/24 dev w{side}"),
        );
        self.within(&router, &format!("ip address add 5.{side}.0.1/24 dev wan"));
        self.within(&router, &format!("ip route add default via 5.{side}.0.254"));
        self.within(
            &router,
            &format!("ip address add 192.168.{side}.1/24 dev lan"),
        );
        self.within(&router, "sysctl -qw net.ipv4.ip_forward=1");
        self.within(
            &host,
            &format!("ip address add 192.168.{side}.7/24 dev eth"),
        );
        self.within(&host, &format!("ip route add default via 192.168.{side}.1"));
        self.rules(&router, nat);
    }

    fn cable(&self, one: (&str, &str), other: (&str, &str)) {
        let spaces = [self.space(one.0), self.space(other.0)];
        let [here, there] = &spaces;
        let words = [
            "link", "add", one.1, "netns", here, "type", "veth", "peer", "name",
        ];
        let words = [&words[..], &[other.1, "netns", there]].concat();
        assert!(self.ip(&words));
        self.within(one.0, &format!("ip link set {} up", one.1));
        self.within(other.0, &format!("ip link set {} up", other.1));
    }

    /// Address- and port-dependent filtering, with miniupnpd's chains beside it.
    fn rules(&self, router: &str, nat: &str) {
        let rules = format!(
            "table inet filter {{\n\
             chain miniupnpd {{ }}\n\
             chain forward {{ type filter hook forward priority 0; policy drop;\n\
             iifname \"lan\" accept\n ct state established,related accept\n\
             jump miniupnpd\n }}\n\
             chain input {{ type filter hook input priority 0;\n\
             iifname \"wan\" ct state new drop\n }}\n}}\n\
             table ip nat {{\n\
             chain prerouting_miniupnpd {{ }}\n chain postrouting_miniupnpd {{ }}\n\
             chain prerouting {{ type nat hook prerouting priority -100;\n\
             jump prerouting_miniupnpd\n }}\n\
             chain postrouting {{ type nat hook postrouting priority 100;\n\
             jump postrouting_miniupnpd\n oifname \"wan\" {nat}\n }}\n}}\n"
        );
        let mut nft = Command::new("ip")
            .args(["netns", "exec", &self.space(router), "nft", "-f", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        nft.stdin
            .take()
            .unwrap()
            .write_all(rules.as_bytes())
            .unwrap();
        assert!(nft.wait().unwrap().success(), "nftables");
    }

    /// A thread of its own in a namespace.
    fn run<T: Send + 'static, F: Future<Output = T>>(
        &self,
        space: &str,
        what: impl FnOnce() -> F + Send + 'static,
    ) -> JoinHandle<T> {
        let path = format!("/var/run/netns/{}", self.space(space));
        std::thread::spawn(move || {
            let space = std::fs::File::open(path).unwrap();
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(what())
        })
    }

    /// Both sides until each has its connection and heard the other on it.
    fn meet(&self, map_ports: [bool; 2]) -> [(Report, Kind); 2] {
        let (stop, stopped) = watch::channel(());
        let server = self.run("s", move || serve(stopped));
        let [(a, from_a), (b, from_b)] = [mpsc::channel(1), mpsc::channel(1)];
        let [map_a, map_b] = map_ports;
        let a = self.run("h1", move || side(Role::Initiator, map_a, a, from_b));
        let b = self.run("h2", move || side(Role::Responder, map_b, b, from_a));
        let both = [a.join().unwrap(), b.join().unwrap()];
        drop(stop);
        server.join().unwrap();
        both
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for router in &mut self.routers {
            let _ = router.kill();
            let _ = router.wait();
        }
        for space in ["s", "r1", "r2", "h1", "h2"] {
            self.ip(&["netns", "delete", &self.space(space)]);
        }
    }
}

async fn serve(mut stopped: watch::Receiver<()>) {
    for at in REFLECTORS {
        let listener = TcpListener::bind(at).await.unwrap();
        tokio::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                tokio::spawn(reflect(stream, from));
            }
        });
    }
    while stopped.changed().await.is_ok() {}
}

async fn reflect(mut stream: TcpStream, from: SocketAddr) {
    let mut asked = [0; reflect::ASK_LENGTH];
    while stream.read_exact(&mut asked).await.is_ok() {
        let (_, told) = reflect::answer(&asked, from, |_| Some(KEY))
            .unwrap()
            .unwrap();
        if stream.write_all(&told).await.is_err() {
            return;
        }
    }
}

/// One side, whose reports go to the other without a server between.
async fn side(
    role: Role,
    map_ports: bool,
    out: mpsc::Sender<Report>,
    mut peer: mpsc::Receiver<Report>,
) -> (Report, Kind) {
    let reflectors = REFLECTORS.map(|it| it.parse().unwrap()).to_vec();
    let mut config = Config::new(reflectors, [1; 16], KEY);
    config.map_ports = map_ports;
    let mut driver = Driver::new(config, [role as u8 + 1; 32]);
    driver.prepare();
    let deadline = Duration::from_secs(60);
    let (mut own, mut stream, mut number) = (None, None, 0);
    let mut early = None;
    loop {
        let event = timeout(deadline, driver.next()).await.expect("in time");
        match event {
            // With a router that maps ports, the report that counts is the one after it did.
            Event::Report(report)
                if map_ports && !report.ports.iter().any(|it| it.mapped.is_some()) => {}
            Event::Report(report) => {
                // The first may be told before the server is there: the next one is like it.
                out.send(report.clone()).await.unwrap();
                let there = peer.recv().await.unwrap();
                number += 1;
                let offer = Offer {
                    role,
                    number,
                    delay: start_delay(report.rtt, there.rtt),
                    peer: there,
                    key: PathKey([6; 32]),
                };
                driver.offer(offer).unwrap();
                own = Some(report);
            }
            Event::Elect(conn) => driver.say(conn, b"select".to_vec()).unwrap(),
            Event::Bytes(conn, bytes) => {
                if role == Role::Responder {
                    driver.say(conn, b"selected".to_vec()).unwrap();
                }
                // What follows the answer may have come along with it.
                early = bytes.strip_prefix(b"selected").map(<[u8]>::to_vec);
                stream = Some(driver.elected(conn).unwrap());
            }
            Event::Direct { kind, .. } => {
                let mut stream: TcpStream = stream.unwrap();
                stream.write_all(b"hello").await.unwrap();
                let mut heard = early.unwrap_or_default();
                while heard.len() < 5 {
                    let read = timeout(deadline, stream.read_buf(&mut heard)).await;
                    assert!(read.unwrap().unwrap() > 0, "closed");
                }
                assert_eq!(heard, b"hello");
                return (own.unwrap(), kind);
            }
            Event::NoPath { .. } => panic!("no path"),
            _ => {}
        }
    }
}

#[test]
fn two_nats_with_stable_mappings_and_strict_filters_are_punched() {
    let Some(lab) = Lab::new("pe", [PRESERVING; 2]) else {
        return;
    };
    for (report, kind) in lab.meet([false; 2]) {
        assert_eq!(report.mapping.class, Class::Independent);
        assert_eq!(kind, Kind::Observed);
    }
}

#[test]
fn a_nat_with_random_ports_is_met_by_birthday() {
    let Some(lab) = Lab::new("pb", [RANDOM, PRESERVING]) else {
        return;
    };
    let [(random, _), (stable, kind)] = lab.meet([false; 2]);
    assert_eq!(random.mapping.class, Class::AddressAndPort);
    assert!(random.mapping.is_random() && stable.mapping.is_stable());
    assert_eq!(kind, Kind::Birthday);
}
