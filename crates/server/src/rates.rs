//! How often who may do what. No address is exempt; tests raise the figures by configuration.

use crate::config::{Rate as Figures, Rates as RatesConfig};
use crate::figures;
use floater_proto::body::{Fault, Problem};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

/// What is counted, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the key of the configuration that it spells"
)]
pub enum Rate {
    LinkByAddress,
    LinkGlobally,
    RegisterByAddress,
    RegisterGlobally,
    MailByRecipient,
    MailByAddress,
    MailGlobally,
    LoginByAddress,
    LoginByEmail,
    LoginGlobally,
    CodeByAddress,
    CodeByEmail,
    CodeGlobally,
    CookieByAddress,
    CookieGlobally,
    SeekByAccount,
    SeekGlobally,
    PathByAccount,
    PathByAddress,
    ReflectByAddress,
    DialByAddress,
    SettingsByAccount,
    ReportByAccount,
    ReportByAddress,
    ReportGlobally,
    PieceByAccount,
    PieceGlobally,
    BlockByAccount,
}

type Limiter = RateLimiter<u64, HashMapStateStore<u64>, DefaultClock>;

/// All limiters.
pub struct Rates {
    limiters: Vec<(Rate, Limiter)>,
    hasher: RandomState,
    clock: DefaultClock,
}

impl Rates {
    /// Limiters with the figures of the configuration.
    #[must_use]
    pub fn new(config: &RatesConfig) -> Self {
        let limiters = config
            .all()
            .into_iter()
            .map(|(rate, figures)| (rate, limiter(figures)));
        Self {
            limiters: limiters.collect(),
            hasher: RandomState::new(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one, or says when to come again.
    ///
    /// # Errors
    /// [`Fault::TooMany`] with `retry_after`.
    pub fn check(&self, rate: Rate, key: impl Hash) -> Result<(), Problem> {
        let limiter = self
            .limiters
            .iter()
            .find(|(name, _)| *name == rate)
            .map(|(_, l)| l);
        let Some(limiter) = limiter else {
            return Ok(());
        };
        let Err(refused) = limiter.check_key(&self.hasher.hash_one(key)) else {
            return Ok(());
        };
        figures::refused(rate.key());
        let wait = refused.wait_time_from(self.clock.now());
        let retry_after = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        let problem = Problem::new(Fault::TooMany, "too often; try again later");
        Err(Problem {
            retry_after: Some(retry_after),
            ..problem
        })
    }

    /// Forgets the keys that have their whole allowance again.
    pub fn forget_rested(&self) {
        for (_, limiter) in &self.limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn limiter(figures: Figures) -> Limiter {
    let period = Duration::from_secs(3600) / figures.per_hour.get();
    let period = period.max(Duration::from_nanos(1));
    let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
    RateLimiter::hashmap(quota.allow_burst(figures.burst))
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rates").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_burst_passes_and_the_next_is_told_when() {
        let login_by_email = Figures::new(2, 60);
        let config = RatesConfig {
            login_by_email,
            ..RatesConfig::default()
        };
        let rates = Rates::new(&config);
        assert!(rates.check(Rate::LoginByEmail, "a").is_ok());
        assert!(rates.check(Rate::LoginByEmail, "a").is_ok());
        let problem = rates.check(Rate::LoginByEmail, "a").unwrap_err();
        assert_eq!(problem.error, Fault::TooMany);
        assert!(
            problem
                .retry_after
                .is_some_and(|ms| ms > 50_000 && ms <= 60_000)
        );
        assert!(
            rates.check(Rate::LoginByEmail, "b").is_ok(),
            "another key is another allowance"
        );
    }
}
