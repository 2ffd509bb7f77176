//! A file that the page hands to the person, who says where it goes.

use crate::platform;
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tauri::WebviewWindow;

/// Nothing that the page has is larger.
const FILE_MAX: usize = 64 * 1024 * 1024;
/// Of a name that the page suggests, in bytes.
const NAME_MAX: usize = 100;

/// The file's description; its bytes follow it in the frame.
#[derive(Debug, Deserialize)]
pub(crate) struct File {
    name: String,
}

/// What became of it: `Saved` in `web/src/engine/host.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Saved {
    /// It is where the person said.
    There,
    /// The person thought better of it.
    Cancelled,
    /// The disk has no room.
    Full,
    /// That place may not be written.
    Forbidden,
    /// Anything else.
    Failed,
}

impl From<io::Error> for Saved {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Forbidden,
            _ => Self::Failed,
        }
    }
}

/// The dialog that asks; there is one at a time.
#[derive(Default)]
pub(crate) struct Saving {
    asks: AtomicBool,
}

impl Saving {
    /// Asks where, and writes there.
    pub(crate) async fn save(&self, window: &WebviewWindow, file: File, bytes: Vec<u8>) -> Saved {
        if !is_name(&file.name) || bytes.len() > FILE_MAX {
            return Saved::Failed;
        }
        if self.asks.swap(true, Ordering::AcqRel) {
            return Saved::Cancelled;
        }
        let chosen = platform::place(window, file.name).await;
        self.asks.store(false, Ordering::Release);
        let Some(chosen) = chosen else {
            return Saved::Cancelled;
        };
        let written = tauri::async_runtime::spawn_blocking(move || write(&chosen, &bytes));
        match written.await {
            Ok(Ok(())) => Saved::There,
            Ok(Err(error)) => error.into(),
            Err(_) => Saved::Failed,
        }
    }
}

/// One file in the folder that is chosen, and visible there.
fn is_name(name: &str) -> bool {
    let plain = Path::new(name).file_name().is_some_and(|it| it == name);
    plain && name.len() <= NAME_MAX && !name.starts_with('.') && !name.contains(char::is_control)
}

/// The whole file, or what was there before.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = platform::readable(&mut tempfile::Builder::new()).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_file_in_the_folder_that_is_chosen() {
        assert!(is_name("floater-2026-01-02.txt") && is_name("对话.txt"));
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "/etc/passwd",
            ".hidden",
            "a\nb",
            &"a".repeat(101),
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sea.txt");
        write(&path, "灰蓝".as_bytes()).unwrap();
        write(&path, &[0, 255]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [0, 255]);
        assert!(write(&folder.path().join("nowhere/sea.txt"), b"").is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn each_fault_has_its_words() {
        let table = [
            (ErrorKind::StorageFull, Saved::Full),
            (ErrorKind::PermissionDenied, Saved::Forbidden),
            (ErrorKind::ReadOnlyFilesystem, Saved::Forbidden),
            (ErrorKind::NotFound, Saved::Failed),
        ];
        for (kind, saved) in table {
            assert_eq!(Saved::from(io::Error::from(kind)), saved);
        }
    }
}
