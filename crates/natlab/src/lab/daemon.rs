//! miniupnpd, which maps ports for who is behind a router.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::cell::Maps;
use super::nat::TABLE;
use super::space::{Space, joined};

/// What it says when all its sockets are there.
const READY: &str = "Listening for NAT-PMP/PCP traffic";
const READY_UPNP: &str = "HTTP listening on port";

/// Runs until it is dropped. Where this program is ended harshly the system ends that one.
pub(super) struct Daemon {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Daemon {
    pub(super) fn new(router: &Space, device: &str, maps: Maps) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("conf"), configuration(device, maps))?;
        let ready = if maps.is_upnp() { READY_UPNP } else { READY };
        let (stop, stopped) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let thread = router.spawn(move || attend(&folder, ready, &tell, &stopped));
        let daemon = Self {
            stop: Some(stop),
            thread: Some(thread),
        };
        told.recv().context("miniupnpd did not start")?;
        Ok(daemon)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = joined(thread);
        }
    }
}

/// The thread stays: the system ends the daemon with it.
fn attend(
    folder: &TempDir,
    ready: &str,
    tell: &mpsc::Sender<()>,
    stopped: &mpsc::Receiver<()>,
) -> Result<()> {
    let at = |name: &str| folder.path().join(name);
    let mut child = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "miniupnpd", "-d", "-f"])
        .arg(at("conf"))
        .arg("-P")
        .arg(at("pid"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let said = BufReader::new(child.stderr.take().context("no output")?);
    let mut lines = said.lines().map_while(Result::ok);
    if !lines.any(|line| line.contains(ready)) {
        bail!("miniupnpd ended: {}", child.wait()?);
    }
    tell.send(())?;
    // What it says further is of no interest, but it must be able to say it.
    let rest = std::thread::spawn(move || lines.for_each(drop));
    let _ = stopped.recv();
    child.kill()?;
    child.wait()?;
    let _ = rest.join();
    Ok(())
}

fn configuration(device: &str, maps: Maps) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    format!(
        "ext_ifname=wan\nlistening_ip={device}\n\
         enable_upnp={}\nenable_natpmp={}\nsecure_mode=yes\nmin_lifetime=1\n\
         uuid=c0ffee00-0000-4000-8000-000000000000\n\
         upnp_table_name={TABLE}\nupnp_nat_table_name={TABLE}\n\
         allow 1024-65535 0.0.0.0/0 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
        yes(maps.is_upnp()),
        yes(!maps.is_upnp())
    )
}
