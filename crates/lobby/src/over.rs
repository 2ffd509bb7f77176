//! Every end. FLOATER/1.0 §3.6

use crate::bounds;
use crate::input::{Account, LinkKey, Moment, Output, Told, Tombstone, Which};
use crate::lobby::Lobby;
use crate::seat::Stand;
use floater_proto::body::{EndMatch, Fault, MatchEnded, Notice, Over, Problem, Reason, SessionEnd};
use floater_proto::{Id, Role, limits};

/// The grace of a held seat, in milliseconds.
pub(crate) fn grace() -> u64 {
    u64::try_from(limits::GRACE.as_millis()).unwrap_or(u64::MAX)
}

impl Lobby {
    /// `POST /match/end`. Takes effect and is told to both at once; the driver answers when the
    /// tombstone is kept. Idempotent by match: the first that arrives decides.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for a reason that is not a client's to give; [`Fault::NoMatch`] for a
    /// match that is unknown here: the store's tombstones know more.
    pub fn end(&mut self, at: Moment, link: LinkKey, end: &EndMatch) -> Result<(), Problem> {
        let account = self.link(link)?.account;
        if matches!(end.reason, Reason::Lost | Reason::Moderator) {
            let message = "reason is `left`, `silent` or `unreachable`";
            return Err(Problem::invalid("reason", message));
        }
        let current = self.match_of(account);
        match (end.r#match, current) {
            (Some(named), Some((match_id, role))) if named == match_id => {
                self.finish(at, match_id, over_by(end.reason, role));
                Ok(())
            }
            (None, Some((match_id, role))) => {
                self.finish(at, match_id, over_by(end.reason, role));
                Ok(())
            }
            (Some(named), _) if self.ended.contains_key(&named) => Ok(()),
            (Some(named), _) if self.is_proposed(account, named) => {
                self.stop_seeking(at, account);
                Ok(())
            }
            (None, None) if self.seats.of(account).is_some() => {
                self.stop_seeking(at, account);
                Ok(())
            }
            _ => Err(Problem::new(Fault::NoMatch, "there is no such match")),
        }
    }

    fn is_proposed(&self, account: Account, match_id: Id) -> bool {
        let stand = self.seats.of(account).map(|seat| seat.stand);
        matches!(stand, Some(Stand::Proposed { offer }) if offer.match_id == match_id)
    }

    /// The match that the account is in, or is awaited in.
    fn match_of(&self, account: Account) -> Option<(Id, Role)> {
        if let Some(Stand::Matched { match_id, role }) = self.seats.of(account).map(|s| s.stand) {
            return Some((match_id, role));
        }
        let match_id = *self.awaited.get(&account)?;
        Some((match_id, self.matches.get(&match_id)?.awaited?))
    }

    /// Ends a match: tells both, frees both, leaves a tombstone.
    pub(crate) fn finish(&mut self, at: Moment, match_id: Id, over: Over) {
        let Some(talk) = self.matches.remove(&match_id) else {
            return;
        };
        for role in [Role::A, Role::B] {
            let account = talk.side(role).account;
            if talk.awaited == Some(role) {
                self.awaited.remove(&account);
                continue;
            }
            let Some(seat) = self.unseat(account) else {
                continue;
            };
            self.route(seat.link, None);
            self.tell(
                seat.link,
                Told::Ended(MatchEnded {
                    r#match: match_id,
                    over,
                }),
            );
        }
        self.bury(at, match_id, over);
        if self.matches.is_empty() {
            self.outputs.push_back(Output::Live(false));
        }
    }

    /// Remembers an end here and in the store.
    pub(crate) fn bury(&mut self, at: Moment, match_id: Id, over: Over) {
        if self.ended.len() >= bounds::ENDS_REMEMBERED
            && let Some((_, oldest)) = self.ended_timers.pop_due(u64::MAX)
        {
            self.ended.remove(&oldest);
        }
        if self.ended.insert(match_id, over).is_none() {
            let until = at.now.saturating_add(bounds::ENDS_REMEMBERED_FOR);
            self.ended_timers.push(until, match_id);
        }
        let tombstone = Tombstone { match_id, over };
        self.outputs.push_back(Output::Tombstone(tombstone));
    }

    /// The grace of a held seat is over, unless its partner talks with it directly.
    pub(crate) fn end_hold(&mut self, at: Moment, account: Account, until: u64) {
        let Some(seat) = self.seats.of(account) else {
            return;
        };
        let Stand::Matched { match_id, role } = seat.stand else {
            return;
        };
        if seat.held_until != Some(until) {
            return;
        }
        let direct = self
            .matches
            .get(&match_id)
            .and_then(|talk| talk.side(role.other()).direct)
            .map(|said| said.saturating_add(bounds::DIRECT_ALIVE));
        if let Some(alive) = direct.filter(|alive| *alive > at.now) {
            self.hold(account, alive);
            return;
        }
        self.finish(
            at,
            match_id,
            Over {
                reason: Reason::Lost,
                by: Some(role),
            },
        );
    }

    /// The partner's ticket did not come in time.
    pub(crate) fn end_awaiting(&mut self, at: Moment, match_id: Id) {
        if let Some(by @ Some(_)) = self.matches.get(&match_id).map(|talk| talk.awaited) {
            self.finish(
                at,
                match_id,
                Over {
                    reason: Reason::Lost,
                    by,
                },
            );
        }
    }

    /// Keeps the seat of a link that was lost, until then.
    pub(crate) fn hold(&mut self, account: Account, until: u64) {
        if let Some(seat) = self.seats.of_mut(account) {
            seat.link = None;
            seat.held_until = Some(until);
            self.hold_timers.insert((until, account));
        }
    }

    /// Sessions are over: their links are told and closed, and the conversation ends if it runs
    /// in one of them.
    pub fn end_sessions(&mut self, at: Moment, account: Account, which: Which, why: SessionEnd) {
        let meant = |session: Id| match which {
            Which::All => true,
            Which::AllBut(kept) => session != kept,
            Which::Only(only) => session == only,
        };
        let reason = match why {
            SessionEnd::Suspended => Reason::Moderator,
            _ => Reason::Left,
        };
        let seated = self
            .seats
            .of(account)
            .is_some_and(|seat| meant(seat.session));
        if seated || which == Which::All {
            self.vacate(at, account, reason);
        }
        for link in self.links_of.get(&account).cloned().unwrap_or_default() {
            if self
                .links
                .get(&link)
                .is_some_and(|joined| meant(joined.session))
            {
                self.tell(Some(link), Told::Notice(Notice::SessionEnded { why }));
                self.outputs.push_back(Output::Close { link });
                self.forget_link(link);
            }
        }
    }

    /// Ends whatever the account is in.
    pub(crate) fn vacate(&mut self, at: Moment, account: Account, reason: Reason) {
        match self.match_of(account) {
            Some((match_id, role)) => self.finish(at, match_id, over_by(reason, role)),
            None => self.stop_seeking(at, account),
        }
    }
}

/// Leaving and losing is somebody's doing; the rest is nobody's.
pub(crate) fn over_by(reason: Reason, role: Role) -> Over {
    let by = matches!(reason, Reason::Left | Reason::Lost).then_some(role);
    Over { reason, by }
}
