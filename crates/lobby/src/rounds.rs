//! Waiting and drawing. FLOATER/1.0 §3.4

use crate::bounds;
use crate::input::{Account, LinkKey, Moment, Told};
use crate::lobby::{Lobby, sorted};
use crate::seat::{Seat, SeatIndex, Stand, Wait};
use floater_proto::Binary;
use floater_proto::body::{Fault, Notice, Problem};

/// Why two cannot be proposed to each other.
enum Barred {
    Blocked,
    MetToday,
}

impl Lobby {
    /// `POST /seek`: into the pool. Once more while one waits changes nothing.
    ///
    /// # Errors
    /// [`Fault::Seated`], [`Fault::Elsewhere`], [`Fault::Unavailable`] when every seat is taken.
    pub fn seek(
        &mut self,
        at: Moment,
        link: LinkKey,
        blocks: Vec<Binary<32>>,
    ) -> Result<(), Problem> {
        let joined = self.link(link)?;
        let (account, session, instance) = (joined.account, joined.session, joined.instance);
        if let Some(seat) = self.seats.of_mut(account) {
            return match seat.stand {
                _ if seat.instance != instance => Err(elsewhere()),
                Stand::Matched { .. } => Err(seated()),
                Stand::Waiting | Stand::Proposed { .. } => {
                    seat.wait.blocks = sorted(blocks);
                    Ok(())
                }
            };
        }
        if self.awaited.contains_key(&account) {
            return Err(elsewhere());
        }
        if self.seats.len() >= self.seats_max {
            return Err(Problem::new(
                Fault::Unavailable,
                "every seat is taken; try again soon",
            ));
        }
        let wait = Wait {
            blocks: sorted(blocks),
            ..Wait::default()
        };
        let (link, stand) = (Some(link), Stand::Waiting);
        let seat = Seat {
            account,
            session,
            instance,
            link,
            held_until: None,
            stand,
            wait,
        };
        let index = self.seats.insert(seat);
        self.put_into_pool(at, index);
        Ok(())
    }

    /// `POST /seek/end`: out of the pool, from any instance. A match that began meanwhile stands.
    ///
    /// # Errors
    /// [`Fault::NotLoggedIn`].
    pub fn end_seek(&mut self, at: Moment, link: LinkKey) -> Result<(), Problem> {
        let account = self.link(link)?.account;
        self.stop_seeking(at, account);
        Ok(())
    }

    pub(crate) fn stop_seeking(&mut self, at: Moment, account: Account) {
        match self.seats.of(account).map(|seat| seat.stand) {
            Some(Stand::Waiting) => drop(self.unseat(account)),
            Some(Stand::Proposed { offer }) => {
                self.unseat(account);
                self.withdraw(at, offer);
            }
            Some(Stand::Matched { .. }) | None => {}
        }
    }

    pub(crate) fn put_into_pool(&mut self, at: Moment, seat: SeatIndex) {
        self.pool.insert(seat);
        self.plan_round(at.now);
    }

    /// The next round is on the grid, whoever came when: drawing at arrival could be predicted.
    fn plan_round(&mut self, now: u64) {
        if self.pool.len() < 2 || self.next_round.is_some() {
            return;
        }
        let grid = now
            .checked_div(bounds::ROUND)
            .unwrap_or(0)
            .saturating_add(1);
        let next = grid.saturating_mul(bounds::ROUND).max(self.quiet_until);
        self.next_round = Some(next);
    }

    /// A round, or as much of it as one call may do.
    pub(crate) fn run_round(&mut self, at: Moment) {
        if self.next_round.is_none_or(|next| next > at.now) {
            return;
        }
        self.next_round = None;
        if !self.pool.is_in_round() {
            self.pool.begin_round();
        }
        for _ in 0..bounds::DRAWS_A_CALL {
            let Some(drawn) = self.pool.draw_fresh(&mut self.rng) else {
                break;
            };
            self.find_partner(at, drawn);
        }
        if self.pool.is_in_round() {
            self.next_round = Some(at.now);
        } else {
            self.plan_round(at.now);
        }
    }

    fn find_partner(&mut self, at: Moment, drawn: SeatIndex) {
        let mut met_today = false;
        for _ in 0..bounds::CANDIDATES {
            let Some(candidate) = self.pool.draw_other(&mut self.rng, drawn) else {
                break;
            };
            match self.barred(drawn, candidate) {
                Ok(met_before) => return self.propose(at, drawn, candidate, met_before),
                Err(Barred::Blocked) => {}
                Err(Barred::MetToday) => met_today = true,
            }
        }
        self.count_fruitless(drawn, met_today);
    }

    /// Whether the two may not meet now; else whether they met today. The recent-partner rule
    /// gives way when both waited in vain, a block never.
    fn barred(&self, a: SeatIndex, b: SeatIndex) -> Result<bool, Barred> {
        let (Some(a), Some(b)) = (self.seats.get(a), self.seats.get(b)) else {
            return Err(Barred::Blocked);
        };
        if self.blocks(a, b) || self.blocks(b, a) {
            return Err(Barred::Blocked);
        }
        let met = self.partners.have_met(a.account, b.account);
        if met && !(a.wait.widened && b.wait.widened) {
            Err(Barred::MetToday)
        } else {
            Ok(met)
        }
    }

    fn blocks(&self, blocker: &Seat, blocked: &Seat) -> bool {
        let blocks = &blocker.wait.blocks;
        !blocks.is_empty() && {
            let digest = (self.block_digest)(blocker.account, blocked.account);
            blocks.binary_search(&digest).is_ok()
        }
    }

    fn count_fruitless(&mut self, drawn: SeatIndex, met_today: bool) {
        let Some(seat) = self.seats.get_mut(drawn) else {
            return;
        };
        if !met_today {
            return;
        }
        seat.wait.fruitless = seat.wait.fruitless.saturating_add(1);
        if seat.wait.fruitless >= bounds::FRUITLESS && !seat.wait.widened {
            seat.wait.widened = true;
            let link = seat.link;
            self.tell(link, Told::Notice(Notice::Widened));
        }
    }
}

pub(crate) fn elsewhere() -> Problem {
    let message = "the account is in a conversation or waits in another instance";
    Problem::new(Fault::Elsewhere, message)
}

pub(crate) fn seated() -> Problem {
    Problem::new(Fault::Seated, "this instance is in a conversation")
}
