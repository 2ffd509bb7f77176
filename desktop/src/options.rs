//! The command line.

use crate::trouble::Failure;
use clap::Parser;
use floater_client::Address;
use std::io;
use std::path::{Path, PathBuf};

/// Where one goes who never said where: this machine, as the terminal does.
const SERVER: &str = "floater://localhost";
/// The file that remembers where one was last.
const LAST: &str = "server";

/// FLOATER in a window: meet a stranger, one to one, anonymously. 人海茫茫,相逢何必曾相识。
#[derive(Debug, Parser)]
#[command(name = "floater-window", version)]
pub(crate) struct Options {
    /// The server: floater://host[:port][#fingerprint]. It is remembered for the next start.
    #[arg(env = "FLOATER_SERVER", value_name = "ADDRESS")]
    pub(crate) server: Option<String>,
    /// Where session and settings are kept. One program runs with it; a second account needs
    /// another one.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data: Option<PathBuf>,
}

impl Options {
    /// The server that was named, now or last time.
    pub(crate) fn server(&self, data: &Path) -> Result<Address, Failure> {
        let path = data.join(LAST);
        let failed = |error: io::Error| Failure::Data {
            said: format!("{}: {error}", path.display()),
        };
        if let Some(named) = &self.server {
            let address = parse(named)?;
            std::fs::create_dir_all(data).map_err(failed)?;
            std::fs::write(&path, address.to_string()).map_err(failed)?;
            return Ok(address);
        }
        match std::fs::read_to_string(&path) {
            Ok(last) => parse(last.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => parse(SERVER),
            Err(error) => Err(failed(error)),
        }
    }
}

/// Whoever opens a wrong link sees no terminal: the window says so.
fn parse(text: &str) -> Result<Address, Failure> {
    text.parse().map_err(|error| Failure::Address {
        said: format!("{text}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_server_is_remembered() {
        Options::command().debug_assert();
        let data = std::env::temp_dir().join(format!("floater-options-{}", std::process::id()));
        let of = |words: &[&str]| {
            Options::try_parse_from(words)
                .unwrap()
                .server(&data)
                .unwrap()
        };
        assert_eq!(
            of(&["floater-window"]).to_string(),
            SERVER.parse::<Address>().unwrap().to_string()
        );
        let there = "floater://floater.example:7000";
        assert_eq!(of(&["floater-window", there]).to_string(), there);
        assert_eq!(of(&["floater-window"]).to_string(), there);
        let wrong = Options::try_parse_from(["floater-window", "https://floater.example"]);
        let failed = wrong.unwrap().server(&data).unwrap_err();
        assert!(matches!(failed, Failure::Address { .. }), "{failed:?}");
        // What is wrong is not remembered.
        assert_eq!(of(&["floater-window"]).to_string(), there);
        std::fs::remove_dir_all(&data).unwrap();
    }
}
