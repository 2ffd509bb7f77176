//! `floaterd cases`, `suspend`, `restore`: for whoever moderates. Works beside a running server.

use crate::say;
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use floater_proto::body::{PictureOffer, SignedMessage};
use floater_proto::{Email, Id, MessageRef, harmless};
use floater_server::clock::Clock;
use floater_server::secrets::write_private;
use floater_server::store::{
    AccountId, AccountRecord, Accounts, CaseRecord, Moderation, PictureOf, SqliteStore,
};
use std::fmt::Write as _;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Cases {
    /// The open ones, the newest first.
    List {
        /// Closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// One with everything that was opened.
    Show {
        /// Its name; one in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        case: String,
        /// Writes the proved pictures into this directory.
        #[arg(long)]
        pictures: Option<PathBuf>,
    },
    /// It is dealt with.
    Close {
        /// Its name; one in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        case: String,
    },
}

pub(crate) async fn run(store: &SqliteStore, what: Cases) -> anyhow::Result<()> {
    match what {
        Cases::List { all } => list(store, all).await,
        Cases::Show { case, pictures } => show(store, &case, pictures).await,
        Cases::Close { case } => {
            let closed = store.close_case(id(&case)?, Clock::new().seconds()).await?;
            ensure!(closed, "there is no open case of that name");
            say("closed\n")
        }
    }
}

async fn list(store: &SqliteStore, all: bool) -> anyhow::Result<()> {
    let mut text = String::new();
    for case in store.cases(!all).await? {
        let state = if case.closed.is_some() {
            "closed"
        } else {
            "open"
        };
        writeln!(
            text,
            "{}  {}  {state}  {}  account {}  {} messages",
            case.id,
            date(case.created),
            case.offence,
            case.reported,
            case.message_count
        )?;
    }
    say(if text.is_empty() { "no cases\n" } else { &text })
}

async fn show(store: &SqliteStore, case: &str, pictures: Option<PathBuf>) -> anyhow::Result<()> {
    let case = store
        .case(id(case)?)
        .await?
        .context("there is no case of that name")?;
    let mut text = String::new();
    writeln!(text, "case      {}", case.id)?;
    writeln!(text, "filed     {}", date(case.created))?;
    if let Some(closed) = case.closed {
        writeln!(text, "closed    {}", date(closed))?;
    }
    writeln!(text, "offence   {}", case.offence)?;
    writeln!(
        text,
        "reporter  {}",
        account_line(store, case.reporter).await?
    )?;
    writeln!(
        text,
        "reported  {}",
        account_line(store, case.reported).await?
    )?;
    writeln!(text, "note      {}", harmless(&case.note))?;
    writeln!(
        text,
        "\nWhat the reporter opened; every line is proved to be of its side:"
    )?;
    for message in &case.messages {
        let by = char::from(message.of.by.byte());
        writeln!(
            text,
            "{by}/{}  {}  {}",
            message.of.number,
            message.resource,
            harmless(&message.body)
        )?;
    }
    if let Some(directory) = pictures {
        let mut made = std::fs::DirBuilder::new();
        made.recursive(true).mode(0o700).create(&directory)?;
        for message in case.messages.iter().filter(|m| m.resource == "/picture") {
            let line = write_picture(store, &case, message, &directory).await?;
            writeln!(text, "{line}")?;
        }
    }
    say(&text)
}

async fn write_picture(
    store: &SqliteStore,
    case: &CaseRecord,
    message: &SignedMessage,
    directory: &std::path::Path,
) -> anyhow::Result<String> {
    let MessageRef { by, number } = message.of;
    let of = PictureOf {
        report: case.id,
        reporter: case.reporter,
        message: message.of,
    };
    let by = char::from(by.byte());
    let whole = store
        .reported_picture(&of)
        .await?
        .is_some_and(|picture| picture.proved);
    if !whole {
        return Ok(format!(
            "{by}/{number}: the picture was not handed in whole"
        ));
    }
    let offer: PictureOffer = serde_json::from_str(&message.body)?;
    let kind = offer.kind.mime().trim_start_matches("image/");
    let path = directory.join(format!("{by}-{number}.{kind}"));
    write_private(&path, &store.picture_bytes(&of).await?)?;
    Ok(format!("{by}/{number}: {}", path.display()))
}

async fn account_line(store: &SqliteStore, account: AccountId) -> anyhow::Result<String> {
    let found = store.account(account).await?;
    Ok(found.map_or_else(
        || format!("{account} (deleted)"),
        |found| {
            let state = if found.suspended.is_some() {
                ", suspended"
            } else {
                ""
            };
            format!(
                "{account} (called {}{state})",
                harmless(found.username.as_str())
            )
        },
    ))
}

pub(crate) async fn suspend(
    store: &SqliteStore,
    account: &str,
    reason: &str,
) -> anyhow::Result<()> {
    ensure!(
        !reason.trim().is_empty(),
        "say why: who is suspended reads it"
    );
    let account = find(store, account).await?;
    store
        .suspend(account.id, reason.trim(), Clock::new().seconds())
        .await?;
    say(&format!("account {} is suspended\n", account.id))
}

pub(crate) async fn restore(
    store: &SqliteStore,
    account: &str,
    reason: Option<&str>,
) -> anyhow::Result<()> {
    let account = find(store, account).await?;
    ensure!(
        store.restore(account.id).await?,
        "account {} is not suspended",
        account.id
    );
    let reason = reason
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    say(&format!(
        "account {} can log in again{reason}\n",
        account.id
    ))
}

async fn find(store: &SqliteStore, account: &str) -> anyhow::Result<AccountRecord> {
    let found = match (account.parse::<AccountId>(), Email::new(account)) {
        (Ok(id), _) => store.account(id).await?,
        (_, Ok(email)) => store.account_by_email(&email).await?,
        _ => bail!("`{account}` is neither an account's number nor an e-mail address"),
    };
    found.context("there is no such account")
}

fn id(text: &str) -> anyhow::Result<Id> {
    Id::parse(text).with_context(|| format!("`{text}` is not the name of a case"))
}

fn date(seconds: u64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    httpdate::fmt_http_date(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        cases: Cases,
    }

    #[test]
    fn a_name_may_begin_with_a_hyphen() {
        let words = [
            "cases",
            "show",
            "--pictures",
            "here",
            "-SUYHOXcB7vusb8kLr7DDw",
        ];
        let shown = Line::try_parse_from(words).unwrap().cases;
        assert!(matches!(shown, Cases::Show { case, pictures: Some(_) }
            if case == "-SUYHOXcB7vusb8kLr7DDw"));
        let closed = Line::try_parse_from(["cases", "close", "-SUYH"])
            .unwrap()
            .cases;
        assert!(matches!(closed, Cases::Close { case } if case == "-SUYH"));
    }
}
