use crate::client::PATIENCE;
use crate::program::{program, traced};
use crate::trouble::{Outcome, Trouble};
use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// Lines that are told when something did not come.
const LAST: usize = 20;

/// How a line begins that says which path is in use.
pub const DIRECT: &str = "direct: ";
/// The same, of the path through the server.
pub const RELAYED: &str = "relayed: ";

/// Whether the path is a direct one, if a line says which is in use.
#[must_use]
pub fn says_direct(line: &str) -> Option<bool> {
    let is_direct = line.starts_with(DIRECT);
    (is_direct || line.starts_with(RELAYED)).then_some(is_direct)
}

/// A `floater` by pipes: what a person types, and what they read.
///
/// - Wanted: [`Terminal::types`], [`Terminal::interrupt`], [`Terminal::ends_input`].
/// - Waited for: [`Terminal::reads`], [`Terminal::reads_all`], [`Terminal::next`], [`Terminal::ends`].
#[derive(Debug)]
pub struct Terminal {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<String>,
    last: VecDeque<String>,
}

impl Terminal {
    /// Starts the program of the same build, in English, with a data directory of its own.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn start(name: &str, server: &str, data: &Path, words: &[&str]) -> Outcome<Self> {
        let program = program("floater")?;
        let words = [&["--server", server], words].concat();
        Self::run(name, program, (&words, data))
    }

    /// The same, and every address that it reaches is written down; see [`crate::reached`].
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn start_traced(name: &str, server: &str, data: &Path, trace: &Path) -> Outcome<Self> {
        let program = traced("floater", trace)?;
        Self::run(name, program, (&["--server", server], data))
    }

    fn run(name: &str, mut program: Command, (words, data): (&[&str], &Path)) -> Outcome<Self> {
        let mut child = program
            .args(["--language", "en", "--data"])
            .arg(data)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (telling, lines) = mpsc::unbounded_channel();
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            tokio::spawn(tell(out, telling.clone()));
            tokio::spawn(tell(err, telling));
        }
        Ok(Self {
            name: name.to_owned(),
            input: child.stdin.take(),
            child,
            lines,
            last: VecDeque::new(),
        })
    }

    /// Types a line.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub async fn types(&mut self, line: &str) -> Outcome<()> {
        if let Some(input) = &mut self.input {
            input.write_all(format!("{line}\n").as_bytes()).await?;
        }
        Ok(())
    }

    /// Nothing more will be typed.
    pub fn ends_input(&mut self) {
        self.input = None;
    }

    /// Presses Ctrl-C.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn interrupt(&mut self) -> Outcome<()> {
        let process = self.child.id().ok_or(Trouble::Gone)?.to_string();
        let kill = Command::new("kill").args(["-INT", &process]).status();
        let done = kill.await?.success();
        done.then_some(()).ok_or(Trouble::Gone)
    }

    /// The process, while there is one.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// The next line; nothing, if none comes before this moment.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn next(&mut self, end: Instant) -> Outcome<Option<String>> {
        let line = match timeout_at(end, self.lines.recv()).await {
            Ok(Some(line)) => line,
            Ok(None) => return Err(self.ended().await),
            Err(_) => return Ok(None),
        };
        self.last.push_back(line.clone());
        if self.last.len() > LAST {
            self.last.pop_front();
        }
        Ok(Some(line))
    }

    /// Passes over lines until one holds this.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn reads(&mut self, part: &str) -> Outcome<String> {
        let mut lines = self.reads_all(part).await?;
        Ok(lines.pop().unwrap_or_default())
    }

    /// The same: all lines that it passed over, and the one.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn reads_all(&mut self, part: &str) -> Outcome<Vec<String>> {
        let end = Instant::now() + PATIENCE;
        let mut all = Vec::new();
        while let Some(line) = self.next(end).await? {
            let is_it = line.contains(part);
            all.push(line);
            if is_it {
                return Ok(all);
            }
        }
        Err(Trouble::Late {
            waited_for: format!("{part:?} at {}", self.name),
            last: self.tail(),
        })
    }

    /// Waits for its end: the exit status.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn ends(&mut self) -> Outcome<Option<i32>> {
        match timeout_at(Instant::now() + PATIENCE, self.child.wait()).await {
            Ok(status) => Ok(status?.code()),
            Err(_) => Err(Trouble::Late {
                waited_for: format!("the end of {}", self.name),
                last: self.tail(),
            }),
        }
    }

    /// What it printed last.
    #[must_use]
    pub fn tail(&self) -> String {
        let lines: Vec<&str> = self.last.iter().map(String::as_str).collect();
        lines.join("\n")
    }

    async fn ended(&mut self) -> Trouble {
        let status = self.child.wait().await;
        Trouble::ProgramEnded {
            name: self.name.clone(),
            how: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
            last: self.tail(),
        }
    }
}

async fn tell(from: impl AsyncRead + Unpin, telling: mpsc::UnboundedSender<String>) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if telling.send(line).is_err() {
            return;
        }
    }
}
