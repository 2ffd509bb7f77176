use crate::secrets::{random_token, token_hash};
use floater_proto::{Binary, Secret};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Codes that may be open; beyond it the oldest goes.
const CODES_MAX: usize = 10_000;

/// One-time codes that `POST /cookie` exchanges for a session's cookie: a WebSocket cannot set
/// one. In memory only.
pub struct CookieCodes {
    life: u64,
    open: Mutex<HashMap<Binary<32>, (u64, Secret<String>)>>,
}

impl CookieCodes {
    /// Codes that are good for so long.
    #[must_use]
    pub fn new(life: Duration) -> Self {
        Self {
            life: u64::try_from(life.as_millis()).unwrap_or(u64::MAX),
            open: Mutex::default(),
        }
    }

    /// A code for this session token.
    pub fn give(&self, now: u64, token: Secret<String>) -> Secret<String> {
        let code = random_token();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (until, _)| *until > now);
        if open.len() >= CODES_MAX {
            let oldest = open
                .iter()
                .min_by_key(|(_, (until, _))| *until)
                .map(|(key, _)| *key);
            oldest.map(|key| open.remove(&key));
        }
        open.insert(
            token_hash(code.expose()),
            (now.saturating_add(self.life), token),
        );
        code
    }

    /// The session token of a code, once.
    pub fn take(&self, now: u64, code: &str) -> Option<Secret<String>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, token) = open.remove(&token_hash(code))?;
        (until > now).then_some(token)
    }
}

impl std::fmt::Debug for CookieCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieCodes([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_once_and_within_a_minute() {
        let codes = CookieCodes::new(Duration::from_secs(60));
        let code = codes.give(0, "token".into());
        assert_eq!(codes.take(59_999, code.expose()), Some("token".into()));
        assert_eq!(codes.take(59_999, code.expose()), None);
        let late = codes.give(0, "token".into());
        assert_eq!(codes.take(60_000, late.expose()), None);
    }
}
