//! What is being written: some lines, or one that may be hidden.

use crate::wrap::width;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

/// Bytes that can be written; more than can be said, so that one sees what is too much.
const WRITTEN_MAX: usize = 64 * 1024;
/// Steps that can be undone.
const UNDO_MAX: usize = 100;
/// What is typed in secret looks so.
const MASK: char = '•';

/// A text with a cursor in it.
#[derive(Debug, Clone)]
pub(crate) struct Editor {
    area: TextArea<'static>,
    one_line: bool,
    secret: bool,
    /// How often it was changed.
    edits: u64,
}

impl Editor {
    /// Of any number of lines.
    pub(crate) fn of_lines() -> Self {
        let mut editor = Self::of_line(false);
        editor.area.set_wrap_mode(WrapMode::WordOrGlyph);
        editor.one_line = false;
        editor
    }

    /// Of one line. What is secret is not shown, and leaves nothing to undo.
    pub(crate) fn of_line(secret: bool) -> Self {
        let mut area = TextArea::default();
        area.set_cursor_line_style(Style::new());
        // The terminal's own cursor is where one writes: input methods look for it.
        area.set_cursor_style(Style::new());
        area.set_max_histories(if secret { 0 } else { UNDO_MAX });
        if secret {
            area.set_mask_char(MASK);
        }
        Self {
            area,
            one_line: true,
            secret,
            edits: 0,
        }
    }

    /// Whether what is secret is shown all the same; `None` where nothing is secret.
    pub(crate) fn shows_secret(&self) -> Option<bool> {
        self.secret.then(|| self.area.mask_char().is_none())
    }

    /// Shows what is secret, or hides it again.
    pub(crate) fn turn_secret(&mut self) {
        match self.shows_secret() {
            Some(true) => self.area.set_mask_char(MASK),
            Some(false) => self.area.clear_mask_char(),
            None => {}
        }
    }

    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Changes with what is written.
    pub(crate) const fn edits(&self) -> u64 {
        self.edits
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.clear();
        self.paste(text);
    }

    /// Nothing is left, to be brought back neither.
    pub(crate) fn clear(&mut self) {
        let empty = if self.one_line {
            Self::of_line(self.secret)
        } else {
            Self::of_lines()
        };
        let edits = self.edits + 1;
        *self = Self { edits, ..empty };
    }

    /// A key, as terminals' lines have them: Ctrl-U takes away what stands before the cursor.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        let breaks = match (key.code, key.modifiers) {
            (KeyCode::Char('m' | 'j'), KeyModifiers::CONTROL) => true,
            (code, _) => code == KeyCode::Enter,
        };
        let changed = if (key.code, key.modifiers) == (KeyCode::Char('u'), KeyModifiers::CONTROL) {
            self.area.delete_line_by_head()
        } else if breaks && self.one_line {
            false
        } else if self.size() < WRITTEN_MAX || !matches!(key.code, KeyCode::Char(_)) {
            self.area.input(key)
        } else {
            false
        };
        self.edits += u64::from(changed);
    }

    pub(crate) fn break_line(&mut self) {
        if !self.one_line && self.size() < WRITTEN_MAX {
            self.area.insert_newline();
            self.edits += 1;
        }
    }

    /// Something that was written elsewhere. Whatever would do something to a terminal is left out.
    pub(crate) fn paste(&mut self, text: &str) {
        let text = written(text, if self.one_line { ' ' } else { '\n' });
        let room = WRITTEN_MAX.saturating_sub(self.size());
        let end = (0..=room.min(text.len()))
            .rev()
            .find(|it| text.is_char_boundary(*it));
        let changed = self
            .area
            .insert_str(text.get(..end.unwrap_or(0)).unwrap_or_default());
        self.edits += u64::from(changed);
    }

    pub(crate) fn move_to_end(&mut self) {
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Lines that it takes when so many columns are there.
    pub(crate) fn height(&self, columns: u16) -> usize {
        let columns = usize::from(columns).max(1);
        let rows = |line: &String| width(line) / columns + 1;
        self.area.lines().iter().map(rows).sum()
    }

    fn size(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum()
    }

    pub(crate) fn draw(&self, frame: &mut Frame<'_>, area: Rect, style: Style, placeholder: &str) {
        if area.is_empty() {
            return;
        }
        if self.is_empty() {
            frame
                .buffer_mut()
                .set_stringn(area.x, area.y, placeholder, area.width.into(), style);
            frame.set_cursor_position(Position::new(area.x, area.y));
            return;
        }
        frame.render_widget(&self.area, area);
        let (cursor, (top, left)) = (self.area.screen_cursor(), self.area.scroll_offset());
        let at = |cursor: usize, offset: u16, length: u16| {
            let at = cursor.saturating_sub(usize::from(offset));
            u16::try_from(at)
                .unwrap_or(u16::MAX)
                .min(length.saturating_sub(1))
        };
        frame.set_cursor_position(Position::new(
            area.x + at(cursor.col, left, area.width),
            area.y + at(cursor.row, top, area.height),
        ));
    }
}

/// What one pastes is one's own: it is said as it is, but for what moves a cursor or turns the direction
/// of what follows.
fn written(text: &str, between: char) -> String {
    let unified = text.replace("\r\n", "\n");
    let mut written = String::with_capacity(unified.len());
    for it in unified.chars() {
        match it {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => written.push(between),
            '\t' => written.push_str("    "),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            it if it.is_control() => {}
            it => written.push(it),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_said_as_it_was_written() {
        for text in [
            "می\u{200c}خواهم",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "👩\u{200d}💻",
        ] {
            let mut editor = Editor::of_lines();
            editor.paste(text);
            assert_eq!(editor.text(), text);
        }
    }

    #[test]
    fn what_was_cleared_cannot_be_brought_back() {
        let mut editor = Editor::of_lines();
        editor.paste("the last conversation's");
        editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        editor.clear();
        for letter in ['y', 'z', 'r'] {
            editor.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
            assert!(editor.is_empty(), "{letter}");
        }
    }

    #[test]
    fn no_key_breaks_a_line_that_stays_one() {
        let mut editor = Editor::of_line(false);
        for (code, modifiers) in [
            (KeyCode::Char('m'), KeyModifiers::CONTROL),
            (KeyCode::Char('j'), KeyModifiers::CONTROL),
            (KeyCode::Enter, KeyModifiers::ALT),
        ] {
            editor.key(KeyEvent::new(code, modifiers));
            assert!(editor.is_empty());
        }
    }

    #[test]
    fn what_is_pasted_does_nothing_to_a_terminal_and_ends_somewhere() {
        let mut editor = Editor::of_lines();
        editor.paste("a\u{1b}[2Jb\r\nc\u{202e}d");
        let text = editor.text();
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
        assert!(text.contains('\n'));
        editor.set(&"海".repeat(WRITTEN_MAX));
        assert!(editor.text().len() <= WRITTEN_MAX);
        for _ in 0..10 {
            editor.key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
        }
        assert!(editor.text().len() <= WRITTEN_MAX);
    }

    #[test]
    fn what_stands_before_the_cursor_goes_at_once() {
        let mut editor = Editor::of_line(false);
        editor.set("~/floater.txt");
        editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(editor.is_empty());
    }

    #[test]
    fn one_line_stays_one() {
        let mut editor = Editor::of_line(false);
        editor.paste("a\nb");
        editor.break_line();
        assert_eq!(editor.text(), "a b");
    }
}
