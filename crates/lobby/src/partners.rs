//! Today's partners: in memory only, unreadable without the key of this start.

use crate::Account;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{HashMap, VecDeque};

/// HMAC(boot key, unordered pair), shortened.
type Pair = [u8; 12];

/// Whom each account met today: the last [`Partners::KEPT`], forgotten at midnight UTC and at
/// every start.
pub(crate) struct Partners {
    key: Hmac<Sha256>,
    day: u64,
    met: HashMap<Account, VecDeque<Pair>>,
}

const DAY: u64 = 24 * 3600;

impl Partners {
    /// Partners remembered for each account.
    pub(crate) const KEPT: usize = 20;
    /// Accounts whose partners are remembered in a day.
    pub(crate) const ACCOUNTS_MAX: usize = 1_000_000;

    pub(crate) fn new(key: [u8; 32]) -> Self {
        // RFC 2104 §2: a short key is filled with zeros to the block.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Self {
            key: Hmac::new(&block.into()),
            day: 0,
            met: HashMap::new(),
        }
    }

    pub(crate) fn handle_day(&mut self, wall: u64) {
        let day = wall.checked_div(DAY).unwrap_or(0);
        if day != self.day {
            self.day = day;
            self.met = HashMap::new();
        }
    }

    pub(crate) fn remember(&mut self, a: Account, b: Account) {
        let pair = self.pair(a, b);
        for account in [a, b] {
            if self.met.len() >= Self::ACCOUNTS_MAX && !self.met.contains_key(&account) {
                continue;
            }
            let met = self.met.entry(account).or_default();
            met.retain(|known| *known != pair);
            if met.len() == Self::KEPT {
                met.pop_front();
            }
            met.push_back(pair);
        }
    }

    pub(crate) fn have_met(&self, a: Account, b: Account) -> bool {
        let (Some(of_a), of_b) = (self.met.get(&a), self.met.get(&b)) else {
            return self
                .met
                .get(&b)
                .is_some_and(|met| met.contains(&self.pair(a, b)));
        };
        let pair = self.pair(a, b);
        of_a.contains(&pair) || of_b.is_some_and(|met| met.contains(&pair))
    }

    fn pair(&self, a: Account, b: Account) -> Pair {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let mac = self
            .key
            .clone()
            .chain_update(low.0.to_be_bytes())
            .chain_update(high.0.to_be_bytes())
            .finalize();
        let mut pair = Pair::default();
        pair.iter_mut()
            .zip(mac.into_bytes())
            .for_each(|(to, from)| *to = from);
        pair
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_remembered_as_are_allowed_and_the_others_still_have_partners() {
        let mut partners = Partners::new([1; 32]);
        let most = Partners::ACCOUNTS_MAX as u64;
        let known = (1..most).map(|n| (Account(n), VecDeque::new()));
        partners.met.extend(known);
        let [last, late, later] = [most, most + 1, most + 2].map(Account);
        partners.remember(Account(1), last);
        assert_eq!(partners.met.len(), Partners::ACCOUNTS_MAX);
        partners.remember(Account(2), late);
        partners.remember(late, later);
        assert_eq!(partners.met.len(), Partners::ACCOUNTS_MAX);
        assert!(partners.have_met(last, Account(1)));
        assert!(partners.have_met(late, Account(2)), "one of them knows");
        assert!(!partners.have_met(late, later), "neither does");
        partners.handle_day(DAY);
        assert!(!partners.have_met(last, Account(1)));
    }
}
