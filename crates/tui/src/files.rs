//! Work with files, away from the task that talks.

use crate::app::Message;
use crate::note::{AccountNote, Note, PictureNote, TalkNote, TypedNote};
use floater_client::Bytes;
use floater_client::picture::{self, RgbaImage};
use floater_client::proto::Id;
use floater_client::proto::body::{PictureKind, PictureOffer};
use image::DynamicImage;
use ratatui::layout::Size;
use ratatui_image::Resize;
use ratatui_image::picker::Picker;
use ratatui_image::protocol::Protocol;
use std::ffi::OsString;
use std::fs::{DirEntry, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What is to be done.
pub(crate) enum Job {
    /// Makes a picture of a file, to send in one conversation.
    Prepare { path: PathBuf, begun: u64 },
    /// Looks whether the picture is good, and keeps it.
    Save {
        number: usize,
        offer: PictureOffer,
        bytes: Bytes,
        path: PathBuf,
    },
    /// Looks whether the picture is good, and shows it in the system's viewer.
    View {
        number: usize,
        offer: PictureOffer,
        bytes: Bytes,
    },
    /// Looks whether the picture is good, and makes it small enough for a screen.
    Draw {
        number: usize,
        offer: PictureOffer,
        bytes: Bytes,
    },
    /// The same for one that is ready to be sent.
    Preview { serial: u64, bytes: Bytes },
    /// Makes a picture what a terminal draws, within so many columns and rows.
    Enlarge {
        number: usize,
        image: RgbaImage,
        picker: Picker,
        room: (u16, u16),
    },
    /// What there is to choose from.
    List { path: PathBuf },
    /// Keeps what the server knows.
    Export { path: PathBuf, json: String },
    /// Keeps what was said.
    Transcript { path: PathBuf, text: String },
}

/// Something for the screen.
pub(crate) enum Made {
    /// A picture of the conversation: its line and its name.
    Picture {
        number: usize,
        id: Id,
        image: RgbaImage,
    },
    /// The picture that is ready to be sent.
    Preview {
        serial: u64,
        image: RgbaImage,
    },
    /// One in the terminal's own graphics, if it can be drawn so.
    Drawn {
        number: usize,
        room: (u16, u16),
        drawn: Option<Protocol>,
    },
    Listing(Listing),
}

impl std::fmt::Debug for Made {
    /// Pictures and directories are nobody's concern.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made([redacted])")
    }
}

/// Pictures and directories in a directory.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// As it was asked for.
    pub(crate) asked: PathBuf,
    pub(crate) path: PathBuf,
    /// Directories first, by name.
    pub(crate) entries: Vec<Entry>,
    /// Why there are none.
    pub(crate) trouble: Option<io::ErrorKind>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Sorts after directories.
    pub(crate) is_file: bool,
    pub(crate) name: OsString,
    /// In bytes.
    pub(crate) size: u64,
}

/// Entries of a directory that are listed.
const ENTRIES_MAX: usize = 5000;
/// Names of what can be sent end so.
pub(crate) const ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "webp", "gif"];
/// Pixels on the longer side of a picture that a screen shows.
const SIDE_MAX: u32 = 1600;

impl std::fmt::Debug for Job {
    /// Pictures and accounts are nobody's concern.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job([redacted])")
    }
}

/// How a directory for what is looked at begins.
const VIEWED: &str = "viewed-";

/// The person's directories.
#[derive(Debug)]
pub(crate) struct Place {
    home: Option<PathBuf>,
    /// For pictures that are being looked at; gone with the program.
    viewed: TempDir,
}

impl Place {
    /// Makes the directory for what is looked at, within one that is this program's own, and takes
    /// away what a killed one left there.
    pub(crate) fn within(folder: &Path) -> io::Result<Self> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(VIEWED.as_bytes())
            {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(Self {
            home: std::env::home_dir(),
            viewed: tempfile::Builder::new().prefix(VIEWED).tempdir_in(folder)?,
        })
    }

    /// `~` is home, as in a shell.
    fn resolve(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }
}

impl Job {
    /// Whether somebody would miss what it makes, also when the program is over.
    pub(crate) const fn keeps(&self) -> bool {
        matches!(
            self,
            Self::Save { .. } | Self::Export { .. } | Self::Transcript { .. }
        )
    }

    /// Whether it takes the memory of a picture.
    pub(crate) const fn decodes(&self) -> bool {
        matches!(
            self,
            Self::Prepare { .. } | Self::Draw { .. } | Self::Preview { .. } | Self::Enlarge { .. }
        )
    }

    /// Does it. Takes a while.
    pub(crate) fn run(self, place: &Place) -> Message {
        match self {
            Self::Prepare { path, begun } => prepare(&place.resolve(&path), begun),
            Self::Save {
                number,
                offer,
                bytes,
                path,
            } => Message::Done(save(number, &offer, &bytes, place.resolve(&path))),
            Self::View {
                number,
                offer,
                bytes,
            } => Message::Done(view(number, &offer, &bytes, place)),
            Self::Draw {
                number,
                offer,
                bytes,
            } => match picture::shown(&offer, &bytes, SIDE_MAX) {
                Ok(image) => Message::Made(Made::Picture {
                    number,
                    id: offer.id,
                    image,
                }),
                Err(_) => Message::Done(Note::Picture(PictureNote::Undecodable)),
            },
            Self::Preview { serial, bytes } => match picture::preview(&bytes, SIDE_MAX) {
                Ok(image) => Message::Made(Made::Preview { serial, image }),
                Err(error) => Message::Done(Note::Picture(PictureNote::Unfit(error))),
            },
            Self::Enlarge {
                number,
                image,
                picker,
                room,
            } => {
                let (image, size) = (DynamicImage::from(image), Size::new(room.0, room.1));
                let drawn = picker.new_protocol(image, size, Resize::Fit(None)).ok();
                Message::Made(Made::Drawn {
                    number,
                    room,
                    drawn,
                })
            }
            Self::List { path } => {
                let resolved = place.resolve(&path);
                Message::Made(Made::Listing(list(path, resolved)))
            }
            Self::Export { path, json } => {
                let path = place.resolve(&path);
                Message::Done(match create(&path, json.as_bytes()) {
                    Ok(()) => Note::Account(AccountNote::Exported(path)),
                    Err(error) => trouble(path, &error),
                })
            }
            Self::Transcript { path, text } => {
                let path = place.resolve(&path);
                Message::Done(match create(&path, text.as_bytes()) {
                    Ok(()) => Note::Talk(TalkNote::Kept(path)),
                    Err(error) => trouble(path, &error),
                })
            }
        }
    }
}

fn list(asked: PathBuf, path: PathBuf) -> Listing {
    match std::fs::read_dir(&path) {
        Ok(found) => {
            let entries = found.flatten().filter_map(|it| entry(&it));
            let mut entries: Vec<Entry> = entries.take(ENTRIES_MAX).collect();
            entries.sort();
            Listing {
                asked,
                path,
                entries,
                trouble: None,
            }
        }
        Err(error) => Listing {
            asked,
            path,
            entries: Vec::new(),
            trouble: Some(error.kind()),
        },
    }
}

/// A directory, or a file that may be a picture; nothing that is hidden.
fn entry(found: &DirEntry) -> Option<Entry> {
    let name = found.file_name();
    let about = std::fs::metadata(found.path()).ok()?;
    let ending = Path::new(&name)
        .extension()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_picture = about.is_file() && ENDINGS.iter().any(|it| ending == *it);
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    (!is_hidden && (is_picture || about.is_dir())).then(|| Entry {
        is_file: about.is_file(),
        name,
        size: about.len(),
    })
}

fn prepare(path: &Path, begun: u64) -> Message {
    let most = u64::try_from(picture::FILE_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // What is no file may have no end, or never begin.
    let about = std::fs::metadata(path);
    let read = about.and_then(|about| match (about.is_file(), about.is_dir()) {
        (true, _) => File::open(path)?.take(most + 1).read_to_end(&mut bytes),
        (_, true) => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    });
    if let Err(error) = read {
        return Message::Done(trouble(path.to_owned(), &error));
    }
    if bytes.len() > picture::FILE_MAX {
        return Message::Done(Note::Typed(TypedNote::FileLarge(path.to_owned())));
    }
    match picture::prepare(&bytes) {
        Ok((picture, bytes)) => Message::Prepared {
            begun,
            picture,
            bytes,
        },
        Err(error) => Message::Done(Note::Picture(PictureNote::Unfit(error))),
    }
}

fn save(number: usize, offer: &PictureOffer, bytes: &[u8], mut path: PathBuf) -> Note {
    if picture::check(offer, bytes).is_err() {
        return Note::Picture(PictureNote::Undecodable);
    }
    if path.is_dir() {
        path.push(name(number, offer.kind));
    }
    match create(&path, bytes) {
        Ok(()) => Note::Picture(PictureNote::Saved(path)),
        Err(error) => trouble(path, &error),
    }
}

fn view(number: usize, offer: &PictureOffer, bytes: &[u8], place: &Place) -> Note {
    if picture::check(offer, bytes).is_err() {
        return Note::Picture(PictureNote::Undecodable);
    }
    let set = |name| std::env::var_os(name).is_some_and(|value: OsString| !value.is_empty());
    if cfg!(target_os = "linux") && !set("DISPLAY") && !set("WAYLAND_DISPLAY") {
        return Note::Picture(PictureNote::NoScreen);
    }
    let path = place.viewed.path().join(name(number, offer.kind));
    let shown = create_again(&path, bytes).and_then(|()| open::that_detached(&path));
    match shown {
        Ok(()) => Note::Picture(PictureNote::Shown(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Note::Picture(PictureNote::NoScreen)
        }
        Err(error) => trouble(path, &error),
    }
}

/// A new file, for nobody else; what is there is never overwritten.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The same picture may be looked at twice.
fn create_again(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match create(path, bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

pub(crate) fn name(number: usize, kind: PictureKind) -> String {
    let ending = match kind {
        PictureKind::Png => "png",
        PictureKind::Jpeg => "jpg",
        PictureKind::Webp => "webp",
    };
    format!("floater-{number}.{ending}")
}

fn trouble(path: PathBuf, error: &io::Error) -> Note {
    Note::Typed(TypedNote::File {
        path,
        why: error.kind(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_program_showed_is_gone_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let killed = Place::within(folder.path()).unwrap().viewed.keep();
        std::fs::write(killed.join("floater-1.png"), b"a stranger's").unwrap();
        std::fs::write(folder.path().join("token"), b"kept").unwrap();
        let place = Place::within(folder.path()).unwrap();
        assert!(!killed.exists());
        assert!(place.viewed.path().is_dir());
        assert!(folder.path().join("token").exists());
    }
}
