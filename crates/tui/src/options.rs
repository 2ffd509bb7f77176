//! The command line.

use crate::app::Manner;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use floater_client::Address;
use floater_client::proto::body::Language;
use serde::{Deserialize, Serialize};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// FLOATER in a terminal: meet a stranger, one to one, anonymously. 人海茫茫,相逢何必曾相识。
///
/// In a terminal it fills the screen; F1 tells what the keys do. With --plain, or when input or
/// output is not a terminal, everything that happens is a line, and everything you type is a line:
/// for pipes and for screen readers. /help tells what can be typed. The password is asked for, or
/// read from --password-file: never a word of the command line, which others can see.
#[derive(Debug, Parser)]
#[command(name = "floater", version, after_help = EXITS)]
pub(crate) struct Options {
    /// The server: floater://host[:port][#fingerprint]. The fingerprint is the one that floaterd
    /// prints, for a server with a certificate of its own.
    #[arg(
        long,
        global = true,
        env = "FLOATER_SERVER",
        value_name = "ADDRESS",
        default_value = "floater://localhost"
    )]
    pub(crate) server: Address,
    /// Where session and settings are kept. One program runs with it; a second account needs
    /// another one.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data: Option<PathBuf>,
    /// Logs in with this address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// The first line of this file is the password.
    #[arg(long, value_name = "FILE", requires = "email")]
    pub(crate) password_file: Option<PathBuf>,
    /// The language; otherwise that of the system.
    #[arg(long, global = true)]
    pub(crate) language: Option<Tongue>,
    /// A line at a time, without colours.
    #[arg(long, global = true)]
    pub(crate) plain: bool,
    /// The wheel scrolls. The terminal then marks text only while Shift is held.
    #[arg(long)]
    pub(crate) mouse: bool,
    /// Otherwise one talks.
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
}

/// What else there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Action {
    /// Tells what this network is like, and with whom it lets you be connected directly. It needs
    /// no account, and takes up to twenty seconds.
    Doctor,
    /// Writes completions for a shell to the standard output.
    Completions {
        /// Whose.
        shell: Shell,
    },
    /// Writes the manual page to the standard output: floater man | man -l -
    Man,
}

const EXITS: &str = "Exit status: 0 all went well, 1 this machine or no server, 2 command line, \
    3 the server is not the one that was named, 4 the data directory is in use, 130 Ctrl-C.";

/// A language, as it is named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Tongue {
    /// 简体中文
    #[value(name = "zh-CN", alias = "zh")]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English
    #[value(name = "en")]
    #[serde(rename = "en")]
    English,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Chinese => Self::Chinese,
            Tongue::English => Self::English,
        }
    }
}

impl Options {
    /// The full screen, where there is one.
    pub(crate) fn manner(&self) -> Manner {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        if !io::stdin().is_terminal() {
            Manner::Piped
        } else if self.plain || dumb || !io::stdout().is_terminal() {
            Manner::Lines
        } else {
            Manner::Screen
        }
    }

    /// What was asked for, else what was chosen before, else what the system speaks.
    pub(crate) fn language(&self, chosen: Option<Tongue>) -> Language {
        match self.language.or(chosen) {
            Some(tongue) => tongue.into(),
            None => of_system(|name| std::env::var(name).ok()),
        }
    }
}

/// The first of these variables that is set decides (POSIX, Environment Variables §8.2).
fn of_system(variable: impl Fn(&str) -> Option<String>) -> Language {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let set = names
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.is_empty());
    match set {
        Some(locale) if locale.to_lowercase().starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        Options::command().debug_assert();
        let read = |words: &[&str]| Options::try_parse_from(words).is_ok();
        assert!(read(&["floater"]));
        assert!(read(&[
            "floater",
            "--server",
            "floater://[::1]:1",
            "--plain",
            "--language",
            "zh-CN"
        ]));
        assert!(read(&[
            "floater",
            "doctor",
            "--server",
            "floater://[::1]:1"
        ]));
        assert!(!read(&["floater", "nurse"]));
        assert!(!read(&["floater", "--server", "https://floater.example"]));
        assert!(!read(&["floater", "--password", "secret"]));
        assert!(!read(&["floater", "--password-file", "file"]));
    }

    #[test]
    fn the_first_variable_that_is_set_decides_the_language() {
        let table: [(&[(&str, &str)], Language); 6] = [
            (&[], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (
                &[("LANG", "zh_TW.UTF-8"), ("LC_ALL", "")],
                Language::Chinese,
            ),
            (
                &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")],
                Language::English,
            ),
            (
                &[("LC_MESSAGES", "zh_CN"), ("LANG", "de_DE")],
                Language::Chinese,
            ),
            (&[("LANG", "fr_FR.UTF-8")], Language::English),
        ];
        for (set, wanted) in table {
            let of = |name: &str| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(of_system(of), wanted, "{set:?}");
        }
    }
}
