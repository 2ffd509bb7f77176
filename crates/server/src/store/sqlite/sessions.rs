use super::SqliteStore;
use super::read::{bytes, column, number, signed};
use crate::store::{AccountId, SESSIONS_MAX, SessionRecord, Sessions, Stored};
use async_trait::async_trait;
use floater_proto::{Binary, Id};
use sqlx::sqlite::SqliteRow;

/// A session counts as used once an hour, so that a busy one does not write all the time.
const USED_STEP: u64 = 3600;

#[async_trait]
impl Sessions for SqliteStore {
    async fn put_session(
        &self,
        session: &SessionRecord,
        token: Binary<32>,
        verified: &[u8],
    ) -> Stored<Option<Vec<Id>>> {
        let mut tx = self.writer.begin().await?;
        // Whoever changes the password or suspends ends the sessions that are there: one that
        // comes afterwards must not.
        let kept = sqlx::query(
            "INSERT INTO session (id, token, account, agent, created, used) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS \
             (SELECT 1 FROM account WHERE id = ?3 AND password = ?7 AND suspended IS NULL)",
        )
        .bind(session.id.as_ref())
        .bind(token.as_ref())
        .bind(signed(session.account))
        .bind(&session.agent)
        .bind(signed(session.created))
        .bind(signed(to_step(session.used)))
        .bind(verified)
        .execute(&mut *tx)
        .await?;
        if kept.rows_affected() == 0 {
            return Ok(None);
        }
        let gone = sqlx::query(
            "DELETE FROM session WHERE account = ?1 AND id NOT IN (SELECT id FROM session \
             WHERE account = ?1 ORDER BY created DESC, rowid DESC LIMIT ?2) RETURNING id",
        )
        .bind(signed(session.account))
        .bind(signed(SESSIONS_MAX as u64))
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        gone.iter()
            .map(|row| bytes(row, "id"))
            .collect::<Stored<_>>()
            .map(Some)
    }

    async fn session_by_token(
        &self,
        token: Binary<32>,
        since: u64,
        now: u64,
    ) -> Stored<Option<SessionRecord>> {
        let found = sqlx::query("SELECT * FROM session WHERE token = ? AND used >= ?")
            .bind(token.as_ref())
            .bind(signed(to_step(since)))
            .fetch_optional(&self.reader)
            .await?;
        let Some(session) = found.as_ref().map(session).transpose()? else {
            return Ok(None);
        };
        if session.used < to_step(now) {
            sqlx::query("UPDATE session SET used = ? WHERE id = ?")
                .bind(signed(to_step(now)))
                .bind(session.id.as_ref())
                .execute(&self.writer)
                .await?;
        }
        Ok(Some(session))
    }

    async fn sessions(&self, account: AccountId) -> Stored<Vec<SessionRecord>> {
        let query = "SELECT * FROM session WHERE account = ? ORDER BY created DESC, rowid DESC";
        let rows = sqlx::query(query)
            .bind(signed(account))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(session).collect()
    }

    async fn end_session(&self, account: AccountId, session: Id) -> Stored<bool> {
        let done = sqlx::query("DELETE FROM session WHERE account = ? AND id = ?")
            .bind(signed(account))
            .bind(session.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn end_other_sessions(&self, account: AccountId, keep: Id) -> Stored<()> {
        sqlx::query("DELETE FROM session WHERE account = ? AND id <> ?")
            .bind(signed(account))
            .bind(keep.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

const fn to_step(seconds: u64) -> u64 {
    seconds.saturating_sub(seconds % USED_STEP)
}

fn session(row: &SqliteRow) -> Stored<SessionRecord> {
    Ok(SessionRecord {
        id: bytes(row, "id")?,
        account: number(row, "account")?,
        agent: column(row, "agent")?,
        created: number(row, "created")?,
        used: number(row, "used")?,
    })
}
