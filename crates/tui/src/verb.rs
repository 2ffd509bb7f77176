//! What can be typed.

use crate::settings::Choice;
use floater_client::proto::body::{Offence, Policy};
use std::path::PathBuf;

/// Where a command makes sense, as far as help tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Starting,
    Door,
    Main,
    Waiting,
    Greeting,
    Talk,
    Elsewhere,
}

/// The name of a command, for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Help,
    Quit,
    Register,
    LogIn,
    Activate,
    Again,
    Recover,
    Seek,
    Stop,
    Hello,
    End,
    Leave,
    Quote,
    Picture,
    Open,
    Save,
    Report,
    Block,
    Safety,
    Path,
    Hide,
    Account,
    Name,
    Password,
    Policy,
    Seen,
    Sessions,
    EndSession,
    Blocks,
    Unblock,
    Export,
    Transcript,
    Delete,
    LogOut,
}

/// A command as it was typed, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A command without anything more.
    Plain(Verb),
    LogIn(Option<String>),
    Quote(usize, String),
    Picture(PathBuf),
    Open(usize),
    Save(usize, PathBuf),
    Report(Offence, Vec<usize>, String),
    Name(String),
    Policy(Policy),
    Seen(bool),
    /// Nothing: all the others.
    EndSession(Option<usize>),
    Unblock(usize),
    Export(PathBuf),
    /// The conversation as text.
    Transcript(PathBuf),
    /// In the system's viewer, wherever [`Typed::Open`] shows a picture.
    View(usize),
    Choose(Choice),
    /// Words to say.
    Text(String),
}

/// Why something typed is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misread {
    Unknown,
    Usage(Verb),
}

const ALL: [(&str, Verb); 34] = [
    ("help", Verb::Help),
    ("quit", Verb::Quit),
    ("register", Verb::Register),
    ("login", Verb::LogIn),
    ("activate", Verb::Activate),
    ("again", Verb::Again),
    ("recover", Verb::Recover),
    ("seek", Verb::Seek),
    ("stop", Verb::Stop),
    ("hello", Verb::Hello),
    ("end", Verb::End),
    ("leave", Verb::Leave),
    ("quote", Verb::Quote),
    ("picture", Verb::Picture),
    ("open", Verb::Open),
    ("save", Verb::Save),
    ("report", Verb::Report),
    ("block", Verb::Block),
    ("safety", Verb::Safety),
    ("path", Verb::Path),
    ("hide", Verb::Hide),
    ("account", Verb::Account),
    ("name", Verb::Name),
    ("password", Verb::Password),
    ("policy", Verb::Policy),
    ("seen", Verb::Seen),
    ("sessions", Verb::Sessions),
    ("end-session", Verb::EndSession),
    ("blocks", Verb::Blocks),
    ("unblock", Verb::Unblock),
    ("export", Verb::Export),
    ("transcript", Verb::Transcript),
    ("delete", Verb::Delete),
    ("logout", Verb::LogOut),
];

impl Verb {
    /// How it is typed.
    pub(crate) fn name(self) -> &'static str {
        let found = ALL.iter().find(|(_, verb)| *verb == self);
        found.map_or("", |(name, _)| name)
    }

    /// What is typed after it; the same in every language.
    pub(crate) const fn more(self) -> &'static str {
        match self {
            Self::LogIn => " [E-MAIL]",
            Self::Quote => " N TEXT",
            Self::Picture | Self::Export | Self::Transcript => " FILE",
            Self::Open | Self::Unblock => " N",
            Self::Save => " N FILE",
            Self::Report => " sexual|minor|abuse|spam|other N[,N…] [NOTE]",
            Self::Name => " NAME",
            Self::Policy => " direct|hidden",
            Self::Seen => " on|off",
            Self::EndSession => " N|others",
            _ => "",
        }
    }

    /// What help names at a place, the most wanted first.
    pub(crate) const fn at(place: Place) -> &'static [Self] {
        match place {
            Place::Starting => &[Self::Help, Self::Quit],
            Place::Door => &[
                Self::LogIn,
                Self::Register,
                Self::Activate,
                Self::Again,
                Self::Recover,
                Self::Quit,
            ],
            Place::Main => &[
                Self::Seek,
                Self::Account,
                Self::Name,
                Self::Password,
                Self::Policy,
                Self::Seen,
                Self::Sessions,
                Self::EndSession,
                Self::Blocks,
                Self::Unblock,
                Self::Report,
                Self::Block,
                Self::Save,
                Self::Transcript,
                Self::Export,
                Self::Delete,
                Self::LogOut,
                Self::Quit,
            ],
            Place::Waiting => &[Self::Stop, Self::Quit],
            Place::Greeting => &[Self::Hello, Self::Leave, Self::Quit],
            Place::Talk => &[
                Self::Quote,
                Self::Picture,
                Self::Open,
                Self::Save,
                Self::Transcript,
                Self::Safety,
                Self::Path,
                Self::Hide,
                Self::Report,
                Self::Block,
                Self::Leave,
                Self::Quit,
            ],
            Place::Elsewhere => &[Self::End, Self::LogOut, Self::Quit],
        }
    }
}

/// Reads a line. What begins with `/` is a command, with `//` words that begin with `/`.
pub(crate) fn read(line: &str) -> Result<Typed, Misread> {
    let Some(command) = line.strip_prefix('/') else {
        return Ok(Typed::Text(line.to_owned()));
    };
    if command.starts_with('/') {
        return Ok(Typed::Text(command.to_owned()));
    }
    let (name, rest) = parted(command);
    let verb = ALL.iter().find(|(of, _)| *of == name);
    let (_, verb) = verb.ok_or(Misread::Unknown)?;
    about(*verb, rest).ok_or(Misread::Usage(*verb))
}

fn about(verb: Verb, rest: &str) -> Option<Typed> {
    let (first, more) = parted(rest);
    Some(match verb {
        Verb::LogIn => Typed::LogIn(Some(rest.to_owned()).filter(|it| !it.is_empty())),
        Verb::Quote => Typed::Quote(number(first)?, full(more)?.to_owned()),
        Verb::Picture => Typed::Picture(full(rest)?.into()),
        Verb::Open => Typed::Open(number(rest)?),
        Verb::Save => Typed::Save(number(first)?, full(more)?.into()),
        Verb::Report => report(first, more)?,
        Verb::Name => Typed::Name(full(rest)?.to_owned()),
        Verb::Policy => Typed::Policy(match rest {
            "direct" => Policy::Direct,
            "hidden" => Policy::Hidden,
            _ => return None,
        }),
        Verb::Seen => Typed::Seen(match rest {
            "on" => true,
            "off" => false,
            _ => return None,
        }),
        Verb::EndSession if rest == "others" => Typed::EndSession(None),
        Verb::EndSession => Typed::EndSession(Some(number(rest)?)),
        Verb::Unblock => Typed::Unblock(number(rest)?),
        Verb::Export => Typed::Export(full(rest)?.into()),
        Verb::Transcript => Typed::Transcript(full(rest)?.into()),
        plain if rest.is_empty() => Typed::Plain(plain),
        _ => return None,
    })
}

fn report(offence: &str, rest: &str) -> Option<Typed> {
    let offence = match offence {
        "sexual" => Offence::Sexual,
        "minor" => Offence::Minor,
        "abuse" => Offence::Abuse,
        "spam" => Offence::Spam,
        "other" => Offence::Other,
        _ => return None,
    };
    let (lines, note) = parted(rest);
    let numbers: Option<Vec<usize>> = lines.split(',').map(number).collect();
    Some(Typed::Report(offence, numbers?, note.to_owned()))
}

/// The first word and what follows it.
fn parted(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

fn full(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn number(text: &str) -> Option<usize> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read() {
        let text = |text: &str| Ok(Typed::Text(text.to_owned()));
        let table = [
            ("你好", text("你好")),
            ("//etc/passwd", text("/etc/passwd")),
            (" /seek", text(" /seek")),
            ("/seek", Ok(Typed::Plain(Verb::Seek))),
            ("/seek  ", Ok(Typed::Plain(Verb::Seek))),
            ("/seek now", Err(Misread::Usage(Verb::Seek))),
            ("/sink", Err(Misread::Unknown)),
            ("/", Err(Misread::Unknown)),
            ("/login", Ok(Typed::LogIn(None))),
            ("/login a@b.c", Ok(Typed::LogIn(Some("a@b.c".to_owned())))),
            ("/quote 3 yes", Ok(Typed::Quote(3, "yes".to_owned()))),
            ("/quote 3", Err(Misread::Usage(Verb::Quote))),
            ("/quote 0 yes", Err(Misread::Usage(Verb::Quote))),
            ("/quote +3 yes", Err(Misread::Usage(Verb::Quote))),
            (
                "/picture ~/my boat.jpg",
                Ok(Typed::Picture("~/my boat.jpg".into())),
            ),
            ("/save 12 out.jpg", Ok(Typed::Save(12, "out.jpg".into()))),
            (
                "/open 99999999999999999999999",
                Err(Misread::Usage(Verb::Open)),
            ),
            (
                "/report abuse 3,5 he said so",
                Ok(Typed::Report(
                    Offence::Abuse,
                    vec![3, 5],
                    "he said so".to_owned(),
                )),
            ),
            ("/report rude 3", Err(Misread::Usage(Verb::Report))),
            ("/policy direct", Ok(Typed::Policy(Policy::Direct))),
            ("/policy maybe", Err(Misread::Usage(Verb::Policy))),
            ("/end-session others", Ok(Typed::EndSession(None))),
            ("/end-session 2", Ok(Typed::EndSession(Some(2)))),
        ];
        for (line, wanted) in table {
            assert_eq!(read(line), wanted, "{line}");
        }
    }

    #[test]
    fn every_command_has_one_name_and_every_place_its_help() {
        for (name, verb) in ALL {
            assert_eq!(verb.name(), name);
        }
        for place in [
            Place::Door,
            Place::Main,
            Place::Waiting,
            Place::Greeting,
            Place::Talk,
        ] {
            assert!(Verb::at(place).contains(&Verb::Quit), "{place:?}");
        }
    }
}
