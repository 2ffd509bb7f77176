//! One program for one data directory: a second start calls the first by a socket beside the lock.

use crate::home::ADDRESS_MAX;
use std::fs::Permissions;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

const SOCKET: &str = "window";
/// Who calls says it at once.
const SAID_WITHIN: Duration = Duration::from_secs(1);

/// Calls the program that uses a directory, with a link, if there is one.
pub(crate) fn call(folder: &Path, link: Option<&str>) -> io::Result<()> {
    let mut socket = UnixStream::connect(folder.join(SOCKET))?;
    socket.write_all(link.unwrap_or_default().as_bytes())
}

/// Where later starts call.
#[derive(Debug)]
pub(crate) struct Calls(UnixListener);

impl Calls {
    /// From now on calls wait to be answered. Whoever opens it holds the directory's lock.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        // One that broke down leaves its socket.
        hush(folder);
        UnixListener::bind(folder.join(SOCKET)).map(Self)
    }

    /// Answers each call with what was said, as long as the program lives.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing says when a file is free again"
    )]
    pub(crate) fn answer(self, called: impl Fn(String) + Send + 'static) -> io::Result<()> {
        let answer = move || {
            for call in self.0.incoming() {
                match call {
                    Ok(socket) => called(hear(&socket)),
                    Err(_) => std::thread::sleep(SAID_WITHIN),
                }
            }
        };
        std::thread::Builder::new()
            .name("calls".to_owned())
            .spawn(answer)
            .map(drop)
    }
}

/// From now on nobody can call.
pub(crate) fn hush(folder: &Path) {
    drop(std::fs::remove_file(folder.join(SOCKET)));
}

/// Whatever is longer or later than a link says nothing.
fn hear(socket: &UnixStream) -> String {
    let mut said = String::new();
    let limit = u64::try_from(ADDRESS_MAX + 1).unwrap_or_default();
    let heard = socket
        .set_read_timeout(Some(SAID_WITHIN))
        .and_then(|()| socket.take(limit).read_to_string(&mut said));
    match heard {
        Ok(length) if length <= ADDRESS_MAX => said,
        _ => String::new(),
    }
}

/// A file that is made before it has its name gets the mode that every file gets.
pub(crate) fn readable<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    builder.permissions(Permissions::from_mode(0o666))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_second_start_calls_the_first() {
        let folder = std::env::temp_dir().join(format!("floater-calls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(call(&folder, None).is_err());
        for _ in ["at first", "after a breakdown"] {
            let (told, calls) = channel();
            let door = Calls::open(&folder).unwrap();
            // Before anybody answers, too.
            call(&folder, Some("floater://early.example")).unwrap();
            door.answer(move |said| told.send(said).unwrap()).unwrap();
            assert_eq!(calls.recv().unwrap(), "floater://early.example");
            for link in ["floater://floater.example", "", &"a".repeat(ADDRESS_MAX)] {
                call(&folder, Some(link)).unwrap();
                assert_eq!(calls.recv().unwrap(), link);
            }
            call(&folder, Some(&"a".repeat(ADDRESS_MAX + 1))).unwrap();
            assert_eq!(calls.recv().unwrap(), "");
        }
        hush(&folder);
        assert!(call(&folder, None).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
