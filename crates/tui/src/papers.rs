//! What is made of the definitions of the command line: completions and the manual page.

use crate::options::Options;
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use std::io::{self, Write};

const NAME: &str = "floater";

/// Writes completions for a shell.
pub(crate) fn completions(shell: Shell, to: &mut impl Write) -> io::Result<()> {
    let mut made = Vec::new();
    generate(shell, &mut Options::command(), NAME, &mut made);
    to.write_all(&made)
}

/// Writes the manual page, as troff.
pub(crate) fn man(to: &mut impl Write) -> io::Result<()> {
    Man::new(Options::command()).render(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_name_what_the_command_line_has() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut made = Vec::new();
            completions(shell, &mut made).unwrap();
            let made = String::from_utf8(made).unwrap();
            for word in ["doctor", "server", "plain", "mouse", "zh-CN"] {
                assert!(made.contains(word), "{shell}: {word}");
            }
        }
        let mut made = Vec::new();
        man(&mut made).unwrap();
        let made = String::from_utf8(made).unwrap();
        for word in [".TH floater", ".SH OPTIONS", "doctor", "Exit status"] {
            assert!(made.contains(word), "{word}");
        }
    }
}
