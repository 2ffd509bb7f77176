/// What others wrote, so that a terminal can show it: a line of text in which nothing moves the
/// cursor, changes colours, turns the direction of what follows, or hides. Each such character is
/// named instead, as `<U+202E>`. Line breaks are left to the caller.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        let after = rest.peek().copied();
        match it {
            '\t' => shown.push_str("    "),
            // Joins two pictures to one; anywhere else it hides.
            '\u{200d}' if joins(before) && after.is_some_and(is_pictorial) => shown.push(it),
            _ if is_harmful(it) => {
                let code = u32::from(it);
                shown.push_str(&format!("<U+{code:04X}>"));
            }
            _ => shown.push(it),
        }
        before = Some(it);
    }
    shown
}

fn is_harmful(it: char) -> bool {
    it.is_control()
        || matches!(it,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// What a joiner may stand behind: a picture, its skin colour or its variation.
fn joins(before: Option<char>) -> bool {
    before.is_some_and(|it| it == '\u{fe0f}' || is_pictorial(it))
}

const fn is_pictorial(it: char) -> bool {
    matches!(it, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_reaches_the_terminal_but_what_can_be_seen() {
        let table = [
            ("你好, wörld! 🌊", "你好, wörld! 🌊"),
            (
                "\u{1b}[2J\u{1b}]0;title\u{7}",
                "<U+001B>[2J<U+001B>]0;title<U+0007>",
            ),
            ("a\u{9b}31mred", "a<U+009B>31mred"),
            ("abc\rX", "abc<U+000D>X"),
            ("a\u{8}b\u{7f}", "a<U+0008>b<U+007F>"),
            ("one\ttwo", "one    two"),
            ("me\u{202e}gpj.exe", "me<U+202E>gpj.exe"),
            (
                "\u{2066}\u{2069}\u{200f}\u{61c}",
                "<U+2066><U+2069><U+200F><U+061C>",
            ),
            (
                "a\u{200b}b\u{feff}c\u{ad}d\u{2060}",
                "a<U+200B>b<U+FEFF>c<U+00AD>d<U+2060>",
            ),
            ("\u{3164}\u{ffa0}\u{115f}", "<U+3164><U+FFA0><U+115F>"),
            ("a\u{200d}b", "a<U+200D>b"),
            ("\u{200d}", "<U+200D>"),
            ("a\u{200d}💻", "a<U+200D>💻"),
            ("👩\u{200d}b", "👩<U+200D>b"),
            ("\u{e0041}", "<U+E0041>"),
            (
                "👩\u{200d}💻 👨🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥",
                "👩\u{200d}💻 👨🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥",
            ),
            ("שלום مرحبا", "שלום مرحبا"),
        ];
        for (text, wanted) in table {
            assert_eq!(harmless(text), wanted, "{text:?}");
        }
    }
}
