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
}

impl Site {
    pub(crate) const fn of(kind: Kind) -> Self {
        let answer = Answer::Drop;
        Self { kind, answer }
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

    /// Puts a host there.
    pub(crate) fn build(self, net: &mut Network, at: usize) -> usize {
        let name = at + 1;
        let nats = self.nats();
        let (mut inner, wans) = (0, [format!("5.{name}.0.1"), format!("100.64.0.{name}")]);
        if nats.is_empty() {
            return net.host(0, &[&format!("5.{name}.0.9")], 20);
        }
        let delays = [20 - 5 * (nats.len() as u64 - 1), 5];
        for ((spec, wan), delay) in nats.into_iter().zip(&wans).zip(delays) {
            inner = net.behind(inner, spec, wan, delay);
        }
        net.host(inner, &[&format!("192.168.{name}.7")], 1)
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
    (kind, answer).prop_map(|(kind, answer)| Site { kind, answer })
}
