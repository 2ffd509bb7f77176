//! The manners of the full screen towards a real terminal: it is given back as it was, also when it takes
//! nothing any more.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a process is watched from outside, and a test fails by a panic"
)]

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Action, Winsize, tcflow, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What does not come within this does not come.
const PATIENCE: Duration = Duration::from_secs(30);
/// A terminal that takes nothing holds the end up for less than this.
const END_WITHIN: Duration = Duration::from_secs(10);
const PUSH_TITLE: &str = "\u{1b}[22;2t";
const POP_TITLE: &str = "\u{1b}[23;2t";
const ALTERNATE: &str = "\u{1b}[?1049h";
const LEAVES: &str = "\u{1b}[?1049l";

/// `floater` on a terminal of its own, without a server.
struct Program {
    child: Child,
    terminal: File,
    line: OwnedFd,
    /// What it wrote.
    written: Arc<Mutex<Vec<u8>>>,
    _data: tempfile::TempDir,
}

impl Program {
    fn start() -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let name = name.into_string().unwrap();
        let line = File::options().read(true).write(true).open(name).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let data = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_floater"))
            .args(["--server", "floater://127.0.0.1:1", "--data"])
            .arg(data.path())
            .env("TERM", "xterm-256color")
            .env_remove("TMUX")
            .stdin(line.try_clone().unwrap())
            .stdout(line.try_clone().unwrap())
            .stderr(line.try_clone().unwrap())
            // It stops its group, which is to be nobody else's.
            .process_group(0)
            .spawn()
            .unwrap();
        let terminal = File::from(terminal);
        let written = Arc::new(Mutex::new(Vec::new()));
        let (mut reads, keeps) = (terminal.try_clone().unwrap(), Arc::clone(&written));
        thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length) = reads.read(&mut part) {
                keeps.lock().unwrap().extend(part.iter().take(length));
            }
        });
        Self {
            child,
            terminal,
            line: line.into(),
            written,
            _data: data,
        }
    }

    fn count(&self, part: &str) -> usize {
        let written = self.written.lock().unwrap();
        String::from_utf8_lossy(&written).matches(part).count()
    }

    fn waits(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "{what} does not come");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn process(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap()).unwrap()
    }

    fn is_stopped(&self) -> bool {
        let told = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let told = told.unwrap_or_default();
        told.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    /// How it ended, if it did before this was over.
    fn ends(&mut self, within: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_terminal_that_takes_nothing_does_not_hold_the_end_up() {
    let mut program = Program::start();
    program.waits("a page", |it| it.count("FLOATER") > 0);
    // As Ctrl-S does.
    tcflow(program.line.as_fd(), Action::OOff).unwrap();
    thread::sleep(Duration::from_secs(2));
    program.signal(Signal::TERM);
    let status = program.ends(END_WITHIN).expect("it does not end");
    assert_eq!((status.code(), status.signal()), (Some(143), None));
}

#[test]
fn whatever_was_taken_is_given_back_once_for_each_time() {
    let mut program = Program::start();
    program.waits("a page", |it| it.count("FLOATER") > 0);
    for round in 1..=2 {
        assert_eq!(program.count(PUSH_TITLE), round);
        program.terminal.write_all(b"\x1a").unwrap();
        program.waits("the stop", Program::is_stopped);
        program.waits("what gives it back", |it| it.count(POP_TITLE) == round);
        let drawn = program.count(ALTERNATE);
        program.signal(Signal::CONT);
        program.waits("the screen again", |it| it.count(ALTERNATE) > drawn);
    }
    // Stopped by somebody else it could give nothing back.
    program.signal(Signal::STOP);
    program.waits("the stop", Program::is_stopped);
    let drawn = program.count(ALTERNATE);
    program.signal(Signal::CONT);
    program.waits("the screen again", |it| it.count(ALTERNATE) > drawn);
    program.signal(Signal::TERM);
    assert!(program.ends(PATIENCE).is_some());
    program.waits("the last word", |it| it.count(POP_TITLE) == 3);
    assert_eq!(program.count(PUSH_TITLE), 3);
    let written = program.written.lock().unwrap();
    let told = String::from_utf8_lossy(&written);
    let (_, after) = told.rsplit_once(LEAVES).unwrap();
    assert!(!after.contains("\u{1b}[?2026h"), "{after:?}");
}
