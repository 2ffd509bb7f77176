use crate::trouble::{Outcome, Trouble};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

/// A network that nobody else is in. The current thread moves into it, and whatever it dials,
/// binds or starts from then on. A process that reads until its input ends holds it: however the
/// test ends, the network ends with it.
#[derive(Debug)]
pub struct Realm {
    holder: Child,
}

impl Realm {
    /// Moves into a new one, with these lines for `ip -batch`. `None` without the rights for it,
    /// which is told; where `NATLAB` is `require` it is an error.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn enter(lines: &str) -> Outcome<Option<Self>> {
        match Self::new() {
            Ok(realm) => {
                feed(lines)?;
                Ok(Some(realm))
            }
            Err(error) if std::env::var_os("NATLAB").is_some_and(|it| it == "require") => {
                Err(error)
            }
            Err(error) => {
                let message =
                    format!("SKIPPED: a network of its own needs the rights of root: {error}\n");
                std::io::stderr().write_all(message.as_bytes())?;
                Ok(None)
            }
        }
    }

    fn new() -> Outcome<Self> {
        let mut holder = Command::new("unshare")
            .args(["--net", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // The echo tells that the network is there.
        let mut echo = [0];
        let asked = holder.stdin.as_mut().map(|it| it.write_all(b"\n"));
        let told = holder.stdout.as_mut().map(|it| it.read_exact(&mut echo));
        if !matches!((asked, told), (Some(Ok(())), Some(Ok(())))) {
            let said = holder.wait_with_output()?.stderr;
            return Err(Trouble::Wrong(String::from_utf8_lossy(&said).into_owned()));
        }
        let realm = Self { holder };
        let space = File::open(format!("/proc/{}/ns/net", realm.holder.id()))?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
            .map_err(std::io::Error::from)?;
        Ok(realm)
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        // It is gone already, then.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn feed(lines: &str) -> Outcome<()> {
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(lines.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Trouble::Wrong(said))
}
