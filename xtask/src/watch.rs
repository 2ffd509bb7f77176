//! A program that is watched: its lines are seen, and it ends in time.

use std::io::{BufRead, BufReader, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::shell::{program, succeeds};

/// What is asked to end may put its things in order for so long.
const GRACE: Duration = Duration::from_secs(15);
/// What a killed program had written before may take so long to be read.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Lines that were read and not seen yet.
const LINES_MAX: usize = 1024;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Succeeded,
    Failed,
    OutOfTime,
}

enum News {
    Line(String),
    Ended(ExitStatus),
}

/// Runs a program and whatever it starts, as one process group, for at most `limit`. Nothing of
/// the group is left afterwards.
pub(crate) fn watch(
    command: &mut Command,
    limit: Duration,
    mut line: impl FnMut(&str),
) -> Result<Ending> {
    let (child, reader) = start(command)?;
    let group = child.id();
    let news = listen(child, reader);
    let mut status = None;
    let mut all_within = |span| {
        hear(&news, span, |one| match one {
            News::Line(text) => line(&text),
            News::Ended(how) => status = Some(how),
        })
    };
    let in_time = all_within(limit);
    if !in_time {
        signal(group, "TERM");
        all_within(GRACE);
    }
    // Also what a program has left behind that ended in time: it would disturb what comes next.
    signal(group, "KILL");
    if !in_time {
        all_within(LAST_WORDS);
        return Ok(Ending::OutOfTime);
    }
    Ok(match status {
        Some(status) if status.success() => Ending::Succeeded,
        _ => Ending::Failed,
    })
}

fn start(command: &mut Command) -> Result<(Child, PipeReader)> {
    let (reader, writer) = std::io::pipe()?;
    command.process_group(0).stdin(Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn().context("cannot start")?;
    // The ends of the pipe that the command still holds would keep it open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((child, reader))
}

/// Until the program has ended and nobody can write any more.
fn listen(mut child: Child, reader: PipeReader) -> Receiver<News> {
    let (lines, news) = sync_channel(LINES_MAX);
    let ended: SyncSender<News> = lines.clone();
    thread::spawn(move || {
        if let Ok(status) = child.wait() {
            // Nobody listens any more to who ends late.
            let _ = ended.send(News::Ended(status));
        }
    });
    thread::spawn(move || {
        for bytes in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            if lines.send(News::Line(line)).is_err() {
                return;
            }
        }
    });
    news
}

/// Whether all was heard within the span.
#[expect(
    clippy::disallowed_methods,
    reason = "a program is given so long by a clock"
)]
fn hear(news: &Receiver<News>, span: Duration, mut each: impl FnMut(News)) -> bool {
    let end = Instant::now() + span;
    loop {
        match news.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(one) => each(one),
            Err(RecvTimeoutError::Disconnected) => return true,
            Err(RecvTimeoutError::Timeout) => return false,
        }
    }
}

/// By the shell: the standard library knows no groups. A group that is gone needs no signal.
fn signal(group: u32, name: &str) {
    let words = format!("kill -s {name} -- -{group}");
    succeeds(&mut program("sh", &["-c", &words]));
}

#[cfg(test)]
mod tests {
    use super::{Ending, watch};
    use crate::shell::program;
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_secs(2);

    fn run(script: &str, limit: Duration) -> (Ending, Vec<String>) {
        let mut lines = Vec::new();
        let mut command = program("sh", &["-c", script]);
        let ending = watch(&mut command, limit, |line| lines.push(line.to_owned())).unwrap();
        (ending, lines)
    }

    /// A signal takes a moment; what it killed may be a zombie until its parent looks.
    fn goes(process: &str) -> bool {
        let state = || std::fs::read_to_string(format!("/proc/{process}/stat"));
        let is_gone = || state().map_or(true, |state| state.contains(") Z "));
        (0..100_000).any(|_| is_gone())
    }

    #[test]
    fn both_streams_are_seen_and_the_ending_is_told() {
        let (ending, lines) = run("echo one; echo two >&2", LONG);
        assert_eq!(
            (ending, lines.as_slice()),
            (Ending::Succeeded, &["one".to_owned(), "two".to_owned()][..])
        );
        assert_eq!(run("exit 3", LONG).0, Ending::Failed);
    }

    #[test]
    fn what_hangs_is_ended_with_all_that_it_started() {
        let (ending, lines) = run("sleep 600 & echo $!; wait", SHORT);
        assert_eq!(ending, Ending::OutOfTime);
        assert!(goes(&lines[0]), "{lines:?}");
    }

    #[test]
    fn who_is_asked_to_end_may_say_a_last_word() {
        let (ending, lines) = run("trap 'echo last; exit' TERM; sleep 600 & wait", SHORT);
        assert_eq!(
            (ending, lines.as_slice()),
            (Ending::OutOfTime, &["last".to_owned()][..])
        );
    }

    #[test]
    fn what_is_left_behind_is_ended_too() {
        let (ending, lines) = run("sleep 600 >&- 2>&- & echo $!", LONG);
        assert_eq!(ending, Ending::Succeeded);
        assert!(goes(&lines[0]), "{lines:?}");
    }
}
