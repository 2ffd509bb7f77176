//! One program for one data directory: a second start calls the first by a socket beside the lock.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

const SOCKET: &str = "window";

/// Calls the program that uses a directory. It needs no words: the call is one.
pub(crate) fn call(folder: &Path) -> io::Result<()> {
    UnixStream::connect(folder.join(SOCKET)).map(drop)
}

/// Answers each call, as long as the program lives. Whoever does so holds the directory's lock.
pub(crate) fn answer(folder: &Path, called: impl Fn() + Send + 'static) -> io::Result<()> {
    let path = folder.join(SOCKET);
    // One that broke down leaves its socket.
    drop(std::fs::remove_file(&path));
    let listener = UnixListener::bind(path)?;
    let answer = move || listener.incoming().flatten().for_each(|_| called());
    std::thread::Builder::new()
        .name("calls".to_owned())
        .spawn(answer)
        .map(drop)
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
        assert!(call(&folder).is_err());
        for _ in ["at first", "after a breakdown"] {
            let (told, calls) = channel();
            answer(&folder, move || told.send(()).unwrap()).unwrap();
            call(&folder).unwrap();
            calls.recv().unwrap();
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
