//! What time does.

use super::*;

impl Server {
    /// What time does: rounds, late acceptances, graces that are over.
    pub(crate) fn tick(&mut self, now: u64) {
        if now >= self.next_round {
            self.next_round = now + ROUND;
            self.round(now);
        }
        let late = |m: &Match| !m.begun && m.asked_at + ACCEPT <= now;
        let late: Vec<Id> = self
            .matches
            .iter()
            .filter(|(_, m)| late(m))
            .map(|(id, _)| *id)
            .collect();
        late.into_iter().for_each(|id| self.dissolve(id));
        let over = |(id, m): &(&Id, &Match)| {
            let lonely =
                m.begun && m.sides.iter().flatten().count() < 2 && m.asked_at + GRACE <= now;
            let held = |s: &Side| s.away_since.is_some_and(|since| since + GRACE <= now);
            let lost = |at: usize| m.sides[at].as_ref().is_some_and(held);
            lonely || (0..2).any(|at| lost(at) && !self.is_held_on(now, **id, at))
        };
        let over: Vec<Id> = self
            .matches
            .iter()
            .filter(over)
            .map(|(id, _)| *id)
            .collect();
        over.into_iter()
            .for_each(|id| self.end(id, Reason::Lost, None));
    }

    pub(super) fn round(&mut self, now: u64) {
        let mut pool: Vec<(usize, u32)> = self.waiting.iter().map(|(a, l)| (*a, *l)).collect();
        let mut drawn = BTreeSet::new();
        while pool.len() >= 2 {
            let mut side = || {
                let at = usize::try_from(self.draw()).unwrap() % pool.len();
                pool.swap_remove(at)
            };
            let pair = [side(), side()];
            pair.iter()
                .for_each(|(account, _)| drawn.extend([*account]));
            self.propose(now, pair);
        }
        self.waiting.retain(|account, _| !drawn.contains(account));
    }

    pub(super) fn propose(&mut self, now: u64, pair: [(usize, u32); 2]) {
        let id = self.draw_id();
        let links = pair.map(|(_, link)| link);
        let sides = pair.map(|(account, link)| {
            let instance = self.links[&link].instance;
            Some(Side {
                account,
                instance,
                keys: None,
                link: Some(link),
                away_since: None,
            })
        });
        self.matches.insert(
            id,
            Match {
                sides,
                begun: false,
                asked_at: now,
            },
        );
        for (link, role) in links.into_iter().zip([Role::A, Role::B]) {
            let proposal = to_json(&Proposal { r#match: id, role });
            self.push(link, Resource::MatchProposal, &proposal, true);
        }
    }

    /// Live matches that have begun, as accounts.
    pub(crate) fn live(&self) -> Vec<Vec<usize>> {
        let begun = self.matches.values().filter(|m| m.begun);
        begun
            .map(|m| m.sides.iter().flatten().map(|side| side.account).collect())
            .collect()
    }
}
