//! Calls a person who looks elsewhere. All that a notification can say stands in a file of the
//! page's words: the page chooses among them, and nothing of a conversation is ever in one.

use crate::language::Language;
use crate::platform::TITLE;
use notify_rust::Notification;
use serde::Deserialize;
use std::collections::HashMap;
use std::time::Duration;

/// What the page says too.
const WORDS: &str = include_str!("../../web/src/i18n/notification.json");
/// Whatever shows notifications has answered by then, or does not.
pub(crate) const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// Why somebody is called: `Call` in `web/src/engine/host.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Call {
    Found,
    Message,
    Here,
    /// Somebody wants to see how one looks.
    Sample,
}

/// A notification that says so.
pub(crate) fn notice(call: Call, language: Language) -> Option<Notification> {
    let mut all: HashMap<Language, HashMap<Call, String>> = serde_json::from_str(WORDS).ok()?;
    let words = all.remove(&language)?.remove(&call)?;
    let mut notice = Notification::new();
    notice.appname(TITLE).summary(TITLE).body(&words);
    Some(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_words_for_every_call_in_every_language() {
        for language in [Language::Chinese, Language::English] {
            for call in [Call::Found, Call::Message, Call::Here, Call::Sample] {
                assert!(!notice(call, language).unwrap().body.is_empty());
            }
        }
    }
}
