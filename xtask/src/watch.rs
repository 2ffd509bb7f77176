//! A program that is watched: its lines are seen, and it ends in time.

use std::io::{BufRead, BufReader, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio, exit};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
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

/// What a shell says of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;
/// Between two looks whether a group is gone.
const LOOK: Duration = Duration::from_millis(50);
/// The groups that are watched now.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Runs a program and whatever it starts, as one process group, for at most `limit`. Nothing of
/// the group is left afterwards, nor where this program is ended by Ctrl-C.
pub(crate) fn watch(
    command: &mut Command,
    limit: Duration,
    mut line: impl FnMut(&str),
) -> Result<Ending> {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        // Where that cannot be had, what was started ends by itself.
        let _ = ctrlc::set_handler(interrupted);
    });
    let mut groups = watched();
    let (child, reader) = start(command)?;
    let group = child.id();
    groups.push(group);
    drop(groups);
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
    watched().retain(|it| *it != group);
    if !in_time {
        all_within(LAST_WORDS);
        return Ok(Ending::OutOfTime);
    }
    Ok(match status {
        Some(status) if status.success() => Ending::Succeeded,
        _ => Ending::Failed,
    })
}

fn watched() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A group of its own hears nothing of Ctrl-C: it is asked to end, and so is this program.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing says when a group is gone"
)]
fn interrupted() {
    // As long as it is held nothing is started.
    let groups = watched();
    for group in &*groups {
        signal(*group, "TERM");
    }
    let end = Instant::now() + GRACE;
    while groups.iter().any(|it| signal(*it, "0")) && Instant::now() < end {
        thread::sleep(LOOK);
    }
    for group in &*groups {
        signal(*group, "KILL");
    }
    exit(INTERRUPTED)
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

/// By the shell: the standard library knows no groups. Whether there was such a group.
fn signal(group: u32, name: &str) -> bool {
    let words = format!("kill -s {name} -- -{group}");
    succeeds(&mut program("sh", &["-c", &words]))
}

#[cfg(test)]
mod tests {
    use super::{Ending, INTERRUPTED, watch};
    use crate::shell::{program, succeeds};
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
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

    #[test]
    #[ignore = "the process of the next one"]
    fn watches_for_long() {
        let mut command = program("sh", &["-c", "echo $$; exec sleep 600"]);
        watch(&mut command, LONG, |line| println!("{line}")).unwrap();
    }

    #[test]
    fn ctrl_c_ends_what_was_started_too() {
        let mut this = Command::new(std::env::current_exe().unwrap());
        this.args(["--exact", "watch::tests::watches_for_long"]);
        this.args(["--ignored", "--nocapture"]);
        let mut watching = this.stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(watching.stdout.take().unwrap()).lines();
        let mut said = said.map_while(Result::ok);
        let started = said.find(|it| it.parse::<u32>().is_ok()).unwrap();
        let words = format!("kill -s INT {}", watching.id());
        assert!(succeeds(&mut program("sh", &["-c", &words])));
        assert_eq!(watching.wait().unwrap().code(), Some(INTERRUPTED));
        assert!(goes(&started), "{started}");
    }
}
