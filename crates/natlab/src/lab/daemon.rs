//! miniupnpd, which maps ports for who is behind a router.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::cell::{LEASE, Maps};
use super::nat::TABLE;
use super::space::Space;

/// What it says when all its sockets are there.
const READY: &str = "Listening for NAT-PMP/PCP traffic";
const READY_UPNP: &str = "HTTP listening on port";

/// Runs until it is dropped. The system ends it with the thread that made it.
pub(super) struct Daemon {
    child: Child,
    /// Reads what it says.
    listening: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl Daemon {
    pub(super) fn new(router: &Space, device: &str, maps: Maps) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("conf"), configuration(device, maps))?;
        let mut child = router.within(|| {
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", "KILL", "miniupnpd", "-d", "-f"]);
            command.arg(at("conf")).arg("-P").arg(at("pid"));
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().context("miniupnpd")
        })?;
        let said = BufReader::new(child.stderr.take().context("no output")?);
        let mut lines = said.lines().map_while(Result::ok);
        let ready = if maps == Maps::Upnp {
            READY_UPNP
        } else {
            READY
        };
        if !lines.any(|line| line.contains(ready)) {
            bail!("miniupnpd ended: {}", child.wait()?);
        }
        // What it says further is of no interest, but it must be able to say it.
        let listening = Some(std::thread::spawn(move || lines.for_each(drop)));
        Ok(Self {
            child,
            listening,
            _folder: folder,
        })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn configuration(device: &str, maps: Maps) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let longest = match maps {
        Maps::Briefly => LEASE.as_secs(),
        Maps::Pcp | Maps::Upnp => 86_400,
    };
    format!(
        "ext_ifname=wan\nlistening_ip={device}\n\
         enable_upnp={}\nenable_natpmp={}\nsecure_mode=yes\n\
         min_lifetime=1\nmax_lifetime={longest}\n\
         uuid=c0ffee00-0000-4000-8000-000000000000\n\
         upnp_table_name={TABLE}\nupnp_nat_table_name={TABLE}\n\
         allow 1024-65535 0.0.0.0/0 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
        yes(maps == Maps::Upnp),
        yes(maps != Maps::Upnp)
    )
}
