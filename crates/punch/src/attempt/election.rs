//! Which of the proven connections it is. The initiator chooses, the responder confirms, and only
//! then are the losers closed: one that is closed early takes the winner of the other side along.

use super::{Attempt, Conn};
use crate::candidate::Kind;
use crate::proof::Role;
use crate::seam::{ConnId, Context, Event, Misuse, Output};

/// How the choice stands.
pub(super) enum Election {
    /// Nothing is chosen.
    Open,
    /// One is proven; a more preferred one may follow.
    Waiting {
        /// But not after this.
        until: u64,
    },
    /// The initiator chose, and the responder has not confirmed.
    Asked {
        /// What was chosen.
        conn: ConnId,
        /// The answer comes before this.
        until: u64,
    },
    /// Both know.
    Elected {
        /// Until then losers stay open.
        linger_until: u64,
    },
}

impl Attempt {
    /// The initiator's part.
    pub(super) fn elect(&mut self, cx: &mut Context) {
        if self.role != Role::Initiator {
            return;
        }
        match self.election {
            Election::Open => {
                if let Some((conn, kind)) = self.best() {
                    let until = cx.after(cx.config.timers.prefer);
                    self.election = Election::Waiting { until };
                    self.choose_if(!self.may_improve(kind), conn, cx);
                }
            }
            Election::Waiting { until } => match self.best() {
                Some((conn, kind)) => {
                    self.choose_if(cx.now >= until || !self.may_improve(kind), conn, cx);
                }
                None => self.election = Election::Open,
            },
            Election::Asked { conn, until } => {
                if cx.now >= until || !self.is_proven(conn) {
                    self.fall_back(cx);
                }
            }
            Election::Elected { .. } => {}
        }
    }

    fn choose_if(&mut self, is_time: bool, conn: ConnId, cx: &mut Context) {
        if is_time {
            let until = cx.after(self.answer_within(cx));
            self.election = Election::Asked { conn, until };
            cx.tell(Event::Elect(conn));
        }
    }

    /// The most preferred of the proven ones; of two alike the older.
    fn best(&self) -> Option<(ConnId, Kind)> {
        let proven = self.open.iter().filter(|(_, it)| it.is_proven());
        let best = proven.min_by_key(|(_, it)| (it.kind, it.since));
        best.map(|(id, it)| (*id, it.kind))
    }

    fn may_improve(&self, kind: Kind) -> bool {
        let is_proving = |it: &Conn| !it.is_proven() && it.is_expected && it.kind < kind;
        self.rounds.iter().any(|it| it.may_reach_better(kind)) || self.open.values().any(is_proving)
    }

    /// The choice was not confirmed. Nothing of this round may be chosen any more: the responder
    /// may have confirmed what it then lost.
    fn fall_back(&mut self, cx: &mut Context) {
        self.election = Election::Open;
        self.is_spent = true;
        self.rounds.iter_mut().for_each(super::Round::stop);
        for conn in std::mem::take(&mut self.flights).into_keys() {
            cx.put(Output::Close(conn));
        }
        for (conn, opened) in std::mem::take(&mut self.open) {
            if opened.is_proven() {
                cx.tell(Event::Lost(conn));
            }
            cx.put(Output::Close(conn));
        }
    }

    /// Both know of the choice: the initiator was answered, or the responder was told.
    pub(crate) fn elected(&mut self, conn: ConnId, cx: &mut Context) -> Result<(), Misuse> {
        let is_chosen = match self.election {
            Election::Asked { conn: chosen, .. } => chosen == conn,
            Election::Elected { .. } => false,
            Election::Open | Election::Waiting { .. } => self.role == Role::Responder,
        };
        if !self.is_proven(conn) {
            return Err(Misuse::NotProven);
        }
        if !is_chosen {
            return Err(Misuse::NotChosen);
        }
        let kind = self.open.remove(&conn).map_or(Kind::Observed, |it| it.kind);
        let after = cx.now.saturating_sub(self.offered);
        self.rounds.iter_mut().for_each(super::Round::stop);
        cx.tell(Event::Direct { conn, kind, after });
        let linger = match self.role {
            Role::Initiator => 0,
            Role::Responder => cx.config.timers.linger,
        };
        let linger_until = cx.after(linger);
        self.election = Election::Elected { linger_until };
        Ok(())
    }

    pub(super) fn is_asked(&self) -> bool {
        matches!(self.election, Election::Asked { .. })
    }

    pub(super) fn answer_within(&self, cx: &Context) -> u64 {
        cx.config.timers.answer.max(self.rtt.saturating_mul(4))
    }

    pub(super) fn election_wake_at(&self) -> Option<u64> {
        match self.election {
            Election::Open => None,
            Election::Waiting { until } | Election::Asked { until, .. } => Some(until),
            Election::Elected { linger_until } => Some(linger_until),
        }
    }
}
