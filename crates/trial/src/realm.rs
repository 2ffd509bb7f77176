use crate::space::Space;
use crate::trouble::{Outcome, Trouble};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

/// A network that nobody else is in. The current thread moves into it, and whatever it dials,
/// binds or starts from then on. It ends with the test.
#[derive(Debug)]
pub struct Realm {
    _held: Space,
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
        let held = Space::hold(&["--net", "cat"])?;
        let space = File::open(format!("/proc/{}/ns/net", held.process()))?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
            .map_err(std::io::Error::from)?;
        Ok(Self { _held: held })
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
