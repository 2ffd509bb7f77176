use crate::around::Around;
use crate::outbox::code_for;
use crate::program::{program_in, traced};
use crate::setup::{CERTIFICATE, FILE, Setup};
use crate::trouble::{Outcome, Trouble};
use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

/// A server must answer so soon after its start; a busy machine is slow.
const UP_WITHIN: Duration = Duration::from_secs(30);
/// A mail must lie in the outbox so soon.
const MAIL_WITHIN: Duration = Duration::from_secs(30);
/// Told to stop, or dying, it must be gone so soon.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked at what cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The same for an open door, which does not take long.
const KNOCK_EVERY: Duration = Duration::from_millis(1);
/// What is told of a log.
const LOG_TAIL: usize = 4000;
/// The server's process, with a data directory of its own that outlives kills.
///
/// - Wanted: [`Floaterd::kill`], [`Floaterd::stop`], [`Floaterd::change`], [`Floaterd::start_again`].
/// - Waited for: [`Floaterd::ends`], [`Floaterd::code_for`], [`Floaterd::fingerprint`].
/// - Nouns: addresses, paths, the process.
#[derive(Debug)]
pub struct Floaterd {
    home: TempDir,
    setup: Setup,
    around: Around,
    child: Child,
}

impl Floaterd {
    /// Starts the server of the same build on free ports, and waits until both doors are open.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start() -> Outcome<Self> {
        Self::start_as(Setup::on_loopback()?).await
    }

    /// The same, as it is set up.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_as(setup: Setup) -> Outcome<Self> {
        Self::start_in(Around::default(), setup).await
    }

    /// The same, with something around the process.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_in(around: Around, setup: Setup) -> Outcome<Self> {
        let program = program_in(&around, "floaterd")?;
        Self::run(program, setup, around).await
    }

    /// The same, and every address that it reaches is written down; see [`crate::reached`].
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_traced(setup: Setup, trace: &Path) -> Outcome<Self> {
        Self::run(traced("floaterd", trace)?, setup, Around::default()).await
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub async fn kill(&mut self) -> Outcome<()> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM, and it ends by itself.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn stop(&mut self) -> Outcome<()> {
        let process = self.process().ok_or(Trouble::Gone)?.to_string();
        let mut kill = Command::new("kill");
        kill.args(["-TERM", &process]).status().await?;
        self.ends().await
    }

    /// Waits until the process has ended, however it does.
    ///
    /// # Errors
    /// [`Trouble::Late`].
    pub async fn ends(&mut self) -> Outcome<()> {
        let Ok(status) = timeout(ENDS_WITHIN, self.child.wait()).await else {
            return Err(self.late("its end"));
        };
        Ok(status.map(drop)?)
    }

    /// Starts it again on the same ports and data.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_again(&mut self) -> Outcome<()> {
        let program = program_in(&self.around, "floaterd")?;
        self.child = spawn(program, self.home.path(), &self.around)?;
        self.up().await
    }

    /// From the next start on it is set up otherwise.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub fn change(&mut self, how: impl FnOnce(Setup) -> Setup) -> Outcome<()> {
        self.setup = how(self.setup.clone());
        self.setup.write(self.home.path())
    }

    /// Waits for the mail with a code.
    ///
    /// # Errors
    /// [`Trouble::Late`].
    pub async fn code_for(&self, email: &str) -> Outcome<String> {
        let end = Instant::now() + MAIL_WITHIN;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            looks.tick().await;
            if let Some(code) = self.mailed(email)? {
                return Ok(code);
            }
        }
        Err(self.late(&format!("a mail with a code for {email}")))
    }

    /// The newest code that was mailed to an address, if one lies in the outbox.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub fn mailed(&self, email: &str) -> Outcome<Option<String>> {
        code_for(&self.data().join("outbox"), email)
    }

    /// Whether the process has not ended.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub fn runs(&mut self) -> Outcome<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Where native links come in.
    #[must_use]
    pub const fn native(&self) -> SocketAddr {
        self.setup.native
    }

    /// Waits for what it says of its certificate in its log, which it does when its doors are open.
    ///
    /// # Errors
    /// [`Trouble::Late`].
    pub async fn fingerprint(&self) -> Outcome<String> {
        let end = Instant::now() + UP_WITHIN;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            looks.tick().await;
            let log = std::fs::read_to_string(self.log())?;
            let said = log.lines().rev();
            let mut told = said.filter_map(|line| line.split_once("fingerprint is "));
            if let Some((_, fingerprint)) = told.next() {
                return Ok(fingerprint.to_owned());
            }
        }
        Err(self.late("the certificate's fingerprint"))
    }

    /// Where WebSockets come in.
    #[must_use]
    pub const fn web(&self) -> SocketAddr {
        self.setup.web
    }

    /// The certificate, where it has had one.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.home.path().join(CERTIFICATE)
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.around.data_as_seen(self.home.path())
    }

    /// All that it ever printed.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.home.path().join("log")
    }

    /// The process, while there is one.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    async fn run(program: Command, setup: Setup, around: Around) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        setup.write(home.path())?;
        let child = spawn(program, home.path(), &around)?;
        let mut server = Self {
            home,
            setup,
            around,
            child,
        };
        server.up().await?;
        Ok(server)
    }

    async fn up(&mut self) -> Outcome<()> {
        let end = Instant::now() + UP_WITHIN;
        let mut looks = interval(KNOCK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            looks.tick().await;
            if let Some(status) = self.child.try_wait()? {
                return Err(Trouble::ServerEnded {
                    how: status.to_string(),
                    log: self.log_tail(),
                });
            }
            let doors = (
                TcpStream::connect(self.native()),
                TcpStream::connect(self.web()),
            );
            if doors.0.await.is_ok() && doors.1.await.is_ok() {
                return Ok(());
            }
        }
        Err(self.late("an open door"))
    }

    fn late(&self, waited_for: &str) -> Trouble {
        Trouble::Late {
            waited_for: waited_for.to_owned(),
            last: self.log_tail(),
        }
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read(self.log()).unwrap_or_default();
        let tail = log
            .get(log.len().saturating_sub(LOG_TAIL)..)
            .unwrap_or_default();
        String::from_utf8_lossy(tail).into_owned()
    }
}

fn spawn(mut program: Command, home: &Path, around: &Around) -> Outcome<Child> {
    let log: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(home.join("log"))?;
    let child = program
        .arg("--data")
        .arg(around.data_as_called(home))
        .arg("--config")
        .arg(home.join(FILE))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Ok(child)
}
