//! Lines that are printed. A reader that does not read holds nothing up but what is printed.

use crate::words::Tone;
use anstyle::{AnsiColor, Style};
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
        })
    }

    pub(crate) async fn print(&self, tone: Tone, line: &str) -> Result<(), Closed> {
        let style = if self.colours {
            style(tone)
        } else {
            Style::new()
        };
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
