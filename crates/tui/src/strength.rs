//! A word for a password, as the page has it: by length and how many different characters, nothing
//! about classes.

use std::collections::BTreeSet;

/// What everybody tries first.
const COMMON: [&str; 18] = [
    "password", "passwort", "qwerty", "asdf", "zxcv", "abc", "admin", "welcome", "letmein",
    "iloveyou", "woaini", "a1234", "1234", "1111", "0000", "8888", "6666", "5201314",
];
/// A password so long is more than its beginning.
const LONG: usize = 16;

/// 0 easily guessed, 1 weak, 2 fair, 3 good.
pub(crate) fn strength(password: &str) -> usize {
    let lower = password.to_lowercase();
    let characters: Vec<char> = lower.chars().collect();
    let different = characters.iter().collect::<BTreeSet<_>>().len();
    // Twice what they are, so that halves are whole.
    let wide = if password.is_ascii() { 1 } else { 2 };
    let weight = (2 * characters.len()).min(3 * different) * wide;
    let weight = weight.saturating_sub(runs(&characters));
    let common = COMMON.iter().any(|it| lower.starts_with(it));
    match weight {
        _ if common && characters.len() < LONG => 0,
        0..16 => 0,
        16..22 => 1,
        22..30 => 2,
        _ => 3,
    }
}

/// Neighbours that repeat or count: `aaa`, `123`.
fn runs(characters: &[char]) -> usize {
    let near = |pair: &&[char]| match pair {
        [one, other] => u32::from(*one).abs_diff(u32::from(*other)) <= 1,
        _ => false,
    };
    characters.windows(2).filter(near).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_easily_guessed() {
        for bad in ["12345678", "password1", "aaaaaaaaaa", "qwertyuiop", ""] {
            assert_eq!(strength(bad), 0, "{bad}");
        }
    }

    #[test]
    fn length_makes_strength_without_any_rule_of_composition() {
        assert_eq!(strength("the tide turns at nine"), 3);
        assert_eq!(strength("海上生明月天涯共此时"), 3);
        assert!(strength("kx7gq2mw") < 3);
    }
}
