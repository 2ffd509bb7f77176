//! Text of others, so that a terminal can show it.

pub(crate) use floater_client::proto::harmless;

/// The lines of a text, whatever breaks them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    let unified = text.replace("\r\n", "\n");
    let lines: Vec<String> = unified
        .split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(harmless)
        .collect();
    lines.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_that_breaks_a_line_breaks_it_here() {
        let all: Vec<_> = lines("a\nb\r\nc\rd\u{2028}e\u{2029}f\u{85}g").collect();
        assert_eq!(all, ["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(lines("").collect::<Vec<_>>(), [""]);
    }
}
