//! Lines that are typed or piped in.

use crate::app::Message;
use crate::note::TypedNote;
use floater_client::proto::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{self, BufRead, IsTerminal, Read};
use std::thread;
use tokio::sync::mpsc;

/// Lines that were read and wait.
const LINES_MAX: usize = 16;
/// Bytes of a line: more than may be said, and a command around it.
const LINE_MAX: usize = 20 * 1024;

/// The standard input: a thread that reads, and what the terminal was like before.
pub(crate) struct Input {
    lines: mpsc::Receiver<Message>,
    /// If it is a terminal.
    before: Option<Termios>,
}

impl Input {
    /// Begins to read.
    pub(crate) fn open() -> io::Result<Self> {
        let (sender, lines) = mpsc::channel(LINES_MAX);
        let stdin = io::stdin();
        let before = stdin.is_terminal().then(|| tcgetattr(&stdin));
        let before = before.transpose()?;
        // Reading cannot be interrupted: the thread ends with the process.
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || read_all(&sender))?;
        Ok(Self { lines, before })
    }

    /// The next line. Dropped half-way, nothing is lost.
    pub(crate) async fn next(&mut self) -> Message {
        self.lines.recv().await.unwrap_or(Message::InputOver)
    }

    /// Whether what is typed is seen.
    pub(crate) fn echo(&self, seen: bool) -> io::Result<()> {
        let Some(before) = &self.before else {
            return Ok(());
        };
        let mut now = before.clone();
        if !seen {
            now.local_modes.remove(LocalModes::ECHO);
            // The end of the line is seen all the same.
            now.local_modes.insert(LocalModes::ECHONL);
        }
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &now)?)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = self.echo(true);
    }
}

fn read_all(lines: &mpsc::Sender<Message>) {
    let mut stdin = io::stdin().lock();
    loop {
        let message = match read(&mut stdin) {
            Ok(Some(message)) => message,
            Ok(None) | Err(_) => return,
        };
        if lines.blocking_send(message).is_err() {
            return;
        }
    }
}

/// One line; nothing at the end.
fn read(from: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
    from.by_ref().take(most).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.len() >= LINE_MAX && !bytes.ends_with(b"\n") {
        skip(from)?;
        return Ok(Some(Message::Unreadable(TypedNote::LineLong)));
    }
    while bytes.last().is_some_and(|it| matches!(it, b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(line) => Message::Typed(Secret::new(line)),
        Err(_) => Message::Unreadable(TypedNote::LineFoul),
    }))
}

/// The rest of a line that is too long.
fn skip(from: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = from.fill_buf()?;
        let end = buffer.iter().position(|it| *it == b'\n');
        let (used, done) = match end {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        from.consume(used);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<String> {
        let mut told = Vec::new();
        while let Some(message) = read(&mut bytes).unwrap() {
            told.push(match message {
                Message::Typed(line) if line.expose().len() < 20 => line.expose().clone(),
                Message::Typed(line) => line.expose().len().to_string(),
                Message::Unreadable(note) => format!("{note:?}"),
                other => format!("{other:?}"),
            });
        }
        told
    }

    #[test]
    fn lines_are_read_whole_and_bad_ones_are_told() {
        assert_eq!(all("你好\r\n\n/help".as_bytes()), ["你好", "", "/help"]);
        assert_eq!(all(b"\xff\xfe\nnext\n"), ["LineFoul", "next"]);
        let long = [vec![b'x'; 3 * LINE_MAX], b"\nnext\n".to_vec()].concat();
        assert_eq!(all(&long), ["LineLong", "next"]);
        let widest = [vec![b'x'; LINE_MAX - 1], b"\nnext\n".to_vec()].concat();
        assert_eq!(
            all(&widest),
            [(LINE_MAX - 1).to_string(), "next".to_owned()]
        );
        assert_eq!(all(b""), Vec::<String>::new());
    }
}
