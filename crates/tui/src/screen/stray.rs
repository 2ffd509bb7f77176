//! A paste that comes in the same breath as Escape: of the two escapes the terminal library makes one,
//! so the paste comes as keys that nobody pressed. Nothing of it may be sent by its line breaks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What follows the escape where a paste begins.
const MARK: [char; 5] = ['[', '2', '0', '0', '~'];
/// Nobody presses keys so soon after each other, in milliseconds.
const BREATH: u64 = 50;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Pressed,
    /// Of the mark of a paste.
    Mark,
    Pasted,
}

/// How much of a stray paste has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stray {
    /// When the last key came.
    last: u64,
    /// Letters of the mark that came, after an escape.
    marked: Option<usize>,
}

impl Stray {
    pub(super) fn is(&mut self, now: u64, key: KeyEvent) -> Is {
        let soon = now.saturating_sub(self.last) <= BREATH;
        self.last = now;
        let marked = self.marked.filter(|_| soon);
        let expected = marked.and_then(|marked| MARK.get(marked));
        let (is, marked) = match (marked, key.code) {
            (Some(marked), _) if marked >= MARK.len() => (Is::Pasted, Some(marked)),
            (Some(marked), KeyCode::Char(it)) if Some(&it) == expected => {
                (Is::Mark, Some(marked + 1))
            }
            (_, KeyCode::Esc) if key.modifiers == KeyModifiers::NONE => (Is::Pressed, Some(0)),
            _ => (Is::Pressed, None),
        };
        self.marked = marked;
        is
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stray: &mut Stray, now: u64, keys: &[KeyCode]) -> Vec<Is> {
        let press = |code: &KeyCode| stray.is(now, KeyEvent::new(*code, KeyModifiers::NONE));
        keys.iter().map(press).collect()
    }

    #[test]
    fn a_paste_behind_an_escape_is_told_from_keys() {
        let mut stray = Stray::default();
        assert_eq!(all(&mut stray, 1000, &[KeyCode::Esc]), [Is::Pressed]);
        assert_eq!(
            all(&mut stray, 1001, &MARK.map(KeyCode::Char)),
            [Is::Mark; 5]
        );
        let keys = [KeyCode::Char('a'), KeyCode::Enter, KeyCode::Esc];
        assert_eq!(all(&mut stray, 1010, &keys), [Is::Pasted; 3]);
        assert_eq!(all(&mut stray, 2000, &[KeyCode::Enter]), [Is::Pressed]);
    }

    #[test]
    fn keys_that_somebody_pressed_stay_keys() {
        let mut stray = Stray::default();
        assert_eq!(all(&mut stray, 1000, &[KeyCode::Esc]), [Is::Pressed]);
        assert_eq!(all(&mut stray, 1200, &[KeyCode::Char('[')]), [Is::Pressed]);
        let keys = [KeyCode::Char('2'), KeyCode::Enter];
        assert_eq!(all(&mut stray, 1201, &keys), [Is::Pressed; 2]);
    }
}
