//! Network namespaces that leave nothing behind.

use std::fs::File;
use std::io::{Read, Write};
use std::marker::PhantomData;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Where this thread is.
const OWN: &str = "/proc/thread-self/ns/net";

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

    /// From now on this thread is within, and what it starts, until the end of what is returned.
    pub(super) fn enter(&self) -> Result<Within> {
        let outside = File::open(OWN)?;
        let space = File::open(format!("/proc/{}/ns/net", self.id()))?;
        move_to(&space)?;
        Ok(Within {
            outside,
            _of_this_thread: PhantomData,
        })
    }

    /// Does something within.
    pub(super) fn within<T>(&self, what: impl FnOnce() -> Result<T>) -> Result<T> {
        let _within = self.enter()?;
        what()
    }

    /// Lines for `ip -batch`.
    pub(super) fn ip(&self, lines: &str) -> Result<()> {
        self.feed("ip", &["-batch", "-"], lines)
    }

    /// Rules for `nft`.
    pub(super) fn nft(&self, rules: &str) -> Result<()> {
        self.feed("nft", &["-f", "-"], rules)
    }

    /// A program with these words, and nothing else to read.
    pub(super) fn run(&self, program: &'static str, words: &[&str]) -> Result<()> {
        self.feed(program, words, "")
    }

    /// A setting below `/proc/sys/net`, which shows everyone their own.
    pub(super) fn set(&self, name: &str, value: &str) -> Result<()> {
        let path = format!("/proc/sys/net/{name}");
        self.within(|| std::fs::write(&path, value).with_context(|| path.clone()))
    }

    /// A program within, whose input is this.
    fn feed(&self, program: &'static str, words: &[&str], input: &str) -> Result<()> {
        self.within(|| {
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

/// The thread that entered is within until this is dropped.
pub(super) struct Within {
    outside: File,
    /// Another thread is somewhere else.
    _of_this_thread: PhantomData<*const ()>,
}

impl Drop for Within {
    fn drop(&mut self) {
        // It came from there, so the way back is open.
        let _ = move_to(&self.outside);
    }
}

fn move_to(space: &File) -> Result<()> {
    let network = Some(LinkNameSpaceType::Network);
    Ok(move_into_link_name_space(space.as_fd(), network)?)
}
