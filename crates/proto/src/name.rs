use crate::limits;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{is_combining_mark, is_public_assigned};
use unicode_segmentation::UnicodeSegmentation;

/// Why a text cannot be a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsernameError {
    /// Nothing but space.
    #[error("a username has at least one visible character")]
    Empty,
    /// More than [`limits::USERNAME_GRAPHEMES_MAX`] characters as people count them.
    #[error("a username has at most {} characters", limits::USERNAME_GRAPHEMES_MAX)]
    TooLong,
    /// A control, bidirectional or invisible format character, or one that means nothing.
    #[error("a username holds no control, bidirectional or unassigned characters")]
    Forbidden,
    /// More than [`limits::USERNAME_MARKS_MAX`] combining marks in a row.
    #[error(
        "a username has at most {} combining marks in a row",
        limits::USERNAME_MARKS_MAX
    )]
    Stacked,
}

/// How one is called in a conversation: 1 to 24 grapheme clusters, NFC, no control, bidirectional
/// or unassigned characters, no towers of marks. Not unique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// How [`crate::body::from_json`] tells a value that is not acceptable from a body that is not
/// what the resource takes: the key, then what a value must be.
pub(crate) const REFUSED: [(&str, &str); 2] =
    [("username", "a username "), ("email", "an e-mail address ")];

impl Username {
    /// Trims and normalises what somebody typed.
    ///
    /// # Errors
    /// [`UsernameError`] says what a username must be.
    pub fn new(typed: &str) -> Result<Self, UsernameError> {
        // Composing shortens, by less than this factor.
        if typed.len() > limits::USERNAME_BYTES_MAX.saturating_mul(8) {
            return Err(UsernameError::TooLong);
        }
        let name: String = typed.trim().nfc().collect();
        if name.chars().all(unseen) {
            return Err(UsernameError::Empty);
        }
        let clusters = name
            .graphemes(true)
            .take(limits::USERNAME_GRAPHEMES_MAX.saturating_add(1));
        let long = clusters.count() > limits::USERNAME_GRAPHEMES_MAX;
        if long || name.len() > limits::USERNAME_BYTES_MAX {
            return Err(UsernameError::TooLong);
        }
        if name.chars().any(forbidden) {
            return Err(UsernameError::Forbidden);
        }
        if is_stacked(&name) {
            return Err(UsernameError::Stacked);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, bidirectional marks and overrides, line separators, invisible fillers; noncharacters
/// and what is unassigned or private, which shows as anything. The joiners U+200C and U+200D stay:
/// scripts and emoji need them.
fn forbidden(c: char) -> bool {
    !is_public_assigned(c)
        || c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'
            | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Whether marks climb over each other. A joiner among them does not begin a new row.
fn is_stacked(name: &str) -> bool {
    let mut marks = 0_usize;
    name.chars().any(|c| {
        if is_combining_mark(c) {
            marks = marks.saturating_add(1);
        } else if !is_joiner(c) {
            marks = 0;
        }
        marks > limits::USERNAME_MARKS_MAX
    })
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Leaves no mark of its own: a name of these alone would look like none.
fn unseen(c: char) -> bool {
    c.is_whitespace()
        || is_combining_mark(c)
        || forbidden(c)
        || is_joiner(c)
        || matches!(c,
            '\u{034f}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

impl TryFrom<String> for Username {
    type Error = UsernameError;
    fn try_from(text: String) -> Result<Self, UsernameError> {
        Self::new(&text)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

/// Why a text cannot be an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an e-mail address looks like name@example.org, in at most {} bytes",
    limits::EMAIL_MAX
)]
pub struct EmailError;

/// An e-mail address: one `@`, a dot-atom or UTF-8 local part, a domain of labels. It prints as
/// nothing, and compares by its lower-case form.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Trims and lower-cases what somebody typed.
    ///
    /// # Errors
    /// [`EmailError`].
    pub fn new(typed: &str) -> Result<Self, EmailError> {
        // Lower case may be longer or shorter than what was typed, by less than this factor.
        if typed.len() > limits::EMAIL_MAX.saturating_mul(4) {
            return Err(EmailError);
        }
        let text: String = typed.trim().to_lowercase().nfc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let valid = text.len() <= limits::EMAIL_MAX && is_local(local) && is_domain(domain);
        if valid {
            Ok(Self(text))
        } else {
            Err(EmailError)
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5322 `dot-atom`, with RFC 6531's characters beyond ASCII; at most 64 bytes.
fn is_local(local: &str) -> bool {
    let atext = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(atext))
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        let hyphens = l.starts_with('-') || l.ends_with('-');
        !l.is_empty()
            && l.len() <= 63
            && !hyphens
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    domain.split('.').all(label)
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::new(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests;
