//! The command line.

use clap::Parser;
use std::path::PathBuf;

/// FLOATER in a window: meet a stranger, one to one, anonymously. 人海茫茫,相逢何必曾相识。
#[derive(Debug, Parser)]
#[command(name = "floater-window", version)]
pub(crate) struct Options {
    /// The server: floater://host[:port][#fingerprint]. It is remembered for the next start; where
    /// another one is, the window asks first.
    #[arg(env = "FLOATER_SERVER", value_name = "ADDRESS")]
    pub(crate) server: Option<String>,
    /// Where session and settings are kept. One program runs with it; a second account needs
    /// another one.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }
}
