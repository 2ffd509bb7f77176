use super::SqliteStore;
use super::read::{Word, bytes, column, json, maybe_number, number, signed, text, username};
use crate::store::{
    AccountId, BLOCKS_MAX, BlockRecord, CaseRecord, Moderation, PictureOf, REPORTED_MAX,
    ReportRecord, ReportedPicture, Stored,
};
use async_trait::async_trait;
use floater_proto::body::{BlockLine, SignedMessage};
use floater_proto::{Binary, Id};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

const CASES: &str = "SELECT report.*, (SELECT count(*) FROM report_message \
    WHERE report_message.report = report.id) AS messages FROM report ";
const OF_PICTURE: &str = "WHERE report = ?1 AND by_role = ?2 AND number = ?3";

#[async_trait]
impl Moderation for SqliteStore {
    async fn put_block(&self, block: &BlockRecord) -> Stored<bool> {
        let mut tx = self.writer.begin().await?;
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM block WHERE blocker = ? AND digest <> ?")
                .bind(signed(block.blocker))
                .bind(block.digest.as_ref())
                .fetch_one(&mut *tx)
                .await?;
        if count >= signed(BLOCKS_MAX as u64) {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO block (id, blocker, digest, name, date) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (blocker, digest) DO NOTHING",
        )
        .bind(block.id.as_ref())
        .bind(signed(block.blocker))
        .bind(block.digest.as_ref())
        .bind(block.name.as_str())
        .bind(signed(block.date))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn blocks(&self, account: AccountId) -> Stored<Vec<BlockLine>> {
        let query = "SELECT * FROM block WHERE blocker = ? ORDER BY date DESC, rowid DESC";
        let rows = sqlx::query(query)
            .bind(signed(account))
            .fetch_all(&self.reader)
            .await?;
        let line = |row: &SqliteRow| {
            Ok(BlockLine {
                id: bytes(row, "id")?,
                name: username(row, "name")?,
                date: number(row, "date")?,
            })
        };
        rows.iter().map(line).collect()
    }

    async fn block_digests(&self, account: AccountId) -> Stored<Vec<Binary<32>>> {
        let query = "SELECT digest FROM block WHERE blocker = ?";
        let rows = sqlx::query(query)
            .bind(signed(account))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| bytes(row, "digest")).collect()
    }

    async fn end_block(&self, account: AccountId, block: Id) -> Stored<bool> {
        let done = sqlx::query("DELETE FROM block WHERE blocker = ? AND id = ?")
            .bind(signed(account))
            .bind(block.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn put_report(&self, report: &ReportRecord) -> Stored<Option<usize>> {
        let mut tx = self.writer.begin().await?;
        let own = insert_report(&mut tx, report).await?;
        if !own {
            return Ok(None);
        }
        for message in &report.messages {
            insert_message(&mut tx, report.id, message).await?;
        }
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM report_message WHERE report = ?")
            .bind(report.id.as_ref())
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(usize::try_from(kept).ok())
    }

    async fn reported_picture(&self, of: &PictureOf) -> Stored<Option<ReportedPicture>> {
        let found = sqlx::query(
            "SELECT report_message.* FROM report_message JOIN report ON report.id = report \
             WHERE report = ?1 AND by_role = ?2 AND number = ?3 AND report.reporter = ?4",
        )
        .bind(of.report.as_ref())
        .bind(of.message.by.word())
        .bind(signed(of.message.number))
        .bind(signed(of.reporter))
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = found else {
            return Ok(None);
        };
        let message: SignedMessage = json(&row, "message")?;
        let picture = ReportedPicture {
            offer: message.body,
            received: number(&row, "received")?,
            proved: column(&row, "proved")?,
        };
        Ok((message.resource == "/picture").then_some(picture))
    }

    async fn put_picture_piece(&self, of: &PictureOf, at: u64, piece: &[u8]) -> Stored<u64> {
        let mut tx = self.writer.begin().await?;
        let end = at.saturating_add(piece.len() as u64);
        // Of two pieces that come at the same time one moves the end.
        let moved = sqlx::query(
            "UPDATE report_message SET received = ?5 \
             WHERE report = ?1 AND by_role = ?2 AND number = ?3 AND received = ?4",
        )
        .bind(of.report.as_ref())
        .bind(of.message.by.word())
        .bind(signed(of.message.number))
        .bind(signed(at))
        .bind(signed(end))
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(at);
        }
        sqlx::query(
            "INSERT INTO report_piece (report, by_role, number, at, bytes) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(of.report.as_ref())
        .bind(of.message.by.word())
        .bind(signed(of.message.number))
        .bind(signed(at))
        .bind(piece)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(end)
    }

    async fn picture_bytes(&self, of: &PictureOf) -> Stored<Vec<u8>> {
        let rows = sqlx::query(
            "SELECT bytes FROM report_piece WHERE report = ? AND by_role = ? AND number = ? \
             ORDER BY at",
        )
        .bind(of.report.as_ref())
        .bind(of.message.by.word())
        .bind(signed(of.message.number))
        .fetch_all(&self.reader)
        .await?;
        let pieces: Stored<Vec<&[u8]>> = rows.iter().map(|row| column(row, "bytes")).collect();
        Ok(pieces?.concat())
    }

    async fn judge_picture(&self, of: &PictureOf, proved: bool) -> Stored<()> {
        let query = if proved {
            format!("UPDATE report_message SET proved = 1 {OF_PICTURE}")
        } else {
            format!("UPDATE report_message SET received = 0 {OF_PICTURE}")
        };
        let mut tx = self.writer.begin().await?;
        bind_picture(&query, of, &mut tx).await?;
        if !proved {
            bind_picture(
                &format!("DELETE FROM report_piece {OF_PICTURE}"),
                of,
                &mut tx,
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn cases(&self, open_only: bool) -> Stored<Vec<CaseRecord>> {
        let query =
            format!("{CASES} WHERE closed IS NULL OR NOT ? ORDER BY created DESC, rowid DESC");
        let query = sqlx::AssertSqlSafe(query);
        let rows = sqlx::query(query)
            .bind(open_only)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(case).collect()
    }

    async fn case(&self, id: Id) -> Stored<Option<CaseRecord>> {
        let query = sqlx::AssertSqlSafe(format!("{CASES} WHERE id = ?"));
        let found = sqlx::query(query)
            .bind(id.as_ref())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = found else {
            return Ok(None);
        };
        let query = "SELECT message FROM report_message WHERE report = ? ORDER BY by_role, number";
        let messages = sqlx::query(query)
            .bind(id.as_ref())
            .fetch_all(&self.reader)
            .await?;
        let messages: Stored<_> = messages.iter().map(|row| json(row, "message")).collect();
        Ok(Some(CaseRecord {
            messages: messages?,
            ..case(&row)?
        }))
    }

    async fn close_case(&self, id: Id, now: u64) -> Stored<bool> {
        let done = sqlx::query("UPDATE report SET closed = ? WHERE id = ? AND closed IS NULL")
            .bind(signed(now))
            .bind(id.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn filed(&self, reporter: AccountId) -> Stored<Vec<CaseRecord>> {
        let query = format!("{CASES} WHERE reporter = ? ORDER BY created DESC, rowid DESC");
        let query = sqlx::AssertSqlSafe(query);
        let rows = sqlx::query(query)
            .bind(signed(reporter))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(case).collect()
    }

    async fn suspend(&self, account: AccountId, reason: &str, _now: u64) -> Stored<bool> {
        let mut tx = self.writer.begin().await?;
        let done =
            sqlx::query("UPDATE account SET suspended = ?, suspension_told = 0 WHERE id = ?")
                .bind(reason)
                .bind(signed(account))
                .execute(&mut *tx)
                .await?;
        sqlx::query("DELETE FROM session WHERE account = ?")
            .bind(signed(account))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn restore(&self, account: AccountId) -> Stored<bool> {
        let query = "UPDATE account SET suspended = NULL, suspension_told = 1 \
            WHERE id = ? AND suspended IS NOT NULL";
        let done = sqlx::query(query)
            .bind(signed(account))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn newly_suspended(&self) -> Stored<Vec<AccountId>> {
        let untold = "SELECT id FROM account WHERE suspension_told = 0";
        if sqlx::query(untold)
            .fetch_optional(&self.reader)
            .await?
            .is_none()
        {
            return Ok(Vec::new());
        }
        let told = "UPDATE account SET suspension_told = 1 WHERE suspension_told = 0 RETURNING id";
        let rows = sqlx::query(told).fetch_all(&self.writer).await?;
        rows.iter().map(|row| number(row, "id")).collect()
    }
}

/// Whether the report is this reporter's about this match: a new one, or one that was begun.
async fn insert_report(tx: &mut SqliteConnection, report: &ReportRecord) -> Stored<bool> {
    sqlx::query(
        "INSERT INTO report (id, reporter, reported, match_id, offence, note, created) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )
    .bind(report.id.as_ref())
    .bind(signed(report.reporter))
    .bind(signed(report.reported))
    .bind(report.match_id.as_ref())
    .bind(report.offence.word())
    .bind(&report.note)
    .bind(signed(report.created))
    .execute(&mut *tx)
    .await?;
    let query = "SELECT 1 FROM report WHERE id = ? AND reporter = ? AND match_id = ?";
    let own = sqlx::query(query)
        .bind(report.id.as_ref())
        .bind(signed(report.reporter))
        .bind(report.match_id.as_ref())
        .fetch_optional(tx)
        .await?;
    Ok(own.is_some())
}

/// Keeps one message, while there is room.
async fn insert_message(
    tx: &mut SqliteConnection,
    report: Id,
    message: &SignedMessage,
) -> Stored<()> {
    sqlx::query(
        "INSERT INTO report_message (report, by_role, number, message) SELECT ?1, ?2, ?3, ?4 \
         WHERE (SELECT count(*) FROM report_message WHERE report = ?1) < ?5 \
         ON CONFLICT (report, by_role, number) DO NOTHING",
    )
    .bind(report.as_ref())
    .bind(message.of.by.word())
    .bind(signed(message.of.number))
    .bind(text(message))
    .bind(signed(REPORTED_MAX as u64))
    .execute(tx)
    .await?;
    Ok(())
}

async fn bind_picture(query: &str, of: &PictureOf, tx: &mut SqliteConnection) -> Stored<()> {
    sqlx::query(sqlx::AssertSqlSafe(query.to_owned()))
        .bind(of.report.as_ref())
        .bind(of.message.by.word())
        .bind(signed(of.message.number))
        .execute(tx)
        .await?;
    Ok(())
}

fn case(row: &SqliteRow) -> Stored<CaseRecord> {
    Ok(CaseRecord {
        id: bytes(row, "id")?,
        reporter: number(row, "reporter")?,
        reported: number(row, "reported")?,
        offence: Word::of(row, "offence")?,
        note: column(row, "note")?,
        created: number(row, "created")?,
        closed: maybe_number(row, "closed")?,
        messages: Vec::new(),
        message_count: usize::try_from(number(row, "messages")?).unwrap_or(usize::MAX),
    })
}
