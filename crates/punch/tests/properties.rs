//! What holds whatever comes: made-up reports, and inputs in any order.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use floater_punch::{
    Birthday, Class, Config, ConnId, Event, Failure, Filtering, From, Input, Mapping, Offer,
    Output, PathKey, Plan, PortId, PortReport, Ports, Punch, Report, Role, Scope, Slot, limits,
    prove, reflect,
};
use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

fn config() -> Config {
    let reflectors = ["6.0.0.1:7001", "6.0.0.1:7002", "[2a00::1]:7001"];
    let reflectors = reflectors.map(|it| it.parse().unwrap()).to_vec();
    Config::new(reflectors, [1; 16], reflect::ReflectKey([2; 32]))
}

fn address() -> impl Strategy<Value = SocketAddr> {
    let v4 = any::<[u8; 4]>().prop_map(IpAddr::from);
    let near = (0_u8..4).prop_map(|it| IpAddr::from([5, 1, 0, it]));
    let lan = any::<[u8; 2]>().prop_map(|[a, b]| IpAddr::from([192, 168, a, b]));
    let v6 = any::<[u16; 8]>().prop_map(IpAddr::from);
    let of = prop_oneof![v4, near, lan, v6];
    (of, any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port))
}

fn report() -> impl Strategy<Value = Report> {
    let slot = prop_oneof![Just(Slot::First), Just(Slot::Second)];
    let private = prop::collection::vec(address(), 0..12);
    let port = (slot, address(), any::<Option<u16>>(), private);
    let port = port.prop_map(|(slot, observed, mapped, private)| PortReport {
        slot,
        observed,
        mapped,
        private,
    });
    let class = prop_oneof![
        Just(Class::Unknown),
        Just(Class::Open),
        Just(Class::Independent),
        Just(Class::AddressAndPort),
    ];
    let sequential = any::<(u16, u16)>();
    let ports = prop_oneof![
        Just(Ports::Scattered),
        sequential.prop_map(|(step, last)| Ports::Sequential { step, last }),
    ];
    let filtering = prop_oneof![Just(Filtering::Unknown), Just(Filtering::Independent)];
    let all = (
        prop::collection::vec(port, 0..8),
        class,
        ports,
        filtering,
        any::<u64>(),
    );
    all.prop_map(|(ports_told, class, ports, filtering, rtt)| Report {
        ports: ports_told,
        mapping: Mapping { class, ports },
        filtering,
        rtt,
    })
}

proptest! {
    #[test]
    fn p25_only_what_the_rules_allow_is_planned(own in report(), peer in report()) {
        let config = config();
        let plan = Plan::new(&own, &peer, &config);
        prop_assert!(plan.dials.len() <= limits::CANDIDATES_MAX);
        prop_assert!(plan.lasts <= 10_000);
        for (at, candidate) in &plan.dials {
            prop_assert!(*at <= config.timers.round);
            let scope = Scope::of(candidate.to.ip());
            let observed = peer.ports.iter().map(|it| it.observed.ip());
            let is_observed = observed.clone().any(|it| it == candidate.to.ip());
            let is_shared = observed.clone().any(|peer| {
                own.ports.iter().any(|it| floater_punch::same_network(it.observed.ip(), peer))
            });
            prop_assert!(candidate.to.port() != 0);
            match scope {
                Scope::Global => prop_assert!(is_observed),
                Scope::Private => prop_assert!(is_observed || is_shared),
                Scope::Carrier => prop_assert!(is_observed),
                _ => prop_assert!(false, "{:?}", candidate),
            }
        }
    }
}

/// A driver that does what is asked, but answers at random.
struct Chaos {
    punch: Punch,
    rng: ChaCha12Rng,
    now: u64,
    wake: Option<u64>,
    ports: BTreeSet<PortId>,
    flying: BTreeMap<ConnId, SocketAddr>,
    open: BTreeSet<ConnId>,
    proven: BTreeSet<ConnId>,
    chosen: Option<ConnId>,
    accepted: u32,
    number: u32,
    directs: u32,
    /// Questions to reflectors that wait for their answer.
    asked: Vec<(ConnId, Vec<u8>)>,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut config = config();
        config.birthday = Birthday {
            opens: 20,
            sprays: 30,
            ..Birthday::default()
        };
        Self {
            punch: Punch::new(config, [seed as u8; 32]),
            rng: ChaCha12Rng::seed_from_u64(seed),
            now: 0,
            wake: None,
            ports: BTreeSet::new(),
            flying: BTreeMap::new(),
            open: BTreeSet::new(),
            proven: BTreeSet::new(),
            chosen: None,
            accepted: 0,
            number: 0,
            directs: 0,
            asked: Vec::new(),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.rng.next_u32() as usize % bound.max(1)
    }

    fn pick<T: Copy>(&mut self, from: Vec<T>) -> Option<T> {
        let at = self.below(from.len());
        from.get(at).copied()
    }

    fn obey(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Listen(port, _) => assert!(self.ports.insert(port), "never twice"),
                Output::Shut(port) => assert!(self.ports.remove(&port), "it was open"),
                Output::Dial(conn, from, to) => {
                    if let From::Port(port) = from {
                        assert!(self.ports.contains(&port), "from an open port");
                    }
                    assert!(self.flying.insert(conn, to).is_none(), "never twice");
                }
                Output::Send(conn, bytes) => {
                    assert!(self.open.contains(&conn), "to an open one");
                    if bytes.len() == reflect::ASK_LENGTH {
                        self.asked.push((conn, bytes));
                    }
                }
                Output::Close(conn) => {
                    let flew = self.flying.remove(&conn);
                    assert!(self.open.remove(&conn) || flew.is_some(), "it was open");
                    self.proven.remove(&conn);
                }
                Output::Wake(at) => self.wake = Some(at),
                Output::Map(..) => {}
                Output::Event(event) => self.event(event),
            }
        }
        assert!(self.flying.len() + self.open.len() <= 4_096);
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Proven { conn, .. } => assert!(self.proven.insert(conn)),
            Event::Lost(conn) => assert!(self.proven.remove(&conn), "it was proven"),
            Event::Elect(conn) => {
                assert!(self.proven.contains(&conn));
                self.chosen = Some(conn);
            }
            Event::Direct { conn, .. } => {
                assert!(self.proven.remove(&conn), "it was proven");
                assert!(self.open.remove(&conn));
                self.directs += 1;
            }
            _ => {}
        }
    }

    fn give(&mut self, input: Input<'_>) {
        let outputs: Vec<_> = self.punch.handle(self.now, input).collect();
        self.obey(outputs);
    }

    fn offer(&mut self) {
        self.number += 1;
        let mapping = Mapping {
            class: [Class::Independent, Class::AddressAndPort][self.below(2)],
            ports: Ports::Scattered,
        };
        let port = |slot, port| PortReport {
            slot,
            observed: SocketAddr::from(([5, 2, 0, 1], port)),
            mapped: None,
            private: vec!["192.168.1.9:9000".parse().unwrap()],
        };
        let offer = Offer {
            role: Role::Initiator,
            number: self.number,
            peer: Report {
                ports: vec![port(Slot::First, 4_000), port(Slot::Second, 4_001)],
                mapping,
                ..Report::default()
            },
            delay: 5,
            key: PathKey([7; 32]),
        };
        self.directs = 0;
        let outputs: Option<Vec<_>> = self
            .punch
            .offer(self.now, offer)
            .ok()
            .map(Iterator::collect);
        self.obey(outputs.unwrap_or_default());
    }

    fn something(&mut self) {
        self.now += [0, 1, 7, 40][self.below(4)];
        let flying: Vec<_> = self.flying.iter().map(|(a, b)| (*a, *b)).collect();
        let open: Vec<_> = self.open.iter().copied().collect();
        match self.below(16) {
            0 => {
                let outputs: Vec<_> = self.punch.prepare(self.now).collect();
                self.obey(outputs);
            }
            1 => self.offer(),
            2 => {
                let ports: Vec<_> = self.ports.iter().copied().collect();
                if let Some(port) = self.pick(ports) {
                    let at = SocketAddr::from(([0, 0, 0, 0], 40_000 + port.0 as u16));
                    self.give(Input::Listening(port, at));
                }
            }
            3..=5 => {
                if let Some((conn, _)) = self.pick(flying) {
                    self.flying.remove(&conn);
                    self.open.insert(conn);
                    let local = "192.168.1.7:40000".parse().unwrap();
                    self.give(Input::Connected(conn, local));
                }
            }
            6 => {
                if let Some((conn, _)) = self.pick(flying) {
                    self.flying.remove(&conn);
                    let all = [Failure::Refused, Failure::Crossed, Failure::Other];
                    let failure = all[self.below(3)];
                    self.give(Input::Failed(conn, failure));
                }
            }
            7 => {
                let ports: Vec<_> = self.ports.iter().copied().collect();
                if let Some(port) = self.pick(ports) {
                    self.accepted += 1;
                    let conn = ConnId::Accepted(self.accepted);
                    self.open.insert(conn);
                    let from = SocketAddr::from(([5, 2, 0, 1], 4_000));
                    self.give(Input::Accepted(port, conn, from));
                }
            }
            8..=9 => self.bytes(open),
            10 => {
                if let Some(conn) = self.pick(open) {
                    self.open.remove(&conn);
                    self.give(Input::Closed(conn));
                }
            }
            11 => self.confirm(),
            _ => self.reflect(),
        }
        if self.wake.is_some_and(|at| at <= self.now) {
            self.wake = None;
            self.give(Input::Wake);
        }
    }

    fn reflect(&mut self) {
        let Some((conn, asked)) = self.asked.pop() else {
            return;
        };
        let from = SocketAddr::from(([5, 1, 0, 1], 4_000));
        let key = reflect::ReflectKey([2; 32]);
        let (_, told) = reflect::answer(&asked, from, |_| Some(key))
            .unwrap()
            .unwrap();
        if self.open.contains(&conn) {
            self.give(Input::Bytes(conn, &told));
        }
    }

    fn bytes(&mut self, open: Vec<ConnId>) {
        let Some(conn) = self.pick(open) else {
            return;
        };
        let number = self.number;
        if self.asked.iter().any(|it| it.0 == conn) {
            return;
        }
        let bytes = match self.below(6) {
            0 => vec![0; 48],
            _ => {
                let mut nonce = [0; 16];
                self.rng.fill_bytes(&mut nonce);
                prove(&PathKey([7; 32]), Role::Responder, number, nonce)
            }
        };
        self.give(Input::Bytes(conn, &bytes));
    }

    fn confirm(&mut self) {
        let Some(conn) = self.chosen.take() else {
            return;
        };
        let outputs: Vec<_> = match self.below(4) {
            0 => self.punch.let_go(self.now, conn).collect(),
            _ => match self.punch.elected(self.now, conn) {
                Ok(outputs) => outputs.collect(),
                Err(_) => Vec::new(),
            },
        };
        self.obey(outputs);
        assert!(self.directs <= 1, "two winners");
    }
}

#[test]
fn in_any_order_nothing_leaks_nobody_wins_twice_and_all_of_it_ends() {
    let mut directs = 0;
    for seed in 0..150 {
        let mut chaos = Chaos::new(seed);
        chaos.obey(Vec::new());
        for _ in 0..600 {
            chaos.something();
            directs += chaos.directs;
        }
        // Nobody says anything more: it comes to its end by itself, but for what waits prepared.
        let deadline = chaos.now + 250_000;
        while let Some(at) = chaos.wake.take().filter(|at| *at < deadline) {
            chaos.now = chaos.now.max(at);
            chaos.give(Input::Wake);
        }
        let outputs: Vec<_> = chaos.punch.stop(chaos.now).collect();
        chaos.obey(outputs);
        assert_eq!(chaos.ports, BTreeSet::new(), "seed {seed}");
        assert_eq!(chaos.flying, BTreeMap::new(), "seed {seed}");
        assert_eq!(chaos.open, BTreeSet::new(), "seed {seed}");
    }
    assert!(directs > 0, "the chaos reaches a choice");
}
