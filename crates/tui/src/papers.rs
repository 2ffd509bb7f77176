//! What is made of the definitions of the command line: completions and the manual page.

use crate::options::Options;
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use std::io::{self, Write};

const NAME: &str = "floater";

/// Completions for a shell.
pub(crate) fn completions(shell: Shell) -> io::Result<()> {
    let mut made = Vec::new();
    generate(shell, &mut Options::command(), NAME, &mut made);
    io::stdout().write_all(&made)
}

/// The manual page, as troff.
pub(crate) fn man() -> io::Result<()> {
    let mut made = Vec::new();
    Man::new(Options::command()).render(&mut made)?;
    io::stdout().write_all(&made)
}
