use super::SqliteStore;
use super::read::{bytes, json, number, signed, text};
use crate::store::{Matches, SESSION_LIFE, SealingKey, StoreError, Stored, TOMBSTONE_LIFE};
use async_trait::async_trait;
use floater_proto::body::Over;
use floater_proto::{Binary, Id, Secret};
use sqlx::sqlite::SqliteRow;
use std::path::Path;

/// What is removed when its time is over, and how old it may get.
const SWEPT: &[(&str, u64)] = &[
    ("DELETE FROM tombstone WHERE created < ?", TOMBSTONE_LIFE),
    ("DELETE FROM session WHERE used < ?", SESSION_LIFE + 3600),
    ("DELETE FROM code WHERE expires < ?", 0),
    (
        "DELETE FROM account WHERE activated = 0 AND kept_until < ?",
        0,
    ),
    (
        "UPDATE account SET decoy = NULL WHERE decoy IS NOT NULL AND kept_until < ?",
        0,
    ),
];
/// Its messages and pictures go with it.
const CLOSED: &str = "DELETE FROM report WHERE closed < ?";

#[async_trait]
impl Matches for SqliteStore {
    async fn put_tombstone(&self, match_id: Id, over: Over, now: u64) -> Stored<()> {
        let query = "INSERT INTO tombstone (match_id, over, created) VALUES (?, ?, ?) \
            ON CONFLICT (match_id) DO NOTHING";
        sqlx::query(query)
            .bind(match_id.as_ref())
            .bind(text(&over))
            .bind(signed(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn tombstone(&self, match_id: Id) -> Stored<Option<Over>> {
        let found = sqlx::query("SELECT over FROM tombstone WHERE match_id = ?")
            .bind(match_id.as_ref())
            .fetch_optional(&self.reader)
            .await?;
        found.map(|row| json(&row, "over")).transpose()
    }

    async fn sweep(&self, now: u64, keep_closed: u64) -> Stored<()> {
        let closed = std::iter::once((CLOSED, keep_closed));
        for (query, age) in SWEPT.iter().copied().chain(closed) {
            sqlx::query(query)
                .bind(signed(now.saturating_sub(age)))
                .execute(&self.writer)
                .await?;
        }
        Ok(())
    }

    async fn sealing_keys(&self) -> Stored<Vec<SealingKey>> {
        let query = "SELECT * FROM sealing_key ORDER BY created DESC, id DESC";
        let rows = sqlx::query(query).fetch_all(&self.keys).await?;
        rows.iter().map(sealing_key).collect()
    }

    async fn put_sealing_key(&self, key: &SealingKey) -> Stored<()> {
        sqlx::query("INSERT INTO sealing_key (id, created, key) VALUES (?, ?, ?)")
            .bind(i64::from(key.id))
            .bind(signed(key.created))
            .bind(key.key.expose().as_slice())
            .execute(&self.keys)
            .await?;
        Ok(())
    }

    async fn drop_sealing_keys(&self, before: u64) -> Stored<()> {
        sqlx::query("DELETE FROM sealing_key WHERE created < ?")
            .bind(signed(before))
            .execute(&self.keys)
            .await?;
        Ok(())
    }

    async fn set_live(&self, live: bool) -> Stored<()> {
        sqlx::query("INSERT OR REPLACE INTO mark (name, value) VALUES ('live', ?)")
            .bind(live)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn was_live(&self) -> Stored<bool> {
        let query = "SELECT value FROM mark WHERE name = 'live'";
        let found: Option<i64> = sqlx::query_scalar(query)
            .fetch_optional(&self.reader)
            .await?;
        Ok(found == Some(1))
    }

    async fn back_up(&self, to: &Path) -> Stored<()> {
        let path = to.to_str().ok_or_else(|| {
            StoreError::Unavailable("the path of a backup must be UTF-8".to_owned())
        })?;
        // VACUUM INTO copies one consistent moment and refuses an existing file; the sealing keys
        // live in another file and stay there.
        sqlx::query("VACUUM INTO ?")
            .bind(path)
            .execute(&self.reader)
            .await?;
        Ok(())
    }
}

fn sealing_key(row: &SqliteRow) -> Stored<SealingKey> {
    let id = number(row, "id")?;
    let Binary(key) = bytes::<32>(row, "key")?;
    Ok(SealingKey {
        id: u32::try_from(id).map_err(|_| super::read::broken("id"))?,
        created: number(row, "created")?,
        key: Secret::new(key),
    })
}
