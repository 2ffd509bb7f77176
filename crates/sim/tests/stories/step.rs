//! What may happen, one step after the other.

use crate::server::SPREAD;
use crate::world::{PEOPLE_MAX, World};
use floater_proto::body::Policy;
use proptest::prelude::*;
use std::fmt::{self, Debug, Formatter};

/// Something that people do, or that happens to them. Spans are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Seek(usize),
    StopSeeking(usize),
    Greet(usize),
    Say(usize),
    /// A picture is sent.
    Show(usize),
    Leave(usize),
    /// Everybody who talks leaves at the same moment.
    LeaveTogether,
    /// A policy is chosen.
    Hide(usize),
    Reveal(usize),
    /// Links to the server are reset.
    Cut(usize),
    /// One leaves while the other one's link is reset.
    LeaveAndCut(usize, usize),
    /// Direct connections are reset.
    CutDirect(usize),
    /// Nothing passes to and from the server.
    Part(usize, u64),
    /// Nothing passes between two directly.
    Darken(usize, usize, u64),
    RestartNats(usize),
    KillServer(u64),
    /// It says so before.
    StopServer(u64),
    /// A program is killed and started again.
    Restart(usize),
    /// Somebody is in another network.
    Roam(usize),
    /// A clock jumps ahead.
    Jump(usize, u64),
    /// The server's calendar does.
    JumpServer(u64),
    Sleep(usize, u64),
    /// The system says that the network is another one.
    Network(usize),
}

use Step::*;

/// Steps, and how long nothing else is done after each. Shown one a line.
#[derive(Clone)]
pub(crate) struct Steps(pub(crate) Vec<(Step, u64)>);

impl Debug for Steps {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut each = self.0.iter();
        each.try_for_each(|(step, pause)| write!(f, "\n    {step:?}, then {pause} ms"))
    }
}

impl Step {
    /// Whom it is about; who is not there does nothing.
    fn people(self) -> Vec<usize> {
        match self {
            Seek(at) | StopSeeking(at) | Greet(at) | Say(at) | Show(at) | Leave(at) => vec![at],
            Hide(at) | Reveal(at) | Cut(at) | CutDirect(at) | RestartNats(at) => vec![at],
            Part(at, _) | Jump(at, _) | Sleep(at, _) | Network(at) => vec![at],
            Restart(at) | Roam(at) => vec![at],
            LeaveAndCut(at, other) | Darken(at, other, _) => vec![at, other],
            LeaveTogether | KillServer(_) | StopServer(_) | JumpServer(_) => Vec::new(),
        }
    }

    pub(crate) fn take(self, world: &mut World) {
        if self.people().iter().any(|it| *it >= world.people.len()) {
            return;
        }
        match self {
            Seek(at) => world.seek(at),
            StopSeeking(at) => world.stop_seeking(at),
            Greet(at) => world.greet(at),
            Say(at) => world.say(at),
            Show(at) => world.show(at),
            Leave(at) => world.leave(at),
            LeaveTogether => {
                (0..world.people.len()).for_each(|at| world.leave_only(at));
                world.settle();
            }
            Hide(at) => world.hide(at, Policy::Hidden),
            Reveal(at) => world.hide(at, Policy::Direct),
            Cut(at) => world.cut(at),
            LeaveAndCut(at, other) => {
                world.leave_only(at);
                world.cut(other);
            }
            CutDirect(at) => world.cut_direct(at),
            Part(at, span) => world.part(at, span),
            Darken(one, other, span) => world.darken(one, other, span),
            RestartNats(at) => world.restart_nats(at),
            KillServer(span) => world.kill_server(span),
            StopServer(span) => world.stop_server(span),
            Restart(at) => world.restart(at),
            Roam(at) => world.roam(at),
            Jump(at, span) => world.jump(at, span),
            JumpServer(span) => world.server.wall_ahead += span,
            Sleep(at, span) => world.sleep(at, span),
            Network(at) => world.network(at),
        }
    }

    /// So long it keeps somebody from the other one, at most.
    const fn harm(self) -> u64 {
        match self {
            Part(_, span) | KillServer(span) | Jump(_, span) | Sleep(_, span) => span,
            // Nobody comes back at once.
            StopServer(span) => span + SPREAD,
            _ => 0,
        }
    }
}

/// How long all of it keeps somebody from the other one, at most.
pub(crate) fn harm(steps: &Steps) -> u64 {
    steps.0.iter().map(|(step, _)| step.harm()).sum()
}

/// What breaks.
fn harms(people: usize) -> impl Strategy<Value = Step> {
    let one = move || 0..people;
    let two = move || (0..people, 1..people).prop_map(move |(a, b)| (a, (a + b) % people));
    prop_oneof![
        3 => one().prop_map(Cut),
        2 => one().prop_map(CutDirect),
        3 => (one(), 0..8_000_u64).prop_map(|(at, span)| Part(at, span)),
        3 => (two(), 0..15_000_u64).prop_map(|((a, b), span)| Darken(a, b, span)),
        2 => one().prop_map(RestartNats),
        2 => (0..3_000_u64).prop_map(KillServer),
        1 => (500..3_000_u64).prop_map(StopServer),
        1 => one().prop_map(Roam),
        1 => (one(), 0..20_000_u64).prop_map(|(at, span)| Jump(at, span)),
        1 => (0..100_000_u64).prop_map(JumpServer),
        1 => (one(), 0..8_000_u64).prop_map(|(at, span)| Sleep(at, span)),
        1 => one().prop_map(Network),
    ]
}

/// What two do who only talk.
pub(crate) fn talking(most: usize) -> impl Strategy<Value = Steps> {
    let step = prop_oneof![
        8 => (0..2_usize).prop_map(Say),
        1 => (0..2_usize).prop_map(Show),
        4 => harms(2),
    ];
    proptest::collection::vec((step, 0..1_500_u64), 0..most).prop_map(Steps)
}

/// What people do who come and go.
pub(crate) fn coming_and_going(most: usize) -> impl Strategy<Value = Steps> {
    let one = || 0..PEOPLE_MAX;
    let step = prop_oneof![
        6 => one().prop_map(Seek),
        1 => one().prop_map(StopSeeking),
        6 => one().prop_map(Greet),
        6 => one().prop_map(Say),
        2 => one().prop_map(Leave),
        1 => Just(LeaveTogether),
        1 => one().prop_map(Hide),
        1 => one().prop_map(Show),
        1 => one().prop_map(Reveal),
        1 => one().prop_map(Restart),
        1 => (one(), one()).prop_map(|(at, other)| LeaveAndCut(at, other)),
        6 => harms(PEOPLE_MAX),
    ];
    proptest::collection::vec((step, 0..700_u64), 0..most).prop_map(Steps)
}
