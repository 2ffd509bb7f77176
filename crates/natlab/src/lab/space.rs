//! Network namespaces that leave nothing behind.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// A network namespace. It is held by a process that reads until its input ends: however this
/// program ends, that one ends too, and the namespace with it. Nothing of it has a name, and no
/// file system is mounted.
pub(super) struct Space {
    holder: Child,
}

impl Space {
    pub(super) fn new() -> Result<Self> {
        let mut holder = Command::new("unshare")
            .args(["--net", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("unshare")?;
        // The echo tells that the namespace is there.
        let input = holder.stdin.as_mut().context("no input")?;
        let mut echo = [0];
        let is_there = input.write_all(b"\n").is_ok()
            && holder
                .stdout
                .as_mut()
                .is_some_and(|it| it.read_exact(&mut echo).is_ok());
        if !is_there {
            let output = holder.wait_with_output()?;
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let space = Self { holder };
        space.set("ipv4/conf/all/rp_filter", "0")?;
        space.set("ipv4/conf/default/rp_filter", "0")?;
        space.ip("link set lo up")?;
        Ok(space)
    }

    /// What `ip` knows it by.
    pub(super) fn id(&self) -> u32 {
        self.holder.id()
    }

    /// Runs something on a thread of its own, within.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> JoinHandle<Result<T>> {
        let path = PathBuf::from(format!("/proc/{}/ns/net", self.id()));
        std::thread::spawn(move || {
            let space = File::open(path)?;
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?;
            what()
        })
    }

    /// Runs something within, and waits for it.
    pub(super) fn within<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        joined(self.spawn(what))
    }

    /// Lines for `ip -batch`.
    pub(super) fn ip(&self, lines: &str) -> Result<()> {
        self.feed("ip", &["-batch", "-"], lines)
    }

    /// Rules for `nft`.
    pub(super) fn nft(&self, rules: &str) -> Result<()> {
        self.feed("nft", &["-f", "-"], rules)
    }

    /// A setting below `/proc/sys/net`, which shows everyone their own.
    pub(super) fn set(&self, name: &str, value: &'static str) -> Result<()> {
        let path = format!("/proc/sys/net/{name}");
        self.within(move || std::fs::write(&path, value).with_context(|| path))
    }

    /// A program within, whose input is this.
    fn feed(&self, program: &'static str, words: &'static [&str], input: &str) -> Result<()> {
        let input = input.to_owned();
        self.within(move || {
            let mut child = Command::new(program)
                .args(words)
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .context(program)?;
            let mut pipe = child.stdin.take().context("no input")?;
            pipe.write_all(input.as_bytes())?;
            drop(pipe);
            let output = child.wait_with_output()?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                bail!("{program}: {said}\n{input}");
            }
            Ok(())
        })
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// What a thread made of it.
pub(super) fn joined<T>(thread: JoinHandle<Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}
