//! The store in SQLite: WAL with synchronous FULL, so that what was answered survives a power
//! cut. One connection writes, some read. Sealing keys live in a file of their own.

mod accounts;
mod matches;
mod moderation;
mod outbox;
mod read;
mod sessions;

use super::{Store, StoreError, Stored};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::time::Duration;

/// The database in the data directory.
const MAIN_FILE: &str = "floater.db";
/// The sealing keys beside it: never in a backup.
const KEYS_FILE: &str = "sealing.db";
/// Another process (the command line) may write for so long before a call gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Connections that read.
const READERS: u32 = 3;

/// The store in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    reader: SqlitePool,
    keys: SqlitePool,
}

impl SqliteStore {
    /// Opens or makes the database in a data directory and brings it up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(data: &Path) -> Stored<Self> {
        // Before SQLite sees them: what it makes beside a database has the mode of that.
        for file in [MAIN_FILE, KEYS_FILE] {
            keep_private(&data.join(file))?;
        }
        let main = options(&data.join(MAIN_FILE)).journal_mode(SqliteJournalMode::Wal);
        let writer = pool(1, main.clone()).await?;
        sqlx::migrate!()
            .run(&writer)
            .await
            .map_err(|e| StoreError::Broken(e.to_string()))?;
        let reader = pool(READERS, main).await?;
        let keys = options(&data.join(KEYS_FILE)).journal_mode(SqliteJournalMode::Delete);
        let keys = pool(1, keys).await?;
        let table = "CREATE TABLE IF NOT EXISTS sealing_key \
            (id INTEGER PRIMARY KEY, created INTEGER NOT NULL, key BLOB NOT NULL) STRICT";
        sqlx::query(table).execute(&keys).await?;
        Ok(Self {
            writer,
            reader,
            keys,
        })
    }

    /// Closes it, so that everything stands in one file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
        self.keys.close().await;
    }
}

#[cfg(test)]
impl SqliteStore {
    /// Lets the database grow to so many pages (never below what it has), or without bound: what
    /// SQLite then answers is what it answers on a full disk.
    pub(super) async fn bound_pages(&self, pages: Option<u32>) {
        let pages = pages.map_or(4_294_967_294, i64::from);
        let query = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(query)
            .execute(&self.writer)
            .await
            .expect("a pragma is answered");
    }
}

impl Store for SqliteStore {}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What was deleted is overwritten, not left in a page that is free.
        .pragma("secure_delete", "ON")
        .busy_timeout(BUSY)
}

async fn pool(connections: u32, options: SqliteConnectOptions) -> Stored<SqlitePool> {
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY * 2);
    Ok(pool.connect_with(options).await?)
}

/// The file, made if there is none, which its owner alone reads.
fn keep_private(path: &Path) -> Stored<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mut options = std::fs::File::options();
    let options = options.create(true).truncate(false).write(true).mode(0o600);
    let private = options
        .open(path)
        .and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)));
    private.map_err(|e| StoreError::Unavailable(e.to_string()))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        crate::figures::store_error();
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_) => Self::Broken(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
