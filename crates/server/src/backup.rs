//! `floaterd backup` and `restore --from`: the database and the pepper, never the sealing keys.

use crate::say;
use anyhow::{Context, ensure};
use floater_server::secrets::write_private;
use floater_server::store::{Matches, SqliteStore};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// What a backup holds: the database as of one moment, and the pepper without which no password
/// of it verifies.
const FILES: [&str; 2] = ["floater.db", "pepper"];

pub(crate) async fn make(store: &SqliteStore, data: &Path, to: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().mode(0o700).create(to);
    made.with_context(|| format!("cannot make {}", to.display()))?;
    let [database, pepper] = FILES;
    store.back_up(&to.join(database)).await?;
    let copy = std::fs::read(to.join(database))?;
    write_private(&to.join(database), &copy)?;
    write_private(&to.join(pepper), &std::fs::read(data.join(pepper))?)?;
    say(&format!("written to {}\n", to.display()))
}

pub(crate) fn restore(from: &Path, data: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)?;
    for file in FILES {
        ensure!(
            from.join(file).is_file(),
            "{} holds no backup",
            from.display()
        );
        ensure!(
            !data.join(file).exists(),
            "{} holds data already",
            data.display()
        );
    }
    for file in FILES {
        write_private(&data.join(file), &std::fs::read(from.join(file))?)?;
    }
    say(&format!(
        "restored into {}; conversations of then cannot be resumed\n",
        data.display()
    ))
}
