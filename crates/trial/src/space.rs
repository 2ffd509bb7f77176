use crate::trouble::{Outcome, Trouble};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

/// A name space that nobody else is in. A process that reads until its input ends holds it: however the
/// test ends, the space ends with it.
#[derive(Debug)]
pub struct Space {
    holder: Child,
}

impl Space {
    /// Makes one by `unshare` with these words. They end with what echoes: that tells that it is there.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] with what was said, without the rights for it.
    pub fn hold(words: &[&str]) -> Outcome<Self> {
        let mut holder = Command::new("unshare")
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut echo = [0];
        let asked = holder.stdin.as_mut().map(|it| it.write_all(b"\n"));
        let told = holder.stdout.as_mut().map(|it| it.read_exact(&mut echo));
        if !matches!((asked, told), (Some(Ok(())), Some(Ok(())))) {
            let said = holder.wait_with_output()?.stderr;
            return Err(Trouble::Wrong(String::from_utf8_lossy(&said).into_owned()));
        }
        Ok(Self { holder })
    }

    /// The process that holds it: `/proc` leads to the space by it.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.holder.id()
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        // It is gone already, then.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
