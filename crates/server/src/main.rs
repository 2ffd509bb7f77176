//! `floaterd`, the server of FLOATER.

mod backup;
mod cases;
mod run;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use floater_server::Config;
use floater_server::http::Certificates;
use floater_server::mail::Transport;
use floater_server::store::SqliteStore;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The server of FLOATER: introduces strangers and carries what they say, unread.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where things are.
#[derive(Debug, Clone, Args)]
struct Place {
    /// Directory of the database, the keys and the outbox.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Configuration; without it the defaults.
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is wrong with a configuration, and starts nothing.
    Check(#[command(flatten)] Place),
    /// Prints the configuration file with every default.
    DefaultConfig,
    /// What people reported.
    Cases {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        what: cases::Cases,
    },
    /// Ends an account's sessions and conversation, and refuses its log-in, saying why.
    Suspend {
        #[command(flatten)]
        place: Place,
        /// Its number (from `cases`) or its e-mail address.
        account: String,
        /// Told to who logs in.
        #[arg(long)]
        reason: String,
    },
    /// Takes a suspension back, or puts a backup into a new data directory.
    Restore {
        #[command(flatten)]
        place: Place,
        /// The suspended account: its number or its e-mail address.
        #[arg(required_unless_present = "from", conflicts_with = "from")]
        account: Option<String>,
        /// Noted in the log.
        #[arg(long)]
        reason: Option<String>,
        /// The backup to put into the data directory.
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Writes a backup to a new directory, while the server runs; without the sealing keys.
    Backup {
        #[command(flatten)]
        place: Place,
        /// The directory, which must not exist.
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&format!("floaterd: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            None => run::run(&cli.place).await,
            Some(Command::Check(place)) => check(&place),
            Some(Command::DefaultConfig) => say(floater_server::config::SHIPPED),
            Some(Command::Cases { place, what }) => cases::run(&open(&place).await?, what).await,
            Some(Command::Suspend {
                place,
                account,
                reason,
            }) => cases::suspend(&open(&place).await?, &account, &reason).await,
            Some(Command::Restore {
                place,
                account,
                reason,
                from,
            }) => restore(&place, account, reason, from).await,
            Some(Command::Backup { place, to }) => {
                backup::make(&open(&place).await?, &place.data, &to).await
            }
        }
    })
}

async fn restore(
    place: &Place,
    account: Option<String>,
    reason: Option<String>,
    from: Option<PathBuf>,
) -> anyhow::Result<()> {
    match (account, from) {
        (Some(account), _) => {
            cases::restore(&open(place).await?, &account, reason.as_deref()).await
        }
        (None, Some(from)) => backup::restore(&from, &place.data),
        (None, None) => anyhow::bail!("name an account, or a backup with --from"),
    }
}

fn check(place: &Place) -> anyhow::Result<()> {
    let config = read_config(place)?;
    if config.tls.is_set() {
        Certificates::read(&config.tls)?;
    }
    if !config.mail.host.is_empty() {
        Transport::open(&config.mail, &place.data, false)?;
    }
    say("the configuration is fine\n")
}

fn read_config(place: &Place) -> anyhow::Result<Config> {
    let Some(path) = &place.config else {
        return Ok(Config::default());
    };
    Config::read(path).with_context(|| path.display().to_string())
}

/// The store of a data directory that is there, whether a server runs on it or not.
async fn open(place: &Place) -> anyhow::Result<SqliteStore> {
    let data = &place.data;
    anyhow::ensure!(
        data.join("floater.db").is_file(),
        "there is no server's data in {}",
        data.display()
    );
    Ok(SqliteStore::open(data).await?)
}

/// To standard output.
fn say(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// To standard error, where failing to write can be told nobody.
fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
