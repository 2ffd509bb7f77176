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

/// So many are drawn before the first of them is proposed.
const DRAWN_AHEAD: usize = 20;

/// One who was drawn, and the first candidate.
struct Draw {
    drawn: SeatIndex,
    candidate: Option<SeatIndex>,
    /// Whether one of the two blocks anybody.
    blocking: bool,
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
        let mut draws = Vec::with_capacity(DRAWN_AHEAD);
        for _ in 0..bounds::DRAWS_A_CALL / DRAWN_AHEAD {
            self.draw_ahead(&mut draws);
            if draws.is_empty() {
                break;
            }
            for draw in draws.drain(..) {
                self.find_partner(at, draw);
            }
        }
        if self.pool.is_in_round() {
            self.next_round = Some(at.now);
        } else {
            self.plan_round(at.now);
        }
    }

    /// Draws some, and a first candidate for each, and looks at all of them before any is proposed:
    /// in a great pool each look waits for memory, and looks that come together wait once.
    ///
    /// It is as if they were drawn one after the other. Whoever was drawn ahead and is proposed
    /// before their turn is passed over, and a candidate who is gone is drawn again; of those who
    /// are left each is as likely as the others.
    fn draw_ahead(&mut self, draws: &mut Vec<Draw>) {
        while draws.len() < DRAWN_AHEAD
            && let Some(drawn) = self.pool.draw_fresh(&mut self.rng)
        {
            let candidate = self.pool.draw_other(&mut self.rng, drawn);
            let blocking = false;
            draws.push(Draw {
                drawn,
                candidate,
                blocking,
            });
        }
        for draw in draws {
            let blocking = |seat| self.seats.get(seat).is_none_or(Seat::is_blocking);
            draw.blocking = blocking(draw.drawn) | draw.candidate.is_none_or(blocking);
        }
    }

    fn find_partner(&mut self, at: Moment, draw: Draw) {
        let drawn = draw.drawn;
        if !self.pool.contains(drawn) {
            return;
        }
        let mut met_today = false;
        let mut ahead = draw.candidate.filter(|&it| self.pool.contains(it));
        for _ in 0..bounds::CANDIDATES {
            let may_block = ahead.is_none() || draw.blocking;
            let next = ahead.take();
            let Some(candidate) = next.or_else(|| self.pool.draw_other(&mut self.rng, drawn))
            else {
                break;
            };
            match self.barred(drawn, candidate, may_block) {
                Ok(met_before) => return self.propose(at, drawn, candidate, met_before),
                Err(Barred::Blocked) => {}
                Err(Barred::MetToday) => met_today = true,
            }
        }
        self.count_fruitless(drawn, met_today);
    }

    /// Whether the two may not meet now; else whether they met today. The recent-partner rule
    /// gives way when both waited in vain, a block never.
    fn barred(&self, a: SeatIndex, b: SeatIndex, may_block: bool) -> Result<bool, Barred> {
        let (Some(a), Some(b)) = (self.seats.get(a), self.seats.get(b)) else {
            return Err(Barred::Blocked);
        };
        if may_block && (self.blocks(a, b) || self.blocks(b, a)) {
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
