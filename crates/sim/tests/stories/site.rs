//! Where somebody is: the eight kinds of side, and what their NATs answer.

use floater_sim::{ADF, APDF, APDF_MOVED, Answer, FULL_CONE, Network, RANDOM, SEQUENTIAL, Spec};
use proptest::prelude::*;

/// What is in front of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    FullCone,
    AddressFilter,
    Preserving,
    Moving,
    Sequential,
    Random,
    CarrierGrade,
}

use Kind::*;

pub(crate) const KINDS: [Kind; 8] = [
    Public,
    FullCone,
    AddressFilter,
    Preserving,
    Moving,
    Sequential,
    Random,
    CarrierGrade,
];

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) kind: Kind,
    pub(crate) answer: Answer,
    /// The way to the internet takes so long.
    pub(crate) delay: u64,
}

impl Site {
    pub(crate) const fn of(kind: Kind) -> Self {
        Self {
            kind,
            answer: Answer::Drop,
            delay: 20,
        }
    }

    /// NATs, the outermost first.
    fn nats(self) -> Vec<Spec> {
        let nats: &[Spec] = match self.kind {
            Public => &[],
            FullCone => &[FULL_CONE],
            AddressFilter => &[ADF],
            Preserving => &[APDF],
            Moving => &[APDF_MOVED],
            Sequential => &[SEQUENTIAL],
            Random => &[RANDOM],
            CarrierGrade => &[APDF, APDF],
        };
        let answering = |it: &Spec| it.answering(self.answer);
        nats.iter().map(answering).collect()
    }

    /// Builds the network that somebody is in, and names a host there. There may be many of them.
    pub(crate) fn build(self, net: &mut Network, at: usize, many: usize) -> (usize, String) {
        let (name, many) = (at + 1, many % 200);
        let nats = self.nats();
        if nats.is_empty() {
            return (0, format!("5.{name}.{many}.9"));
        }
        let wans = [
            format!("5.{name}.{many}.1"),
            format!("100.64.{many}.{name}"),
        ];
        let mut inner = 0;
        for (spec, wan) in nats.into_iter().zip(&wans) {
            inner = net.behind(inner, spec, wan, self.delay);
        }
        (inner, format!("192.168.{}.7", name + 8 * many % 240))
    }

    /// What physics allow to two.
    pub(crate) fn reach(self, other: Self) -> Reach {
        let kinds = [self.kind, other.kind];
        let is_random = |kind: &Kind| *kind == Random;
        let is_symmetric = |kind: &Kind| matches!(kind, Random | Sequential);
        let is_strict = |kind: &Kind| matches!(kind, Preserving | Moving | CarrierGrade);
        if kinds.iter().any(is_random) && kinds.iter().all(is_symmetric) {
            Reach::Relay
        } else if kinds.iter().any(is_random) && kinds.iter().any(is_strict) {
            Reach::Birthday
        } else {
            Reach::Direct
        }
    }
}

/// How two can talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Relay,
    /// Directly, nearly always.
    Birthday,
    Direct,
}

pub(crate) fn any() -> impl Strategy<Value = Site> {
    let answer = proptest::sample::select(&[Answer::Drop, Answer::Rst, Answer::Icmp][..]);
    let kind = proptest::sample::select(&KINDS[..]);
    let delay = prop_oneof![2 => Just(20_u64), 1 => 1..150_u64];
    (kind, answer, delay).prop_map(|(kind, answer, delay)| Site {
        kind,
        answer,
        delay,
    })
}
