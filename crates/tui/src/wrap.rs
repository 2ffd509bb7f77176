//! Text in columns: as wide as a terminal draws it, and broken between words.

use std::ops::Range;
use textwrap::WordSeparator;
use textwrap::core::Word;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What becomes of a word that is longer than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Long {
    /// It stays whole, so that it can be copied.
    Whole,
    /// It goes on in the next line.
    Broken,
}

/// Columns that a text takes: what is drawn as one is counted as one.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The parts of a line without breaks that fit into `first` columns, then into `rest` columns each.
/// There is at least one. White space at a break is in none.
pub(crate) fn wrap(line: &str, first: usize, rest: usize, long: Long) -> Vec<Range<usize>> {
    let mut parts = Parts {
        all: Vec::new(),
        part: 0..0,
        taken: 0,
        room: first.max(1),
        rest: rest.max(1),
    };
    let mut at = 0;
    for word in words(line) {
        let end = at + word.word.len();
        let wide = width(word.word);
        if parts.taken > 0 && parts.taken + wide > parts.room {
            parts.next(at);
        }
        if wide > parts.room && long == Long::Broken {
            for (from, one) in word.word.grapheme_indices(true) {
                parts.letter(at + from, one);
            }
        } else {
            parts.part.end = end;
            parts.taken += wide;
        }
        parts.taken += word.whitespace.len();
        at = end + word.whitespace.len();
    }
    parts.all.push(parts.part);
    parts.all
}

/// The first columns of a text, and `…` if there is more.
pub(crate) fn clipped(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |one: &&str| {
        taken += one.width();
        taken < columns
    };
    let mut kept: String = text.graphemes(true).take_while(fits).collect();
    if columns > 0 {
        kept.push('…');
    }
    kept
}

struct Parts {
    all: Vec<Range<usize>>,
    part: Range<usize>,
    /// Columns.
    taken: usize,
    room: usize,
    rest: usize,
}

impl Parts {
    fn next(&mut self, at: usize) {
        self.all.push(std::mem::replace(&mut self.part, at..at));
        self.taken = 0;
        self.room = self.rest;
    }

    fn letter(&mut self, at: usize, one: &str) {
        if self.taken > 0 && self.taken + one.width() > self.room {
            self.next(at);
        }
        self.part.end = at + one.len();
        self.taken += one.width();
    }
}

/// As Unicode has it (UAX 14), but a link is one word.
fn words(line: &str) -> Vec<Word<'_>> {
    let is_of_link = |it: Option<char>| it.is_some_and(|it| it.is_ascii_graphic());
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut from = 0;
    let mut until = 0;
    for word in WordSeparator::UnicodeBreakProperties.find_words(line) {
        let before = line.get(..until).and_then(|it| it.chars().next_back());
        if is_of_link(before) && is_of_link(word.chars().next()) {
            found.pop();
        } else {
            from = until;
        }
        until += word.len() + word.whitespace.len();
        found.extend(line.get(from..until).map(Word::from));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str, columns: usize, long: Long) -> Vec<&str> {
        let found = wrap(line, columns, columns, long);
        found.into_iter().map(|part| &line[part]).collect()
    }

    #[test]
    fn what_is_drawn_as_one_counts_as_one() {
        for (text, columns) in [
            ("海", 2),
            ("abc", 3),
            ("👨‍👩‍👧‍👦", 2),
            ("🇨🇳", 2),
            ("❤️", 2),
            ("e\u{301}", 1),
            ("", 0),
        ] {
            assert_eq!(width(text), columns, "{text}");
        }
    }

    #[test]
    fn no_part_is_wider_than_its_room_and_no_letter_is_lost() {
        let line = "今天的海 https://example.org/a/long/way 👨‍👩‍👧‍👦👨‍👩‍👧‍👦 and a word";
        for columns in 2..40 {
            let found = parts(line, columns, Long::Broken);
            assert!(found.iter().all(|it| width(it) <= columns), "{columns}");
            let kept: String = found.concat().split_whitespace().collect();
            assert_eq!(kept, line.split_whitespace().collect::<String>());
        }
    }

    #[test]
    fn long_words_are_broken_or_stay_whole() {
        assert_eq!(parts("a bcdef g", 3, Long::Broken), ["a", "bcd", "ef", "g"]);
        assert_eq!(parts("a bcdef g", 3, Long::Whole), ["a", "bcdef", "g"]);
        assert_eq!(parts("", 3, Long::Broken), [""]);
    }

    #[test]
    fn what_is_clipped_says_so() {
        assert_eq!(clipped("海上生明月", 10), "海上生明月");
        assert_eq!(clipped("海上生明月", 9), "海上生明…");
        assert_eq!(clipped("海上生明月", 6), "海上…");
        assert_eq!(clipped("海", 0), "");
    }
}
