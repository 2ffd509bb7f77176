//! All words, in one place a language.

mod en;
mod en_faults;
mod en_network;
mod en_screen;
mod labels;
mod zh;
mod zh_faults;
mod zh_network;
mod zh_screen;

pub(crate) use labels::Labels;

use crate::harmless::{harmless, lines};
use crate::note::{LinkNote, NetworkNote, Note, PictureNote, TalkNote};
use floater_client::proto::Date;
use floater_client::proto::body::Language;

/// How what others wrote goes on, so that nobody can write what looks like an announcement.
pub(crate) const GOES_ON: &str = "    | ";

/// What a line is, for who sees colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What the other one says.
    Said,
    /// What happens.
    Told,
    /// What one wants to know less.
    Quiet,
    /// What went wrong.
    Wrong,
}

impl Note {
    pub(crate) fn tone(&self) -> Tone {
        match self {
            Self::Talk(TalkNote::Line { .. }) | Self::Picture(PictureNote::Offered { .. }) => {
                Tone::Said
            }
            Self::Talk(TalkNote::Tick { .. } | TalkNote::Typing { .. })
            | Self::Picture(PictureNote::Moving { .. } | PictureNote::Preparing) => Tone::Quiet,
            Self::Link(LinkNote::Lost { .. } | LinkNote::Trouble(_))
            | Self::Picture(
                PictureNote::Failed { .. } | PictureNote::Unfit(_) | PictureNote::Undecodable,
            )
            | Self::Typed(_)
            | Self::Network(NetworkNote::Fault(_))
            | Self::Account(crate::note::AccountNote::Refused(_)) => Tone::Wrong,
            _ => Tone::Told,
        }
    }
}

/// The words of the screen.
pub(crate) const fn labels(language: Language) -> &'static Labels {
    match language {
        Language::Chinese => &zh_screen::LABELS,
        Language::English => &en_screen::LABELS,
    }
}

/// A note as lines to print. What others wrote stands behind its number, and goes on behind a bar.
pub(crate) fn tell(language: Language, note: &Note) -> Vec<String> {
    if let Note::Talk(TalkNote::Line {
        number,
        name,
        quote,
        text,
    }) = note
    {
        let quoted = quote.map(|of| quoting(language, of)).unwrap_or_default();
        let head = format!("[{number}] {}{quoted}: ", harmless(name));
        return said(&head, text);
    }
    let told = match language {
        Language::Chinese => zh::words(note),
        Language::English => en::words(note),
    };
    told.lines().map(str::to_owned).collect()
}

fn said(head: &str, text: &str) -> Vec<String> {
    let mut all = lines(text);
    let first = all.next().unwrap_or_default();
    let rest = all.map(|line| format!("{GOES_ON}{line}"));
    std::iter::once(format!("{head}{first}"))
        .chain(rest)
        .collect()
}

fn quoting(language: Language, of: usize) -> String {
    match language {
        Language::Chinese => format!(" (引用 [{of}])"),
        Language::English => format!(" (quoting [{of}])"),
    }
}

/// `1.2 MB`
pub(crate) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", tenths(1_048_576)),
    }
}

/// `1:42`
pub(crate) fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `24 Nov 2026`, in UTC.
pub(crate) fn date(seconds: u64) -> String {
    let whole = Date(seconds).to_string();
    whole.get(5..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
