//! One program for one data directory: a second start calls the first by a socket beside the lock.

use crate::home::ADDRESS_MAX;
use std::fs::{DirBuilder, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
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

/// Answers each call with what was said, as long as the program lives. Whoever does so holds the
/// directory's lock.
pub(crate) fn answer(folder: &Path, called: impl Fn(String) + Send + 'static) -> io::Result<()> {
    let path = folder.join(SOCKET);
    // One that broke down leaves its socket.
    drop(std::fs::remove_file(&path));
    let listener = UnixListener::bind(path)?;
    let answer = move || {
        listener
            .incoming()
            .flatten()
            .for_each(|it| called(hear(&it)))
    };
    std::thread::Builder::new()
        .name("calls".to_owned())
        .spawn(answer)
        .map(drop)
}

/// Whatever is longer or later than a link says nothing.
fn hear(socket: &UnixStream) -> String {
    let mut said = String::new();
    let limit = u64::try_from(ADDRESS_MAX).unwrap_or_default();
    let heard = socket
        .set_read_timeout(Some(SAID_WITHIN))
        .and_then(|()| socket.take(limit).read_to_string(&mut said));
    heard.map(|_| said).unwrap_or_default()
}

/// A folder that is made is its owner's only.
pub(crate) fn private(maker: &mut DirBuilder) {
    maker.mode(0o700);
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
            answer(&folder, move |said| told.send(said).unwrap()).unwrap();
            for link in ["floater://floater.example", "", &"a".repeat(ADDRESS_MAX)] {
                call(&folder, Some(link)).unwrap();
                assert_eq!(calls.recv().unwrap(), link);
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
