use crate::outbox::code_for;
use crate::trouble::{Outcome, Trouble};
use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// A server must answer so soon after its start; a busy machine is slow.
const UP_WITHIN: Duration = Duration::from_secs(30);
/// A mail must lie in the outbox so soon.
const MAIL_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked at what cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The same for an open door, which does not take long.
const KNOCK_EVERY: Duration = Duration::from_millis(1);
/// What is told of a log.
const LOG_TAIL: usize = 4000;
/// Tests that are not about rates would meet these.
const RATES: &[&str] = &[
    "link_by_address",
    "link_globally",
    "register_by_address",
    "register_globally",
    "mail_by_recipient",
    "mail_by_address",
    "mail_globally",
    "login_by_address",
    "login_by_email",
    "login_globally",
    "code_by_address",
    "code_by_email",
    "code_globally",
    "cookie_by_address",
    "cookie_globally",
    "seek_by_account",
    "seek_globally",
];

/// The server's process, with a data directory of its own that outlives kills.
///
/// - Wanted: [`Floaterd::kill`], [`Floaterd::use_tls`],
///   [`Floaterd::use_reflectors`], [`Floaterd::use_plain`], [`Floaterd::start_again`].
/// - Waited for: [`Floaterd::code_for`], [`Floaterd::fingerprint`].
/// - Nouns: addresses, paths, the process.
#[derive(Debug)]
pub struct Floaterd {
    home: TempDir,
    native: SocketAddr,
    web: SocketAddr,
    child: Child,
}

impl Floaterd {
    /// Starts the server of the same build on free ports, and waits until both doors are open.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start() -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        // Held together, so that they differ.
        let free = [free_port().await?, free_port().await?];
        let [native, web] = [free[0].local_addr()?, free[1].local_addr()?];
        drop(free);
        let plain = config("http", native, web);
        std::fs::write(home.path().join("floaterd.toml"), plain)?;
        let child = spawn(home.path())?;
        let mut server = Self {
            home,
            native,
            web,
            child,
        };
        server.up().await?;
        Ok(server)
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub async fn kill(&mut self) -> Outcome<()> {
        Ok(self.child.kill().await?)
    }

    /// Starts it again on the same ports and data.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_again(&mut self) -> Outcome<()> {
        self.child = spawn(self.home.path())?;
        self.up().await
    }

    /// From the next start on both doors speak TLS, with this certificate and key.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub fn use_tls(&self, certificate: &Path, key: &Path) -> Outcome<()> {
        let mut config = config("https", self.native, self.web);
        config.push_str(&format!(
            "[tls]\ncertificate = {certificate:?}\nkey = {key:?}\n"
        ));
        Ok(std::fs::write(
            self.home.path().join("floaterd.toml"),
            config,
        )?)
    }

    /// From the next start on it helps those on this machine to find direct paths.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub async fn use_reflectors(&self) -> Outcome<()> {
        let free = [free_port().await?, free_port().await?];
        let [one, other] = [free[0].local_addr()?, free[1].local_addr()?];
        let reflectors =
            format!("enabled = true\nlisten = [\"{one}\", \"{other}\"]\nloopback = true");
        let config = config("http", self.native, self.web);
        let config = config.replace(
            "[direct]\nenabled = false",
            &format!("[direct]\n{reflectors}"),
        );
        Ok(std::fs::write(
            self.home.path().join("floaterd.toml"),
            config,
        )?)
    }

    /// From the next start on the doors are plain again.
    ///
    /// # Errors
    /// [`Trouble::System`].
    pub fn use_plain(&self) -> Outcome<()> {
        let plain = config("http", self.native, self.web);
        Ok(std::fs::write(
            self.home.path().join("floaterd.toml"),
            plain,
        )?)
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
            if let Some(code) = code_for(&self.data().join("outbox"), email)? {
                return Ok(code);
            }
        }
        let waited_for = format!("a mail with a code for {email}");
        Err(Trouble::Late {
            waited_for,
            last: self.log_tail(),
        })
    }

    /// Where native links come in.
    #[must_use]
    pub const fn native(&self) -> SocketAddr {
        self.native
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
        Err(Trouble::Late {
            waited_for: "the certificate's fingerprint".to_owned(),
            last: self.log_tail(),
        })
    }

    /// Where WebSockets come in.
    #[must_use]
    pub const fn web(&self) -> SocketAddr {
        self.web
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
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
                TcpStream::connect(self.native),
                TcpStream::connect(self.web),
            );
            if doors.0.await.is_ok() && doors.1.await.is_ok() {
                return Ok(());
            }
        }
        Err(Trouble::Late {
            waited_for: "an open door".to_owned(),
            last: self.log_tail(),
        })
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read(self.log()).unwrap_or_default();
        let tail = log
            .get(log.len().saturating_sub(LOG_TAIL)..)
            .unwrap_or_default();
        String::from_utf8_lossy(tail).into_owned()
    }
}

async fn free_port() -> Outcome<TcpListener> {
    Ok(TcpListener::bind("127.0.0.1:0").await?)
}

fn spawn(home: &Path) -> Outcome<Child> {
    let log: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(home.join("log"))?;
    let child = Command::new(binary("floaterd")?)
        .arg("--data")
        .arg(home.join("data"))
        .arg("--config")
        .arg(home.join("floaterd.toml"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

/// Tests lie in `target/<profile>/deps`, programs in `target/<profile>`.
pub(crate) fn binary(name: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let profile = own
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    let binary = profile.join(name);
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(Trouble::NotBuilt(binary))
    }
}

fn config(scheme: &str, native: SocketAddr, web: SocketAddr) -> String {
    let mut text = format!(
        "[http]\nlisten = \"{web}\"\npublic_url = \"{scheme}://{web}\"\n\
         [native]\nlisten = \"{native}\"\n[direct]\nenabled = false\n\
         [admin]\nenabled = false\n\
         [links]\nopen_by_address = 16000\nlog_in_seconds = 600\n[rates]\n"
    );
    for rate in RATES {
        text.push_str(rate);
        text.push_str(" = { burst = 1000000, per_hour = 100000000 }\n");
    }
    text
}
