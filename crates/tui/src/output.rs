//! Lines that are printed. A reader that does not read holds nothing up but what is printed.

use crate::words::{GOES_ON, Tone};
use crate::wrap::{Long, width, wrap};
use anstyle::{AnsiColor, Style};
use rustix::termios::tcgetwinsize;
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc;

/// Lines that wait to be printed; then the program waits too.
const LINES_MAX: usize = 1024;
/// What waits at the end is printed within this.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// The standard output.
pub(crate) struct Output {
    lines: mpsc::Sender<String>,
    printing: JoinHandle<()>,
    colours: bool,
    is_terminal: bool,
}

/// Nobody reads any more.
#[derive(Debug, thiserror::Error)]
#[error("the standard output is closed")]
pub(crate) struct Closed;

impl Output {
    /// `plain`: no colours, whatever the terminal can.
    pub(crate) fn open(plain: bool) -> io::Result<Self> {
        let (lines, waiting) = mpsc::channel(LINES_MAX);
        let printing = thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || print_all(waiting))?;
        Ok(Self {
            lines,
            printing,
            colours: !plain && can_colours(),
            is_terminal: io::stdout().is_terminal(),
        })
    }

    pub(crate) async fn print(&self, tone: Tone, line: &str) -> Result<(), Closed> {
        let style = if self.colours {
            style(tone)
        } else {
            Style::new()
        };
        let columns = self.is_terminal.then(columns).flatten();
        let line = fitted(line, tone, columns);
        let line = format!("{style}{line}{style:#}\n");
        self.lines.send(line).await.map_err(|_| Closed)
    }

    /// Prints what waits, for a moment.
    pub(crate) async fn close(self) {
        drop(self.lines);
        let printed = tokio::task::spawn_blocking(move || self.printing.join());
        // Who does not read now misses the last lines.
        drop(tokio::time::timeout(FLUSH_WITHIN, printed).await);
    }
}

fn print_all(mut lines: mpsc::Receiver<String>) {
    let mut stdout = io::stdout().lock();
    while let Some(line) = lines.blocking_recv() {
        let printed = stdout
            .write_all(line.as_bytes())
            .and_then(|()| stdout.flush());
        if printed.is_err() {
            return;
        }
    }
}

/// How many a terminal has now: windows change.
fn columns() -> Option<usize> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|it| *it > 0)
}

/// A terminal breaks lines anywhere: they are broken between words. A word that is longer than a line
/// stays whole.
fn fitted(line: &str, tone: Tone, columns: Option<usize>) -> Cow<'_, str> {
    let Some(columns) = columns.filter(|it| width(line) > *it) else {
        return line.into();
    };
    let goes_on = match tone {
        Tone::Said => GOES_ON,
        Tone::Told | Tone::Quiet | Tone::Wrong => "",
    };
    let rest = columns.saturating_sub(goes_on.len());
    let parts = wrap(line, columns, rest, Long::Whole);
    let parts: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| line.get(part))
        .collect();
    parts.join(&format!("\n{goes_on}")).into()
}

/// <https://no-color.org>
fn can_colours() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let dumb = set("TERM").is_none_or(|term| term == "dumb");
    io::stdout().is_terminal() && set("NO_COLOR").is_none() && !dumb
}

const fn style(tone: Tone) -> Style {
    match tone {
        Tone::Said => Style::new().bold(),
        Tone::Told => AnsiColor::Cyan.on_default(),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Wrong => AnsiColor::Yellow.on_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_whole_words() {
        let told = "Direct with: everybody who allows it, with luck";
        let lines = "Direct with: everybody\nwho allows it, with\nluck";
        assert_eq!(fitted(told, Tone::Told, Some(22)), lines);
        assert_eq!(fitted(told, Tone::Told, None), told, "a pipe gets lines");
        assert_eq!(fitted(told, Tone::Told, Some(80)), told);
    }

    #[test]
    fn chinese_takes_two_columns_a_letter_and_no_line_begins_with_a_comma() {
        let told = "映射（RFC 4787）：与对方无关，分不出来";
        let lines = "映射（RFC 4787）：与\n对方无关，分不出来";
        assert_eq!(fitted(told, Tone::Told, Some(20)), lines);
        let told = "与对方无关（EIM），分不出来";
        let lines = "与对方无关\n（EIM），分\n不出来";
        assert_eq!(fitted(told, Tone::Told, Some(11)), lines);
    }

    #[test]
    fn a_link_is_one_word() {
        let told = "Open https://example.org/a-long/way now";
        let lines = "Open\nhttps://example.org/a-long/way\nnow";
        assert_eq!(fitted(told, Tone::Told, Some(30)), lines);
        let told = "打开https://example.org/a-long/way吧";
        let lines = "打开\nhttps://example.org/a-long/way\n吧";
        assert_eq!(fitted(told, Tone::Told, Some(30)), lines);
    }

    #[test]
    fn what_others_say_goes_on_behind_a_bar_and_links_stay_whole() {
        let said = "[7] 小红: see https://example.org/a/long/way";
        let lines = "[7] 小红: see\n    | https://example.org/a/long/way";
        assert_eq!(fitted(said, Tone::Said, Some(20)), lines);
    }
}
