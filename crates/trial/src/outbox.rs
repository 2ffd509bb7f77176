//! The mails that a server without a mail server writes into its data directory.

use crate::trouble::Outcome;
use std::path::Path;

/// The newest code that was mailed to an address, if there is one.
pub(crate) fn code_for(outbox: &Path, email: &str) -> Outcome<Option<String>> {
    let mut mails: Vec<_> = match std::fs::read_dir(outbox) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => return Ok(None),
    };
    mails.sort();
    let to = format!("To: {email}");
    for mail in mails.iter().rev() {
        // One that is being written, or renamed, is read the next time.
        let Ok(text) = std::fs::read_to_string(mail) else {
            continue;
        };
        if text.lines().any(|line| line.trim_end() == to) {
            return Ok(code_in(&text));
        }
    }
    Ok(None)
}

/// The code of a mail.
#[must_use]
pub fn code_in(mail: &str) -> Option<String> {
    mail.lines().find_map(code)
}

/// `    ABCD EFGH`
fn code(line: &str) -> Option<String> {
    let (front, back) = line.trim_end().strip_prefix("    ")?.split_once(' ')?;
    let is_half = |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_half(front) && is_half(back)).then(|| format!("{front}{back}"))
}
